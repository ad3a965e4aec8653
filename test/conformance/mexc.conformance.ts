import ccxt, { type Exchange } from 'ccxt';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.js';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import type { EngineOrder } from '../../src/sim/matching/types.js';
import { amountOf, type Implicit, implicit, number, refusal, untilOrder } from './binance-client.js';
import { away, price } from './figures.js';
import { client, followBook, patiently, useVenue, venue } from './mexc-client.js';

useVenue();

const spotBook = (): SimulatedBook => venue().book('spot', 'BTC');
const swapBook = (): SimulatedBook => venue().book('futures', 'ETH');
const SPOT = 'BTC/USDT';
const SWAP = 'ETH/USDT:USDT';

/** The newest order of the account in a book. */
function newest(book: SimulatedBook): EngineOrder {
  const order = venue().account.orders(book).at(-1);
  if (order === undefined) throw new Error('no order');
  return order;
}

describe.each([
  { market: 'spot', symbol: SPOT, book: spotBook },
  { market: 'swap', symbol: SWAP, book: swapBook },
] as const)('ccxt mexc: market data of $market', ({ market, symbol, book }) => {
  it('loads the markets with the rules of the engine', async () => {
    const exchange = await client();
    const markets = await exchange.loadMarkets();
    const { instrument } = book();
    expect(markets[symbol]).toMatchObject({ id: instrument.symbol, active: true, contract: market === 'swap' });
    expect(markets[symbol]?.precision.price).toBe(price(book(), instrument.tickUnits));
    expect(markets[symbol]?.precision.amount).toBe(Number(`1e-${instrument.qtyDecimals}`));
    if (market === 'swap') expect(markets[symbol]?.contractSize).toBe(Number(instrument.contractSize));
    else expect(markets[symbol]?.limits.cost?.min).toBe(instrument.minNotional);
  });

  it('fetches and watches the book, equal to the engine at the same sequence', async () => {
    const exchange = await client();
    const fetched = await exchange.fetchOrderBook(symbol, 10);
    expect(fetched.bids).toHaveLength(10);
    expect(fetched.nonce).toBeLessThanOrEqual(book().lastId);
    // A book with little to tell as well: clients wait for a number of frames before they begin.
    const market = book().instrument.market;
    const books = venue().simulation.market.booksOf('mexc', market);
    const quiet = books.reduce((least, other) =>
      other.instrument.shape.activity < least.instrument.shape.activity ? other : least,
    );
    await followBook(exchange, `${quiet.instrument.base}/USDT${market === 'spot' ? '' : ':USDT'}`, quiet, 10);
    if (market === 'futures') await followBook(exchange, symbol, book(), 10);
  });

  it('fetches and watches trades, tickers and klines', async () => {
    const exchange = await client();
    const own = book();
    const trades = await exchange.fetchTrades(symbol, undefined, 50);
    expect(trades).toHaveLength(50);
    const all = venue().engine.trades(own);
    const key = (ms: number, at: number, side: string): string => `${ms} ${at} ${side}`;
    const known = new Set(
      all.map(({ timeUs, priceUnits, buyerIsTaker }) =>
        key(Math.floor(timeUs / 1000), price(own, priceUnits), buyerIsTaker ? 'buy' : 'sell'),
      ),
    );
    for (const trade of trades) expect(known).toContain(key(trade.timestamp ?? 0, trade.price ?? 0, trade.side ?? ''));
    const [watched] = await exchange.watchTrades(symbol);
    expect(watched?.symbol).toBe(symbol);
    const seen = venue()
      .engine.trades(own)
      .find(
        ({ timeUs, priceUnits }) => Math.floor(timeUs / 1000) === watched?.timestamp && price(own, priceUnits) === watched.price,
      );
    expect(seen?.buyerIsTaker).toBe(watched?.side === 'buy');

    const ticker = await exchange.fetchTicker(symbol);
    expect(ticker.last).toBeGreaterThan(0);
    expect(ticker.high ?? 0).toBeGreaterThanOrEqual(ticker.low ?? Number.POSITIVE_INFINITY);
    expect(ticker.quoteVolume).toBeGreaterThan(0);
    const others = market === 'spot' ? ['BTC/USDT', 'ETH/USDT'] : ['BTC/USDT:USDT', 'ETH/USDT:USDT'];
    expect(Object.keys(await exchange.fetchTickers(others)).sort()).toEqual(others);
    const tick = await exchange.watchTicker(symbol);
    expect(tick.symbol).toBe(symbol);
    expect(tick.ask ?? 0).toBeGreaterThan(tick.bid ?? Number.POSITIVE_INFINITY);

    const klines = await exchange.fetchOHLCV(symbol, '1m', undefined, 5);
    const last = klines.slice(-5);
    expect(last).toHaveLength(5);
    const openUs = Number(last[0]?.[0]) * 1000;
    const [first] = venue().engine.klines(own, 60_000, openUs, openUs);
    expect(last[0]?.slice(1, 5)).toEqual(
      [first?.openUnits, first?.highUnits, first?.lowUnits, first?.closeUnits].map((units) => price(own, units ?? 0)),
    );
    const from = Number(last[2]?.[0]);
    expect((await exchange.fetchOHLCV(symbol, '1m', from, 2)).slice(0, 2).map(([at]) => at)).toEqual([from, from + 60_000]);
    const [kline] = await exchange.watchOHLCV(symbol, '1m');
    expect(Number(kline?.[0]) % 60_000).toBe(0);
    expect(kline?.[4]).toBeGreaterThan(0);
    const clock = (await exchange.fetchTime()) ?? 0;
    expect(Math.abs(clock - Date.now())).toBeLessThan(1_000);
  });
});

