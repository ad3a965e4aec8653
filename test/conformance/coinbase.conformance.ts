import {
  AuthenticationError,
  ExchangeError,
  InsufficientFunds,
  InvalidOrder,
  NetworkError,
  OrderNotFound,
  RateLimitExceeded,
} from 'ccxt';
import { describe, expect, test } from 'vitest';
import { moneyText } from '../../src/sim/matching/money.js';
import { numbers } from '../sim/harness.js';
import {
  amount,
  balanceOf,
  book,
  client,
  connect,
  create,
  engineBalance,
  engineOrder,
  followUntilBroken,
  followUntilEqual,
  PRODUCT,
  pause,
  price,
  priceAway,
  SYMBOL,
  small,
  useVenue,
  venue,
} from './coinbase-client.js';
import { sum } from './figures.js';

useVenue();

describe('market data over REST', () => {
  test('markets and currencies', async () => {
    const markets = await client.loadMarkets(true);
    for (const { instrument } of venue.simulation.market.booksOf('coinbase', 'spot')) {
      expect(markets[`${instrument.base}/USDT`]).toMatchObject({
        id: instrument.symbol,
        active: true,
        spot: true,
        maker: 0.004,
        taker: 0.006,
        precision: {
          price: Number(`${instrument.tickUnits}e-${instrument.priceDecimals}`),
          amount: Number(`1e-${instrument.qtyDecimals}`),
        },
        limits: { cost: { min: instrument.minNotional } },
      });
    }
    expect(client.currencies['ETH']).toMatchObject({ code: 'ETH', active: true });
    expect(Math.abs(Number(await client.fetchTime()) - Date.now())).toBeLessThan(2_000);
  });

  test('order book, at the sequence of the engine', async () => {
    const at = new Map([[book.lastId, { bids: numbers(book, 'bids'), asks: numbers(book, 'asks') }]]);
    const remember = setInterval(() => at.set(book.lastId, { bids: numbers(book, 'bids'), asks: numbers(book, 'asks') }), 0);
    let compared = 0;
    for (let round = 0; round < 8; round++) {
      const fetched = await client.fetchOrderBook(SYMBOL);
      const own =
        at.get(Number(fetched.nonce)) ??
        (fetched.nonce === book.lastId ? { bids: numbers(book, 'bids'), asks: numbers(book, 'asks') } : null);
      if (own === null) continue;
      compared++;
      expect(fetched.bids.map(([level, size]) => [level, size])).toEqual(own.bids);
      expect(fetched.asks.map(([level, size]) => [level, size])).toEqual(own.asks);
    }
    clearInterval(remember);
    expect(compared).toBeGreaterThan(2);
  });

  test('tickers, trades and klines', async () => {
    const ticker = await client.fetchTicker(SYMBOL);
    expect(ticker.last).toBeGreaterThan(0);
    expect(ticker.bid).toBeLessThan(Number(ticker.ask));
    expect(ticker.baseVolume).toBeGreaterThan(0);
    expect(Object.keys(await client.fetchTickers())).toContain(SYMBOL);
    const trades = await client.fetchTrades(SYMBOL, undefined, 50);
    const own = new Map(venue.engine.trades(book).map((trade) => [String(trade.id), trade]));
    expect(trades).toHaveLength(50);
    for (const trade of trades) {
      const known = own.get(String(trade.id));
      expect(trade).toMatchObject({
        price: price(known?.priceUnits ?? 0),
        amount: amount(known?.qtyUnits ?? 0),
        side: known?.buyerIsTaker === true ? 'buy' : 'sell',
      });
    }
    const sinceMs = Math.floor(Date.now() / 3_600_000 - 5) * 3_600_000;
    const candles = await client.fetchOHLCV(SYMBOL, '1h', sinceMs, 5);
    const klines = venue.engine.klines(book, 3_600_000, sinceMs * 1000, (sinceMs + 3 * 3_600_000) * 1000);
    expect(candles.slice(0, 4)).toEqual(
      klines.map((kline) => [
        kline.openUs / 1000,
        price(kline.openUnits),
        price(kline.highUnits),
        price(kline.lowUnits),
        price(kline.closeUnits),
        amount(kline.qtyUnits),
      ]),
    );
  });
});

