// Goal: opportunities become plans exactly when every rule allows it, and every decision tells its figures.
import { beforeEach, describe, expect, test } from 'vitest';
import { STATE_SYNCED } from '../../../assembly/memory/layout.js';
import { type Level, Rig, type RigOptions, type SeenDecision } from '../../../src/sim/lab/rig.js';
import type { DecisionStage } from '../../../src/strategy/decision-log.js';
import type { ThreeTierStrategy } from '../../../src/strategy/three-tier/three-tier-strategy.js';
import { threeTierDefinition } from '../../../src/strategy/three-tier/three-tier-strategy.js';
import type { BookInfo } from '../../../src/strategy/universe.js';

const ROW = [
  { venue: 'mexc', takerFeeBps: 5 },
  { venue: 'gateio', takerFeeBps: 20 },
  { venue: 'binance', takerFeeBps: 10 },
] as const;

let rig: Rig;
let strategy: ThreeTierStrategy;
let mexc: BookInfo;
let gateio: BookInfo;
let binance: BookInfo;

function start(config: object = {}, options: Partial<RigOptions> = {}, market = 'spot'): void {
  rig = new Rig({ rows: [ROW], ...options });
  const hosted = rig.make(threeTierDefinition, config);
  strategy = hosted.strategy as ThreeTierStrategy;
  rig.run(hosted);
  mexc = rig.book('mexc', market);
  gateio = rig.book('gateio', market);
  binance = rig.book('binance', market);
}

/** Ten units at a time; mexc asks 1.00, gateio bids `bid`, binance between them. */
function show(bid = '1.0500', size = '1000'): void {
  const around = (price: string): Level[] => [[price, size]];
  rig.setBook(mexc, around('0.9900'), around('1.0000'));
  rig.setBook(gateio, around(bid), around('1.3000'));
  rig.setBook(binance, around('0.9950'), around('1.0400'));
}

function named(decision: SeenDecision | undefined): Record<string, number | string> {
  const stage = threeTierDefinition.stages[decision?.stage ?? -1] as DecisionStage;
  const figures = stage.figures.map((name, index) => [name, decision?.figures[index] ?? Number.NaN]);
  return { stage: stage.name, verdict: stage.verdicts[decision?.verdict ?? -1] ?? '', ...Object.fromEntries(figures) };
}
const verdicts = (): string[] => rig.decisions.map((decision) => `${named(decision).stage} ${named(decision).verdict}`);

beforeEach(() => start());