describe('ccxt mexc: spot trading', () => {
  it('places, finds, lists and cancels limit orders', async () => {
    const exchange = await client();
    const own = spotBook();
    const amount = amountOf(own, 100);
    const at = away(own, 'buy', 0.02);
    const clientOrderId = 'conform-1';
    const placed = await patiently(() => exchange.createOrder(SPOT, 'limit', 'buy', amount, at, { clientOrderId }));
    const [engineOrder] = venue().account.openOrders(own);
    expect(engineOrder?.clientOrderId).toBe(clientOrderId);
    expect(price(own, engineOrder?.priceUnits ?? 0)).toBe(at);
    const id = String(placed.id);
    expect(id).toMatch(/^C02__\d{18}$/);
    expect(await exchange.fetchOrder(id, SPOT)).toMatchObject({
      id,
      clientOrderId,
      status: 'open',
      price: at,
      amount,
      filled: 0,
    });
    expect((await exchange.fetchOpenOrders(SPOT)).map((order) => order.id)).toEqual([id]);
    const balance = await patiently(() => exchange.fetchBalance());
    for (const { asset, total, locked } of venue().account.balances('spot')) {
      expect(balance[asset]?.total).toBe(number(total));
      expect(balance[asset]?.used).toBe(number(locked));
    }
    expect(balance['USDT']?.used).toBeGreaterThan(0);
    expect(await exchange.cancelOrder(id, SPOT)).toMatchObject({ id, status: 'canceled' });
    expect(venue().account.openOrders(own)).toEqual([]);
    const two = [];
    for (const fraction of [0.02, 0.03])
      two.push(await patiently(() => exchange.createLimitBuyOrder(SPOT, amount, away(own, 'buy', fraction))));
    expect((await exchange.cancelAllOrders(SPOT)).map((order) => order.id).sort()).toEqual(two.map((order) => order.id).sort());
    expect((await exchange.fetchOrders(SPOT)).map((order) => order.status)).toEqual(['canceled', 'canceled', 'canceled']);
    const fee = await exchange.fetchTradingFee(SPOT);
    expect([fee.maker, fee.taker]).toEqual([own.instrument.makerFeeBps / 1e4, own.instrument.takerFeeBps / 1e4]);
  });

  it('takes by quantity, by value and immediately, with the fees and balances of the engine', async () => {
    const exchange = await client();
    const own = spotBook();
    const amount = amountOf(own, 500);
    const bought = await patiently(() => exchange.createMarketBuyOrder(SPOT, amount));
    expect(await exchange.fetchOrder(String(bought.id), SPOT)).toMatchObject({
      status: 'closed',
      filled: amount,
      cost: number(newest(own).filledQuote),
    });
    await patiently(() => exchange.createMarketSellOrder(SPOT, amount));
    expect(newest(own)).toMatchObject({ side: 'sell', state: 'filled', type: 'market' });
    const spent = await patiently(() => exchange.createMarketBuyOrderWithCost(SPOT, 250));
    const whole = await exchange.fetchOrder(String(spent.id), SPOT);
    expect(whole).toMatchObject({ status: 'closed', cost: number(newest(own).filledQuote) });
    expect(whole.cost).toBeLessThanOrEqual(250);
    expect(whole.cost).toBeGreaterThan(240);

    await patiently(() =>
      exchange.createOrder(SPOT, 'limit', 'buy', amountOf(own, 100), away(own, 'sell', 0.01), { timeInForce: 'IOC' }),
    );
    expect(newest(own)).toMatchObject({ timeInForce: 'ioc', state: 'filled' });
    const nothing = await patiently(() =>
      exchange.createOrder(SPOT, 'limit', 'buy', amount, away(own, 'buy', 0.05), { timeInForce: 'IOC' }),
    );
    expect(await exchange.fetchOrder(String(nothing.id), SPOT)).toMatchObject({ status: 'canceled', filled: 0 });

    const mine = await exchange.fetchMyTrades(SPOT);
    const fills = venue().account.fills(own);
    const ids = fills.map(({ order, qtyUnits }) => `${order.side} ${qtyUnits}`);
    expect(
      mine.map(({ side, amount: size }) => `${side} ${Math.round((size ?? 0) * 10 ** own.instrument.qtyDecimals)}`).sort(),
    ).toEqual(ids.sort());
    const total = (asset: string): string =>
      fills.reduce((sum, { fee, feeAsset }) => (feeAsset === asset ? sum.add(number(fee)) : sum), new Decimal(0)).toFixed(12);
    for (const asset of ['BTC', 'USDT']) {
      const paid = mine.reduce((sum, { fee }) => (fee?.currency === asset ? sum.add(fee.cost ?? 0) : sum), new Decimal(0));
      expect(paid.toFixed(12)).toBe(total(asset));
    }
    const balance = await patiently(() => exchange.fetchBalance());
    for (const asset of ['BTC', 'USDT']) expect(balance[asset]?.total).toBe(number(venue().account.balance('spot', asset).total));
  });

  it('posts without taking', async () => {
    const exchange = await client();
    const own = spotBook();
    await patiently(() =>
      exchange.createOrder(SPOT, 'limit', 'sell', amountOf(own, 100), away(own, 'sell', 0.02), { postOnly: true }),
    );
    expect(newest(own)).toMatchObject({ timeInForce: 'post-only', state: 'open' });
    const taking = await patiently(() =>
      exchange.createOrder(SPOT, 'limit', 'sell', amountOf(own, 100), away(own, 'buy', 0.01), {
        postOnly: true,
      }),
    );
    expect(await exchange.fetchOrder(String(taking.id), SPOT)).toMatchObject({ status: 'canceled', filled: 0 });
  });

  it('watches orders, fills and balances', async () => {
    const exchange = await client();
    const own = spotBook();
    await exchange.loadMarkets();
    const opening = untilOrder(exchange, SPOT, ({ status }) => status === 'open');
    const change = exchange.watchBalance();
    const fill = exchange.watchMyTrades(SPOT);
    // Until the subscriptions stand, orders are told to nobody; the answer to a later request says that they do.
    const at = away(own, 'buy', 0.02);
    await expect.poll(() => subscriptions(), { timeout: 10_000 }).toBe(3);
    await exchange.fetchTime();
    const placed = await patiently(() => exchange.createLimitBuyOrder(SPOT, amountOf(own, 100), at));
    expect(await opening).toMatchObject({ id: placed.id, price: at, filled: 0, side: 'buy' });
    expect((await change)['USDT']?.used).toBe(number(venue().account.balance('spot', 'USDT').locked));
    const ended = untilOrder(exchange, SPOT, ({ id, status }) => id === placed.id && status === 'canceled');
    await patiently(() => exchange.cancelOrder(String(placed.id), SPOT));
    await ended;
    const bought = await patiently(() => exchange.createMarketBuyOrder(SPOT, amountOf(own, 100)));
    const [first] = await fill;
    const [byEngine] = newest(own).fills;
    expect(first).toMatchObject({
      order: bought.id,
      side: 'buy',
      price: price(own, byEngine?.priceUnits ?? 0),
      fee: { cost: number(byEngine?.fee ?? 0n), currency: 'BTC' },
    });

    function subscriptions(): number {
      const { clients } = exchange as unknown as {
        clients: Record<string, { url: string; subscriptions: object; isConnected: boolean }>;
      };
      const found = Object.values(clients).find(({ url }) => url.includes('listenKey'));
      return found === undefined ? 0 : Object.keys(found.subscriptions).length;
    }
  });

  it('is refused what the venue refuses', async () => {
    const own = spotBook();
    const exchange = await client();
    await exchange.loadMarkets();
    const at = away(own, 'buy', 0.02);
    const order = { symbol: 'BTCUSDT', side: 'BUY', type: 'LIMIT', quantity: amountOf(own, 100), price: at };
    const post = (changes: Record<string, unknown>): Promise<Error> =>
      patiently(async () => {
        const error = await refusal(() =>
          (implicit(exchange)['spotPrivatePostOrder'] as Implicit[string])({ ...order, ...changes }),
        );
        if (error instanceof ccxt.RateLimitExceeded) throw error;
        return error;
      });
    const offGrid = new Decimal(at).plus(new Decimal(10).pow(-own.instrument.priceDecimals - 1)).toFixed();
    expect(await post({ price: offGrid })).toBeInstanceOf(ccxt.InvalidOrder);
    const fine = new Decimal(order.quantity).plus(new Decimal(10).pow(-own.instrument.qtyDecimals - 1)).toFixed();
    expect((await post({ quantity: fine })).message).toContain('10096');
    const small = await post({ quantity: new Decimal(10).pow(-own.instrument.qtyDecimals).toFixed(), price: price(own, 100) });
    expect(small.message).toContain('30002');
    expect(small).toBeInstanceOf(ccxt.InvalidOrder);
    expect(await post({ quantity: amountOf(own, 3_000_000) })).toBeInstanceOf(ccxt.InsufficientFunds);
    expect(await post({ symbol: 'NOPEUSDT' })).toBeInstanceOf(ccxt.BadSymbol);
    expect(await post({ type: 'ICEBERG' })).toBeInstanceOf(ccxt.InvalidOrder);
    expect((await refusal(() => exchange.fetchOrder('C02__1', SPOT))).message).toContain('-2013');
    expect(await refusal(() => exchange.cancelOrder('C02__1', SPOT))).toBeInstanceOf(ccxt.ExchangeError);
    const clientOrderId = 'twice-1';
    await patiently(() => exchange.createLimitBuyOrder(SPOT, amountOf(own, 100), at, { clientOrderId }));
    expect((await post({ newClientOrderId: clientOrderId })).message).toContain('Duplicate');
    const account = (other: Exchange): Promise<Error> =>
      refusal(() => (implicit(other)['spotPrivateGetAccount'] as Implicit[string])());
    expect(await account(await client({ secret: 'not the secret' }))).toBeInstanceOf(ccxt.AuthenticationError);
    expect((await account(await client({ apiKey: 'nobody' }))).message).toContain('10072');
    expect(await account(await client({ options: { timeDifference: 60_000 } }))).toBeInstanceOf(ccxt.InvalidNonce);
  });
});