describe('market data over WebSocket', () => {
  test('order book', async () => {
    await client.watchOrderBook(SYMBOL);
    for (let round = 0; round < 20; round++) await client.watchOrderBook(SYMBOL);
    await followUntilEqual(client);
  });

  test('trades and tickers', async () => {
    const trades = await client.watchTrades(SYMBOL);
    const own = new Map(venue.engine.trades(book).map((trade) => [String(trade.id), trade]));
    const trade = trades[trades.length - 1];
    const known = own.get(String(trade?.id));
    expect(trade).toMatchObject({ price: price(known?.priceUnits ?? 0), amount: amount(known?.qtyUnits ?? 0) });
    const ticker = await client.watchTicker(SYMBOL);
    expect(ticker.bid).toBeLessThan(Number(ticker.ask));
    expect(ticker.baseVolume).toBeGreaterThan(0);
  });
});

test('several symbols on one connection', async () => {
  const symbols = [SYMBOL, 'BTC/USDT'];
  const seen = new Set<unknown>();
  for (let round = 0; round < 200 && seen.size < 2; round++) seen.add((await client.watchOrderBookForSymbols(symbols)).symbol);
  expect([...seen].sort()).toEqual([...symbols].sort());
  // `watchTradesForSymbols` waits under names that this client never calls: it cannot resolve on the real venue either.
  for (const symbol of Object.keys(await client.watchTickers(symbols))) expect(symbols).toContain(symbol);
});

