// Goal: what no plan accounts for is traded away at the best book that can take it, together when it is too small by itself, and never so
// that a position turns round; what a restart found is closed.
// Method: a whole desk whose strategies hold what a test traded, before fake accounts, in virtual time.
import { describe, expect, it } from 'vitest';
import type { BookInfo } from '../../src/strategy/universe.js';
import { WIDE } from '../risk/desk.js';
import { DeskRig } from './desk-rig.js';

const LONG_MS = 15_000;

/** Every order of an account, as `side quantity`. */
function ordersOf(rig: DeskRig, venue: string, market: 'spot' | 'futures' = 'spot'): string[] {
  return rig.account(venue, market).sent.map(({ side, quantity }) => `${side} ${quantity}`);
}

function owed(rig: DeskRig) {
  return rig.desk.report().unhedged.map(({ asset, base, isDust }) => ({ asset, base, isDust }));
}

/** Trades away what the first strategy holds in a book, again and again, as one does that wants nothing there. */
async function takeBack(rig: DeskRig, book: BookInfo): Promise<void> {
  for (let times = 0; times < 5; times++) {
    const held = rig.position(0, book.book);
    if (held !== 0) await rig.trade([[book, -held]]);
    await rig.run(LONG_MS);
  }
}

describe('an amount that a strategy has too much of', () => {
  it('is sold where most is paid for it', async () => {
    const rig = await new DeskRig().start();
    rig.prices.set(rig.sellAt, 101);
    await rig.trade([[rig.buyAt, 100]]);
    await rig.run(LONG_MS);
    expect(ordersOf(rig, 'kraken')).toEqual(['sell 1']);
    expect(ordersOf(rig, 'binance')).toEqual(['buy 1']);
    expect(owed(rig)).toEqual([]);
    expect([rig.position(0, rig.buyAt.book), rig.position(0, rig.sellAt.book)]).toEqual([100, -100]);
  });

  it('is taken back where it was sold when the strategy has sold as well: else both would go on for ever', async () => {
    const rig = await new DeskRig().start();
    await rig.trade([[rig.buyAt, 100]]);
    rig.prices.set(rig.sellAt, 101);
    await rig.run(LONG_MS);
    // As a strategy does that knows of its own book alone: whatever is there is sold.
    rig.prices.set(rig.sellAt, 100.1);
    await takeBack(rig, rig.buyAt);
    expect(ordersOf(rig, 'binance')).toEqual(['buy 1', 'sell 1']);
    expect(ordersOf(rig, 'kraken')).toEqual(['sell 1', 'buy 1']);
    expect(owed(rig)).toEqual([]);
  });

  it('is sold at another book when the strategy has taken it back at the best one: else both would go on for ever', async () => {
    const rig = await new DeskRig().start();
    rig.prices.set(rig.sellAt, 101);
    await rig.trade([[rig.buyAt, 100]]);
    await rig.run(LONG_MS);
    // As a strategy does that knows of this book alone, and wants nothing there.
    await takeBack(rig, rig.sellAt);
    expect(ordersOf(rig, 'kraken')).toEqual(['sell 1', 'buy 1']);
    expect(ordersOf(rig, 'binance')).toEqual(['buy 1', 'sell 1']);
    expect(owed(rig)).toEqual([]);
  });

  it('is sold at another book when the strategy gives up the other side for it: else all it holds would go bit by bit', async () => {
    const rig = await new DeskRig().start();
    await rig.trade([
      [rig.sellAt, 500],
      [rig.perpetual, -50],
    ]);
    await rig.trade([[rig.buyAt, 100]]);
    rig.prices.set(rig.sellAt, 101);
    // As a strategy does that knows of two of the three books, and holds as much in the one as in the other.
    for (let times = 0; times < 5; times++) {
      await rig.run(LONG_MS);
      const contracts = rig.position(0, rig.sellAt.book) / 10 + rig.position(0, rig.perpetual.book);
      if (contracts < 0) await rig.trade([[rig.perpetual, -contracts]]);
    }
    expect([rig.buyAt, rig.sellAt, rig.perpetual].map(({ book }) => rig.position(0, book))).toEqual([0, 400, -40]);
  });

  it('waits when it is little, and the strategy has taken it back at the only book there is', async () => {
    const rig = await new DeskRig().start();
    await rig.trade([[rig.buyAt, 6]]);
    // The venue takes no order of so little any more.
    Object.assign(rig.buyAt.instrument.rules, { minQuoteAmount: '20' });
    await rig.run(LONG_MS);
    await takeBack(rig, rig.sellAt);
    expect(ordersOf(rig, 'kraken')).toEqual(['sell 0.06', 'buy 0.06']);
    expect(owed(rig)).toEqual([{ asset: 'ABC', base: '0.06', isDust: true }]);
  });

  it('is sold at another book when the best one is not fresh', async () => {
    const rig = await new DeskRig().start();
    rig.prices.set(rig.sellAt, 101);
    await rig.run(1_000);
    rig.prices.delete(rig.sellAt);
    await rig.run(6_000);
    await rig.trade([[rig.buyAt, 100]]);
    await rig.run(LONG_MS);
    expect(ordersOf(rig, 'binance')).toEqual(['buy 1', 'sell 1']);
  });

  it('waits as dust until there is enough of it for an order', async () => {
    const rig = await new DeskRig().start();
    const { symbol } = rig.buyAt.instrument;
    const account = rig.account('binance');
    // An order of a strategy whose fills come later, and bit by bit: four at 1 USDT each are below any least order.
    account.treatment = { ...account.treatment, share: 0 };
    await rig.trade([[rig.buyAt, 100]]);
    account.treatment = { ...account.treatment, share: 1 };
    const id = account.sent[0]?.clientOrderId ?? '';
    for (let times = 0; times < 4; times++) account.tellFill(account.trade(symbol, 'buy', '0.01', '100', id));
    await rig.run(LONG_MS);
    expect(rig.sent).toBe(1);
    expect(owed(rig)).toEqual([{ asset: 'ABC', base: '0.04', isDust: true }]);
    account.tellFill(account.trade(symbol, 'buy', '0.02', '100', id));
    await rig.run(LONG_MS);
    expect(rig.sent).toBe(2);
    expect(owed(rig)).toEqual([]);
    expect(rig.desk.state.strategies[0]?.net[0]).toBe(0);
  });

  it('is tried again when an order for it failed or filled in part, until what is left is dust', async () => {
    const rig = await new DeskRig().start();
    const refused = { share: 1, rests: false, isRefused: true, feeInBase: false };
    await rig.trade([[rig.buyAt, 100]]);
    for (const venue of ['binance', 'kraken']) rig.account(venue).treatment = refused;
    await rig.run(LONG_MS);
    expect(rig.sent).toBeGreaterThan(3);
    expect(owed(rig)).toMatchObject([{ base: '1' }]);
    for (const venue of ['binance', 'kraken']) rig.account(venue).treatment = { ...refused, isRefused: false, share: 0.6 };
    await rig.run(LONG_MS);
    // 0.4, 0.16, 0.06, 0.02: two USDT are no order.
    expect(owed(rig)).toEqual([{ asset: 'ABC', base: '0.02', isDust: true }]);
    expect(rig.desk.state.strategies[0]?.net[0]).toBe(2);
  });

  it('of contracts only makes positions of them smaller', async () => {
    const rig = await new DeskRig().start();
    const [short, long] = rig.short(10, 'XYZ');
    if (short === undefined || long === undefined) throw new RangeError('two legs');
    await rig.trade([short]);
    await rig.run(LONG_MS);
    // Nothing but the contract itself could be bought: no other one was opened.
    expect(ordersOf(rig, 'gateio', 'futures')).toEqual(['sell 10', 'buy 10']);
    expect(rig.account('gateio', 'futures').sent.at(-1)?.reduceOnly).toBe(true);
    expect(ordersOf(rig, 'mexc', 'futures')).toEqual([]);
  });

  it('is traded where it only makes positions smaller while opening is stopped', async () => {
    const rig = await new DeskRig({ risk: { ...WIDE, dailyLossQuoteMax: 1e6 } }).start();
    await rig.trade(rig.short(20));
    const { symbol } = rig.perpetual.instrument;
    rig.account('kraken').move('USDT', '-6');
    await rig.run(60_000);
    expect(rig.desk.report().halt).toMatchObject({ level: 'opening' });
    const mexc = rig.account('mexc', 'futures');
    mexc.tellFill(mexc.trade(symbol, 'buy', '5', '100', mexc.sent[0]?.clientOrderId));
    await rig.run(LONG_MS);
    expect(rig.desk.state.strategies[0]?.net[0]).toBe(0);
    expect(ordersOf(rig, 'binance').concat(ordersOf(rig, 'kraken'))).toEqual([]);
    expect(ordersOf(rig, 'mexc', 'futures')).toEqual(['buy 20', 'sell 5']);
  });
});

describe('what a restart found', () => {
  it('is closed when it is contracts, both sides together', async () => {
    const first = await new DeskRig().start();
    await first.trade(first.short(20));
    first.die();
    const rig = await new DeskRig({ before: first }).start();
    await rig.run(LONG_MS);
    for (const venue of ['gateio', 'mexc']) {
      expect(rig.account(venue, 'futures').contracts.get('ABCUSDT-PERP')?.toFixed()).toBe('0');
      expect(rig.account(venue, 'futures').sent.at(-1)).toMatchObject({ reduceOnly: true, quantity: '20' });
    }
    const sent = rig.sent;
    await rig.run(LONG_MS);
    expect(rig.sent).toBe(sent);
  });

  it('is left alone when it is hedged on spot', async () => {
    const first = await new DeskRig().start();
    await first.trade();
    first.die();
    const rig = await new DeskRig({ before: first }).start();
    await rig.run(LONG_MS);
    expect(rig.sent).toBe(2);
    expect([rig.position(0, rig.buyAt.book), rig.position(0, rig.sellAt.book)]).toEqual([100, -100]);
    expect([rig.toldPosition(0, rig.buyAt.book), rig.toldPosition(0, rig.sellAt.book)]).toEqual([100, -100]);
  });
});
