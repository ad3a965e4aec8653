import ccxt, { type Balances, type Exchange, type Order, type Trade } from 'ccxt';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { Customer } from '../../src/sim/access/venue-access.js';
import { orderNumber } from '../../src/sim/fronts/kraken/names.js';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import type { EngineOrder } from '../../src/sim/matching/types.js';
import * as figures from './figures.js';
import { type ConformanceVenue, startVenue } from './rig.js';

export const SYMBOL = 'BTC/USDT';
export const PAIR = 'XBTUSDT';
const CUSTOMERS = 24;
export type Client = InstanceType<typeof ccxt.pro.kraken>;

/** What a client remembers of what it watched; its types leave it open. */
export interface Memory {
  readonly orders?: Order[];
  readonly myTrades?: Trade[];
  readonly balance: { readonly spot?: Balances };
}

export let venue: ConformanceVenue;
export let book: SimulatedBook;
/** Reads the market. */
export let reader: Client;
/** About a hundred dollars' worth. */
export let small: number;
const opened: Exchange[] = [];
let taken = 0;

/** Starts the venue before a file's cases, and leaves no client of one case to the next. */
export function useVenue(): void {
  beforeAll(async () => {
    venue = await startVenue('kraken', { keys: CUSTOMERS });
    book = venue.book('spot', 'BTC');
    reader = await connect(customer(0));
    await reader.loadMarkets();
    small = Number(reader.amountToPrecision(SYMBOL, 100 / price(book.lastTrade.priceUnits)));
  });

  afterEach(async () => {
    await Promise.all(opened.splice(1).map((exchange) => exchange.close()));
  });

  afterAll(async () => {
    await Promise.all(opened.map((exchange) => exchange.close()));
    await venue.stop();
  });
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function customer(index: number): Customer {
  const found = venue.simulation.access.get('kraken')?.customers()[index];
  if (found === undefined) throw new Error('too few customers');
  return found;
}

async function connect({ key }: Customer, change: Record<string, unknown> = {}): Promise<Client> {
  const { rest, wsPublic, wsPrivate } = venue.endpoints;
  const ws = { public: wsPublic, private: wsPrivate, publicV2: wsPublic, privateV2: wsPrivate };
  const exchange = new ccxt.pro.kraken({
    apiKey: key.apiKey,
    secret: key.secret,
    enableRateLimit: false,
    urls: { api: { public: rest, private: rest, ws } },
    ...change,
  });
  await exchange.loadHttpProxyAgent();
  opened.push(exchange);
  return exchange;
}

/** A customer of its own for each case, so that no counter of the venue runs full, and a client that knows the markets. */
export async function trader(change: Record<string, unknown> = {}): Promise<{ client: Client; account: Customer['account'] }> {
  const own = customer((++taken % (CUSTOMERS - 1)) + 1);
  const client = await connect(own, change);
  client.setMarkets(reader.markets);
  return { client, account: own.account };
}

/** The client's nonces are milliseconds: no two private calls may fall into the same one. */
export async function later<T>(call: () => Promise<T>): Promise<T> {
  await pause(2);
  return call();
}

export async function create(
  client: Client,
  ...args: Parameters<Client['createOrder']>
): Promise<Order & { readonly id: string }> {
  const order = await later(() => client.createOrder(...args));
  if (order.id === undefined) throw new Error('an order without an id');
  return { ...order, id: order.id };
}

export const amount = (units: number): number => figures.amount(book, units);
export const price = (units: number): number => figures.price(book, units);
export const priceAway = (side: 'buy' | 'sell', share: number): number => figures.away(book, side, share);

export function engineOrder(account: Customer['account'], id: string): EngineOrder {
  const order = account.order(orderNumber(id) ?? -1);
  if (order === undefined) throw new Error(`the engine has no order ${id}`);
  return order;
}

export async function balanceOf(client: Client, asset: string): Promise<{ total: unknown; used: unknown; free: unknown }> {
  const { total, used, free } = (await later(() => client.fetchBalance()))[asset] ?? {};
  return { total, used, free };
}

/** Keeps everything that a watch method tells until the client is closed. */
export function follow<T>(watch: () => Promise<T>): T[] {
  const told: T[] = [];
  const run = async (): Promise<void> => {
    for (;;) told.push(structuredClone(await watch()));
  };
  run().catch(() => undefined);
  return told;
}