describe('an opportunity that stands', () => {
  test('is traded once it has stood for the time it has to, at prices and targets of its best size', () => {
    show();
    expect(rig.turn()).toEqual([]);
    expect(strategy.openOpportunities()).toMatchObject([
      { id: 1, buyBook: mexc.book, sellBook: gateio.book, isConfirmed: false },
    ]);
    expect(rig.turn(1000)).toEqual([]);
    const [intent, ...others] = rig.turn(2000);
    expect(others).toEqual([]);
    expect(intent).toMatchObject({ purpose: 'open', row: 0, fallbackBook: binance.book, tsUs: rig.nowUs });
    expect([intent?.expiresUs, intent?.hedgeByUs]).toEqual([rig.nowUs + 50_000, rig.nowUs + 5_000_000]);
    // Fifty quote assets' worth: 50 bought at 1.00, sold at 1.05; limits 5 basis points worse, on the tick.
    expect(intent?.expectedNet).toBeCloseTo(52.5 * 0.998 - 50 * 1.0005, 9);
    expect(intent?.legs).toMatchObject([
      { book: mexc.book, positionUnits: 0, targetUnits: 5000, limitPriceUnits: 10_005, reduceOnly: false },
      { book: gateio.book, positionUnits: 0, targetUnits: -5000, limitPriceUnits: 10_494, reduceOnly: false },
    ]);
  });

  test('is explained at every stage with the figures that made it', () => {
    show();
    rig.turn();
    rig.turn(3000);
    expect(verdicts()).toEqual(['detect unconfirmed', 'detect confirmed', 'rank queued', 'plan emit']);
    const [, detect, rank, plan] = rig.decisions.map(named);
    expect(detect).toMatchObject({ askPrice: 1, bidPrice: 1.05, minNetBps: 100, profitableSizes: 4, stoodMs: 3, laterLooks: 1 });
    expect(rank).toMatchObject({ sizeBase: 50, depth: 1, persistence: 0.5, extraLevels: 0 });
    expect(rank?.history).toBeCloseTo(2 / 3, 12);
    const factors = Number(rank?.depth) * Number(rank?.freshness) * Number(rank?.persistence) * Number(rank?.history);
    expect(rank?.confidence).toBeCloseTo(factors ** 0.25, 12);
    expect(rank?.score).toBeCloseTo((Number(rank?.netQuote) * Number(rank?.confidence) * 2) / 3, 12);
    expect(plan).toMatchObject({ sizeBase: 50, buyLimitPrice: 1.0005, availableQuote: 100_000, availableBase: 100_000 });
    expect(rig.intents[0]?.decision).toBe(rig.decisions[3]?.id);
  });

  test('waits for as many later looks as it has to', () => {
    start({ confirmations: 3 });
    show();
    rig.turn();
    rig.turn(4000);
    rig.turn(4000);
    expect(rig.intents).toEqual([]);
    rig.turn(4000);
    expect(rig.intents).toHaveLength(1);
  });

  test('that is gone before is never traded, however often it comes back', () => {
    for (let time = 0; time < 20; time++) {
      show('1.0500');
      rig.turn(1000);
      show('1.0000');
      rig.turn(1500);
    }
    expect(rig.intents).toEqual([]);
    expect(strategy.history.ofRow(0)).toEqual({ opened: 20, confirmed: 0, attempted: 0, succeeded: 0 });
  });

  test('does not lend its age to a greater size that a wall makes possible', () => {
    const crumb: Level[] = [['1.0000', '6']];
    rig.setBook(mexc, [['0.9900', '1000']], crumb);
    rig.setBook(gateio, [['1.0500', '1000']], [['1.2000', '10']]);
    rig.turn();
    rig.setBook(mexc, [['0.9900', '1000']], [['1.0000', '1000']]);
    rig.turn(4000);
    expect(rig.intents[0]?.legs[0]?.targetUnits).toBe(500);
  });
});

test('a pair of venues that fails loses its confidence, until it is not traded any more', () => {
  start({ minConfidence: 0.7, rowCooldownMs: 0, pairCooldownMs: 0, hedgeMs: 1 });
  show();
  for (let plan = 0; plan < 12; plan++) {
    show();
    rig.turn(4000);
  }
  const { attempted, succeeded } = strategy.history.ofRow(0);
  expect([succeeded, attempted === rig.intents.length, attempted > 0 && attempted < 10]).toEqual([0, true, true]);
  expect(verdicts()).toContain('rank low-confidence');
});

test('another pair of venues is another opportunity, which has to stand by itself', () => {
  show();
  rig.turn();
  rig.turn(2000);
  rig.setBook(binance, [['1.0700', '1000']], [['1.1000', '1000']]);
  rig.turn(2000);
  expect(rig.intents).toEqual([]);
  expect(strategy.openOpportunities()).toMatchObject([{ id: 2, sellBook: binance.book }]);
  expect(strategy.record.newest(5)).toMatchObject([{ id: 1, sellBook: gateio.book, isConfirmed: false }]);
  expect(rig.turn(3000)).toMatchObject([{ legs: [{ book: mexc.book }, { book: binance.book }], fallbackBook: gateio.book }]);
});