describe('trading', () => {
  test('balances and fees', async () => {
    expect(await balanceOf('USDT')).toEqual(engineBalance('USDT'));
    expect(await balanceOf('ETH')).toEqual(engineBalance('ETH'));
    expect((await client.fetchTradingFees())[SYMBOL]).toMatchObject({ maker: 0.004, taker: 0.006 });
  });

  test('a limit order rests, is found, binds money, and is cancelled', async () => {
    const clientOrderId = '3f1c2f36-5b0a-4c3e-9a53-0d3c6f1f7a11';
    const limit = priceAway('buy', 0.1);
    const placed = await create(client, SYMBOL, 'limit', 'buy', small, limit, { clientOrderId });
    expect(placed).toMatchObject({ status: 'open', side: 'buy', price: limit, amount: small, clientOrderId });
    expect(placed.info).toMatchObject({ status: 'pending' });
    expect(await client.fetchOrder(placed.id)).toMatchObject({ id: placed.id, status: 'open', filled: 0, clientOrderId });
    expect(await client.fetchOrder('', SYMBOL, { clientOrderId })).toMatchObject({ id: placed.id });
    expect((await client.fetchOpenOrders(SYMBOL)).map(({ id }) => id)).toContain(placed.id);
    const bound = await balanceOf('USDT');
    expect(bound).toEqual(engineBalance('USDT'));
    expect(bound.used).toBeCloseTo(limit * small * 1.006, 8);
    await client.cancelOrder(placed.id, SYMBOL);
    expect(engineOrder(placed.id).state).toBe('ended');
    expect(await client.fetchOrder(placed.id)).toMatchObject({ status: 'canceled' });
    expect((await balanceOf('USDT')).used).toBe(0);
    await expect(client.cancelOrder(placed.id)).rejects.toBeInstanceOf(OrderNotFound);
    await pause(2_200);
    await expect(client.fetchOrder(placed.id)).rejects.toBeInstanceOf(OrderNotFound);
  });

  test('all orders are cancelled at once', async () => {
    for (const share of [0.1, 0.2]) await client.createOrder(SYMBOL, 'limit', 'sell', small, priceAway('sell', share));
    expect(venue.account.openOrders(book)).toHaveLength(2);
    await client.cancelAllOrders(SYMBOL);
    expect(venue.account.openOrders()).toHaveLength(0);
  });

  test.each(['buy', 'sell'] as const)('a market %s by base amount', async (side) => {
    const before = { usdt: engineBalance('USDT').total, eth: engineBalance('ETH').total };
    const placed = await create(client, SYMBOL, 'market', side, small);
    const { fills } = engineOrder(placed.id);
    const cost = sum(fills, ({ quote }) => quote);
    const fee = sum(fills, (fill) => fill.fee);
    const order = await client.fetchOrder(placed.id);
    expect(order).toMatchObject({ status: 'closed', filled: small, side });
    expect(order.cost).toBeCloseTo(cost, 9);
    expect(order.fee).toMatchObject({ cost: fee, currency: 'USDT' });
    expect(fee).toBeCloseTo(cost * 0.006, 9);
    const sign = side === 'buy' ? 1 : -1;
    expect((await balanceOf('ETH')).total).toBeCloseTo(before.eth + sign * small, 8);
    expect((await balanceOf('USDT')).total).toBeCloseTo(before.usdt - sign * cost - fee, 6);
    const mine = (await client.fetchMyTrades(SYMBOL)).filter((trade) => trade.order === placed.id);
    expect(
      mine.map(({ id, price: at, amount: size, takerOrMaker, side: own }) => [id, at, size, takerOrMaker, own]).sort(),
    ).toEqual(fills.map((fill) => [String(fill.tradeId), price(fill.priceUnits), amount(fill.qtyUnits), 'taker', side]).sort());
    expect(await client.fetchOrderTrades(placed.id, SYMBOL)).toHaveLength(fills.length);
    expect(await client.fetchClosedOrders(SYMBOL)).toContainEqual(
      expect.objectContaining({ id: placed.id, status: 'closed', side }),
    );
    expect((await client.fetchOrders(SYMBOL)).map(({ id }) => id)).toContain(placed.id);
  });

  test('a market buy by cost', async () => {
    const placed = await create(client, SYMBOL, 'market', 'buy', 0, undefined, { cost: 60 });
    const order = await client.fetchOrder(placed.id);
    expect(order.status).toBe('closed');
    expect(order.cost).toBeLessThanOrEqual(60);
    expect(order.cost).toBeGreaterThan(60 - price(book.lastTrade.priceUnits) * amount(2));
    expect(order.cost).toBeCloseTo(
      sum(engineOrder(placed.id).fills, ({ quote }) => quote),
      9,
    );
  });

  test('lifetimes: post-only never takes, IOC never rests, FOK takes all or nothing', async () => {
    const through = priceAway('sell', 0.01);
    const postOnly = await create(client, SYMBOL, 'limit', 'buy', small, through, { postOnly: true });
    expect(engineOrder(postOnly.id)).toMatchObject({ state: 'ended', endReason: 'post-only', filledUnits: 0 });
    expect((await client.fetchOrder(postOnly.id)).info).toMatchObject({ status: 'rejected', reject_reason: 'post only' });
    const resting = await create(client, SYMBOL, 'limit', 'buy', small, priceAway('buy', 0.1), { postOnly: true });
    expect(await client.fetchOrder(resting.id)).toMatchObject({ status: 'open', postOnly: true });
    await client.cancelOrder(resting.id);
    const taking = await create(client, SYMBOL, 'limit', 'buy', small, through, { timeInForce: 'IOC' });
    expect(await client.fetchOrder(taking.id)).toMatchObject({ status: 'closed', timeInForce: 'IOC', filled: small });
    const missing = await create(client, SYMBOL, 'limit', 'buy', small, priceAway('buy', 0.1), {
      timeInForce: 'IOC',
    });
    expect(await client.fetchOrder(missing.id)).toMatchObject({ status: 'canceled', filled: 0 });
    const huge = 2 * book.asks.levels().reduce((total, level) => total + amount(level.qtyUnits), 0);
    const capped = Number(client.amountToPrecision(SYMBOL, Math.min(huge, engineBalance('USDT').free / through / 1.01)));
    const all = await create(client, SYMBOL, 'limit', 'buy', capped, priceAway('sell', 0), { timeInForce: 'FOK' });
    expect(engineOrder(all.id)).toMatchObject({ state: 'ended', endReason: 'fok', filledUnits: 0 });
  });
});

