import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { Credentials } from '../../../src/domain/credentials.js';
import { VenueRequestError } from '../../../src/domain/errors.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import type { TestKey } from '../../../src/sim/access/keys.js';
import { fixedText } from '../../../src/sim/fronts/decimal-text.js';
import { moneyText } from '../../../src/sim/matching/money.js';
import { parseExactJson } from '../../../src/venues/answer.js';
import { binanceFuturesTrading, binanceSpotTrading } from '../../../src/venues/binance/trading.js';
import { Directory } from '../../../src/venues/directory.js';
import type { Dialogue, OrderEntryItem, RequestStamp, StreamItem, TradingProtocol } from '../../../src/venues/trading.js';
import { type Stage, stage } from '../harness.js';
import { below, epochMsOf, keyOf, lots } from './binance-support.js';

let running: Stage;
afterEach(() => running.close());

const nowMs = (): number => epochMsOf(running);
const rest = (): string => running.simulation.endpoints.binance?.rest ?? '';
const key = (): TestKey => keyOf(running);

describe('our own protocol on the simulated venue', () => {
  /** Drives an operation over real sockets. */
  async function drive<T>(protocol: TradingProtocol, dialogue: Dialogue<T>): Promise<T> {
    const credentials = new Credentials(key().apiKey, key().secret);
    let step = dialogue.next();
    while (step.done !== true) {
      const call = step.value;
      const { method, target, headers, body } = protocol.sign(call, credentials, { epochMs: nowMs(), nonce: 1 });
      const answer = await request(rest() + target, { method, headers, ...(body === null ? {} : { body }) });
      const plain = Object.fromEntries(Object.entries(answer.headers).map(([name, value]) => [name, String(value)]));
      const reply = { status: answer.statusCode, headers: plain, body: parseExactJson(await answer.body.text()) };
      expect(protocol.usage(reply, call).some(({ budget }) => budget === 'weight')).toBe(true);
      const refusal = protocol.refusal(reply, call);
      step =
        refusal === null
          ? dialogue.next(reply.body)
          : dialogue.throw(new VenueRequestError(refusal.kind, refusal.text, { code: refusal.code }));
    }
    return step.value;
  }

  it.each(['spot', 'futures'] as const)('reads the market and trades on %s', async (market) => {
    running = await stage('binance');
    const directory = new Directory();
    const endpoints = { rest: rest(), wsPrivate: null, wsTrade: null };
    const own = running.simulation.endpoints.binance;
    const wsPrivate = (market === 'spot' ? own?.wsPrivate : own?.wsPrivateFutures) ?? null;
    const protocol = (market === 'spot' ? binanceSpotTrading : binanceFuturesTrading)({
      directory,
      endpoints: { ...endpoints, wsPrivate },
    });
    const instruments = await drive(protocol, protocol.instruments());
    directory.fill(instruments);
    const instrument = directory.find('ETHUSDT');
    if (instrument === undefined) throw new Error('no ETHUSDT');
    const book = running.book(market, 'ETHUSDT');
    expect(Number(instrument.rules.tickSize)).toBeCloseTo(book.instrument.tickUnits / 10 ** book.instrument.priceDecimals, 12);
    expect(instrument.makerFeeBps).toBe(book.instrument.makerFeeBps);
    if (market === 'futures')
      expect(instrument.contract).toMatchObject({ maxLeverage: book.instrument.maxLeverage, fundingInterval: 8 });
    expect(await drive(protocol, protocol.serverTime())).toBe(nowMs());
    const snapshot = await drive(protocol, protocol.orderBook(instrument, 5));
    expect(snapshot.sequence).toBe(book.lastId);
    expect(Number(snapshot.bids[0]?.[0])).toBe((book.bids.best()?.priceUnits ?? 0) / 10 ** book.instrument.priceDecimals);
    const minute = 60_000;
    const until = Math.floor(nowMs() / minute) * minute;
    const klines = await drive(protocol, protocol.klines(instrument, '1m', until - 10 * minute, until));
    expect(klines.map(({ openMs }) => openMs)).toEqual(Array.from({ length: 10 }, (_, index) => until - (10 - index) * minute));
    expect((await drive(protocol, protocol.tickers())).length).toBe(instruments.length);
    expect(await drive(protocol, protocol.feeTier(instrument))).toEqual({
      makerFeeBps: instrument.makerFeeBps,
      takerFeeBps: instrument.takerFeeBps,
    });

    const order: OrderRequest = {
      symbol: 'ETHUSDT',
      side: 'buy',
      type: 'limit',
      timeInForce: 'post-only',
      quantity: lots(book, 300),
      quoteAmount: null,
      price: below(book, 0.01),
      clientOrderId: protocol.clientOrderId('intent-1'),
      reduceOnly: false,
    };
    const placed = await drive(protocol, protocol.place(order, instrument));
    expect(placed).toMatchObject({ state: 'open', clientOrderId: order.clientOrderId, filledQty: '0' });
    await expect(drive(protocol, protocol.place(order, instrument))).rejects.toMatchObject({ kind: 'duplicate-client-id' });
    const reference = { symbol: 'ETHUSDT', venueOrderId: null, clientOrderId: order.clientOrderId };
    expect((await drive(protocol, protocol.openOrders(null))).map(({ venueOrderId }) => venueOrderId)).toEqual([
      placed.venueOrderId,
    ]);
    expect(await drive(protocol, protocol.cancel(reference))).toMatchObject({
      state: 'canceled',
      clientOrderId: order.clientOrderId,
    });
    expect(await drive(protocol, protocol.order(reference))).toMatchObject({ state: 'canceled' });
    expect(await drive(protocol, protocol.order({ ...reference, clientOrderId: 'never-sent' }))).toBeNull();
    await drive(protocol, protocol.cancelAll(instrument));

    const taking: OrderRequest = {
      ...order,
      type: 'market',
      timeInForce: 'ioc',
      price: null,
      clientOrderId: protocol.clientOrderId('intent-2'),
    };
    const taken = await drive(protocol, protocol.place(taking, instrument));
    expect(taken).toMatchObject({ state: 'filled', filledQty: Number(taking.quantity).toString() });
    const fills = await drive(protocol, protocol.fills(instrument, nowMs() - 60_000));
    const account = running.simulation.access.get('binance')?.customers()[0]?.account;
    const byEngine = account?.fills(book) ?? [];
    expect(fills.map(({ tradeId, fee }) => [tradeId, fee])).toEqual(
      byEngine.map((fill) => [String(fill.tradeId), moneyText(fill.fee)]),
    );
    const held = new Map((await drive(protocol, protocol.balances())).map(({ asset, total }) => [asset, total]));
    for (const { asset, total } of account?.balances(market) ?? []) expect(held.get(asset)).toBe(moneyText(total));
    if (protocol.futures === null) return;
    const [position] = await drive(protocol, protocol.futures.positions());
    expect(position).toMatchObject({ side: 'buy', size: taken.filledQty, leverage: account?.position(book).leverage });
    const { rate } = running.simulation.engines.get('binance')?.funding(book) ?? { rate: '' };
    expect(Number((await drive(protocol, protocol.futures.fundingRate(instrument))).intervalRate)).toBe(Number(rate));
    const mode = account?.position(book).marginMode ?? 'isolated';
    expect(await drive(protocol, protocol.futures.setMargin(instrument, { mode, leverage: 9 }))).toEqual({ mode, leverage: 9 });
    expect(account?.position(book)).toMatchObject({ leverage: 9, marginMode: mode });
    const other = { mode: 'cross', leverage: 8 } as const;
    await expect(drive(protocol, protocol.futures.setMargin(instrument, other))).rejects.toMatchObject({
      context: { code: '-4048' },
    });
    if (protocol.deadMansSwitch !== null) await drive(protocol, protocol.deadMansSwitch.arm(30, ['ETHUSDT']));
  });

  it.each(['spot', 'futures'] as const)('enters orders over WebSocket and follows the account on %s', async (market) => {
    running = await stage('binance');
    const own = running.simulation.endpoints.binance;
    const spot = market === 'spot';
    const endpoints = {
      rest: rest(),
      wsPrivate: (spot ? own?.wsPrivate : own?.wsPrivateFutures) ?? null,
      wsTrade: (spot ? own?.wsTrade : own?.wsTradeFutures) ?? null,
    };
    const directory = new Directory();
    const protocol = (spot ? binanceSpotTrading : binanceFuturesTrading)({ directory, endpoints });
    directory.fill(await drive(protocol, protocol.instruments()));
    const instrument = directory.find('ETHUSDT');
    if (instrument === undefined || protocol.orderEntry === null) throw new Error('no ETHUSDT, or no order entry');
    const credentials = new Credentials(key().apiKey, key().secret);
    const stamp = () => ({ epochMs: nowMs(), nonce: 1 });
    const connect = async <T extends { kind: string }>(session: Session<T>): Promise<Followed<T>> => {
      const client = await running.connect(session.url);
      let read = 0;
      const items: T[] = [];
      for (const text of session.opened(stamp())) client.send(text);
      return {
        send: (text) => client.send(text),
        until: async (accept) => {
          for (;;) {
            for (; read < client.frames.length; read++)
              items.push(...session.read(Buffer.from(client.frames[read] ?? ''), false, stamp()));
            const found = items.find(accept);
            if (found !== undefined) return found;
            const from = read;
            await client.find(() => true, from);
          }
        },
        items,
      };
    };
    const ticket = await drive(protocol, protocol.privateStream.prepare());
    const stream = await connect<StreamItem>(protocol.privateStream.session(ticket, credentials));
    expect(await stream.until(({ kind }) => kind === 'ready')).toEqual({ kind: 'ready' });
    const session = protocol.orderEntry.session('', credentials);
    const entry = await connect<OrderEntryItem>(session);
    await entry.until(({ kind }) => kind === 'ready');

    const book = running.book(market, 'ETHUSDT');
    const resting: OrderRequest = {
      symbol: 'ETHUSDT',
      side: 'buy',
      type: 'limit',
      timeInForce: 'gtc',
      quantity: lots(book, 300),
      quoteAmount: null,
      price: below(book, 0.01),
      clientOrderId: protocol.clientOrderId('intent-1'),
      reduceOnly: false,
    };
    entry.send(session.place(resting, instrument, 1, stamp()));
    expect(await entry.until((item) => item.kind === 'order' && item.requestId === 1)).toMatchObject({
      order: { state: 'open' },
    });
    expect(
      entry.items.some(
        (item) => item.kind === 'usage' && item.readings.some(({ budget, used }) => budget === 'orders-10s' && used === 1),
      ),
    ).toBe(true);
    await stream.until((item) => item.kind === 'order' && item.order.state === 'open');
    const reference = { symbol: 'ETHUSDT', venueOrderId: null, clientOrderId: resting.clientOrderId };
    entry.send(session.cancel(reference, 2, stamp()));
    expect(await entry.until((item) => item.kind === 'order' && item.requestId === 2)).toMatchObject({
      order: { state: 'canceled' },
    });
    const told = await stream.until((item) => item.kind === 'order' && item.order.state === 'canceled');
    expect(told).toMatchObject({ order: { clientOrderId: resting.clientOrderId } });
    entry.send(session.cancel(reference, 3, stamp()));
    expect(await entry.until((item) => item.kind === 'refusal')).toMatchObject({
      requestId: 3,
      refusal: { kind: 'unknown-order' },
    });

    const taking: OrderRequest = {
      ...resting,
      type: 'market',
      timeInForce: 'ioc',
      price: null,
      clientOrderId: protocol.clientOrderId('intent-2'),
    };
    entry.send(session.place(taking, instrument, 4, stamp()));
    expect(await entry.until((item) => item.kind === 'order' && item.requestId === 4)).toMatchObject({
      order: { state: 'filled' },
    });
    await stream.until((item) => item.kind === 'order' && item.order.state === 'filled');
    const account = running.simulation.access.get('binance')?.customers()[0]?.account;
    const fills = stream.items.flatMap((item) => (item.kind === 'fill' ? [item.fill] : []));
    expect(fills.map(({ tradeId, fee, quantity }) => [tradeId, fee, Number(quantity)])).toEqual(
      account
        ?.fills(book)
        .map((fill) => [
          String(fill.tradeId),
          moneyText(fill.fee),
          Number(fixedText(fill.qtyUnits, book.instrument.qtyDecimals)),
        ]),
    );
    const total = moneyText(account?.balance(market, 'USDT').total ?? 0n);
    await stream.until((item) => item.kind === 'balance' && item.balance.asset === 'USDT' && item.balance.total === total);
    if (!spot)
      await stream.until((item) => item.kind === 'position' && Number(item.position.signedSize) === Number(taking.quantity));
    expect(stream.items.filter(({ kind }) => kind === 'ready')).toHaveLength(1);
    if (protocol.privateStream.release !== null) await drive(protocol, protocol.privateStream.release(ticket));
  });
});

/** A session of either kind, as it is driven. */
interface Session<T> {
  readonly url: string;
  opened(stamp: RequestStamp): readonly string[];
  read(frame: Uint8Array, binary: boolean, stamp: RequestStamp): readonly T[];
}

interface Followed<T> {
  readonly items: T[];
  send(text: string): void;
  /** The first item that is accepted, once it is there. */
  until(accept: (item: T) => boolean): Promise<T>;
}
