import ccxt, { type Exchange, type Order } from 'ccxt';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import type { EngineOrder } from '../../src/sim/matching/types.js';
import { numbers } from '../sim/harness.js';
import * as figures from './figures.js';
import { type ConformanceVenue, startVenue } from './rig.js';

export const SYMBOL = 'ETH/USDT';
export const PRODUCT = 'ETH-USDT';
type Client = InstanceType<typeof ccxt.pro.coinbaseexchange>;

export let venue: ConformanceVenue;
export let book: SimulatedBook;
export let client: Client;
/** About fifty dollars' worth. */
export let small: number;
const opened: Exchange[] = [];

/** Starts the venue before a file's cases, and spaces them. */
export function useVenue(): void {
  beforeAll(async () => {
    venue = await startVenue('coinbase');
    book = venue.book('spot', 'ETH');
    client = await connect();
    await client.loadMarkets();
    small = Number(client.amountToPrecision(SYMBOL, 50 / price(book.lastTrade.priceUnits)));
  });

  afterAll(async () => {
    await Promise.all(opened.map((exchange) => exchange.close()));
    await venue.stop();
  });

  // The venue's buckets hold thirty private requests, and refill at fifteen a second.
  beforeEach(() => pause(400));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function connect(keys: { apiKey?: string; secret?: string; password?: string } = {}): Promise<Client> {
  const { rest, wsPublic } = venue.endpoints;
  const { apiKey, secret, passphrase } = venue.key;
  const exchange = new ccxt.pro.coinbaseexchange({
    apiKey,
    secret,
    password: passphrase,
    enableRateLimit: false,
    urls: { api: { public: rest, private: rest, ws: wsPublic } },
    ...keys,
  });
  await exchange.loadHttpProxyAgent();
  opened.push(exchange);
  return exchange;
}

/** Creates an order; its answer always has an id. */
export async function create(
  exchange: Client,
  ...args: Parameters<Client['createOrder']>
): Promise<Order & { readonly id: string }> {
  const order = await exchange.createOrder(...args);
  if (order.id === undefined) throw new Error('an order without an id');
  return { ...order, id: order.id };
}

export const amount = (units: number): number => figures.amount(book, units);
export const price = (units: number): number => figures.price(book, units);
export const priceAway = (side: 'buy' | 'sell', share: number): number => figures.away(book, side, share);

export function engineOrder(id: string): EngineOrder {
  const order = venue.account.order(Number.parseInt(id.slice(-12), 16));
  if (order === undefined) throw new Error(`the engine has no order ${id}`);
  return order;
}

/** Follows the book until it equals the engine's, which lives on meanwhile. */
export async function followUntilEqual(exchange: Client): Promise<void> {
  let watched: unknown;
  let own: unknown;
  for (let round = 0; round < 100; round++) {
    const { bids, asks } = await exchange.watchOrderBook(SYMBOL);
    watched = JSON.stringify([bids, asks]);
    own = JSON.stringify([numbers(book, 'bids'), numbers(book, 'asks')]);
    if (watched === own) return;
  }
  expect(watched).toBe(own);
}

export async function followUntilBroken(exchange: Client): Promise<unknown> {
  try {
    for (;;) await exchange.watchOrderBook(SYMBOL);
  } catch (error) {
    return error;
  }
}

export const engineBalance = (asset: string): ReturnType<typeof figures.engineBalance> =>
  figures.engineBalance(venue.account, asset);

export async function balanceOf(asset: string): Promise<{ total: unknown; used: unknown; free: unknown }> {
  const { total, used, free } = (await client.fetchBalance())[asset] ?? {};
  return { total, used, free };
}