describe('the private channel', () => {
  test('tells the life of an order and its fills', async () => {
    const own = await connect();
    await own.loadMarkets();
    const first = own.watchOrders(SYMBOL);
    await pause(300);
    const limit = priceAway('buy', 0.1);
    const placed = await create(own, SYMBOL, 'limit', 'buy', small, limit);
    expect((await first).find(({ id }) => id === placed.id)).toMatchObject({
      status: 'open',
      price: limit,
      amount: small,
      filled: 0,
    });
    const ended = own.watchOrders(SYMBOL);
    await own.cancelOrder(placed.id);
    expect((await ended).find(({ id }) => id === placed.id)).toMatchObject({ status: 'canceled', filled: 0 });
  });

  test('tells fills with fees, and the end of what is filled', async () => {
    const own = await connect();
    await own.loadMarkets();
    const trades = own.watchMyTrades(SYMBOL);
    await pause(300);
    const placed = await create(own, SYMBOL, 'market', 'buy', small);
    await trades;
    const { fills } = engineOrder(placed.id);
    await pause(100);
    const told = (own.myTrades ?? []).filter((trade: { order: string }) => trade.order === placed.id);
    expect(
      told.map(({ id, price: at, amount: size, side, takerOrMaker, fee }: (typeof told)[number]) => ({
        id,
        at,
        size,
        side,
        takerOrMaker,
        fee: fee.cost,
      })),
    ).toEqual(
      fills.map((fill) => ({
        id: String(fill.tradeId),
        at: price(fill.priceUnits),
        size: amount(fill.qtyUnits),
        side: 'buy',
        takerOrMaker: 'taker',
        fee: Number(moneyText(fill.fee)),
      })),
    );
    const order = (own.orders ?? []).find(({ id }: { id: string }) => id === placed.id);
    expect(order).toMatchObject({ status: 'closed', side: 'buy', amount: small });
  });
});

describe('with others on the book', () => {
  test('a resting order is filled in parts, as a maker', async () => {
    const other = venue.simulation.access.get('coinbase')?.open().account;
    if (other === undefined) throw new Error('no second customer');
    const own = await connect();
    await own.loadMarkets();
    const told = own.watchOrders(SYMBOL);
    await pause(300);
    // Inside the spread, or at the touch: nobody else is behind this order's price for long.
    const best = book.asks.best()?.priceUnits ?? 0;
    const placed = await create(own, SYMBOL, 'limit', 'sell', small, price(best));
    await told;
    const order = engineOrder(placed.id);
    while (order.state === 'open') {
      const taken = venue.engine.submit(other, {
        book,
        side: 'buy',
        type: 'limit',
        timeInForce: 'ioc',
        priceUnits: best,
        qtyUnits: Math.max(1, Math.floor((order.qtyUnits ?? 0) / 2)),
        quoteAmount: null,
        clientOrderId: null,
        reduceOnly: false,
      });
      expect(taken.kind).toBe('accepted');
      await pause(20);
    }
    await pause(200);
    expect(order.state).toBe('filled');
    expect(order.fills.every(({ maker }) => maker)).toBe(true);
    const fee = sum(order.fills, (fill) => fill.fee);
    expect(fee).toBeCloseTo(sum(order.fills, ({ quote }) => quote) * 0.004, 9);
    expect((own.orders ?? []).find(({ id }: { id: string }) => id === placed.id)).toMatchObject({
      status: 'closed',
      filled: small,
      remaining: 0,
    });
    const fetched = await own.fetchOrder(placed.id);
    expect(fetched).toMatchObject({ status: 'closed', filled: small, fee: { cost: fee } });
    const mine = (own.myTrades ?? []).filter((trade: { order: string }) => trade.order === placed.id);
    expect(mine.map(({ id, takerOrMaker, side }: Record<string, unknown>) => [id, takerOrMaker, side])).toEqual(
      order.fills.map(({ tradeId }) => [String(tradeId), 'maker', 'sell']),
    );
  });

  test('the book that ccxt keeps is equal again after the connection broke', async () => {
    const own = await connect();
    await own.watchOrderBook(SYMBOL);
    const broken = followUntilBroken(own);
    venue.simulation.faults.add({
      venues: ['coinbase'],
      traffic: ['ws-public'],
      untilMs: 50,
      fault: { kind: 'disconnect', at: 'now' },
    });
    expect(await broken).toBeInstanceOf(NetworkError);
    await followUntilEqual(own);
  });
});

