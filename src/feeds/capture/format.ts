import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';

/** One line of a capture file: a message as it crossed the wire, and where and when it did. */
export interface CaptureRecord {
  /** Receive (or send) time in milliseconds since the epoch, with its fraction; null when it is not known. */
  readonly t: number | null;
  readonly dir: 'in' | 'out';
  readonly kind: 'ws' | 'http';
  /** The connection: the WebSocket's URL without its query, or a short name. */
  readonly conn: string;
  /** URL of an HTTP answer. */
  readonly url: string | null;
  /** The payload: as text, byte for byte, or in base64 when it is binary or no valid UTF-8. */
  readonly raw?: string;
  readonly rawBase64?: string;
}

const recordSchema = z
  .object({
    t: z.number().nullable(),
    dir: z.enum(['in', 'out']),
    kind: z.enum(['ws', 'http']),
    conn: z.string(),
    url: z.string().nullable(),
    raw: z.string().exactOptional(),
    rawBase64: z.base64().exactOptional(),
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
  readonly kind: 'ws' | 'http';
  readonly conn: string;
  readonly url: string | null;
  /** True for a binary WebSocket message, whatever its bytes look like. */
  readonly binary: boolean;
  readonly payload: Uint8Array;
}

/** Writes one line, with its line feed. */
export function encodeRecord({ epochMs, dir, kind, conn, url, binary, payload }: CapturedMessage): string {
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  const body = binary || !isUtf8(bytes) ? { rawBase64: bytes.toString('base64') } : { raw: bytes.toString('utf8') };
  return `${JSON.stringify({ t: epochMs, dir, kind, conn, url, ...body })}\n`;
}
