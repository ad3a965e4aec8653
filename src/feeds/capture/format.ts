// A capture is a text file, one message a line, as JSON (CaptureRecord). What the feeds record of themselves has two fields more, so
// that a recording can be decoded again to the same versions of the same books: `us`, the time that the kernel was told, and `n`, the
// number of the line among all that the feed had to record, so that lines which found no room are known. And it has lines of the kind
// "book" beside those of the wire, where the feed did something to a book that no frame tells. `conn` is then the book's symbol and
// `url` what was done, before it was done:
//   reset      the book was emptied and waits for its snapshot
//   state      its state was set to the number in `raw`
//   snapshot   the last HTTP answer replaced it
//   again      the frame in the payload, which had been kept until the snapshot was there, was decoded once more
//   recover    its writer had died; the book was emptied, and its lock word is the number in `raw` since
// Readers that follow the wire alone never see these lines (`readCapture`). Recordings without them, of whatever origin, can be
// verified and played, but turns cannot be replayed on them.
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';

/** One line of a capture file: a message as it crossed the wire, and where and when it did. */
export interface CaptureRecord {
  /** Receive (or send) time in milliseconds since the epoch, with its fraction; null when it is not known. */
  readonly t: number | null;
  readonly dir: 'in' | 'out';
  readonly kind: 'ws' | 'http' | 'book';
  /** The connection: the WebSocket's URL without its query, or a short name. */
  readonly conn: string;
  /** URL of an HTTP answer. */
  readonly url: string | null;
  /** The payload: as text, byte for byte, or in base64 when it is binary or no valid UTF-8. */
  readonly raw?: string;
  readonly rawBase64?: string;
  /** Monotonic microseconds that the kernel was told as its receive time. */
  readonly us?: number;
  /** Number of the line among all that the feed had to record, from 1 on. */
  readonly n?: number;
}

const recordSchema = z
  .object({
    t: z.number().nullable(),
    dir: z.enum(['in', 'out']),
    kind: z.enum(['ws', 'http', 'book']),
    conn: z.string(),
    url: z.string().nullable(),
    raw: z.string().exactOptional(),
    rawBase64: z.base64().exactOptional(),
    us: z.number().exactOptional(),
    n: z.int().positive().exactOptional(),
  })
  .refine((record) => (record.raw === undefined) !== (record.rawBase64 === undefined), {
    error: 'expected either raw or rawBase64',
  });

/**
 * Reads one line.
 * @param where names the line in the error, "file.ndjson.gz line 3"
 * @throws InvalidInputError when the line is not of the form of a capture
 */
export function parseRecord(line: string, where: string): CaptureRecord {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (cause) {
    throw new InvalidInputError(`${where} is not JSON; expected a captured message on each line`, { where }, { cause });
  }
  const parsed = recordSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue === undefined || issue.path.length === 0 ? '' : ` field ${issue.path.join('.')}:`;
  throw new InvalidInputError(`${where} is not a captured message;${field} ${issue?.message ?? 'unexpected form'}`, { where });
}

/** The payload's bytes, as they were on the wire. */
export function payloadBytes(record: CaptureRecord): Buffer {
  return record.rawBase64 === undefined ? Buffer.from(record.raw ?? '', 'utf8') : Buffer.from(record.rawBase64, 'base64');
}

/** What a line is written from. */
export interface CapturedMessage {
  readonly epochMs: number | null;
  readonly dir: 'in' | 'out';
  readonly kind: 'ws' | 'http' | 'book';
  readonly conn: string;
  readonly url: string | null;
  /** True for a binary WebSocket message, whatever its bytes look like. */
  readonly binary: boolean;
  readonly payload: Uint8Array;
  /** As in CaptureRecord; left out of the line when left out here. */
  readonly receivedUs?: number;
  readonly number?: number;
}

/** Writes one line, with its line feed. */
export function encodeRecord(message: CapturedMessage): string {
  const { epochMs, dir, kind, conn, url, binary, payload, receivedUs, number } = message;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const body = binary || !isUtf8(bytes) ? { rawBase64: bytes.toString('base64') } : { raw: bytes.toString('utf8') };
  return `${JSON.stringify({ t: epochMs, us: receivedUs, n: number, dir, kind, conn, url, ...body })}\n`;
}
