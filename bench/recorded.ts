import { join } from 'node:path';
import { BOOK_RULE_DELTAS, DECODER_BINANCE_SPOT, DECODER_BINANCE_USDM } from '../assembly/memory/layout.js';
import { payloadBytes } from '../src/feeds/capture/format.js';
import { isSnapshotUrl, symbolOfUrl } from '../src/feeds/capture/origin.js';
import { readCapture } from '../src/feeds/capture/reader.js';
import type { FrameStream, GeneratedFrame } from '../test/frames/frame-stream.js';
import { type BenchResult, compared, type Effort, race, type Suite, sink } from './measure.js';
import { Stage } from './stage.js';

/** Recorded sessions of one instrument, below the folder TIERCEL_DATA. */
const SESSIONS = [
  { name: 'binance.depth', file: 'binance-spot.hftbacktest-20240808.btcusdt', decoder: DECODER_BINANCE_SPOT },
  { name: 'binance.usdm.depth', file: 'binance-usdm.hftbacktest-20240808.btcusdt', decoder: DECODER_BINANCE_USDM },
] as const;
/** Recordings of all coins have eight decimals at most. */
const SCALE = 8;

/** The same figures from recorded frames, which no generator has shaped; none unless TIERCEL_DATA names the folder of them. */
export const recordedSuites: readonly Suite[] = process.env.TIERCEL_DATA === undefined ? [] : SESSIONS.map(suiteOf);

function suiteOf({ name, file, decoder }: (typeof SESSIONS)[number]): Suite {
  const id = `decode.${name}.recorded.vs.jsonparse`;
  const run = async (effort: Effort): Promise<BenchResult[]> => {
    const path = join(process.env.TIERCEL_DATA ?? '', 'captures', `${file}.ndjson.gz`);
    const stage = new Stage(await readStream(path, decoder, effort.quick ? 40 : 500));
    stage.check();
    const texts = stage.deltas.map((frame) => frame.toString('latin1'));
    const [own = 0, parse = 0] = await race(
      [
        {
          name: 'kernel',
          before: () => stage.begin(),
          run: () => {
            sink.total += stage.pass();
          },
        },
        {
          name: 'JSON.parse',
          run: () => {
            for (const text of texts) sink.total += JSON.parse(text) === null ? 0 : 1;
          },
        },
      ],
      effort,
    );
    const perFrame = (ns: number): number => ns / 1e3 / texts.length;
    const bytes = Math.round(stage.deltaBytes / texts.length);
    return [
      compared(id, 'us/frame', perFrame(own), `JSON.parse of the same recorded frames (${bytes} bytes each)`, perFrame(parse)),
    ];
  };
  return { ids: [id], run };
}

/** The REST snapshot of a session and the first depth frames that follow on it, some of which came before it. */
async function readStream(path: string, decoder: number, count: number): Promise<FrameStream> {
  let snapshot: GeneratedFrame | undefined;
  let snapshotId = 0;
  const deltas: Buffer[] = [];
  for await (const { record } of readCapture(path)) {
    if (snapshot !== undefined && deltas.length >= count) break;
    const bytes = Buffer.from(payloadBytes(record));
    if (isSnapshotUrl(record.url)) {
      snapshot = { kind: 'rest', symbol: symbolOfUrl(record.url) ?? '', bytes };
      snapshotId = (JSON.parse(bytes.toString('utf8')) as { lastUpdateId: number }).lastUpdateId;
    } else if (record.dir === 'in' && bytes.includes('"depthUpdate"')) deltas.push(bytes);
  }
  if (snapshot === undefined) throw new Error(`${path} has no snapshot`);
  const { symbol } = snapshot;
  const following = deltas.filter((bytes) => Number(/"u":(\d+)/.exec(bytes.toString('latin1'))?.[1]) > snapshotId);
  const frames = [snapshot, ...following.map((bytes): GeneratedFrame => ({ kind: 'delta', symbol, bytes }))];
  const instruments = [{ symbol, priceScale: SCALE, qtyScale: SCALE, startPrice: 0, typicalQty: 0 }];
  return { decoder, instruments, depth: 0, rule: BOOK_RULE_DELTAS, isL3: false, frames };
}
