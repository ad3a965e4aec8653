import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  BOOK_RULE_DELTAS,
  BOOK_RULE_REPLACE,
  DECODER_COINBASE_FULL,
  DECODER_KRAKEN,
  DECODER_KRAKEN_L3,
} from '../../assembly/memory/layout.js';
import { type CaptureRecord, payloadBytes } from '../../src/feeds/capture/format.js';
import { isSnapshotUrl, symbolOfUrl } from '../../src/feeds/capture/origin.js';
import { captureName, readCapture } from '../../src/feeds/capture/reader.js';
import { CaptureSurvey, type FeedSurvey } from '../../src/feeds/capture/survey.js';
import type { FrameStream, GeneratedFrame } from '../frames/frame-stream.js';
import type { StreamSource } from './fuzzer.js';

/** Lines of a capture that are looked at, and how long a frame of them may be: long ones would leave no time for others. */
const LINES_MAX = 400;
const FRAME_BYTES_MAX = 100_000;
const SYMBOLS_MAX = 3;
const FRAMES_AT_ONCE = 12;
const SCALE_MAX = 15;

/** The captures of a folder as streams, each named after its file; every seed plays another part of one. */
export async function recordedSources(folder: string): Promise<Record<string, StreamSource>> {
  const sources: Record<string, StreamSource> = {};
  const files = readdirSync(folder).filter((file) => /\.ndjson(\.gz)?$/.test(file));
  for (const file of files.sort()) {
    const records: CaptureRecord[] = [];
    for await (const { line, record } of readCapture(join(folder, file))) {
      if (line > LINES_MAX) break;
      if (payloadBytes(record).length <= FRAME_BYTES_MAX) records.push(record);
    }
    const survey = new CaptureSurvey(file);
    for (const record of records) survey.see(record);
    for (const feed of survey.feeds.values()) {
      const own = records.filter((record) => record.dir === 'in' && survey.decoderOf(record) === feed.decoder);
      const stream = streamOf(feed, own);
      if (stream !== undefined) sources[`${captureName(file)}#${feed.decoder}`] = ({ seed }) => part(stream, seed);
    }
  }
  return sources;
}

/** Some frames in a row, of every other seed the first ones. Those in front that are a book's snapshot by REST come along. */
function part(stream: FrameStream, seed: number): FrameStream {
  const from = seed % 2 === 0 ? 0 : (Math.imul(seed, 7919) >>> 0) % Math.max(1, stream.frames.length - FRAMES_AT_ONCE);
  const rests = stream.frames.slice(0, from).filter(({ kind }) => kind === 'rest');
  return { ...stream, frames: [...rests.slice(-SYMBOLS_MAX), ...stream.frames.slice(from, from + FRAMES_AT_ONCE)] };
}

function streamOf(feed: FeedSurvey, records: readonly CaptureRecord[]): FrameStream | undefined {
  const fitting = [...feed.symbols.values()].filter(
    ({ symbol, priceDecimals, qtyDecimals }) =>
      symbol !== '' && Buffer.byteLength(symbol) <= 64 && priceDecimals <= SCALE_MAX && qtyDecimals <= SCALE_MAX,
  );
  const chosen = fitting.sort((a, b) => b.replacing + b.changing - a.replacing - a.changing).slice(0, SYMBOLS_MAX);
  const [first] = chosen;
  if (first === undefined) return undefined;
  const frames = records.flatMap((record) =>
    frameOf(
      record,
      first.symbol,
      chosen.map(({ symbol }) => symbol),
    ),
  );
  const isKraken = feed.decoder === DECODER_KRAKEN || feed.decoder === DECODER_KRAKEN_L3;
  return {
    decoder: feed.decoder,
    instruments: chosen.map(({ symbol, priceDecimals, qtyDecimals }) => ({
      symbol,
      priceScale: priceDecimals,
      qtyScale: qtyDecimals,
      startPrice: 1,
      typicalQty: 1,
    })),
    depth: feed.depth === 0 && isKraken ? 10 : feed.depth,
    rule: first.replacing > 0 && first.changing === 0 ? BOOK_RULE_REPLACE : BOOK_RULE_DELTAS,
    isL3: feed.decoder === DECODER_COINBASE_FULL || feed.decoder === DECODER_KRAKEN_L3,
    frames,
  };
}

function frameOf(record: CaptureRecord, first: string, symbols: readonly string[]): GeneratedFrame[] {
  const bytes = payloadBytes(record);
  if (record.kind === 'ws') {
    // Which book a frame names is the decoders' business; for putting books back all frames count to one that is named in them.
    const symbol = symbols.find((name) => bytes.includes(name)) ?? first;
    return [{ kind: 'delta', symbol, bytes }];
  }
  const symbol = isSnapshotUrl(record.url) ? symbolOfUrl(record.url) : undefined;
  return symbol !== undefined && symbols.includes(symbol) ? [{ kind: 'rest', symbol, bytes }] : [];
}
