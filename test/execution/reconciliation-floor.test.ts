// Goal: on venues that speak the real protocols, what is expected is what the venues hold, after trades, lost messages and a restart;
// what does not belong there is found and the right order proposed; orders that nobody knows are cancelled.
// Method: simulated venues in process on virtual time; somebody else trades on the same accounts, unseen by us.
import { afterEach, describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import type { AccountName } from '../../src/execution/reconciliation-types.js';
import { parseFaultRule } from '../../src/sim/faults/rules.js';
import type { TradingFloor } from '../../src/sim/framework/trading-floor.js';
import { HERE, Life, openFloor, orderOf, seatOf, THERE } from './reconciliation-floor.js';

const COINBASE: AccountName = { venue: 'coinbase', market: 'spot' };
const MEXC: AccountName = { venue: 'mexc', market: 'spot' };
const KRAKEN: AccountName = { venue: 'kraken', market: 'spot' };
const CONTRACTS: AccountName = { venue: 'binance', market: 'futures' };
const MEXC_CONTRACTS: AccountName = { venue: 'mexc', market: 'futures' };

let floor: TradingFloor;
let lives: Life[] = [];

const born = async (
  ...[name, kept, more]: ConstructorParameters<typeof Life> extends [unknown, ...infer R] ? R : never
): Promise<Life> => {
  const life = new Life(floor, name, kept, more);
  lives.push(life);
  await life.start();
  return life;
};

afterEach(async () => {
  for (const life of lives) await life.stop();
  lives = [];
  expect(await floor.close()).toEqual({ timers: 0, sockets: 0, requests: 0 });
});

describe('while it runs', () => {
  it('expects what the venues hold, to the last digit, after trades on spot and futures', async () => {
    floor = await openFloor();
    const life = await born('a');
    expect(life.startUp.state).toEqual({ kind: 'ready' });
    for (let round = 0; round < 3; round++) {
      await life.place(HERE);
      await life.place(THERE);
    }
    await life.pass(20_000);
    expect(life.fills.length).toBeGreaterThanOrEqual(6);
    expect(life.watch.last).toMatchObject({ imbalances: [], blind: [], unexplained: [] });
    expect(life.events.filter(({ kind }) => kind !== 'opening')).toEqual([]);
  });

  it('books what streams did not tell, and calls nothing a drift', async () => {
    floor = await openFloor(2);
    const life = await born('a');
    await life.pass(30_000);
    const channel = 'executionReport|outboundAccountPosition|usertrades|futures.(balances|positions|orders)';
    const traffic = ['ws-private', 'ws-trade', 'ws-public'];
    floor.simulation.faults.add(parseFaultRule({ traffic, channel, untilMs: 4_000, fault: { kind: 'drop' } }));
    // Somebody else's orders: no answer tells us of them either.
    for (const account of [HERE, THERE]) {
      const { gateway } = seatOf(floor, account);
      await floor.drive(gateway.place(orderOf(floor, account, gateway.clientOrderId('foreign'))));
    }
    await life.pass(60_000);
    expect(life.watch.last).toMatchObject({ imbalances: [], blind: [] });
    expect(life.of('drift')).toEqual([]);
    const held = floor.seats.flatMap(({ account }) => account.fills());
    expect(held.length).toBeGreaterThanOrEqual(2);
    expect(life.of('missed-fill').length).toBeGreaterThanOrEqual(2);
    expect(life.fills).toHaveLength(held.length);
  });

  it('takes what somebody else trades on the account for what it is, in full', async () => {
    floor = await openFloor(3);
    const life = await born('a');
    const foreign = seatOf(floor, THERE);
    await floor.drive(foreign.gateway.place(orderOf(floor, THERE, foreign.gateway.clientOrderId('foreign'))));
    await life.pass(20_000);
    // An account's fills are told whoever traded, so nothing differs.
    expect(life.watch.last?.imbalances).toEqual([]);
    expect(life.fills).toHaveLength(foreign.account.fills().length);
  });

  it('finds money that came from nowhere once it has asked again, and no order is proposed for it', async () => {
    floor = await openFloor(4);
    const life = await born('a');
    life.reconciler.trackMovement({ ...HERE, kind: 'transfer', id: 'never came', asset: 'USDT', amount: '25' });
    await life.pass(20_000);
    const [drift] = life.of('drift');
    if (drift === undefined) throw new Error('no drift');
    expect(life.of('drift')).toHaveLength(1);
    expect(drift.imbalance).toMatchObject({ ...HERE, asset: 'USDT', imbalanceAmount: '-25', correctionRequired: true });
    expect(life.reconciler.correctImbalance(drift.imbalance)).toMatchObject({ kind: 'not-correctable' });
    life.reconciler.adopt(drift.imbalance);
    await life.pass(5_000);
    expect(life.of('drift-ended')).toHaveLength(1);
  });

  it('proposes the order that brings a coin that has gone back, and nothing differs once it is filled', async () => {
    floor = await openFloor(5);
    const life = await born('a');
    life.reconciler.trackMovement({ ...HERE, kind: 'transfer', id: 'phantom', asset: 'ETH', amount: '1' });
    await life.pass(20_000);
    const [drift] = life.of('drift');
    if (drift === undefined) throw new Error('no drift');
    const correction = life.reconciler.correctImbalance(drift.imbalance);
    if (correction.kind !== 'order') throw new Error(correction.kind);
    expect(correction.order).toMatchObject({ ...HERE, side: 'buy', quantity: '1' });
    const before = new Exact(life.reconciler.snapshot()[0]?.balances.find(({ asset }) => asset === 'ETH')?.total ?? 0);
    life.reconciler.adopt(drift.imbalance);
    const { symbol, side, quantity, limitPrice, reduceOnly } = correction.order;
    const gateway = life.gateways.get('binance spot');
    const request = {
      symbol,
      side,
      quantity,
      price: limitPrice,
      reduceOnly,
      type: 'limit',
      timeInForce: 'ioc',
      quoteAmount: null,
    } as const;
    if (gateway === undefined) throw new Error('no gateway');
    await floor.drive(gateway.place({ ...request, clientOrderId: gateway.clientOrderId('fix') }));
    await life.pass(20_000);
    expect(life.watch.last?.imbalances).toEqual([]);
    const after = new Exact(life.reconciler.snapshot()[0]?.balances.find(({ asset }) => asset === 'ETH')?.total ?? 0);
    // What is short of it is the fee in the coin.
    expect(before.minus(after).abs().lte('0.01')).toBe(true);
  });
});

describe('the sweep', () => {
  it('cancels orders that nobody here knows, keeps ours, and settles those that the venue does not have', async () => {
    floor = await openFloor(6);
    const life = await born('a');
    const ours = await life.place(HERE, true);
    const foreign = seatOf(floor, HERE).gateway;
    await floor.drive(foreign.place(orderOf(floor, HERE, foreign.clientOrderId('foreign'), true)));
    const stuck = { ...HERE, symbol: 'ETHUSDT', clientOrderId: 'stuck', venueOrderId: null, side: 'buy' as const };
    life.orders.set('stuck', { ...stuck, filledQty: '0', filledQuote: '0', wordUs: floor.time.monotonicUs() });
    await life.pass(60_000);
    expect(life.of('orphan')).toMatchObject([
      { outcome: 'cancelled', order: { clientOrderId: foreign.clientOrderId('foreign') } },
    ]);
    expect(life.of('settled')).toMatchObject([{ reference: { clientOrderId: 'stuck' }, order: null }]);
    const open = seatOf(floor, HERE).account.openOrders();
    expect(open.map(({ clientOrderId }) => clientOrderId)).toEqual([ours]);
  });
});

describe('a restart', () => {
  it.each([
    [HERE, THERE],
    [COINBASE, CONTRACTS],
    [MEXC, CONTRACTS],
    [KRAKEN, MEXC_CONTRACTS],
  ])(
    'books what happened while nobody looked, ends orders from before, and is ready in less than three seconds (%o, %o)',
    async (here, there) => {
      floor = await openFloor(7, [here, there]);
      const first = await born('a');
      await first.place(here);
      await first.place(there);
      await first.pass(10_000);
      await first.place(here, true);
      await first.place(there, true);
      const kept = first.kept();
      await first.stop();
      // The account goes on trading without us.
      for (const account of [here, there]) {
        const { gateway } = seatOf(floor, account);
        const outcome = await floor.drive(gateway.place(orderOf(floor, account, gateway.clientOrderId(`late ${account.venue}`))));
        expect(outcome.kind).toBe('placed');
      }
      await first.pass(60_000);
      const startedUs = floor.time.monotonicUs();
      const second = await born('b', kept);
      expect(second.startUp.state).toEqual({ kind: 'ready' });
      expect(floor.time.monotonicUs() - startedUs).toBeLessThan(3_000_000);
      expect(second.of('missed-fill').length).toBeGreaterThanOrEqual(2);
      expect(second.of('order-ended').map(({ order }) => order?.state)).toEqual(['canceled', 'canceled']);
      expect(floor.seats.flatMap(({ account }) => account.openOrders())).toEqual([]);
      await second.pass(20_000);
      expect(second.watch.last?.imbalances).toEqual([]);
    },
  );

  it('refuses to trade when what is held cannot be explained, says which, and goes on once it is', async () => {
    floor = await openFloor(8);
    const first = await born('a');
    await first.place(THERE);
    await first.pass(10_000);
    const kept = new Map(first.kept());
    const before = kept.get('binance spot');
    if (before === undefined) throw new Error('nothing kept');
    const balances = before.account.balances.map((one) =>
      one.asset === 'USDT' ? { ...one, total: new Exact(one.total).plus(7).toFixed() } : one,
    );
    kept.set('binance spot', { ...before, account: { ...before.account, balances } });
    await first.stop();
    const second = await born('b', kept);
    expect(second.startUp.state).toMatchObject({
      kind: 'blocked',
      mismatches: [{ ...HERE, asset: 'USDT', imbalanceAmount: '-7' }],
    });
    expect(second.startUp.refusal()).toMatch(/binance spot USDT: expected/);
    const movements = [{ ...HERE, kind: 'transfer' as const, id: 'withdrawal', asset: 'USDT', amount: '-7' }];
    const third = await born('c', kept, { movements });
    expect(third.startUp.state).toEqual({ kind: 'ready' });
    expect(third.startUp.refusal()).toBeNull();
  });
});
