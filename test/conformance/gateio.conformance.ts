import ccxt from 'ccxt';
import { beforeEach, describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.js';
import { orderIdOf } from '../../src/sim/fronts/gateio/order-ids.js';
import { moneyText } from '../../src/sim/matching/money.js';
import type { EngineOrder } from '../../src/sim/matching/types.js';
import { amountOf, type Implicit, implicit, levels, number, refusal, untilOrder } from './binance-client.js';
import { away, price } from './figures.js';
import { client, futuresBook, listening, spotBook, useVenue, venue } from './gateio-client.js';

useVenue();

const CASES = [
  { market: 'spot', symbol: 'BTC/USDT', book: spotBook },
  { market: 'futures', symbol: 'ETH/USDT:USDT', book: futuresBook },
] as const;

describe.each(CASES)('ccxt gate: market data of $market', ({ market, symbol, book }) => {
  it('loads the markets with the rules of the engine', async () => {
    const exchange = await client();
    const markets = await exchange.loadMarkets();
    const { instrument } = book();
    expect(markets[symbol]).toMatchObject({ id: instrument.symbol, active: true, contract: market === 'futures' });
    expect(markets[symbol]?.precision.price).toBe(price(book(), instrument.tickUnits));
    expect(markets[symbol]?.precision.amount).toBe(Number(`1e-${instrument.qtyDecimals}`));
    if (market === 'futures') {
      expect(markets[symbol]?.contractSize).toBe(Number(instrument.contractSize));
      expect(markets[symbol]?.limits.leverage?.max).toBe(instrument.maxLeverage);
    } else expect(markets[symbol]?.limits.cost?.min).toBe(instrument.minNotional);
    const listed = venue().simulation.market.booksOf('gateio', market).length;
    expect(Object.values(markets).filter((one) => one?.contract === (market === 'futures'))).toHaveLength(listed);
  });

  it('fetches and watches the book, equal to the engine at the same sequence', async () => {
    const exchange = await client();
    expect((await exchange.fetchOrderBook(symbol, 10)).bids).toHaveLength(10);
    const states = new Map<number, { bids: number[][]; asks: number[][] }>();
    let compared = 0;
    while (compared < 20) {
      const watched = await exchange.watchOrderBook(symbol);
      const own = book();
      states.set(own.lastId, levels(own, 5));
      const expected = states.get(watched.nonce ?? -1);
      if (expected === undefined) continue;
      expect(watched.bids.slice(0, 5).map(([at, size]) => [at, size])).toEqual(expected.bids);
      expect(watched.asks.slice(0, 5).map(([at, size]) => [at, size])).toEqual(expected.asks);
      compared++;
    }
  });

  it('fetches and watches trades, tickers and klines', async () => {
    const exchange = await client();
    const own = book();
    const trades = await exchange.fetchTrades(symbol, undefined, 50);
    expect(trades).toHaveLength(50);
    const byId = new Map(
      venue()
        .engine.trades(own)
        .map((trade) => [String(trade.id), trade]),
    );
    for (const trade of trades) {
      const expected = byId.get(trade.id ?? '');
      expect(trade.price).toBe(price(own, expected?.priceUnits ?? 0));
      expect(trade.amount).toBe(Number(`${expected?.qtyUnits}e-${own.instrument.qtyDecimals}`));
      expect(trade.side).toBe(expected?.buyerIsTaker === true ? 'buy' : 'sell');
    }
    const [watched] = await exchange.watchTrades(symbol);
    const seen = venue()
      .engine.trades(own)
      .find((trade) => String(trade.id) === watched?.id);
    expect(watched?.price).toBe(price(own, seen?.priceUnits ?? 0));

    const ticker = await exchange.fetchTicker(symbol);
    expect(ticker.last).toBeGreaterThan(0);
    expect(ticker.bid).toBeLessThan(Number(ticker.ask));
    expect(ticker.high ?? 0).toBeGreaterThanOrEqual(ticker.low ?? Number.POSITIVE_INFINITY);
    expect(ticker.quoteVolume).toBeGreaterThan(0);
    expect(Object.keys(await exchange.fetchTickers([symbol]))).toEqual([symbol]);
    expect((await exchange.watchTicker(symbol)).last).toBeGreaterThan(0);
    const best = (await exchange.watchBidsAsks([symbol]))[symbol];
    expect(best?.bid).toBeLessThan(Number(best?.ask));

    const klines = await exchange.fetchOHLCV(symbol, '1m', undefined, 5);
    expect(klines).toHaveLength(5);
    const openUs = Number(klines[0]?.[0]) * 1000;
    const [first] = venue().engine.klines(own, 60_000, openUs, openUs);
    expect(klines[0]?.slice(1, 5)).toEqual(
      [first?.openUnits, first?.highUnits, first?.lowUnits, first?.closeUnits].map((units) => price(own, units ?? 0)),
    );
    const from = Number(klines[2]?.[0]);
    expect((await exchange.fetchOHLCV(symbol, '1m', from, 2)).map(([at]) => at)).toEqual([from, from + 60_000]);
    const [kline] = await exchange.watchOHLCV(symbol, '1m');
    expect(Number(kline?.[0]) % 60_000).toBe(0);
    expect(kline?.[4]).toBeGreaterThan(0);
    const clock = (await exchange.fetchTime()) ?? 0;
    expect(Math.abs(clock - Date.now())).toBeLessThan(1_000);
  });
});

describe('ccxt gate: spot trading', () => {
  beforeEach(nextSecond);

  const symbol = 'BTC/USDT';
  const engineOrder = (id: string | undefined): EngineOrder => {
    const found = venue()
      .account.orders(spotBook())
      .find((order) => String(orderIdOf(order)) === id);
    if (found === undefined) throw new Error(`the engine has no order ${id}`);
    return found;
  };

  it('sees the balances of the engine, and the fees', async () => {
    const exchange = await client();
    const balance = await exchange.fetchBalance();
    for (const { asset, total, locked } of venue().account.balances('spot')) {
      expect(balance[asset]).toEqual({ total: number(total), used: number(locked), free: number(total - locked) });
    }
    expect(await exchange.fetchTradingFee(symbol)).toMatchObject({ maker: 0.002, taker: 0.002 });
  });

  it('places, finds, lists and cancels limit orders', async () => {
    const exchange = await client();
    const own = spotBook();
    const amount = amountOf(own, 100);
    const at = away(own, 'buy', 0.02);
    const placed = await exchange.createOrder(symbol, 'limit', 'buy', amount, at, { clientOrderId: 'mine-1' });
    expect(placed).toMatchObject({ status: 'open', side: 'buy', type: 'limit', price: at, amount, filled: 0 });
    expect(engineOrder(placed.id)).toMatchObject({ state: 'open', clientOrderId: 't-mine-1' });
    expect(price(own, engineOrder(placed.id).priceUnits ?? 0)).toBe(at);
    expect((await exchange.fetchBalance())['USDT']?.used).toBe(number(venue().account.balance('spot', 'USDT').locked));
    expect(venue().account.balance('spot', 'USDT').locked).toBeGreaterThan(0n);
    expect(await exchange.fetchOrder(String(placed.id), symbol)).toMatchObject({ id: placed.id, status: 'open', price: at });
    expect((await exchange.fetchOpenOrders(symbol)).map(({ id }) => id)).toEqual([placed.id]);
    expect(await exchange.cancelOrder(String(placed.id), symbol)).toMatchObject({ id: placed.id, status: 'canceled' });
    expect(venue().account.openOrders(own)).toEqual([]);
    expect(await exchange.fetchOrder(String(placed.id), symbol)).toMatchObject({ status: 'canceled', filled: 0 });
    const two = await Promise.all(
      [at, away(own, 'buy', 0.03)].map((limit) => exchange.createLimitBuyOrder(symbol, amount, limit)),
    );
    expect((await exchange.cancelAllOrders(symbol)).map(({ id }) => id).sort()).toEqual(two.map(({ id }) => id).sort());
    expect((await exchange.fetchClosedOrders(symbol)).length).toBeGreaterThanOrEqual(3);
  });

  it('takes by quantity, by value and immediately, with the fees and balances of the engine', async () => {
    const exchange = await client();
    const own = spotBook();
    const amount = amountOf(own, 500);
    const sold = await exchange.createOrder(symbol, 'market', 'sell', amount);
    expect(sold).toMatchObject({ status: 'closed', filled: amount, remaining: 0, side: 'sell' });
    const byEngine = engineOrder(sold.id);
    expect(sold.cost).toBe(number(byEngine.filledQuote));
    expect(sold.info).toMatchObject({
      fee: moneyText(byEngine.fills.reduce((sum, { fee }) => sum + fee, 0n)),
      fee_currency: 'USDT',
    });
    const bought = await exchange.createMarketBuyOrderWithCost(symbol, 250);
    const spent = engineOrder(bought.id);
    expect(bought.status).toBe('closed');
    // ccxt tells what a market buy was placed for as its cost; the venue's own answer has what was paid.
    expect(bought.cost).toBe(250);
    const paid = Number(bought.info.filled_total);
    expect(paid).toBe(number(spent.filledQuote));
    expect(paid).toBeLessThanOrEqual(250);
    expect(paid).toBeGreaterThan(240);

    const immediate = await exchange.createOrder(symbol, 'limit', 'buy', amountOf(own, 100), away(own, 'buy', -0.01), {
      timeInForce: 'IOC',
    });
    expect(immediate).toMatchObject({ timeInForce: 'IOC', status: 'closed' });
    expect(engineOrder(immediate.id).filledUnits).toBeGreaterThan(0);
    const nothing = await exchange.createOrder(symbol, 'limit', 'buy', amount, away(own, 'buy', 0.05), { timeInForce: 'IOC' });
    expect(nothing).toMatchObject({ status: 'canceled', filled: 0 });

    const mine = await exchange.fetchMyTrades(symbol);
    const fills = venue().account.fills(own);
    const figures = (one: { id: unknown; cost: unknown; role: unknown }): unknown[] => [one.id, one.cost, one.role];
    expect(mine.map(({ id, fee, takerOrMaker }) => figures({ id, cost: fee?.cost, role: takerOrMaker })).sort()).toEqual(
      fills
        .map(({ tradeId, fee, maker }) => figures({ id: String(tradeId), cost: number(fee), role: maker ? 'maker' : 'taker' }))
        .sort(),
    );
    const balance = await exchange.fetchBalance();
    for (const asset of ['BTC', 'USDT']) expect(balance[asset]?.total).toBe(number(venue().account.balance('spot', asset).total));
  });

  it('posts without taking, and is refused when it would take', async () => {
    const exchange = await client();
    const own = spotBook();
    const at = away(own, 'sell', 0.02);
    const posted = await exchange.createOrder(symbol, 'limit', 'sell', amountOf(own, 100), at, { postOnly: true });
    expect(engineOrder(posted.id)).toMatchObject({ timeInForce: 'post-only', state: 'open' });
    const taking = await refusal(() =>
      exchange.createOrder(symbol, 'limit', 'sell', amountOf(own, 100), away(own, 'buy', 0.01), { postOnly: true }),
    );
    expect(taking).toBeInstanceOf(ccxt.OrderImmediatelyFillable);
  });

  it('watches orders, fills and balances', async () => {
    const exchange = await client();
    const own = spotBook();
    await exchange.loadMarkets();
    const opening = untilOrder(exchange, symbol, ({ status }) => status === 'open');
    const fill = exchange.watchMyTrades(symbol);
    const change = exchange.watchBalance();
    await listening(exchange, symbol);
    const placed = await exchange.createLimitBuyOrder(symbol, amountOf(own, 100), away(own, 'buy', 0.02));
    expect(await opening).toMatchObject({ id: placed.id, price: placed.price, filled: 0 });
    expect((await change)['USDT']?.used).toBe(number(venue().account.balance('spot', 'USDT').locked));
    const ended = untilOrder(exchange, symbol, ({ id, status }) => id === placed.id && status === 'canceled');
    await exchange.cancelOrder(String(placed.id), symbol);
    expect(await ended).toMatchObject({ id: placed.id });
    const sold = await exchange.createMarketSellOrder(symbol, amountOf(own, 100));
    const [first] = await fill;
    const [byEngine] = engineOrder(sold.id).fills;
    expect(first).toMatchObject({
      id: String(byEngine?.tradeId),
      order: sold.id,
      side: 'sell',
      price: price(own, byEngine?.priceUnits ?? 0),
      fee: { cost: number(byEngine?.fee ?? 0n), currency: 'USDT' },
    });
  });

  it('enters, finds and cancels orders over WebSocket', async () => {
    const exchange = await client();
    const own = spotBook();
    await exchange.loadMarkets();
    const at = away(own, 'buy', 0.02);
    const placed = await exchange.createOrderWs(symbol, 'limit', 'buy', amountOf(own, 100), at);
    expect(placed).toMatchObject({ status: 'open', price: at });
    expect(await exchange.fetchOrderWs(String(placed.id), symbol)).toMatchObject({ id: placed.id });
    expect(await exchange.cancelOrderWs(String(placed.id), symbol)).toMatchObject({ id: placed.id, status: 'canceled' });
    expect(await refusal(() => exchange.createOrderWs(symbol, 'limit', 'buy', amountOf(own, 9_000_000), at))).toBeInstanceOf(
      ccxt.InsufficientFunds,
    );
  });

  it('is refused what the venue refuses', async () => {
    const own = spotBook();
    const exchange = await client();
    await exchange.loadMarkets();
    const at = away(own, 'buy', 0.02);
    const amount = amountOf(own, 100);
    const order = { currency_pair: 'BTC_USDT', side: 'buy', type: 'limit', amount: String(amount), price: String(at) };
    const post = implicit(exchange)['privateSpotPostOrders'] as Implicit[string];
    const refused = (changes: Record<string, unknown>): Promise<Error> => refusal(() => post({ ...order, ...changes }));
    const finer = new Decimal(at).plus(new Decimal(10).pow(-own.instrument.priceDecimals - 1)).toFixed();
    expect(await refused({ price: finer })).toBeInstanceOf(ccxt.InvalidOrder);
    expect(await refused({ amount: `${amount}00001` })).toBeInstanceOf(ccxt.InvalidOrder);
    const small = await refused({ amount: String(1 / 10 ** own.instrument.qtyDecimals), price: String(away(own, 'buy', 0.9)) });
    expect(small).toBeInstanceOf(ccxt.BadRequest);
    expect(small.message).toContain('The minimum is 3 USDT');
    expect(await refused({ amount: String(amountOf(own, 8_000_000)) })).toBeInstanceOf(ccxt.InsufficientFunds);
    expect(await refused({ currency_pair: 'NOPE_USDT' })).toBeInstanceOf(ccxt.BadSymbol);
    await nextSecond();
    expect((await refused({ text: 'no prefix' })).message).toContain('INVALID_CLIENT_ORDER_ID');
    expect(await refusal(() => exchange.fetchOrder('999999', symbol))).toBeInstanceOf(ccxt.OrderNotFound);
    expect(await refusal(() => exchange.cancelOrder('999999', symbol))).toBeInstanceOf(ccxt.OrderNotFound);
    const clientOrderId = 'again-1';
    await exchange.createLimitBuyOrder(symbol, amount, at, { clientOrderId });
    const twice = await refusal(() => exchange.createLimitBuyOrder(symbol, amount, at, { clientOrderId }));
    expect(twice).toBeInstanceOf(ccxt.InvalidOrder);
    expect(twice.message).toContain('REPEATED_CREATION');
    for (const changes of [
      { secret: 'not the secret' },
      { apiKey: 'nobody' },
      { nonce: () => Math.floor(Date.now() / 1000) - 90 },
    ]) {
      const other = await client();
      Object.assign(other, changes);
      expect(await refusal(() => (implicit(other)['privateSpotGetAccounts'] as Implicit[string])())).toBeInstanceOf(
        ccxt.AuthenticationError,
      );
    }
    const forger = await client({ secret: 'not the secret' });
    forger.markets = exchange.markets;
    expect(await refusal(() => forger.watchBalance())).toBeInstanceOf(ccxt.BaseError);
  });
});

/** The venue takes ten orders a second in a pair. */
function nextSecond(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
}