describe('ccxt mexc: swap trading', () => {
  it('trades, with positions, leverage and funding of the engine', async () => {
    const exchange = await client();
    await exchange.loadMarkets();
    const own = swapBook();
    await exchange.setLeverage(10, SWAP, { openType: 2, positionType: 1 });
    expect(venue().account.position(own)).toMatchObject({ leverage: 10, marginMode: 'cross' });
    expect(await exchange.fetchLeverage(SWAP)).toMatchObject({ longLeverage: 10, shortLeverage: 10, marginMode: 'cross' });

    const resting = await patiently(() =>
      exchange.createOrder(SWAP, 'limit', 'buy', 5, away(own, 'buy', 0.02), { clientOrderId: 'swap-1' }),
    );
    const id = String(resting.id);
    expect(id).toMatch(/^\d{18}$/);
    expect(await exchange.fetchOrder(id, SWAP)).toMatchObject({
      id,
      status: 'open',
      amount: 5,
      filled: 0,
      info: { externalOid: 'swap-1' },
    });
    expect((await exchange.fetchOpenOrders(SWAP)).map((order) => order.id)).toEqual([id]);
    await patiently(() => exchange.cancelOrder(id, SWAP));
    expect(venue().account.openOrders(own)).toEqual([]);
    expect(
      (await patiently(() => exchange.cancelOrder(id, SWAP).catch((error: Error) => refusedIfNotLimited(error)))) as unknown,
    ).toBeInstanceOf(ccxt.InvalidOrder);

    await patiently(() => exchange.createOrder(SWAP, 'market', 'buy', 5));
    expect(newest(own)).toMatchObject({ state: 'filled', side: 'buy', qtyUnits: 5 });
    const [position] = await exchange.fetchPositions([SWAP]);
    const byEngine = venue().account.position(own);
    expect(position).toMatchObject({ side: 'long', contracts: 5, leverage: 10, entryPrice: number(byEngine.entryPrice) });
    expect(position?.initialMargin).toBe(number(byEngine.margin));
    const balance = await exchange.fetchBalance({ type: 'swap' });
    const wallet = venue().account.balance('futures', 'USDT');
    expect(balance['USDT']?.free).toBe(number(wallet.total - wallet.locked));

    await patiently(() => exchange.createOrder(SWAP, 'market', 'sell', 5, undefined, { reduceOnly: true }));
    expect(venue().account.position(own).qtyUnits).toBe(0);
    expect(await exchange.fetchPositions([SWAP])).toEqual([]);
    const mine = await exchange.fetchMyTrades(SWAP);
    const fills = venue().account.fills(own);
    expect(mine.map(({ fee }) => fee?.cost).sort()).toEqual(fills.map(({ fee }) => number(fee)).sort());
    expect(mine.map(({ takerOrMaker }) => takerOrMaker)).toEqual(fills.map(() => 'taker'));

    const funding = await exchange.fetchFundingRate(SWAP);
    const due = venue().engine.funding(own);
    expect(funding).toMatchObject({ fundingRate: Number(due.rate), fundingTimestamp: due.nextUs / 1000 });
    const history = await exchange.fetchFundingRateHistory(SWAP, undefined, 3);
    expect(history.map(({ fundingRate }) => fundingRate)).toEqual(
      venue()
        .engine.pastFunding(own)
        .slice(-3)
        .map(({ rate }) => Number(rate)),
    );
  });

  it('posts without taking, and cancels all', async () => {
    const exchange = await client();
    await exchange.loadMarkets();
    const own = swapBook();
    await patiently(() => exchange.createOrder(SWAP, 'limit', 'sell', 2, away(own, 'sell', 0.02), { postOnly: true }));
    expect(newest(own)).toMatchObject({ timeInForce: 'post-only', state: 'open' });
    await patiently(() => exchange.createOrder(SWAP, 'limit', 'sell', 2, away(own, 'buy', 0.01), { postOnly: true }));
    expect(newest(own)).toMatchObject({ state: 'ended', endReason: 'post-only', filledUnits: 0 });
    await patiently(() => exchange.cancelAllOrders(SWAP));
    expect(venue().account.openOrders(own)).toEqual([]);
  });

  it('watches orders, fills and balances', async () => {
    const exchange = await client();
    await exchange.loadMarkets();
    const own = swapBook();
    const opening = untilOrder(exchange, SWAP, ({ status }) => status === 'open');
    const fill = exchange.watchMyTrades(SWAP);
    const change = exchange.watchBalance({ type: 'swap' });
    await expect.poll(() => loggedOn(), { timeout: 10_000 }).toBe(true);
    await exchange.fetchTime();
    const placed = await patiently(() => exchange.createOrder(SWAP, 'limit', 'buy', 3, away(own, 'buy', 0.02)));
    expect(await opening).toMatchObject({ id: placed.id, amount: 3, filled: 0 });
    await change;
    await patiently(() => exchange.createOrder(SWAP, 'market', 'buy', 3));
    const [first] = await fill;
    const [byEngine] = newest(own).fills;
    expect(first).toMatchObject({ price: price(own, byEngine?.priceUnits ?? 0), fee: { cost: number(byEngine?.fee ?? 0n) } });

    function loggedOn(): boolean {
      const { clients } = exchange as unknown as {
        clients: Record<string, { url: string; isConnected: boolean; subscriptions: object }>;
      };
      return Object.values(clients).some(({ url, subscriptions }) => url.endsWith('/edge') && 'login' in subscriptions);
    }
  });

  it('is refused what the venue refuses', async () => {
    const exchange = await client();
    await exchange.loadMarkets();
    const own = swapBook();
    const order = { symbol: own.instrument.symbol, price: away(own, 'buy', 0.02), vol: 2, side: 1, type: 1, openType: 2 };
    const post = (changes: Record<string, unknown>): Promise<Error> =>
      patiently(async () => {
        const error = await refusal(() =>
          (implicit(exchange)['contractPrivatePostOrderCreate'] as Implicit[string])({ ...order, ...changes }),
        );
        return refusedIfNotLimited(error);
      });
    expect((await post({ vol: 2.5 })).message).toContain('2015');
    expect(await post({ vol: 0 })).toBeInstanceOf(ccxt.BadRequest);
    expect(
      (await post({ price: new Decimal(order.price).plus(new Decimal(10).pow(-own.instrument.priceDecimals - 1)).toNumber() }))
        .message,
    ).toContain('2015');
    expect(await post({ symbol: 'NOPE_USDT' })).toBeInstanceOf(ccxt.BadSymbol);
    expect(await post({ vol: own.instrument.maxQtyUnits })).toBeInstanceOf(ccxt.InsufficientFunds);
    const flat = venue().book('futures', 'BTC');
    const closing = { symbol: flat.instrument.symbol, price: away(flat, 'buy', 0.02), side: 4 };
    expect(await post(closing)).toBeInstanceOf(ccxt.InvalidOrder);
    expect((await post({ externalOid: 'x'.repeat(33) })).message).toContain('2030');
    const assets = (other: Exchange): Promise<Error> =>
      refusal(() => (implicit(other)['contractPrivateGetAccountAssets'] as Implicit[string])());
    expect(await assets(await client({ secret: 'not the secret' }))).toBeInstanceOf(ccxt.AuthenticationError);
    expect(await assets(await client({ apiKey: 'nobody' }))).toBeInstanceOf(ccxt.AuthenticationError);
    const late = await assets(await client({ options: { timeDifference: 60_000 } }));
    expect(late).toBeInstanceOf(ccxt.BadRequest);
    expect(late.message).toContain('513');
  });
});

/** Hands an error on as a value, unless it only says to come back later. */
function refusedIfNotLimited(error: Error): Error {
  if (error instanceof ccxt.RateLimitExceeded) throw error;
  return error;
}
