// Goal: the trading desk works with paper venues as with any others: what a strategy finds in the books is bought and sold on paper,
// the ledger's profit is the change of the accounts, nothing drifts while time passes, and the next run goes on where this one ended.
// Method: the engine, a strategy, the desk and paper venues in one process, over books in shared memory and virtual time.
import { describe, expect, it } from 'vitest';
import { Exact } from '../../../src/domain/decimal.js';
import type { Rig as Lab } from '../../../src/sim/lab/rig.js';
import { Budget } from '../../../src/strategy/capital.js';
import type { StrategyContext } from '../../../src/strategy/context.js';
import type { MarketView } from '../../../src/strategy/market-view.js';
import type { HostedStrategy, Strategy } from '../../../src/strategy/strategy.js';
import { threeTierDefinition } from '../../../src/strategy/three-tier/three-tier-strategy.js';
import { ledgerOpenings } from '../../../src/trading/paper/opening.js';
import { DeskRig, type DeskRigOptions } from './desk-rig.js';
import { openingOf } from './paper-rig.js';

const HOUR_MS = 3_600_000;

describe('a planted spread', () => {
  const options: DeskRigOptions = {
    rows: [
      [
        { venue: 'mexc', takerFeeBps: 5 },
        { venue: 'gateio', takerFeeBps: 20 },
        { venue: 'binance', takerFeeBps: 10 },
      ],
    ],
    strategy: (lab) => lab.make(threeTierDefinition, { maxRowQuote: 15 }),
    openingOf: () => openingOf({ USDT: '500', ABC: '200' }),
  };

  function show({ lab, time }: DeskRig, gateioBid: string): void {
    lab.nowUs = time.monotonicUs();
    lab.setBook(
      lab.book('mexc'),
      [['0.9900', '1000']],
      [
        ['1.0000', '6'],
        ['1.0002', '1000'],
      ],
    );
    lab.setBook(lab.book('gateio'), [[gateioBid, '1000']], [['1.0600', '1000']]);
    lab.setBook(lab.book('binance'), [['0.9950', '1000']], [['1.0400', '1000']]);
  }

  /** A quiet market: books that are told again every second. */
  async function idle(rig: DeskRig, ms: number): Promise<void> {
    rig.turnEvery(200);
    const quotes = rig.time.every(1_000, () => show(rig, '0.9980'));
    await rig.run(ms);
    quotes.cancel();
  }

  async function started(more: Partial<DeskRigOptions> = {}): Promise<DeskRig> {
    const rig = new DeskRig({ ...options, ...more });
    show(rig, '0.9980');
    await rig.start(10);
    expect(rig.desk.report()).toMatchObject({ state: 'trading', intents: { emitted: 0 } });
    rig.turnEvery(1);
    return rig;
  }

  it('becomes an intent, fills on both sides and a profit that is the change of the accounts; for an hour nothing drifts', async () => {
    const rig = await started();
    show(rig, '1.0300');
    await rig.run(40);
    show(rig, '0.9980');
    await rig.run(100);
    const { intents, executions, profit } = rig.desk.report();
    expect(intents).toEqual({ emitted: 1, refused: 0, executed: 1, succeeded: 1, failed: 0 });
    expect(executions[0]?.orders).toMatchObject([
      { venue: 'mexc', side: 'buy', filled: '10', isHedge: false, state: 'filled' },
      { venue: 'gateio', side: 'sell', filled: '10', isHedge: false, state: 'filled' },
    ]);
    // 6 at 1.00 and 4 at 1.0002, 10 sold at 1.03, and the fees of both venues.
    expect(profit).toMatchObject([{ realised: '0.2992', fees: '0.0256004', fills: 3, net: '0.2735996' }]);
    await idle(rig, HOUR_MS);
    expect(rig.desk.report()).toMatchObject({
      state: 'trading',
      intents: { emitted: 1 },
      unhedged: [],
      reconciliation: { holdings: 6, drifts: [] },
      ledger: { isHealthy: true },
    });
    expect(rig.alerts()).toEqual([]);
    expect(rig.total('USDT')).toBe(new Exact(1500).plus(rig.profit()).toFixed());
    expect(rig.total('ABC')).toBe('600');
    expect(await rig.stop()).toBe(true);
    expect(rig.time.pending()).toBe(0);
  }, 60_000);

  it('that is gone when the orders arrive is hedged where there is a market', async () => {
    const rig = await started();
    show(rig, '1.0300');
    await rig.run(6);
    show(rig, '0.9980');
    await rig.run(1_000);
    const { intents, executions, unhedged } = rig.desk.report();
    expect(intents).toMatchObject({ executed: 1, succeeded: 0, failed: 1 });
    expect(executions[0]?.orders.filter(({ filled }) => filled !== '0')).toMatchObject([
      { venue: 'mexc', side: 'buy', filled: '10' },
      { venue: 'binance', side: 'sell', filled: '10', isHedge: true },
    ]);
    expect(unhedged).toEqual([]);
    expect(rig.total('ABC')).toBe('600');
    expect(rig.total('USDT')).toBe(new Exact(1500).plus(rig.profit()).toFixed());
    await rig.stop();
  });

  it('leaves a ledger with which the next run goes on', async () => {
    const first = await started();
    show(first, '1.0300');
    await first.run(40);
    show(first, '0.9980');
    await first.run(100);
    await first.stop();
    const { ledger, time } = first;
    const kept = ledgerOpenings(ledger, { USDT: 1 });
    const next = await started({ ledger, time, openingOf: (account) => kept(account) ?? openingOf({}) });
    await idle(next, 60_000);
    expect(next.alerts()).toEqual([]);
    for (const { venue, market, port } of next.venues.accounts)
      expect(port.snapshot()).toEqual(first.venues.of({ venue, market })?.snapshot());
    expect(next.profit()).toBe(first.profit());
    next.turnEvery(1);
    show(next, '1.0300');
    await next.run(40);
    show(next, '0.9980');
    await next.run(100);
    expect(next.desk.report().intents).toMatchObject({ executed: 1, succeeded: 1 });
    expect(next.total('USDT')).toBe(new Exact(1500).plus(next.profit()).toFixed());
    await next.stop();
  });
});

