import {
  STATUS_APPLIED,
  STATUS_BUFFER,
  STATUS_CHECKSUM,
  STATUS_CROSSED,
  STATUS_EVENT,
  STATUS_GAP,
  STATUS_MALFORMED,
  STATUS_OTHER_CHANNEL,
  STATUS_OVERSIZED,
  STATUS_PRECISION,
  STATUS_SNAPSHOT,
  STATUS_STALE,
  STATUS_UNKNOWN,
  STATUS_UNKNOWN_SYMBOL,
} from '../../../assembly/memory/layout.js';
import type { ControlMessage, FeedProtocol } from '../../venues/contract.js';

const STATUS_VERDICTS = {
  [STATUS_UNKNOWN]: 'unknown',
  [STATUS_APPLIED]: 'applied',
  [STATUS_SNAPSHOT]: 'snapshot',
  [STATUS_STALE]: 'stale',
  [STATUS_BUFFER]: 'buffered',
  [STATUS_EVENT]: 'event',
  [STATUS_GAP]: 'gap',
  [STATUS_CHECKSUM]: 'bad checksum',
  [STATUS_PRECISION]: 'too precise',
  [STATUS_MALFORMED]: 'malformed',
  [STATUS_UNKNOWN_SYMBOL]: 'unknown symbol',
  [STATUS_CROSSED]: 'crossed',
  [STATUS_OVERSIZED]: 'oversized',
  [STATUS_OTHER_CHANNEL]: 'other channel',
} as const;

/**
 * What became of one line: what the kernel made of it; for a message that is not the kernel's, what it tells the session
 * (`acknowledged`, `alive`, `error` and so on), or `unknown` when it means nothing to either; `sent` for one that the recorder sent; `answer` for an HTTP answer that is no book of
 * a stream, `not needed` for one that is but came to a book in step; `no venue` for a line that nothing ascribes to one.
 */
export type Verdict =
  | (typeof STATUS_VERDICTS)[keyof typeof STATUS_VERDICTS]
  | Exclude<ControlMessage['kind'], 'other'>
  | 'sent'
  | 'answer'
  | 'not needed'
  | 'no venue';

/** Name of a STATUS_... value. */
export function verdictOfStatus(status: number): Verdict {
  return STATUS_VERDICTS[status as keyof typeof STATUS_VERDICTS] ?? 'unknown';
}

/** What a text that the kernel left alone tells the session. */
export function verdictOfControl(text: string, protocol: FeedProtocol): Verdict {
  // Kraken's old interface sends its data as lists; a control message is an object at every venue.
  if (text.trimStart().startsWith('[')) return 'unknown';
  const { kind } = protocol.control(text);
  return kind === 'other' ? 'unknown' : kind;
}
