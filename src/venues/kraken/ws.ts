import { z } from 'zod';
import { parseExactJson, readAnswer } from '../answer.js';
import type { Dialogue, StreamHeartbeat } from '../trading.js';
import { sessionCall } from './calls.js';

/** The venue speaks every second where anything is subscribed to. */
export const IDLE_MS_MAX = 10_000;
/** No limit is documented; connections are replaced once a day all the same. */
export const LIFETIME_MS = 24 * 3_600_000;

export const heartbeat: StreamHeartbeat = { intervalMs: 30_000, text: () => '{"method":"ping"}' };

const Token = z.object({ result: z.object({ token: z.string().min(1) }) });

const Frame = z.looseObject({
  channel: z.string().optional(),
  type: z.string().optional(),
  method: z.string().optional(),
  req_id: z.number().nullish(),
  success: z.boolean().nullish(),
  error: z.string().nullish(),
  sequence: z.number().nullish(),
});
export type Frame = z.infer<typeof Frame>;

/** Asks for the token that every private request of one connection carries. */
export function* sessionToken(): Dialogue<string> {
  return readAnswer('kraken', 'GetWebSocketsToken', Token, yield sessionCall('GetWebSocketsToken')).result.token;
}

/** A frame of version 2; null when it is none. */
export function readFrame(frame: Uint8Array): Frame | null {
  return Frame.safeParse(parseExactJson(Buffer.from(frame).toString())).data ?? null;
}

/** What a refused subscription or order says. */
export function errorOf({ error }: Frame): string {
  return error ?? 'no reason given';
}

/** Whether an error ends the session: only a new token helps. */
export function isSessionError(error: string): boolean {
  return error.startsWith('ESession:');
}
