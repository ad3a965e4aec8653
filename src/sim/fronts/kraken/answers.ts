import { quoted } from '../json-text.js';
import type { RestAnswer } from '../rest.js';

/** Kraken reports every failure with HTTP 200. */
export function failure(error: string): RestAnswer {
  return { body: quoted({ error: [error] }) };
}

/** @param result JSON text */
export function success(result: string): RestAnswer {
  return { body: `{"error":[],"result":${result}}` };
}

export const INVALID_PAIR = 'EQuery:Unknown asset pair';
