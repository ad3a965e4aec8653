// Goal: strategies may spend what both the ledger and the venue have, in whole units; and the risk state counts every order and fill of
// execution once, whoever sent it and however late it is told.
// Method: the parts by themselves, over the market of the risk check's tests.
import { describe, expect, it } from 'vitest';
import type { JournalOrder } from '../../src/execution/ports.js';
import { Books } from '../../src/ledger/books.js';
import type { JournalEntry } from '../../src/ledger/entries.js';
import { Funds } from '../../src/trading/funds.js';
import { Prices } from '../../src/trading/prices.js';
import { RiskFeed } from '../../src/trading/risk-feed.js';
import { transfer } from '../ledger/samples.js';
import { Desk } from '../risk/desk.js';
import { aFill } from './ledger-rig.js';

describe('funds', () => {
  const desk = new Desk();
  const { universe } = desk.rig;
  const books = new Books();
  const spendable = new Map<number, number>();
  const setBalance = (account: number, units: number): void => void spendable.set(account, units);
  const funds = new Funds(universe, books, { setBalance }, desk.state);
  const usdt = universe.accounts.find(({ venue, market, asset }) => venue === 'binance' && market === 'spot' && asset === 'USDT');
  const margin = universe.accounts.find(
    ({ venue, market, asset }) => venue === 'gateio' && market === 'futures' && asset === 'USDT',
  );
  if (usdt === undefined || margin === undefined) throw new RangeError('accounts');
  const unit = 10 ** usdt.scale;
  let sequence = 0;
  const pay = (amount: string, account: 'spot' | 'futures' = 'spot'): void => {
    const where =
      account === 'spot' ? ({ venue: 'binance', market: 'spot' } as const) : ({ venue: 'gateio', market: 'futures' } as const);
    const booking = books.book({ ...transfer({ ...where, amount }), sequence: ++sequence } as JournalEntry);
    if (booking !== null) funds.booked(booking);
  };
  const tell = (total: string, available: string | null = null): void =>
    funds.balance('spot', { venue: 'binance', asset: 'USDT', total, available });

  it("are the less of what the ledger and the venue say, and the check reads the ledger's", () => {
    pay('100');
    expect(spendable.get(usdt.account)).toBe(100 * unit);
    tell('80', '10');
    expect(spendable.get(usdt.account)).toBe(80 * unit);
    pay('-50');
    expect(spendable.get(usdt.account)).toBe(50 * unit);
    tell('60');
    expect([spendable.get(usdt.account), desk.state.balance(usdt.account)]).toEqual([50 * unit, 50 * unit]);
  });

  it('are whole units that are full', () => {
    tell(`1.${'0'.repeat(usdt.scale)}9`);
    expect(spendable.get(usdt.account)).toBe(unit);
  });

  it('on futures are what no margin binds', () => {
    pay('100', 'futures');
    funds.balance('futures', { venue: 'gateio', asset: 'USDT', total: '100', available: '30' });
    expect(spendable.get(margin.account)).toBe(30 * 10 ** margin.scale);
  });

  it("of assets that are not traded are nobody's matter", () => {
    const before = new Map(spendable);
    funds.balance('spot', { venue: 'binance', asset: 'XXX', total: '1', available: null });
    expect(spendable).toEqual(before);
  });
});

describe('the risk feed', () => {
  function rig() {
    const desk = new Desk();
    const clock = { monotonicUs: () => desk.rig.nowUs, epochUs: () => desk.rig.nowUs };
    const prices = new Prices(desk.rig.universe, desk.rig.market.views, clock, desk.config);
    const feed = new RiskFeed(prices, ['pairs', 'other'], desk.state, desk.manager, clock);
    const book = desk.rig.book('binance');
    const other = desk.rig.book('kraken');
    const order = (changes: Partial<JournalOrder> = {}): JournalOrder => ({
      ...{ intent: 1, leg: 0, strategy: 'pairs', clientOrderId: 'c1', venue: 'binance', market: 'spot' },
      ...{ symbol: book.instrument.symbol, side: 'buy', quantity: '1', price: '100', state: 'sending', venueOrderId: null },
      ...{ filled: '0', reason: null, ...changes },
    });
    const fill = (tradeId: string, quantity: string, of: Partial<JournalOrder> = {}) => {
      const entry = order(of);
      const { venue, market, symbol, side, clientOrderId } = entry;
      const told = aFill({ tradeId, quantity, side, clientOrderId, symbol, venue: venue as 'binance', market: market as 'spot' });
      feed.fill({ ...entry, fill: told });
    };
    const intent = desk.intent([
      [book, 100, 100.01],
      [other, -100, 99.99],
    ]);
    expect(desk.check(intent).passes).toBe(true);
    const hedge = order({ clientOrderId: 'c2', side: 'sell' });
    return { desk, feed, book, order, fill, hedge, held: () => desk.state.strategies[0]?.position[book.book] };
  }

  it('takes an order of an intent for the one that the check has counted, and a hedge for another', () => {
    const { desk, feed, order, hedge } = rig();
    feed.order(order());
    expect(desk.state.openOrders).toBe(2);
    feed.order(hedge);
    expect(desk.state.openOrders).toBe(3);
    feed.order({ ...hedge, state: 'canceled' });
    expect(desk.state.openOrders).toBe(2);
    feed.order(order({ state: 'canceled' }));
    expect(desk.state.openOrders).toBe(1);
  });

  it('counts each fill once, of the order that it is of', () => {
    const { feed, order, fill, hedge, held } = rig();
    feed.order(order());
    for (const tradeId of ['t1', 't1', 't2']) fill(tradeId, '0.4');
    expect(held()).toBe(80);
    feed.order(hedge);
    fill('t1', '0.3', hedge);
    expect(held()).toBe(50);
  });

  it('counts a fill that is told after the end of its order', () => {
    const { desk, feed, order, fill, held } = rig();
    feed.order(order());
    fill('t1', '0.4');
    feed.order(order({ state: 'canceled' }));
    for (const tradeId of ['t1', 't2', 't2']) fill(tradeId, '0.4');
    expect(held()).toBe(80);
    expect(desk.state.openOrders).toBe(1);
  });

  it('counts what an order is reported to have filled at its end, though its fills are told only later', () => {
    const { desk, feed, order, fill, held } = rig();
    feed.order(order());
    feed.order(order({ state: 'filled', filled: '1' }));
    expect([held(), desk.state.openOrders]).toEqual([100, 1]);
    for (const [tradeId, quantity] of [
      ['t1', '0.4'],
      ['t2', '0.6'],
    ] as const) {
      fill(tradeId, quantity);
      expect(held()).toBe(100);
    }
  });

  it('leaves alone what is of no order that it knows', () => {
    const { fill, held } = rig();
    fill('t1', '1', { clientOrderId: 'strange' });
    expect(held()).toBe(0);
  });
});
