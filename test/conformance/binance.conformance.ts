import ccxt from 'ccxt';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.js';
import {
  amountOf,
  client,
  futuresBook,
  type Implicit,
  implicit,
  levels,
  number,
  refusal,
  spotBook,
  untilOrder,
  useVenue,
  venue,
} from './binance-client.js';
import { away, price } from './figures.js';

useVenue();

const CASES = [
  { id: 'binance', market: 'spot', symbol: 'BTC/USDT', book: spotBook },
  { id: 'binanceusdm', market: 'futures', symbol: 'ETH/USDT:USDT', book: futuresBook },
] as const;

describe.each(CASES)('ccxt $id: market data of $market', ({ id, market, symbol, book }) => {
  it('loads the markets with the rules of the engine', async () => {
    const exchange = await client(id);
    const markets = await exchange.loadMarkets();
    const { instrument } = book();
    expect(markets[symbol]).toMatchObject({ id: instrument.symbol, active: true, contract: market === 'futures' });
    expect(markets[symbol]?.precision.price).toBe(price(book(), instrument.tickUnits));
    expect(markets[symbol]?.precision.amount).toBe(Number(`1e-${instrument.qtyDecimals}`));
    expect(markets[symbol]?.limits.cost?.min).toBe(instrument.minNotional);
    expect(exchange.symbols.length).toBe(id === 'binance' ? 16 : 4);
  });

  it('fetches and watches the book, equal to the engine at the same sequence', async () => {
    const exchange = await client(id);
    const fetched = await exchange.fetchOrderBook(symbol, 10);
    expect(fetched.bids).toHaveLength(10);
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
    const exchange = await client(id);
    const own = book();
    const trades = await exchange.fetchTrades(symbol, undefined, 50);
    expect(trades).toHaveLength(50);
    const engineTrades = new Map(
      venue()
        .engine.trades(own)
        .map((trade) => [String(trade.id), trade]),
    );
    for (const trade of trades) {
      const expected = engineTrades.get(trade.id ?? '');
      expect(trade.price).toBe(price(own, expected?.priceUnits ?? 0));
      expect(trade.side).toBe(expected?.buyerIsTaker === true ? 'buy' : 'sell');
    }
    const [watched] = await exchange.watchTrades(symbol);
    const seen = venue()
      .engine.trades(own)
      .find((trade) => String(trade.id) === watched?.id);
    expect(watched?.price).toBe(price(own, seen?.priceUnits ?? 0));

    const ticker = await exchange.fetchTicker(symbol);
    expect(ticker.last).toBeGreaterThan(0);
    expect(ticker.high ?? 0).toBeGreaterThanOrEqual(ticker.low ?? Number.POSITIVE_INFINITY);
    expect(ticker.quoteVolume).toBeGreaterThan(0);
    expect(Object.keys(await exchange.fetchTickers([symbol]))).toEqual([symbol]);
    const tick = await exchange.watchTicker(symbol);
    expect(tick.symbol).toBe(symbol);
    expect(tick.last).toBeGreaterThan(0);

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

describe('ccxt binance: spot trading', () => {
  const symbol = 'BTC/USDT';

  it('sees the balances of the engine', async () => {
    const exchange = await client('binance');
    const balance = await exchange.fetchBalance();
    for (const { asset, total, locked } of venue().account.balances('spot')) {
      expect(balance[asset]?.total).toBe(number(total));
      expect(balance[asset]?.used).toBe(number(locked));
      expect(balance[asset]?.free).toBe(number(total - locked));
    }
  });

  it('places, finds, lists and cancels limit orders', async () => {
    const exchange = await client('binance');
    const own = spotBook();
    const amount = amountOf(own, 100);
    const at = away(own, 'buy', 0.02);
    const placed = await exchange.createOrder(symbol, 'limit', 'buy', amount, at);
    expect(placed).toMatchObject({ status: 'open', side: 'buy', type: 'limit', price: at, amount, filled: 0 });
    const [engineOrder] = venue().account.openOrders(own);
    expect(String(engineOrder?.id)).toBe(placed.id);
    expect(engineOrder?.clientOrderId).toBe(placed.clientOrderId);
    expect(price(own, engineOrder?.priceUnits ?? 0)).toBe(at);
    expect(venue().account.balance('spot', 'USDT').locked).toBeGreaterThan(0n);
    expect(await exchange.fetchOrder(String(placed.id), symbol)).toMatchObject({ id: placed.id, status: 'open', price: at });
    expect((await exchange.fetchOpenOrders(symbol)).map(({ id }) => id)).toEqual([placed.id]);
    const canceled = await exchange.cancelOrder(String(placed.id), symbol);
    expect(canceled).toMatchObject({ id: placed.id, status: 'canceled', info: { origClientOrderId: placed.clientOrderId } });
    expect(venue().account.openOrders(own)).toEqual([]);
    expect(await exchange.fetchOrder(String(placed.id), symbol)).toMatchObject({ status: 'canceled', filled: 0 });
    const two = await Promise.all(
      [at, away(own, 'buy', 0.03)].map((limit) => exchange.createLimitBuyOrder(symbol, amount, limit)),
    );
    expect((await exchange.cancelAllOrders(symbol)).map(({ id }) => id).sort()).toEqual(two.map(({ id }) => id).sort());
    expect((await exchange.fetchOrders(symbol)).length).toBeGreaterThanOrEqual(3);
  });

  it('takes by quantity, by value and immediately, with the fees and balances of the engine', async () => {
    const exchange = await client('binance');
    const own = spotBook();
    const amount = amountOf(own, 500);
    const bought = await exchange.createOrder(symbol, 'market', 'buy', amount);
    expect(bought).toMatchObject({ status: 'closed', filled: amount, remaining: 0 });
    const byEngine = venue().account.order(Number(bought.id));
    expect(bought.cost).toBe(number(byEngine?.filledQuote ?? 0n));
    expect(bought.fee).toMatchObject({
      currency: 'BTC',
      cost: number((byEngine?.fills ?? []).reduce((sum, { fee }) => sum + fee, 0n)),
    });
    const sold = await exchange.createMarketSellOrder(symbol, amount);
    expect(sold).toMatchObject({ status: 'closed', filled: amount });
    const spent = await exchange.createMarketBuyOrderWithCost(symbol, 250);
    const spentByEngine = venue().account.order(Number(spent.id));
    expect(spent.status).toBe('closed');
    expect(spent.cost).toBe(number(spentByEngine?.filledQuote ?? 0n));
    expect(spent.cost).toBeLessThanOrEqual(250);
    expect(spent.cost).toBeGreaterThan(240);
    const raised = await exchange.createMarketSellOrderWithCost(symbol, 250);
    expect(raised.cost).toBeLessThanOrEqual(250);

    const ask = own.asks.best();
    const immediate = await exchange.createOrder(symbol, 'limit', 'buy', amountOf(own, 100), away(own, 'buy', -0.01), {
      timeInForce: 'IOC',
    });
    expect(ask).toBeDefined();
    expect(immediate.timeInForce).toBe('IOC');
    expect(immediate.filled).toBeGreaterThan(0);
    const nothing = await exchange.createOrder(symbol, 'limit', 'buy', amount, away(own, 'buy', 0.05), { timeInForce: 'IOC' });
    expect(nothing).toMatchObject({ status: 'expired', filled: 0 });
    const all = await exchange
      .createOrder(symbol, 'limit', 'buy', 10_000 * amount, away(own, 'buy', -0.001), { timeInForce: 'FOK' })
      .catch((error: Error) => error);
    if (all instanceof Error) expect(all).toBeInstanceOf(ccxt.InsufficientFunds);
    else expect(all).toMatchObject({ status: 'expired', filled: 0 });

    const mine = await exchange.fetchMyTrades(symbol);
    const fills = venue().account.fills(own);
    expect(mine.map(({ id }) => id)).toEqual(fills.map(({ tradeId }) => String(tradeId)));
    expect(mine.map(({ fee }) => fee?.cost)).toEqual(fills.map(({ fee }) => number(fee)));
    expect(mine.map(({ takerOrMaker }) => takerOrMaker)).toEqual(fills.map(({ maker }) => (maker ? 'maker' : 'taker')));
    const balance = await exchange.fetchBalance();
    for (const asset of ['BTC', 'USDT']) expect(balance[asset]?.total).toBe(number(venue().account.balance('spot', asset).total));
  });

  it('posts without taking, and is refused when it would take', async () => {
    const exchange = await client('binance');
    const own = spotBook();
    const posted = await exchange.createOrder(symbol, 'limit', 'sell', amountOf(own, 100), away(own, 'sell', 0.02), {
      postOnly: true,
    });
    expect(venue().account.order(Number(posted.id))).toMatchObject({ timeInForce: 'post-only', state: 'open' });
    const taking = await refusal(() =>
      exchange.createOrder(symbol, 'limit', 'sell', amountOf(own, 100), away(own, 'buy', 0.01), { postOnly: true }),
    );
    expect(taking).toBeInstanceOf(ccxt.OrderImmediatelyFillable);
  });

  it('watches orders, fills and balances', async () => {
    const exchange = await client('binance');
    const own = spotBook();
    await exchange.loadMarkets();
    // Subscribes, and waits for the answer.
    await implicit(exchange)['authenticate']?.();
    const opening = untilOrder(exchange, symbol, ({ status }) => status === 'open');
    const fill = exchange.watchMyTrades(symbol);
    const change = exchange.watchBalance();
    const at = away(own, 'buy', 0.02);
    const placed = await exchange.createLimitBuyOrder(symbol, amountOf(own, 100), at);
    expect(await opening).toMatchObject({ id: placed.id, price: at, filled: 0 });
    expect((await change)['USDT']?.used).toBe(number(venue().account.balance('spot', 'USDT').locked));
    const ended = untilOrder(exchange, symbol, ({ id, status }) => id === placed.id && status === 'canceled');
    await exchange.cancelOrder(String(placed.id), symbol);
    expect(await ended).toMatchObject({ clientOrderId: placed.clientOrderId });
    const bought = await exchange.createMarketBuyOrder(symbol, amountOf(own, 100));
    const [first] = await fill;
    const [byEngine] = venue().account.order(Number(bought.id))?.fills ?? [];
    expect(first).toMatchObject({
      id: String(byEngine?.tradeId),
      order: bought.id,
      side: 'buy',
      price: price(own, byEngine?.priceUnits ?? 0),
      fee: { cost: number(byEngine?.fee ?? 0n), currency: 'BTC' },
    });
  });

  it('enters, finds and cancels orders over WebSocket', async () => {
    const exchange = await client('binance');
    const own = spotBook();
    await exchange.loadMarkets();
    const at = away(own, 'buy', 0.02);
    const placed = await exchange.createOrderWs(symbol, 'limit', 'buy', amountOf(own, 100), at);
    expect(placed).toMatchObject({ status: 'open', price: at });
    expect((await exchange.fetchOpenOrdersWs(symbol)).map(({ id }) => id)).toEqual([placed.id]);
    expect(await exchange.fetchOrderWs(String(placed.id), symbol)).toMatchObject({ id: placed.id });
    expect(await exchange.cancelOrderWs(String(placed.id), symbol)).toMatchObject({ id: placed.id, status: 'canceled' });
    // ccxt hands the balances of this call on as they came.
    const { info } = (await exchange.fetchBalanceWs()) as unknown as { info: { balances: { asset: string; free: string }[] } };
    const usdt = info.balances.find(({ asset }) => asset === 'USDT');
    expect(Number(usdt?.free)).toBe(number(venue().account.balance('spot', 'USDT').total));
    const refused = await refusal(() => exchange.createOrderWs(symbol, 'limit', 'buy', amountOf(own, 9_000_000_000), at));
    // The filters' texts say more to ccxt only where a status of HTTP comes with them.
    expect(refused).toBeInstanceOf(ccxt.BadRequest);
    expect(refused.message).toContain('Filter failure');
  });

  it('is refused what the venue refuses', async () => {
    const own = spotBook();
    const exchange = await client('binance');
    await exchange.loadMarkets();
    const raw = implicit(exchange);
    const at = away(own, 'buy', 0.02);
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: amountOf(own, 100), price: at };
    const post = (changes: Record<string, unknown>): Promise<unknown> =>
      (raw['privatePostOrder'] as Implicit[string])({ ...order, ...changes });
    const refused = async (changes: Record<string, unknown>): Promise<Error> => refusal(() => post(changes));
    const offGrid = new Decimal(at).plus(new Decimal(10).pow(-own.instrument.priceDecimals - 1)).toFixed();
    expect(await refused({ price: offGrid })).toBeInstanceOf(ccxt.InvalidOrder);
    expect(await refused({ price: '1.123456789' })).toBeInstanceOf(ccxt.BadRequest);
    expect(await refused({ quantity: '0.00000001' })).toBeInstanceOf(ccxt.InvalidOrder);
    const small = await refused({ quantity: 1 / 10 ** own.instrument.qtyDecimals, price: away(own, 'buy', 0.5) });
    expect(small.message).toContain('NOTIONAL');
    expect(small).toBeInstanceOf(ccxt.BadRequest);
    expect(await refused({ quantity: amountOf(own, 8_000_000) })).toBeInstanceOf(ccxt.InsufficientFunds);
    expect(await refused({ symbol: 'NOPEUSDT' })).toBeInstanceOf(ccxt.BadSymbol);
    expect(await refusal(() => exchange.fetchOrder('999999', symbol))).toBeInstanceOf(ccxt.OrderNotFound);
    expect(await refusal(() => exchange.cancelOrder('999999', symbol))).toBeInstanceOf(ccxt.OrderNotFound);
    const clientOrderId = 'twice-1';
    await exchange.createLimitBuyOrder(symbol, amountOf(own, 100), at, { clientOrderId });
    const twice = await refusal(() => exchange.createLimitBuyOrder(symbol, amountOf(own, 100), at, { clientOrderId }));
    expect(twice.message).toContain('Duplicate order sent.');
    const forger = await client('binance', { secret: 'not the secret' });
    expect(await refusal(() => implicit(forger)['privateGetAccount']?.() ?? Promise.resolve())).toBeInstanceOf(
      ccxt.AuthenticationError,
    );
    const stranger = await client('binance', { apiKey: 'nobody' });
    expect(await refusal(() => implicit(stranger)['privateGetAccount']?.() ?? Promise.resolve())).toBeInstanceOf(
      ccxt.AuthenticationError,
    );
    const late = await client('binance', { options: { timeDifference: 60_000 } });
    expect(await refusal(() => implicit(late)['privateGetAccount']?.() ?? Promise.resolve())).toBeInstanceOf(ccxt.InvalidNonce);
  });
});
