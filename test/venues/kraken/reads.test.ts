import { expect, test } from 'vitest';
import { VenueProtocolError } from '../../../src/domain/errors.js';
import { drive, ETH, form, trading } from './support.js';

const T0 = 1_767_225_600_000;

test('the clock tells whole seconds', () => {
  const { calls, result } = drive(trading.serverTime(), [{ unixtime: T0 / 1000, rfc1123: 'Thu, 01 Jan 26 00:00:00 +0000' }]);
  expect(calls[0]).toMatchObject({ method: 'GET', path: '/0/public/Time', security: 'public' });
  expect(result).toBe(T0);
  expect(trading.serverTimeStepMs).toBe(1_000);
});

test('the book, under whatever name it comes', () => {
  const book = {
    asks: [
      ['3100.20000', '0.750', 1767225600],
      ['3100.30000', '1.000', 1767225600],
    ],
    bids: [['3100.10000', '1.500', 1767225600]],
  };
  const { calls, result } = drive(trading.orderBook(ETH, 1), [{ ETHUSD: book }]);
  expect(calls[0]?.query).toEqual([
    ['pair', 'XETHZUSD'],
    ['count', '1'],
  ]);
  expect(result).toEqual({ symbol: 'ETH/USD', sequence: null, bids: [['3100.1', '1.5']], asks: [['3100.2', '0.75']] });
  expect(() => drive(trading.orderBook(ETH, 1), [{}])).toThrow(VenueProtocolError);
});

test('klines of the range that was asked for', () => {
  const candle = (seconds: number): unknown => [seconds, '3100.1', '3101.0', '3099.9', '3100.5', '3100.3', '12.5', 42];
  const rows = [0, 60, 120, 180].map((seconds) => candle(T0 / 1000 + seconds));
  const { calls, result } = drive(trading.klines(ETH, '1m', T0 + 60_000, T0 + 180_000), [{ last: 1767225780, XETHZUSD: rows }]);
  expect(calls[0]?.query).toEqual([
    ['pair', 'XETHZUSD'],
    ['interval', '1'],
    ['since', String(T0 / 1000 + 59)],
  ]);
  expect(result.map(({ openMs }) => openMs)).toEqual([T0 + 60_000, T0 + 120_000]);
  expect(result[0]).toEqual({
    openMs: T0 + 60_000,
    open: '3100.1',
    high: '3101',
    low: '3099.9',
    close: '3100.5',
    baseVolume: '12.5',
    quoteVolume: null,
  });
});

test('past trades, and where they end', () => {
  const row = ['3100.20000', '0.75000000', 1767225600.5, 'b', 'l', '', 900101];
  const { calls, result } = drive(trading.pastTrades?.(ETH, 1767225600000000000n) ?? expect.fail('no past trades'), [
    { XETHZUSD: [row], last: '1767225600500000001' },
  ]);
  expect(calls[0]).toMatchObject({
    path: '/0/public/Trades',
    query: [
      ['pair', 'XETHZUSD'],
      ['since', '1767225600000000000'],
      ['count', '1000'],
    ],
  });
  expect(result).toEqual({
    trades: [{ timeMs: T0 + 500, price: '3100.2', quantity: '0.75' }],
    lastNs: 1767225600500000001n,
  });
});

test('tickers of the pairs that are known', () => {
  const row = {
    a: ['3100.20', '1', '1.000'],
    b: ['3100.10', '1', '1.000'],
    c: ['3100.15', '0.5'],
    v: ['10', '120.5'],
    p: ['3100', '3100.5'],
    t: [1, 2],
    l: ['1', '1'],
    h: ['1', '1'],
    o: '3000',
  };
  expect(drive(trading.tickers(), [{ XETHZUSD: row, NOPEUSD: row }]).result).toEqual([
    { symbol: 'ETH/USD', last: '3100.15', bid: '3100.1', ask: '3100.2', quoteVolume24h: '373610.25' },
  ]);
});

test('balances under canonical names; what is lent out stays apart', () => {
  const { result } = drive(trading.balances(), [
    {
      ZUSD: { balance: '25435.2100', hold_trade: '8249.7600' },
      XXBT: { balance: '1.0000000001' },
      'ETH.F': { balance: '2', hold_trade: '0' },
    },
  ]);
  expect(result).toEqual([
    { venue: 'kraken', asset: 'USD', total: '25435.21', available: '17185.45' },
    { venue: 'kraken', asset: 'BTC', total: '1.0000000001', available: '1.0000000001' },
    { venue: 'kraken', asset: 'ETH.F', total: '2', available: '2' },
  ]);
});

test('fees are told in percent', () => {
  const answer = {
    currency: 'ZUSD',
    volume: '0',
    fees: { XETHZUSD: { fee: '0.4000' } },
    fees_maker: { XETHZUSD: { fee: '0.25' } },
  };
  const { calls, result } = drive(trading.feeTier(ETH), [answer]);
  expect(form(calls[0])).toEqual({ pair: 'XETHZUSD' });
  expect(result).toEqual({ takerFeeBps: 40, makerFeeBps: 25 });
  expect(drive(trading.feeTier(ETH), [{ fees: { XETHZUSD: { fee: '0.26' } }, fees_maker: null }]).result).toEqual({
    takerFeeBps: 26,
    makerFeeBps: 26,
  });
});

test('fills page by page, each once, oldest first', () => {
  const trade = (seconds: number, more = {}): unknown => ({
    ordertxid: 'O1',
    pair: 'XETHZUSD',
    time: T0 / 1000 + seconds,
    type: 'sell',
    ordertype: 'limit',
    price: '3100.10000',
    cost: '620.02',
    fee: '1.55005',
    vol: '0.20000000',
    maker: true,
    ...more,
  });
  const first = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`T${at}`, trade(100 - at)]));
  const second = { T49: trade(51), T50: trade(50.125, { maker: false }), Tbtc: trade(49, { pair: 'XXBTZUSD' }), Told: trade(-5) };
  const { calls, result } = drive(trading.fills(ETH, T0), [
    { count: 54, trades: first },
    { count: 54, trades: second },
  ]);
  expect(calls.map(form)).toEqual([
    { start: String(T0 / 1000 - 1), ofs: '0', consolidate_taker: 'false' },
    { start: String(T0 / 1000 - 1), ofs: '50', consolidate_taker: 'false' },
  ]);
  expect(calls[0]?.costs).toEqual([{ budget: 'private', amount: 2 }]);
  expect(result).toHaveLength(51);
  expect(result[0]).toEqual({
    venue: 'kraken',
    market: 'spot',
    symbol: 'ETH/USD',
    tradeId: 'T50',
    venueOrderId: 'O1',
    clientOrderId: null,
    side: 'sell',
    price: '3100.1',
    quantity: '0.2',
    fee: '1.55005',
    feeAsset: 'USD',
    liquidity: 'taker',
    timeMs: T0 + 50_125,
  });
});

test('the switch is armed for the whole account', () => {
  const { deadMansSwitch } = trading;
  const { calls } = drive(deadMansSwitch?.arm(60, []) ?? trading.cancelAll(null), [{ currentTime: '', triggerTime: '' }]);
  expect(calls[0]).toMatchObject({ path: '/0/private/CancelAllOrdersAfter', repeatable: true });
  expect(form(calls[0])).toEqual({ timeout: '60' });
  expect(deadMansSwitch).toMatchObject({ scope: 'account', maxSeconds: 86_400 });
});
