import { Credentials } from '../../../src/domain/credentials.js';
import type { TradableInstrument } from '../../../src/domain/instrument.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import { parseExactJson } from '../../../src/venues/answer.js';
import { Directory } from '../../../src/venues/directory.js';
import { instruments } from '../../../src/venues/kraken/instruments.js';
import { krakenSpotTrading } from '../../../src/venues/kraken/trading.js';
import type { Dialogue, RestCall } from '../../../src/venues/trading.js';
import { converse } from '../converse.js';

/** Published by the venue together with the signature that it makes. */
export const CREDENTIALS = new Credentials(
  'a-key',
  'kQH5HW/8p1uGOVjbgWA7FunAmGO8lsSUXNsu3eow76sz84Q18fWxnyRzBHCd3pd5nE9qa99HAZtuZuj6F1huXg==',
);
export const STAMP = { epochMs: 1_767_225_600_000, nonce: 1_616_492_376_594 };
export const CLIENT_ID = '3f1c2f36-5b0a-4c3e-9a53-0d3c6f1f7a11';

export const PAIRS = {
  XETHZUSD: {
    altname: 'ETHUSD',
    wsname: 'ETH/USD',
    base: 'XETH',
    quote: 'ZUSD',
    cost_decimals: 5,
    pair_decimals: 2,
    lot_decimals: 8,
    fees: [
      [0, 0.4],
      [10000, 0.35],
    ],
    fees_maker: [
      [0, 0.25],
      [10000, 0.2],
    ],
    ordermin: '0.002',
    costmin: '0.5',
    tick_size: '0.05',
    status: 'online',
  },
  XXBTZUSD: { altname: 'XBTUSD', wsname: 'XBT/USD', pair_decimals: 1, lot_decimals: 8, status: 'online' },
};

export const ETH = instruments([{ error: [], result: PAIRS }])[0] as TradableInstrument;

export const directory = new Directory();
directory.fill(instruments([{ error: [], result: PAIRS }]));

export const trading = krakenSpotTrading({ directory });

export const LIMIT: OrderRequest = {
  symbol: 'ETH/USD',
  side: 'buy',
  type: 'limit',
  timeInForce: 'gtc',
  quantity: '0.5',
  quoteAmount: null,
  price: '3100.1',
  clientOrderId: CLIENT_ID,
  reduceOnly: false,
};
export const BY_QUOTE: OrderRequest = {
  ...LIMIT,
  type: 'market',
  timeInForce: 'ioc',
  quantity: null,
  quoteAmount: '25.12345',
  price: null,
};

/** Gives recorded results to a dialogue, in the venue's envelope; an Error among them is thrown into it. */
export function drive<T>(dialogue: Dialogue<T>, results: readonly unknown[]): ReturnType<typeof converse<T>> {
  return converse(
    dialogue,
    results.map((result) => (result instanceof Error ? result : exact({ error: [], result }))),
  );
}

/** The form of a call, as an object. */
export function form(call: RestCall | undefined): Record<string, string> {
  return call?.body?.kind === 'form' ? Object.fromEntries(call.body.params) : {};
}

/** As it comes off the wire. */
export function exact(value: unknown): unknown {
  return parseExactJson(JSON.stringify(value));
}
