import { describe, expect, it } from 'vitest';
import type { EngineAccount } from '../../../src/sim/matching/types.js';
import { EPOCH_US, Rig, toMoney } from './rig.js';

const ONE = 10n ** 18n;

/** BTC perpetual of Binance with a still background; prices in whole dollars. */
function stage(mark = 64_000, updatesPerSecond = 500) {
  const rig = new Rig('binance', {}, 5, updatesPerSecond);
  const book = rig.book('BTCUSDT', 'futures');
  const { priceDecimals, qtyDecimals } = book.instrument;
  const price = (dollars: number) => dollars * 10 ** priceDecimals;
  const coins = (btc: number) => btc * 10 ** qtyDecimals;
  const move = (middle: number) =>
    rig.still({ bids: [[price(middle - 1), coins(50)]], asks: [[price(middle + 1), coins(50)]] }, 'BTCUSDT', 'futures');
  move(mark);
  const account = rig.engine.openAccount({ spot: {}, futures: { USDT: '100000' } });
  return { rig, book, price, coins, move, account };
}

const usdt = (account: EngineAccount) => account.balance('futures', 'USDT');

describe('the matching engine on futures', () => {
  it('binds initial margin, marks to the market, and realises what a close earned', () => {
    const { rig, book, price, coins, move, account } = stage();
    const resting = rig.order(account, book, 'buy', coins(1), price(63_000));
    expect(usdt(account).locked).toBe(toMoney('6300') + toMoney('31.5'));
    rig.engine.cancel(resting);
    expect(usdt(account).locked).toBe(0n);
    const opening = rig.order(account, book, 'buy', coins(1), null);
    expect(opening).toMatchObject({ state: 'filled', filledQuote: toMoney('64001') });
    const position = account.position(book);
    expect(position).toMatchObject({ qtyUnits: coins(1), entryPrice: toMoney('64001'), margin: toMoney('6400.1'), leverage: 10 });
    expect(usdt(account)).toMatchObject({ total: toMoney('100000') - toMoney('32.0005'), locked: toMoney('6400.1') });
    move(65_000);
    expect(rig.engine.value(position)).toMatchObject({
      markPrice: toMoney('65000'),
      unrealizedPnl: toMoney('999'),
      maintenanceMargin: toMoney('260'),
    });
    const liquidation = rig.engine.value(position).liquidationPrice;
    expect(liquidation).toBe(((toMoney('64001') - toMoney('6400.1')) * ONE) / toMoney('0.996'));
    const half = rig.order(account, book, 'sell', coins(0.5), null, { reduceOnly: true });
    expect(half.fills[0]?.realizedPnl).toBe(toMoney('499'));
    const flip = rig.order(account, book, 'sell', coins(1), null);
    expect(flip.fills[0]?.realizedPnl).toBe(toMoney('499'));
    expect(account.position(book)).toMatchObject({
      qtyUnits: -coins(0.5),
      entryPrice: toMoney('64999'),
      realizedPnl: toMoney('998'),
    });
    expect(usdt(account).locked).toBe(toMoney('3249.95'));
    expect(rig.events.filter(({ kind }) => kind === 'position')).toHaveLength(3);
  });

  it('needs no margin for what closes a position, and ends reduce-only orders with it', () => {
    const { rig, book, price, coins, account } = stage();
    rig.order(account, book, 'buy', coins(1), null);
    const locked = usdt(account).locked;
    const exit = rig.order(account, book, 'sell', coins(1), price(66_000), { reduceOnly: true });
    const plain = rig.order(account, book, 'sell', coins(1), price(67_000));
    expect(usdt(account).locked).toBe(locked + toMoney('6733.5'));
    expect(rig.submit(account, book, 'sell', coins(1), price(66_000), { reduceOnly: true })).toMatchObject({
      refusal: 'reduce-only',
    });
    expect(rig.submit(account, book, 'buy', coins(1), price(60_000), { reduceOnly: true })).toMatchObject({
      refusal: 'reduce-only',
    });
    rig.order(account, book, 'sell', coins(5), null, { reduceOnly: true });
    expect(account.position(book).qtyUnits).toBe(0);
    expect(exit).toMatchObject({ state: 'ended', endReason: 'reduce-only', filledUnits: 0 });
    expect(plain.state).toBe('open');
    expect(usdt(account).locked).toBe(toMoney('6733.5'));
  });

  it('refuses what the margin does not allow, and leverage that does not fit', () => {
    const { rig, book, coins, price, account } = stage();
    expect(rig.submit(account, book, 'buy', coins(20), null)).toMatchObject({ refusal: 'insufficient-balance' });
    expect(rig.engine.setLeverage(account, book, 126)).toBe('value-too-large');
    expect(rig.engine.setLeverage(account, book, 50)).toBeNull();
    rig.order(account, book, 'buy', coins(20), price(64_001));
    expect(account.position(book)).toMatchObject({ leverage: 50, margin: toMoney('25600.4') });
    expect(rig.engine.setLeverage(account, book, 2)).toBe('insufficient-balance');
    expect(account.position(book)).toMatchObject({ leverage: 50, margin: toMoney('25600.4') });
    expect(rig.engine.setLeverage(account, book, 25)).toBeNull();
    expect(usdt(account).locked).toBe(toMoney('51200.8'));
    expect(rig.engine.setMarginMode(account, book, 'cross')).toBe('reduce-only');
  });

  it.each([
    ['buy', 58_000, 57_000],
    ['sell', 70_000, 71_500],
  ] as const)('liquidates a %s when the mark passes its liquidation price, and no sooner', (side, safe, gone) => {
    const { rig, book, coins, price, move, account } = stage();
    rig.order(account, book, side, coins(1), null);
    const order = rig.order(account, book, side, coins(0.1), price(side === 'buy' ? 50_000 : 80_000));
    const before = usdt(account).total;
    const margin = account.position(book).margin;
    move(safe);
    expect(account.position(book).qtyUnits).not.toBe(0);
    move(gone);
    expect(account.position(book)).toMatchObject({ qtyUnits: 0, margin: 0n });
    expect(order).toMatchObject({ state: 'ended', endReason: 'liquidation' });
    expect(usdt(account).locked).toBe(0n);
    expect(before - usdt(account).total).toBeLessThanOrEqual(margin);
    expect(account.orders(book).at(-1)).toMatchObject({ type: 'market', reduceOnly: true, state: 'filled', clientOrderId: null });
    expect(rig.events.some((event) => event.kind === 'balance' && event.cause === 'liquidation')).toBe(true);
  });

  it('lets a cross position lean on everything that is free, and an isolated one on its margin only', () => {
    const { rig, book, coins, move, account } = stage();
    const other = rig.engine.openAccount({ spot: {}, futures: { USDT: '100000' } });
    expect(rig.engine.setMarginMode(account, book, 'cross')).toBeNull();
    rig.order(account, book, 'buy', coins(1), null);
    rig.order(other, book, 'buy', coins(1), null);
    move(50_000);
    expect(account.position(book)).toMatchObject({ qtyUnits: coins(1), marginMode: 'cross' });
    expect(other.position(book).qtyUnits).toBe(0);
    expect(rig.engine.value(account.position(book)).liquidationPrice).toBe(0n);
    expect(usdt(other).total).toBeGreaterThanOrEqual(toMoney('100000') - toMoney('6400.1') - toMoney('33'));
  });

  it('fills a reduce-only FOK order whole or not at all', () => {
    const { rig, book, coins, price, account } = stage();
    rig.order(account, book, 'buy', coins(1), null);
    const fok = { timeInForce: 'fok' as const, reduceOnly: true };
    expect(rig.order(account, book, 'sell', coins(2), price(63_999), fok)).toMatchObject({ endReason: 'fok', filledUnits: 0 });
    expect(rig.order(account, book, 'sell', coins(1), price(63_999), fok).state).toBe('filled');
    expect(account.position(book)).toMatchObject({ qtyUnits: 0, margin: 0n, entryPrice: 0n });
  });

  it('pays funding every eight hours of the market, from longs to shorts when the rate is positive', () => {
    const { rig, book, coins, account } = stage(64_000, 0.5);
    const other = rig.engine.openAccount({ spot: {}, futures: { USDT: '100000' } });
    rig.order(account, book, 'buy', coins(1), null);
    rig.order(other, book, 'sell', coins(2), null);
    const due = rig.engine.funding(book);
    expect(due).toMatchObject({ nextUs: EPOCH_US + 8 * 3600e6, intervalHours: 8 });
    expect(rig.engine.pastFunding(book).at(-1)?.timeUs).toBe(EPOCH_US);
    const before = [usdt(account).total, usdt(other).total] as const;
    rig.market.advance(8 * 3600e6);
    const amount = (toMoney('64000') * toMoney(due.rate)) / ONE;
    expect(amount).not.toBe(0n);
    expect(usdt(account).total).toBe(before[0] - amount);
    expect(usdt(other).total).toBe(before[1] + 2n * amount);
    expect(rig.events.filter(({ kind }) => kind === 'funding')).toMatchObject([
      { account, amount: -amount, rate: due.rate, timeUs: due.nextUs },
      { account: other, amount: 2n * amount },
    ]);
    expect(rig.engine.pastFunding(book).at(-1)).toEqual({ timeUs: due.nextUs, rate: due.rate, markPrice: toMoney('64000') });
    const next = rig.engine.funding(book);
    expect(next.nextUs).toBe(EPOCH_US + 16 * 3600e6);
    expect(next.rate).not.toBe(due.rate);
    // A process that was held up pays as soon as its market goes on.
    rig.market.skip(8 * 3600e6);
    rig.market.advance(8 * 3600e6 + 61e6);
    expect(rig.engine.pastFunding(book).at(-1)?.timeUs).toBe(next.nextUs);
  });

  it('charges funding for what was held when it fell due, also when the process was held up and an order came first', () => {
    const { rig, book, coins, account } = stage(64_000, 0.5);
    const late = rig.engine.openAccount({ spot: {}, futures: { USDT: '100000' } });
    rig.order(account, book, 'buy', coins(1), null);
    const { nextUs } = rig.engine.funding(book);
    rig.market.skip(8 * 3600e6 + 1e6);
    rig.order(late, book, 'buy', coins(1), null);
    rig.order(account, book, 'sell', coins(1), null, { reduceOnly: true });
    rig.market.advance(61e6);
    const paid = rig.events.filter(({ kind }) => kind === 'funding');
    expect(paid).toMatchObject([{ account, timeUs: nextUs }]);
  });
});
