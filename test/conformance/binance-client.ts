import ccxt, { type Exchange, type Order } from 'ccxt';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import { moneyText } from '../../src/sim/matching/money.js';
import { type ConformanceVenue, startVenue } from './rig.js';

/** What the implicit methods of ccxt look like; its types leave them out. */
export type Implicit = Record<string, (params?: Record<string, unknown>) => Promise<unknown>>;

let started: ConformanceVenue | undefined;
const opened: Exchange[] = [];

/** The venue of the file that is running. */
export function venue(): ConformanceVenue {
  if (started === undefined) throw new Error('the venue is not running');
  return started;
}

/** Starts the venue before a file's cases, and leaves no order and no client of one case to the next. */
export function useVenue(): void {
  beforeAll(async () => {
    started = await startVenue('binance');
  });
  afterEach(async () => {
    const { engine, account, simulation } = venue();
    for (const market of ['spot', 'futures'] as const)
      for (const book of simulation.market.booksOf('binance', market)) engine.cancelAll(account, book);
    await Promise.all(opened.splice(0).map((exchange) => exchange.close()));
  });
  afterAll(() => started?.stop());
}

/** ccxt as anybody would make it: other base URLs, and keys. */
export async function client(id: 'binance' | 'binanceusdm', changes: Record<string, unknown> = {}): Promise<Exchange> {
  const http = venue().endpoints.rest;
  const ws = venue().endpoints.wsPublic;
  const exchange = new ccxt.pro[id]({
    apiKey: venue().key.apiKey,
    secret: venue().key.secret,
    enableRateLimit: false,
    urls: {
      api: {
        public: `${http}/api/v3`,
        private: `${http}/api/v3`,
        v1: `${http}/api/v1`,
        sapi: `${http}/sapi/v1`,
        sapiV2: `${http}/sapi/v2`,
        sapiV3: `${http}/sapi/v3`,
        sapiV4: `${http}/sapi/v4`,
        fapiPublic: `${http}/fapi/v1`,
        fapiPublicV2: `${http}/fapi/v2`,
        fapiPublicV3: `${http}/fapi/v3`,
        fapiPrivate: `${http}/fapi/v1`,
        fapiPrivateV2: `${http}/fapi/v2`,
        fapiPrivateV3: `${http}/fapi/v3`,
        fapiData: `${http}/futures/data`,
        dapiPublic: `${http}/dapi/v1`,
        dapiPrivate: `${http}/dapi/v1`,
        ws: {
          spot: `${ws}/stream/ws`,
          future: `${ws}/ws`,
          'ws-api': { spot: `${ws}/ws-api/v3`, future: `${ws}/ws-fapi/v1` },
        },
      },
    },
    ...changes,
  });
  await exchange.loadHttpProxyAgent();
  opened.push(exchange);
  return exchange;
}

export const implicit = (exchange: Exchange): Implicit => exchange as unknown as Implicit;
export const number = (money: bigint): number => Number(moneyText(money));
export const spotBook = (): SimulatedBook => venue().book('spot', 'BTC');
export const futuresBook = (): SimulatedBook => venue().book('futures', 'ETH');

/** The levels that the engine publishes. */
export function levels(book: SimulatedBook, depth: number): { bids: number[][]; asks: number[][] } {
  const { priceDecimals, qtyDecimals } = book.instrument;
  const side = (name: 'bids' | 'asks'): number[][] =>
    book[name]
      .levels()
      .slice(0, depth)
      .map(({ priceUnits, qtyUnits }) => [Number(`${priceUnits}e-${priceDecimals}`), Number(`${qtyUnits}e-${qtyDecimals}`)]);
  return { bids: side('bids'), asks: side('asks') };
}

/** About so much of the quote asset, in whole lots. */
export function amountOf(book: SimulatedBook, value: number): number {
  const { qtyDecimals, priceDecimals } = book.instrument;
  const touch = (book.bids.best()?.priceUnits ?? 1) / 10 ** priceDecimals;
  return Number((value / touch).toFixed(qtyDecimals));
}

export async function refusal(action: () => Promise<unknown>): Promise<Error> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not refused');
}

export async function untilOrder(exchange: Exchange, symbol: string, accept: (order: Order) => boolean): Promise<Order> {
  for (;;) {
    const found = (await exchange.watchOrders(symbol)).find(accept);
    if (found !== undefined) return found;
  }
}

/** Waits until the client's connection whose URL has that part stands. */
export async function connected(exchange: Exchange, part: string): Promise<void> {
  const connections = exchange as unknown as { clients: Record<string, { url: string; connected: Promise<unknown> }> };
  const connection = await vi.waitFor(() => {
    const found = Object.values(connections.clients).find(({ url }) => url.includes(part));
    if (found === undefined) throw new Error(`no connection to ${part}`);
    return found;
  });
  await connection.connected;
}
