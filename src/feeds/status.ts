import {
  STATUS_CHECKSUM,
  STATUS_GAP,
  STATUS_MALFORMED,
  STATUS_OVERSIZED,
  STATUS_PRECISION,
} from '../../assembly/memory/layout.js';

const NAMES: ReadonlyMap<number, string> = new Map([
  [STATUS_GAP, 'a message is missing'],
  [STATUS_CHECKSUM, "the checksum is not the venue's"],
  [STATUS_PRECISION, 'a number has more digits than its instrument'],
  [STATUS_MALFORMED, 'a message cannot be read'],
  [STATUS_OVERSIZED, 'a message is larger than there is room for'],
]);

/** Whether a status means that the book is no longer the venue's. */
export function isFault(status: number): boolean {
  return NAMES.has(status);
}

/** A status in words, for the log. */
export function nameOfStatus(status: number): string {
  return NAMES.get(status) ?? `status ${status}`;
}
