import {
  AuthenticationError,
  DDoSProtection,
  ExchangeError,
  InsufficientFunds,
  InvalidNonce,
  InvalidOrder,
  OrderNotFound,
} from 'ccxt';
import { describe, expect, test, vi } from 'vitest';
import { moneyText } from '../../src/sim/matching/money.js';
import { numbers } from '../sim/harness.js';
import { engineBalance, sum } from './figures.js';
import {
  amount,
  balanceOf,
  book,
  create,
  engineOrder,
  follow,
  later,
  type Memory,
  PAIR,
  pause,
  price,
  priceAway,
  reader,
  SYMBOL,
  small,
  trader,
  useVenue,
  venue,
} from './kraken-client.js';

useVenue();

describe('market data over REST', () => {
  test('markets and currencies', () => {
    for (const { instrument } of venue.simulation.market.booksOf('kraken', 'spot')) {
      expect(reader.market(`${instrument.base}/USDT`)).toMatchObject({
        active: true,
        spot: true,
        maker: 0.0025,
        taker: 0.004,
        precision: {
          price: Number(`${instrument.tickUnits}e-${instrument.priceDecimals}`),
          amount: Number(`1e-${instrument.qtyDecimals}`),
        },
        limits: {
          amount: { min: Number(`${instrument.minQtyUnits}e-${instrument.qtyDecimals}`) },
          cost: { min: instrument.minNotional },
        },
      });
    }
    expect(reader.market(SYMBOL)).toMatchObject({ id: PAIR, wsId: 'XBT/USDT', info: { base: 'XXBT' } });
    expect(reader.currencies['BTC']).toMatchObject({ code: 'BTC', id: 'XXBT', active: true });
  });

  test('time and order book', async () => {
    expect(Math.abs(Number(await reader.fetchTime()) - Date.now())).toBeLessThan(2_000);
    const before = numbers(book, 'bids').length + numbers(book, 'asks').length;
    const fetched = await reader.fetchOrderBook(SYMBOL, 20);
    expect(before).toBeGreaterThan(40);
    expect(fetched.bids).toHaveLength(20);
    expect(fetched.asks).toHaveLength(20);
    expect(Number(fetched.bids[0]?.[0])).toBeLessThan(Number(fetched.asks[0]?.[0]));
  });

  test('tickers, trades and klines', async () => {
    const ticker = await reader.fetchTicker(SYMBOL);
    expect(ticker.bid).toBeLessThan(Number(ticker.ask));
    expect(ticker.last).toBeGreaterThan(0);
    expect(ticker.baseVolume).toBeGreaterThan(0);
    expect(Object.keys(await reader.fetchTickers([SYMBOL, 'ETH/USDT'])).sort()).toEqual([SYMBOL, 'ETH/USDT']);
    const trades = await reader.fetchTrades(SYMBOL, undefined, 50);
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
    const candles = await reader.fetchOHLCV(SYMBOL, '1h', sinceMs, 4);
    const klines = venue.engine.klines(book, 3_600_000, sinceMs * 1000, (sinceMs + 4 * 3_600_000) * 1000 - 1);
    expect(klines).toHaveLength(4);
    expect(candles).toEqual(
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
  test('order book, equal to the engine’s', async () => {
    for (let round = 0; round < 20; round++) await reader.watchOrderBook(SYMBOL);
    let watched = '';
    let own = 'nothing';
    for (let round = 0; round < 100 && watched !== own; round++) {
      const { bids, asks } = await reader.watchOrderBook(SYMBOL);
      watched = JSON.stringify([bids.slice(0, 10), asks.slice(0, 10)]);
      own = JSON.stringify([numbers(book, 'bids', 10), numbers(book, 'asks', 10)]);
    }
    expect(watched).toBe(own);
  });

  test('trades, tickers, touch and klines', async () => {
    const trades = await reader.watchTrades(SYMBOL);
    const own = new Map(venue.engine.trades(book).map((trade) => [String(trade.id), trade]));
    expect(trades.length).toBeGreaterThan(0);
    for (const trade of trades) {
      const known = own.get(String(trade.id));
      expect(trade).toMatchObject({
        price: price(known?.priceUnits ?? 0),
        amount: amount(known?.qtyUnits ?? 0),
        side: known?.buyerIsTaker === true ? 'buy' : 'sell',
      });
    }
    for (let round = 0; round < 3; round++) {
      const ticker = await reader.watchTicker(SYMBOL);
      expect(ticker.bid).toBeLessThan(Number(ticker.ask));
      expect(ticker.baseVolume).toBeGreaterThan(0);
    }
    expect((await reader.watchBidsAsks(['ETH/USDT']))['ETH/USDT']?.bid).toBeGreaterThan(0);
    const candles = await reader.watchOHLCV(SYMBOL, '1m');
    const newest = candles[candles.length - 1];
    expect(newest?.[0]).toBe(Math.floor(Number(newest?.[0]) / 60_000) * 60_000);
    expect(Number(newest?.[2])).toBeGreaterThanOrEqual(Number(newest?.[3]));
    const [next] = await reader.watchOHLCV(SYMBOL, '1m');
    expect(next).toBeDefined();
  });
});

test('several symbols on one connection', async () => {
  const symbols = [SYMBOL, 'ETH/USDT'];
  const { client } = await trader();
  const books = new Set<unknown>();
  for (let round = 0; round < 200 && books.size < 2; round++) books.add((await client.watchOrderBookForSymbols(symbols)).symbol);
  expect([...books].sort()).toEqual(symbols);
  const trades = await client.watchTradesForSymbols(symbols);
  expect(symbols).toContain(trades[0]?.symbol);
  for (const symbol of Object.keys(await client.watchTickers(symbols))) expect(symbols).toContain(symbol);
});

describe('trading over REST', () => {
  test('balances and fees', async () => {
    const { client, account } = await trader();
    expect(await balanceOf(client, 'USDT')).toEqual(engineBalance(account, 'USDT'));
    expect(await balanceOf(client, 'BTC')).toEqual(engineBalance(account, 'BTC'));
    expect(await later(() => client.fetchTradingFee(SYMBOL))).toMatchObject({ maker: 0.0025, taker: 0.004 });
  });

  test('a limit order rests, is found, binds money, and is cancelled', async () => {
    const { client, account } = await trader();
    const clientOrderId = '3f1c2f36-5b0a-4c3e-9a53-0d3c6f1f7a11';
    const limit = priceAway('buy', 0.1);
    const placed = await create(client, SYMBOL, 'limit', 'buy', small, limit, { clientOrderId });
    expect(placed).toMatchObject({ side: 'buy', type: 'limit', price: limit, amount: small, symbol: SYMBOL });
    expect(await later(() => client.fetchOrder(placed.id))).toMatchObject({
      id: placed.id,
      clientOrderId,
      symbol: SYMBOL,
      status: 'open',
      price: limit,
      amount: small,
      filled: 0,
    });
    expect((await later(() => client.fetchOpenOrders(SYMBOL))).map(({ id }) => id)).toEqual([placed.id]);
    const bound = await balanceOf(client, 'USDT');
    expect(bound).toEqual(engineBalance(account, 'USDT'));
    expect(bound.used).toBeCloseTo(limit * small * 1.004, 6);
    await later(() => client.cancelOrder(placed.id, SYMBOL));
    expect(engineOrder(account, placed.id).state).toBe('ended');
    expect(await later(() => client.fetchOrder(placed.id))).toMatchObject({ status: 'canceled', filled: 0 });
    expect((await balanceOf(client, 'USDT')).used).toBe(0);
    expect((await later(() => client.fetchClosedOrders(SYMBOL))).map(({ id }) => id)).toEqual([placed.id]);
    await expect(later(() => client.cancelOrder(placed.id))).rejects.toBeInstanceOf(OrderNotFound);
  });

  test('orders are cancelled by client id, in batches, all at once, and by the dead man’s switch', async () => {
    const { client, account } = await trader();
    const rest = async (share: number, params = {}): Promise<string> =>
      (await create(client, SYMBOL, 'limit', 'sell', small, priceAway('sell', share), params)).id;
    await rest(0.1, { clientOrderId: 'mine' });
    await later(() => client.cancelOrder('', SYMBOL, { clientOrderId: 'mine' }));
    expect(account.openOrders()).toHaveLength(0);
    const ids = [await rest(0.1), await rest(0.2)];
    await later(() => client.cancelOrders(ids));
    expect(account.openOrders()).toHaveLength(0);
    for (const share of [0.1, 0.2]) await rest(share);
    expect(account.openOrders(book)).toHaveLength(2);
    await later(() => client.cancelAllOrders());
    expect(account.openOrders()).toHaveLength(0);
    const last = await rest(0.1);
    await later(() => client.cancelAllOrdersAfter(1_000));
    await pause(2_500);
    expect(engineOrder(account, last)).toMatchObject({ state: 'ended', endReason: 'countdown' });
  });

  test.each(['buy', 'sell'] as const)('a market %s by base amount', async (side) => {
    const { client, account } = await trader();
    const before = { usdt: engineBalance(account, 'USDT').total, btc: engineBalance(account, 'BTC').total };
    const placed = await create(client, SYMBOL, 'market', side, small);
    const { fills } = engineOrder(account, placed.id);
    const cost = sum(fills, ({ quote }) => quote);
    const fee = sum(fills, (fill) => fill.fee);
    const order = await later(() => client.fetchOrder(placed.id));
    expect(order).toMatchObject({ status: 'closed', filled: small, side, type: 'market' });
    expect(order.cost).toBeCloseTo(cost, 9);
    expect(order.fee?.currency).toBe('USDT');
    expect(Number(order.fee?.cost)).toBe(fee);
    expect(fee).toBeCloseTo(cost * 0.004, 9);
    const sign = side === 'buy' ? 1 : -1;
    expect((await balanceOf(client, 'BTC')).total).toBeCloseTo(before.btc + sign * small, 8);
    expect((await balanceOf(client, 'USDT')).total).toBeCloseTo(before.usdt - sign * cost - fee, 6);
    const mine = (await later(() => client.fetchMyTrades(SYMBOL))).filter((trade) => trade.order === placed.id);
    const trade = (at: number, size: number): unknown => [at, size, 'taker', side];
    expect(mine.map((one) => trade(Number(one.price), Number(one.amount))).sort()).toEqual(
      fills.map((fill) => trade(price(fill.priceUnits), amount(fill.qtyUnits))).sort(),
    );
    for (const one of mine) expect(one).toMatchObject({ takerOrMaker: 'taker', side, symbol: SYMBOL, fee: { currency: 'USDT' } });
  });

  test('a market buy by cost', async () => {
    const { client, account } = await trader();
    const placed = await create(client, SYMBOL, 'market', 'buy', small, undefined, { cost: 100 });
    const engine = engineOrder(account, placed.id);
    expect(engine.state).toBe('filled');
    const order = await later(() => client.fetchOrder(placed.id));
    expect(order.status).toBe('closed');
    expect(order.cost).toBeLessThanOrEqual(100);
    expect(order.cost).toBeGreaterThan(99);
    expect(order.cost).toBeCloseTo(Number(moneyText(engine.filledQuote)), 9);
  });

  test('lifetimes: post-only never takes, IOC never rests', async () => {
    const { client, account } = await trader();
    const through = priceAway('sell', 0.01);
    const postOnly = await create(client, SYMBOL, 'limit', 'buy', small, through, { postOnly: true });
    expect(engineOrder(account, postOnly.id)).toMatchObject({ endReason: 'post-only', filledUnits: 0 });
    expect(await later(() => client.fetchOrder(postOnly.id))).toMatchObject({ status: 'canceled', filled: 0 });
    const resting = await create(client, SYMBOL, 'limit', 'buy', small, priceAway('buy', 0.1), { postOnly: true });
    expect(await later(() => client.fetchOrder(resting.id))).toMatchObject({ status: 'open', postOnly: true });
    const taking = await create(client, SYMBOL, 'limit', 'buy', small, through, { timeInForce: 'IOC' });
    expect(await later(() => client.fetchOrder(taking.id))).toMatchObject({ status: 'closed', filled: small });
    const missing = await create(client, SYMBOL, 'limit', 'buy', small, priceAway('buy', 0.1), { timeInForce: 'IOC' });
    expect(await later(() => client.fetchOrder(missing.id))).toMatchObject({ status: 'canceled', filled: 0 });
    expect(account.openOrders()).toHaveLength(1);
  });
});

describe('the private WebSocket', () => {
  test('tells the life of an order, its fills, and balances', async () => {
    const { client, account } = await trader();
    const orders = follow(() => client.watchOrders());
    // The snapshot of an account without orders resolves nothing.
    await pause(300);
    const trades = follow(() => client.watchMyTrades(SYMBOL));
    const balances = follow(() => client.watchBalance());
    await vi.waitFor(() => expect(balances[0]?.['USDT']?.total).toBe(engineBalance(account, 'USDT').total));
    // Frames that come at once wake a waiting client once; all of them are in its memory.
    const memory = client as unknown as Memory;
    const statesOf = (wanted: string): unknown[] =>
      [...orders.flat(), ...(memory.orders ?? [])].flatMap(({ id, status }) => (id === wanted ? [status] : []));
    const limit = priceAway('buy', 0.1);
    const placed = await create(client, SYMBOL, 'limit', 'buy', small, limit);
    await vi.waitFor(() => expect(statesOf(placed.id)).toContain('open'));
    expect(orders.flat().find(({ id }) => id === placed.id)).toMatchObject({
      symbol: SYMBOL,
      side: 'buy',
      type: 'limit',
      price: limit,
      amount: small,
    });
    await later(() => client.cancelOrder(placed.id));
    await vi.waitFor(() => expect(statesOf(placed.id)).toContain('canceled'));
    const taken = await create(client, SYMBOL, 'market', 'buy', small);
    await vi.waitFor(() => expect(statesOf(taken.id)).toContain('closed'));
    const { fills } = engineOrder(account, taken.id);
    await vi.waitFor(() => expect(memory.myTrades).toHaveLength(fills.length));
    expect(trades.flat().length).toBeGreaterThan(0);
    for (const trade of memory.myTrades ?? []) {
      const fill = fills.find(
        ({ qtyUnits, priceUnits }) => amount(qtyUnits) === trade.amount && price(priceUnits) === trade.price,
      );
      expect(trade).toMatchObject({ order: taken.id, symbol: SYMBOL, side: 'buy' });
      expect(Number(trade.fee?.cost)).toBe(Number(moneyText(fill?.fee ?? 0n)));
    }
    for (const asset of ['BTC', 'USDT'])
      await vi.waitFor(() => expect(memory.balance.spot?.[asset]?.total).toBe(engineBalance(account, asset).total));
  });

  test('takes orders and cancels', async () => {
    const { client, account } = await trader();
    const limit = priceAway('buy', 0.1);
    const placed = await client.createOrderWs(SYMBOL, 'limit', 'buy', small, limit);
    expect(engineOrder(account, String(placed.id))).toMatchObject({ state: 'open', side: 'buy' });
    expect(price(engineOrder(account, String(placed.id)).priceUnits ?? 0)).toBe(limit);
    await client.cancelOrderWs(String(placed.id));
    expect(engineOrder(account, String(placed.id)).endReason).toBe('user');
    await client.createOrderWs(SYMBOL, 'limit', 'buy', small, limit);
    await client.cancelAllOrdersWs();
    expect(account.openOrders()).toHaveLength(0);
    const market = await client.createOrderWs(SYMBOL, 'market', 'sell', small);
    expect(engineOrder(account, String(market.id))).toMatchObject({ state: 'filled', side: 'sell' });
    const tooMuch = (engineBalance(account, 'USDT').free * 2) / limit;
    await expect(client.createOrderWs(SYMBOL, 'limit', 'buy', tooMuch, limit)).rejects.toThrow(/EOrder:Insufficient funds/);
  });
});

describe('is refused', () => {
  test('wrong keys and signatures, and nonces that were used', async () => {
    const { client } = await trader({ secret: Buffer.from('another').toString('base64') });
    await expect(client.fetchBalance()).rejects.toThrow(/EAPI:Invalid signature/);
    await expect(client.fetchBalance()).rejects.toBeInstanceOf(ExchangeError);
    const stranger = (await trader({ apiKey: 'nobody' })).client;
    await expect(stranger.fetchBalance()).rejects.toBeInstanceOf(AuthenticationError);
    const late = (await trader()).client;
    await late.fetchBalance();
    const spent = Date.now() - 60_000;
    late.nonce = () => spent;
    await expect(late.fetchBalance()).rejects.toBeInstanceOf(InvalidNonce);
  });

  test('orders past their deadline', async () => {
    const { client, account } = await trader();
    const order = client.createOrder(SYMBOL, 'limit', 'buy', small, priceAway('buy', 0.1), {
      deadline: new Date(Date.now() - 1_000).toISOString(),
    });
    await expect(order).rejects.toThrow(/EService:Deadline elapsed/);
    expect(account.orders()).toHaveLength(0);
  });

  test('orders that break a rule', async () => {
    const { client, account } = await trader();
    const { priceDecimals, qtyDecimals, tickUnits } = book.instrument;
    const limit = client.priceToPrecision(SYMBOL, priceAway('buy', 0.1));
    const send = (change: Record<string, unknown>): Promise<unknown> =>
      later(() =>
        client.privatePostAddOrder({
          pair: PAIR,
          type: 'buy',
          ordertype: 'limit',
          price: limit,
          volume: client.amountToPrecision(SYMBOL, small),
          ...change,
        }),
      );
    const finer = `${Number(limit).toFixed(priceDecimals)}${priceDecimals === 0 ? '.' : ''}1`;
    await expect(send({ price: finer })).rejects.toThrow(/EOrder:Invalid price/);
    await expect(send({ price: finer })).rejects.toBeInstanceOf(ExchangeError);
    if (tickUnits > 1) {
      const offTick = (Number(limit) + 10 ** -priceDecimals).toFixed(priceDecimals);
      await expect(send({ price: offTick })).rejects.toThrow(/EOrder:Tick size check failed/);
    }
    await expect(send({ price: 'cheap' })).rejects.toBeInstanceOf(InvalidOrder);
    await expect(send({ volume: `0.${'1'.repeat(qtyDecimals + 1)}` })).rejects.toThrow(/EGeneral:Invalid arguments:volume/);
    const least = (book.instrument.minQtyUnits / 10 ** qtyDecimals).toFixed(qtyDecimals);
    if (book.instrument.minQtyUnits > 1) {
      const tiny = (1 / 10 ** qtyDecimals).toFixed(qtyDecimals);
      await expect(send({ volume: tiny })).rejects.toThrow(/EOrder:Order minimum not met/);
      await expect(send({ volume: tiny })).rejects.toBeInstanceOf(InvalidOrder);
    }
    const cheapest = price(tickUnits).toFixed(priceDecimals);
    await expect(send({ volume: least, price: cheapest })).rejects.toThrow(/EOrder:Cost minimum not met/);
    await expect(send({ pair: 'NOPEUSD' })).rejects.toThrow(/EQuery:Unknown asset pair/);
    expect(account.openOrders()).toHaveLength(0);
  });

  test('what the account cannot pay, what nobody knows, and a client id that is taken', async () => {
    const { client, account } = await trader();
    const limit = priceAway('buy', 0.1);
    const tooMuch = (engineBalance(account, 'USDT').free * 2) / limit;
    await expect(create(client, SYMBOL, 'limit', 'buy', tooMuch, limit)).rejects.toBeInstanceOf(InsufficientFunds);
    await expect(later(() => client.fetchOrder('OAAAAA-BBBBB-CCCCC9'))).rejects.toThrow(/EOrder:Invalid order/);
    await expect(later(() => client.cancelOrder('OAAAAA-BBBBB-CCCCC9'))).rejects.toBeInstanceOf(OrderNotFound);
    await create(client, SYMBOL, 'limit', 'buy', small, limit, { clientOrderId: 'once' });
    await expect(create(client, SYMBOL, 'limit', 'buy', small, limit, { clientOrderId: 'once' })).rejects.toThrow(
      /EOrder:Client order id already in use/,
    );
    await later(() => client.cancelAllOrders());
  });

  test('more requests than the counter holds', async () => {
    const { client } = await trader();
    const refusals: unknown[] = [];
    for (let call = 0; call < 40; call++)
      await later(() => client.fetchBalance()).catch((error: unknown) => refusals.push(error));
    expect(refusals.length).toBeGreaterThan(10);
    for (const error of refusals) expect(error).toBeInstanceOf(DDoSProtection);
  });
});
