import { DECODER_COINBASE_ADVANCED, DECODER_COINBASE_FULL } from '../../../assembly/memory/layout.js';
import type { JsonObject } from './json.js';

/** How the messages of one stream are numbered. */
export interface Numbering {
  messages: number;
  first: number;
  last: number;
  gaps: number;
  /** Messages by their type. */
  readonly types: Record<string, number>;
}

/** Where the messages of a feed carry a number for the whole stream, and not for a book: the stream's name and the number. */
function numberOf(decoder: number, connection: string, message: JsonObject): readonly [string, unknown] | undefined {
  if (decoder === DECODER_COINBASE_ADVANCED) return [connection, message['sequence_num']];
  const product = message['product_id'];
  if (decoder === DECODER_COINBASE_FULL && typeof product === 'string') return [product, message['sequence']];
  return undefined;
}

/** Takes in the number of a message. A repeated number is no gap: Coinbase's heartbeat carries that of the last message. */
export function number(
  { decoder, numbering }: { readonly decoder: number; readonly numbering: Map<string, Numbering> },
  connection: string,
  message: JsonObject,
): void {
  const [stream, sequence] = numberOf(decoder, connection, message) ?? [];
  if (stream === undefined || typeof sequence !== 'number') return;
  const known = numbering.get(stream);
  const entry = known ?? { messages: 0, first: sequence, last: sequence - 1, gaps: 0, types: {} };
  if (known === undefined) numbering.set(stream, entry);
  if (sequence !== entry.last && sequence !== entry.last + 1) entry.gaps++;
  entry.last = sequence;
  entry.messages++;
  const type = String(message['type'] ?? message['channel'] ?? '');
  entry.types[type] = (entry.types[type] ?? 0) + 1;
}
