import ccxt, { type Exchange } from 'ccxt';
import { afterAll, afterEach, beforeAll } from 'vitest';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import { levels } from './binance-client.js';
import { type ConformanceVenue, startVenue } from './rig.js';

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
    started = await startVenue('mexc');
  });
  afterEach(async () => {
    const { engine, account } = venue();
    engine.cancelAll(account);
    await Promise.all(opened.splice(0).map((exchange) => exchange.close()));
  });
  afterAll(() => started?.stop());
}

/** ccxt as anybody would make it: other base URLs, and keys. */
export async function client(changes: Record<string, unknown> = {}): Promise<Exchange> {
  const { rest, wsPublic, wsPublicFutures } = venue().endpoints;
  const exchange = new ccxt.pro.mexc({
    apiKey: venue().key.apiKey,
    secret: venue().key.secret,
    enableRateLimit: false,
    urls: {
      api: {
        spot: { public: rest, private: rest },
        spot2: { public: `${rest}/open/api/v2`, private: `${rest}/open/api/v2` },
        contract: { public: `${rest}/api/v1/contract`, private: `${rest}/api/v1/private` },
        broker: { private: `${rest}/api/v3/broker` },
        ws: { spot: wsPublic, swap: wsPublicFutures },
      },
    },
    ...changes,
  });
  await exchange.loadHttpProxyAgent();
  opened.push(exchange);
  return exchange;
}

/** Does what the venue allows only so often, again until it is allowed. */
export async function patiently<T>(action: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof ccxt.RateLimitExceeded)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
}

/** Follows a book until it was equal to the engine's at so many sequence numbers. */
export async function followBook(exchange: Exchange, symbol: string, own: SimulatedBook, times: number): Promise<void> {
  const states = new Map<number, string>();
  const compared = new Set<number>();
  while (compared.size < times) {
    const watched = await exchange.watchOrderBook(symbol);
    states.set(own.lastId, JSON.stringify(levels(own, 5)));
    const expected = states.get(watched.nonce ?? -1);
    if (expected === undefined) continue;
    const side = (rows: readonly (readonly unknown[])[]): unknown[] => rows.slice(0, 5).map(([at, size]) => [at, size]);
    const seen = JSON.stringify({ bids: side(watched.bids), asks: side(watched.asks) });
    if (seen !== expected) throw new Error(`at ${watched.nonce}: ${seen} is not ${expected}`);
    compared.add(watched.nonce ?? -1);
  }
}
