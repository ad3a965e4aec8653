import { expect, test } from 'vitest';
import { z } from 'zod';
import { Rig } from '../../src/sim/lab/rig.js';
import type { LegUpdate } from '../../src/strategy/intent.js';
import type { MarketView } from '../../src/strategy/market-view.js';
import type { Strategy, StrategyDefinition } from '../../src/strategy/strategy.js';

/** Notes what it is called with, in order, and buys one lot whenever the market says something. */
class Notebook implements Strategy {
  readonly notes: string[] = [];
  constructor(
    private readonly everyUs: number,
    private readonly book = 0,
  ) {}

  onMarket(market: MarketView, context: Parameters<Strategy['onMarket']>[1]): void {
    this.notes.push(`market ${market.rowCount}`);
    if (this.everyUs > 0) context.setTimer(3, market.nowUs + this.everyUs);
    const intent = context.intent('open', 0, market);
    context.aim(intent, market, this.book, context.positions.of(this.book) + 100, 10_100);
    context.emit(intent);
  }
  onTimer(timer: number): void {
    this.notes.push(`timer ${timer}`);
  }
  onLegUpdate({ filledUnits }: LegUpdate, _market: MarketView, { positions }: Parameters<Strategy['onMarket']>[1]): void {
    this.notes.push(`filled ${filledUnits}, holding ${positions.of(this.book)}`);
  }
}

const definition = (strategy: Notebook): StrategyDefinition<object> => ({
  name: 'notebook',
  summary: 'Notes what happens.',
  config: z.object({}),
  stages: [],
  create: () => strategy,
});

test('fills come before timers, timers before the market, and each strategy has its own of everything', () => {
  const rig = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]], assumeFills: true });
  const [first, second] = [new Notebook(500), new Notebook(0, 1)];
  rig.run(rig.make(definition(first)), { ...rig.make(definition(second)), name: 'second' });
  const book = rig.book('mexc');
  rig.setBook(book, [['0.9900', '50']], [['1.0000', '50']]);
  rig.setBook(
    rig.book('gateio'),
    [['0.9900', '50']],
    [
      ['1.0000', '0.40'],
      ['1.0200', '50'],
    ],
  );
  rig.turn();
  rig.update(book, [], [['1.0000', '60']]);
  rig.turn();
  expect(first.notes).toEqual(['market 1', 'filled 100, holding 100', 'timer 3', 'market 1']);
  // Its limit of 1.01 reaches only the first level.
  expect(second.notes).toEqual(['market 1', 'filled 40, holding 40', 'market 1']);
  expect(rig.intents.map(({ id, strategy, legs }) => [id, strategy, legs[0]?.positionUnits, legs[0]?.targetUnits])).toEqual([
    [1, 0, 0, 100],
    [2, 1, 0, 100],
    [3, 0, 100, 200],
    [4, 1, 40, 140],
  ]);
});

test('a turn without a change of any book asks nobody but timers', () => {
  const rig = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]] });
  const strategy = new Notebook(2_500);
  rig.run(rig.make(definition(strategy)));
  rig.setBook(rig.book('mexc'), [['0.9900', '50']], [['1.0000', '50']]);
  for (let turn = 0; turn < 5; turn++) rig.turn();
  expect(strategy.notes).toEqual(['market 1', 'timer 3']);
});

test('an intent says which version of each book it was decided on', () => {
  const rig = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]] });
  rig.run(rig.make(definition(new Notebook(0))));
  const book = rig.book('mexc');
  rig.setBook(book, [['0.9900', '50']], [['1.0000', '50']]);
  rig.update(book, [['0.9901', '1']], []);
  const [intent] = rig.turn();
  expect(intent?.legs[0]).toMatchObject({ sequence: 2, version: rig.views.version(book.book), limitPriceUnits: 10_100 });
  rig.update(book, [['0.9902', '1']], []);
  expect(rig.turn()[0]?.legs[0]?.version).toBe((intent?.legs[0]?.version ?? 0) + 2);
});

test('fills worse than the book that an intent was decided on raise the expected slippage, once a leg', () => {
  const rig = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]], costs: { slippageWeight: 1 } });
  rig.run(rig.make(definition(new Notebook(0))));
  const book = rig.book('mexc');
  rig.setBook(book, [['0.9900', '50']], [['1.0000', '50']]);
  const [intent] = rig.turn();
  const filled = { intent: intent?.id ?? 0, leg: 0, book: book.book, filledUnits: 50, feeQuote: 0 };
  rig.tell(0, { ...filled, filledQuoteUnits: 0, isFinal: false });
  rig.tell(0, { ...filled, filledQuoteUnits: 50 * 10_030, isFinal: true });
  rig.tell(0, { ...filled, filledQuoteUnits: 50 * 20_000, isFinal: true });
  rig.turn();
  expect(rig.costs.slippage(book.book)).toBeCloseTo(0.003, 12);
  expect([rig.costs.fillsSeen(book.book), rig.scanner.extraCost(0, 0)]).toEqual([1, rig.costs.slippage(book.book)]);
});