describe('nothing is traded', () => {
  const settled = (): void => {
    rig.turn();
    rig.turn(4000);
    rig.turn(4000);
  };
  test('below the threshold after all costs', () => {
    show('1.0125');
    settled();
    expect([rig.intents, rig.decisions]).toEqual([[], []]);
    show('1.0130');
    settled();
    expect(rig.intents).toHaveLength(1);
  });
  test('when past slippage eats it', () => {
    start({}, { costs: { slippagePrior: 0.02 } });
    show();
    settled();
    expect(rig.intents).toEqual([]);
    expect(rig.decisions).toEqual([]);
  });
  test('on a spread that is too good, which raises an alert', () => {
    show('1.2500');
    settled();
    expect(rig.intents).toEqual([]);
    expect(verdicts()).toEqual(['detect implausible']);
    expect(rig.events).toMatchObject([{ kind: 'implausible-spread', facts: { symbol: 'ABC/USDT', sellExchange: 'gateio' } }]);
  });
  test('when a further book of the row is about something else', () => {
    show();
    rig.setBook(binance, [['0.0995', '10']], [['2.9000', '10']]);
    settled();
    expect([rig.intents, verdicts()]).toEqual([[], ['detect implausible']]);
  });
  test('on a book that is not synchronised', () => {
    show();
    rig.setState(gateio.book, STATE_SYNCED + 1);
    settled();
    expect(rig.intents).toEqual([]);
  });
  test('on a book that has become stale while the opportunity waited', () => {
    show();
    rig.turn();
    rig.turn(6_000_000);
    expect(rig.intents).toEqual([]);
    expect(strategy.openOpportunities()).toEqual([]);
    expect(strategy.record.newest(1)).toMatchObject([{ id: 1, isConfirmed: false, closedUs: rig.nowUs }]);
  });
  test('with less confidence than is asked', () => {
    start({ minConfidence: 0.9 });
    show();
    settled();
    expect(rig.intents).toEqual([]);
    expect(verdicts()).toContain('rank low-confidence');
  });
  test('on futures, which belong to another strategy', () => {
    start({}, { rows: [ROW.map((spec) => ({ ...spec, market: 'futures' as const }))] }, 'futures');
    show();
    settled();
    expect([rig.intents, rig.decisions]).toEqual([[], []]);
  });
});

describe('funds', () => {
  const settled = (): void => {
    show();
    rig.turn();
    rig.turn(4000);
  };
  test('are reserved at both venues and given back when both legs are final', () => {
    settled();
    const [intent] = rig.intents;
    const scale = (account: number): number => 10 ** (rig.universe.accounts[account]?.scale ?? 0);
    const reserved = (account: number): number => 100_000 - rig.capital.available(account) / scale(account);
    expect(reserved(mexc.quoteAccount)).toBeCloseTo(50 * 1.0005 * 1.0005, 6);
    expect(reserved(gateio.baseAccount)).toBeCloseTo(50, 9);
    expect(rig.context.budget.committedQuote).toBeCloseTo(50 * 1.0005 * 1.0005, 9);
    if (intent !== undefined) rig.fill(intent);
    rig.turn();
    expect([reserved(mexc.quoteAccount), reserved(gateio.baseAccount), rig.context.budget.committedQuote]).toEqual([0, 0, 0]);
    expect([rig.context.positions.of(mexc.book), rig.context.positions.of(gateio.book)]).toEqual([5000, -5000]);
    expect(strategy.history.ofRow(0)).toMatchObject({ opened: 1, confirmed: 1, attempted: 1, succeeded: 1 });
  });
  test('are given back when nothing was told until the legs had to be hedged, which is a failure', () => {
    settled();
    rig.turn(5_000_000);
    expect(rig.context.budget.committedQuote).toBe(0);
    expect(rig.capital.available(gateio.baseAccount)).toBe(rig.capital.balance(gateio.baseAccount));
    expect(strategy.history.ofRow(0)).toMatchObject({ attempted: 1, succeeded: 0 });
  });
  test('that are few make a smaller size', () => {
    rig.setBalance(mexc.quoteAccount, 11);
    settled();
    expect(rig.intents[0]?.legs[0]?.targetUnits).toBe(1000);
  });
  test.each([
    ['no-funds', {}, (): void => rig.setBalance(gateio.baseAccount, 4)],
    ['over-cap', { maxRowQuote: 4 }, (): void => undefined],
  ])('%s: no plan, and nothing reserved', (verdict, config, change) => {
    start(config);
    change();
    settled();
    expect(rig.intents).toEqual([]);
    expect(verdicts().at(-1)).toBe(`plan ${verdict}`);
    expect(rig.capital.available(mexc.quoteAccount)).toBe(rig.capital.balance(mexc.quoteAccount));
  });
  test('of the budget bound the size', () => {
    start({}, { budgetQuote: 30 });
    settled();
    expect(rig.intents[0]?.legs[0]?.targetUnits).toBe(2500);
  });
  test('a venue bound on value bounds the size', () => {
    start({}, { rows: [[{ venue: 'mexc' }, { venue: 'gateio', rules: { maxQuoteAmount: '12' } }, { venue: 'binance' }]] });
    settled();
    expect(rig.intents[0]?.legs[1]?.targetUnits).toBe(-1000);
  });
});

