import { InvalidInputError } from '../../domain/errors.js';
import { isObject } from './json.js';
import { captureName, type NumberedRecord, readCapture } from './reader.js';
import { parsePayload } from './survey.js';

/** What venues call the time of a message, the surest first. */
const KEYS = ['E', 'time_ms', 'ts', 'timestamp', 'time', 'T', 'sendTime'] as const;
/** Such times are of this century; other numbers under these names are none. */
const FIRST_MS = Date.parse('2009-01-01T00:00:00Z');
const LAST_MS = Date.parse('2100-01-01T00:00:00Z');
/** Messages in front of the first time that are held until it is known. */
const HELD_MAX = 10_000;

/**
 * When the venue says that something happened, or that it told of it.
 * @param message the parsed payload
 * @returns milliseconds since the epoch with their fraction; null when the message does not say
 */
export function eventTimeMs(message: unknown): number | null {
  if (Array.isArray(message)) return krakenTimeMs(message);
  if (!isObject(message)) return null;
  const parts = [message, message['data'], message['result'], message['events']];
  for (const part of parts) {
    const holder: unknown = Array.isArray(part) ? part[0] : part;
    if (!isObject(holder)) continue;
    for (const key of KEYS) {
      const ms = timeMs(holder[key]);
      if (ms !== null) return ms;
    }
  }
  return null;
}

/** Kraken's first interface has the seconds behind price and volume of each row. */
function krakenTimeMs(message: readonly unknown[]): number | null {
  for (const part of message) {
    const lists: unknown[] = Array.isArray(part) ? [part] : isObject(part) ? Object.values(part) : [];
    for (const list of lists) {
      const row: unknown = Array.isArray(list) ? list[0] : undefined;
      const ms = Array.isArray(row) ? timeMs(row[2]) : null;
      if (ms !== null) return ms;
    }
  }
  return null;
}

/** A time in seconds, milli-, micro- or nanoseconds, by its size, or as ISO 8601 writes it. */
function timeMs(value: unknown): number | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null;
  const number = typeof value === 'number' ? value : Number(value);
  const units = Number.isNaN(number) ? [Date.parse(String(value))] : [number * 1000, number, number / 1e3, number / 1e6];
  return units.find((ms) => ms >= FIRST_MS && ms < LAST_MS) ?? null;
}

/**
 * Reads a capture as if each message had been received so long after the time that the venue put into it; one that says no time, at the time
 * of the one before it. What a recorder's clock said is not used.
 * @throws InvalidInputError for a capture whose messages say no times, or one that cannot be read
 */
export async function* eventTimedCapture(path: string, latencyMs: number): AsyncGenerator<NumberedRecord> {
  const held: NumberedRecord[] = [];
  let lastMs: number | null = null;
  for await (const { line, record } of readCapture(path)) {
    const ms = record.dir === 'out' ? null : eventTimeMs(parsePayload(record).message);
    if (ms !== null) lastMs = Math.max(lastMs ?? 0, ms + latencyMs);
    held.push({ line, record });
    if (lastMs === null) {
      if (held.length > HELD_MAX) break;
      continue;
    }
    for (const { line: own, record: kept } of held.splice(0)) yield { line: own, record: { ...kept, t: lastMs } };
  }
  if (lastMs === null)
    throw new InvalidInputError(
      `${captureName(path)}: its messages say no times of their venue, so no time of receipt can be assumed`,
      { path },
    );
}