/** Aims at what the test says, once. */
class AimStrategy implements Strategy {
  wanted: readonly (readonly [book: number, targetUnits: number, limitPriceUnits: number])[] = [];

  onMarket(market: MarketView, context: StrategyContext): void {
    if (this.wanted.length === 0) return;
    const isClosing = this.wanted.every(([, target]) => target === 0);
    const intent = context.intent(isClosing ? 'close' : 'open', 0, market);
    intent.expiresUs = market.nowUs + 50_000;
    intent.hedgeByUs = market.nowUs + 5_000_000;
    for (const [book, target, limit] of this.wanted) context.aim(intent, market, book, target, limit);
    this.wanted = [];
    context.emit(intent);
  }
}

describe('a hedged pair of perpetuals', () => {
  it('earns the difference of the funding that both venues tell, and the ledger has every bit of it', async () => {
    const strategy = new AimStrategy();
    const hosted = (_lab: Lab): HostedStrategy => ({ name: 'aim', strategy, budget: new Budget(10_000) });
    const contract = { market: 'futures', contractSize: '0.1', qtyDecimals: 0 } as const;
    const rig = new DeskRig({
      rows: [
        [
          { ...contract, venue: 'gateio', takerFeeBps: 5 },
          { ...contract, venue: 'binance', takerFeeBps: 4 },
        ],
      ],
      strategy: hosted,
      openingOf: () => openingOf({ USDT: '500' }),
    });
    const { lab, time } = rig;
    const [gateio, binance] = [lab.book('gateio', 'futures'), lab.book('binance', 'futures')];
    const dueUs = time.epochUs() + 600e6;
    const show = (): void => {
      lab.nowUs = time.monotonicUs();
      const nextFundingUs = time.epochUs() < dueUs ? dueUs : dueUs + 8 * HOUR_MS * 1000;
      for (const [info, fundingRate] of [
        [gateio, -0.0004],
        [binance, 0.0003],
      ] as const) {
        lab.setBook(info, [['9.9990', '1000']], [['10.0000', '1000']]);
        lab.setMark(info, { price: 10.001, fundingRate, nextFundingUs });
      }
    };
    show();
    const quotes = time.every(1_000, show);
    await rig.start(20);
    rig.turnEvery(200);
    // 1 base asset long at one venue, short at the other.
    strategy.wanted = [
      [gateio.book, 10, 100_000],
      [binance.book, -10, 99_990],
    ];
    await rig.run(900_000);
    const report = rig.desk.report();
    expect(report).toMatchObject({ state: 'trading', intents: { executed: 1, succeeded: 1 }, reconciliation: { drifts: [] } });
    expect(report.positions.map(({ venue, quantity }) => [venue, quantity])).toEqual([
      ['gateio', '1'],
      ['binance', '-1'],
    ]);
    // Both are received: 10.001 at 4 and 3 in ten thousand; fees of 10.0000 at 5 and 9.9990 at 4 basis points.
    expect(report.profit).toMatchObject([{ realised: '0', fees: '0.0089996', funding: '0.0070007', net: '-0.0019989' }]);
    expect(rig.total('USDT')).toBe(new Exact(1000).plus(rig.profit()).toFixed());
    strategy.wanted = [
      [gateio.book, 0, 99_990],
      [binance.book, 0, 100_000],
    ];
    await rig.run(5_000);
    expect(rig.desk.report().positions).toEqual([]);
    expect(rig.venues.accounts.flatMap(({ port }) => port.snapshot().positions)).toEqual([]);
    expect(rig.total('USDT')).toBe(new Exact(1000).plus(rig.profit()).toFixed());
    expect(rig.alerts()).toEqual([]);
    quotes.cancel();
    await rig.stop();
  }, 60_000);
});