describe('after a plan', () => {
  test('the row has no second one while it is open, and rests until its pair is ready again', () => {
    show();
    rig.turn();
    const [intent] = rig.turn(4000);
    show();
    expect(rig.turn(2000)).toEqual([]);
    expect(verdicts()).toContain('rank plan-open');
    if (intent !== undefined) rig.fill(intent);
    show();
    expect(rig.turn(2000)).toEqual([]);
    show();
    expect(rig.turn(2000)).toEqual([]);
    expect(verdicts()).toContain('rank cooling');
    show();
    expect(rig.turn(1_000_000)).toHaveLength(1);
  });
});

test('a burst makes at most so many plans a turn, the best first, and the rest in later turns', () => {
  const bases = ['AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF'];
  rig = new Rig({
    rows: bases.map((base) => [
      { venue: 'mexc' as const, base },
      { venue: 'gateio' as const, base },
    ]),
  });
  rig.run(rig.make(threeTierDefinition, { plansPerTurn: 2 }));
  bases.forEach((base, index) => {
    rig.setBook(rig.book('mexc', 'spot', base), [['0.9900', '1000']], [['1.0000', '1000']]);
    rig.setBook(rig.book('gateio', 'spot', base), [[`1.0${index + 3}00`, '1000']], [['1.2000', '1000']]);
  });
  rig.turn();
  expect([rig.turn(4000), rig.turn(), rig.turn()].map((intents) => intents.map(({ row }) => row))).toEqual([
    [5, 4],
    [3, 2],
    [1, 0],
  ]);
});

test('opportunities are told of when they open, are confirmed and close, with the net of their sizes', () => {
  const told: unknown[] = [];
  strategy.record.listener = (what, { id, openedUs, closedUs, isConfirmed, sizeNetQuotes }) =>
    told.push([what, id, openedUs, closedUs, isConfirmed, sizeNetQuotes.slice(0, 5).map((net) => Number(net.toFixed(6)))]);
  show();
  rig.turn();
  const openedUs = rig.nowUs;
  rig.turn(4000);
  show('1.0000');
  rig.turn();
  const nets = [5, 10, 25, 50].map((base) => Number((base * (1.05 * 0.998 - 1.0005)).toFixed(6)));
  expect(told).toEqual([
    ['opened', 1, openedUs, null, false, [...nets, 0]],
    ['confirmed', 1, openedUs, null, true, [...nets, 0]],
    ['closed', 1, openedUs, rig.nowUs, true, [...nets, 0]],
  ]);
  expect(strategy.record.newest(5)).toHaveLength(1);
});

test('the reports of the detector give every size with the fields of an opportunity', () => {
  show();
  rig.turn();
  rig.market.rowCount = 1;
  const [opportunity] = strategy.detector.scanOpportunities(rig.market);
  expect(opportunity).toMatchObject({ id: 1, row: 0, symbol: 'ABC/USDT', baseAsset: 'ABC', quoteAsset: 'USDT' });
  expect(opportunity?.sizedOpportunities.map(({ orderAmount }) => orderAmount)).toEqual(['5', '10', '25', '50']);
  expect(opportunity?.bestOpportunity).toBe(opportunity?.sizedOpportunities[3]);
  expect(opportunity?.bestOpportunity).toMatchObject({ buyExchange: 'mexc', sellExchange: 'gateio', buyPrice: 1, levelsUsed: 2 });
  expect(opportunity?.bestOpportunity.grossProfit).toBeCloseTo(2.5, 9);
  expect(strategy.detector.estimateExecutionFeasibility(0, rig.market)).toBe(false);
  rig.turn(4000);
  expect(strategy.detector.estimateExecutionFeasibility(0, rig.market)).toBe(true);
  expect(strategy.detector.calculateMultiSizeProfits(0, rig.market)).toHaveLength(4);
});
