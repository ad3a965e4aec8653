import ccxt, { type Exchange } from 'ccxt';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import { refusal } from './binance-client.js';
import { type ConformanceVenue, startVenue } from './rig.js';

const PUBLIC = ['wallet', 'futures', 'margin', 'delivery', 'spot', 'options', 'sub_accounts', 'earn'];
const PRIVATE = [
  'withdrawals',
  'wallet',
  'futures',
  'margin',
  'delivery',
  'spot',
  'options',
  'subAccounts',
  'unified',
  'rebate',
  'earn',
  'account',
  'loan',
  'otc',
];

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
    started = await startVenue('gateio');
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
  const { rest } = venue().endpoints;
  const base = `${rest}/api/v4`;
  const ws = rest.replace('http', 'ws');
  const all = (names: readonly string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, base]));
  const exchange = new ccxt.pro.gate({
    apiKey: venue().key.apiKey,
    secret: venue().key.secret,
    uid: String(venue().account.id),
    enableRateLimit: false,
    urls: {
      api: {
        public: all(PUBLIC),
        private: all(PRIVATE),
        spot: `${ws}/ws/v4/`,
        swap: { usdt: `${ws}/fx/v4/ws/usdt`, btc: `${ws}/fx/v4/ws/btc` },
        future: { usdt: `${ws}/fx/v4/ws/delivery/usdt`, btc: `${ws}/fx/v4/ws/delivery/btc` },
        option: { usdt: `${ws}/op-/v4/ws/usdt`, btc: `${ws}/op-/v4/ws/btc` },
      },
    },
    ...changes,
  });
  await exchange.loadHttpProxyAgent();
  opened.push(exchange);
  return exchange;
}

export const spotBook = (): SimulatedBook => venue().book('spot', 'BTC');
export const futuresBook = (): SimulatedBook => venue().book('futures', 'ETH');

/** Waits until what was subscribed to has reached the venue: a request on the same connection is answered after it. */
export async function listening(exchange: Exchange, symbol: string): Promise<void> {
  expect(await refusal(() => exchange.fetchOrderWs('999999', symbol))).toBeInstanceOf(ccxt.OrderNotFound);
}
