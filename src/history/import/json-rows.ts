import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { parse } from 'lossless-json';
import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';

/** A whole answer is held in memory at once; a venue sends a thousand trades in one. */
const BYTES_MAX = 64 * 2 ** 20;

const Cell = z.union([z.string(), z.number()]).transform(String);
const Answer = z.object({ result: z.record(z.string(), z.union([z.array(z.array(Cell).min(7)), Cell])) });

/** What Kraken's REST interface answers to Trades, as lines. */
export interface KrakenAnswer {
  readonly pair: string;
  /** One a trade, fields between commas. */
  readonly lines: readonly string[];
}

/**
 * Reads a saved answer of Kraken's /0/public/Trades. Numbers keep their digits.
 * @throws InvalidInputError when it is none
 */
export async function readKrakenAnswer(path: string, isGzip: boolean): Promise<KrakenAnswer> {
  const bytes = await readFile(path);
  const content = isGzip ? gunzipSync(bytes, { maxOutputLength: BYTES_MAX }) : bytes;
  let json: unknown;
  try {
    json = parse(content.toString('utf8'), undefined, (digits) => digits);
  } catch (cause) {
    throw new InvalidInputError(
      `${path} is no JSON: ${cause instanceof Error ? cause.message : String(cause)}`,
      { path },
      { cause },
    );
  }
  const parsed = Answer.safeParse(json);
  const found = parsed.success ? Object.entries(parsed.data.result).find(([, rows]) => Array.isArray(rows)) : undefined;
  if (found === undefined)
    throw new InvalidInputError(`${path} is no answer of Kraken with trades; no other JSON is known`, { path });
  const [pair, rows] = found;
  return {
    pair,
    lines: (rows as readonly (readonly string[])[]).map((row) => row.map((cell) => cell.replaceAll(',', ' ')).join(',')),
  };
}