describe('refusals', () => {
  test('keys, signatures and stamps', async () => {
    const wrongKey = await connect({ apiKey: 'nobody' });
    await expect(wrongKey.fetchBalance()).rejects.toThrow(/Invalid API Key/);
    await expect(wrongKey.fetchBalance()).rejects.toBeInstanceOf(AuthenticationError);
    const wrongSecret = await connect({ secret: Buffer.from('another').toString('base64') });
    await expect(wrongSecret.fetchBalance()).rejects.toThrow(/invalid signature/);
    await expect(wrongSecret.fetchBalance()).rejects.toBeInstanceOf(AuthenticationError);
    await expect((await connect({ password: 'other' })).fetchBalance()).rejects.toBeInstanceOf(AuthenticationError);
    await expect(wrongSecret.watchOrderBook(SYMBOL)).rejects.toBeInstanceOf(AuthenticationError);
    const late = await connect();
    late.nonce = () => Math.floor(Date.now() / 1000) - 120;
    await expect(late.fetchBalance()).rejects.toThrow(/request timestamp expired/);
    await expect(late.fetchBalance()).rejects.toBeInstanceOf(ExchangeError);
  });

  test('orders that break a rule', async () => {
    const send = (change: Record<string, unknown>): Promise<unknown> =>
      client.privatePostOrders({
        type: 'limit',
        side: 'buy',
        product_id: PRODUCT,
        price: client.priceToPrecision(SYMBOL, priceAway('buy', 0.1)),
        size: client.amountToPrecision(SYMBOL, small),
        ...change,
      });
    const { priceDecimals, qtyDecimals } = book.instrument;
    const offTick = `${priceAway('buy', 0.1).toFixed(priceDecimals)}${priceDecimals === 0 ? '.' : ''}1`;
    await expect(send({ price: offTick })).rejects.toThrow(/price too precise/);
    await expect(send({ price: offTick })).rejects.toBeInstanceOf(InvalidOrder);
    const offLot = `0.${'1'.repeat(qtyDecimals + 1)}`;
    await expect(send({ size: offLot })).rejects.toThrow(/size is too accurate/);
    await expect(send({ size: offLot })).rejects.toBeInstanceOf(ExchangeError);
    await expect(send({ size: '0' })).rejects.toBeInstanceOf(InvalidOrder);
    const least = String(amount(1));
    await expect(send({ size: least, price: String(price(book.instrument.tickUnits)) })).rejects.toThrow(/notional is too small/);
    await expect(send({ type: 'market', price: undefined, size: undefined, funds: '0.01' })).rejects.toThrow(
      /funds is too small/,
    );
    await expect(send({ product_id: 'NOPE-USDT' })).rejects.toBeInstanceOf(InvalidOrder);
    expect(venue.account.openOrders()).toHaveLength(0);
  });

  test('what the account cannot pay, and what nobody knows', async () => {
    const tooMuch = (engineBalance('USDT').free * 2) / priceAway('buy', 0.1);
    await expect(client.createOrder(SYMBOL, 'limit', 'buy', tooMuch, priceAway('buy', 0.1))).rejects.toBeInstanceOf(
      InsufficientFunds,
    );
    await expect(client.fetchOrder('0c0b0000-0000-4000-8000-0000ffffffff')).rejects.toBeInstanceOf(OrderNotFound);
    await expect(client.fetchOrder('odd')).rejects.toBeInstanceOf(InvalidOrder);
    await expect(client.cancelOrder('0c0b0000-0000-4000-8000-0000ffffffff')).rejects.toBeInstanceOf(OrderNotFound);
  });

  test('a malformed client id is dropped without a word', async () => {
    const placed = await create(client, SYMBOL, 'limit', 'buy', small, priceAway('buy', 0.1), {
      clientOrderId: 'My-Own',
    });
    expect(engineOrder(placed.id).clientOrderId).toBeNull();
    await client.cancelOrder(placed.id);
  });

  test('more requests than the bucket holds', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => client.fetchTradingFees()));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const { reason } of refused) expect(reason).toBeInstanceOf(RateLimitExceeded);
  });
});
