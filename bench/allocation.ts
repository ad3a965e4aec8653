import { STATUS_APPLIED } from '../assembly/memory/layout.js';
import { SeededRandom } from '../src/domain/random.js';
import { SystemClock } from '../src/domain/system-clock.js';
import { FeedSession } from '../src/feeds/session.js';
import { DEFAULT_FEED_SETTINGS } from '../src/feeds/settings.js';
import { feedBooks } from '../src/feeds/worker-data.js';
import { type FrameHandler, FrameReader } from '../src/transport/frame-reader.js';
import { feedProtocol } from '../src/venues/registry.js';
import { binanceStream } from '../test/frames/binance.js';
import { type BenchResult, type Effort, median, type Suite, sink } from './measure.js';
import { Stage } from './stage.js';
import { wireOf } from './wire.js';

/** Frames that one read of the socket brings. */
const CHUNK_FRAMES = 16;

/**
 * JavaScript heap that is left behind: by a depth frame on its way through the reader, the session and the kernel into the book; and
 * by what a worker does once for every chunk, whatever it holds (the clock is read, the engine is woken).
 */
export const allocationSuite: Suite = { ids: ['allocation.bytes.per.frame', 'allocation.bytes.per.chunk'], run };

async function run(effort: Effort): Promise<BenchResult[]> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc, as npm run bench does');
  const stage = new Stage(binanceStream('spot', { seed: 31, frames: effort.quick ? 100 : 1500, levels: 1000 }));
  const path = new WorkerPath(stage);
  const passes = Math.ceil((effort.quick ? 20_000 : 1_000_000) / stage.deltas.length);
  const frame = growthOf(passes, () => path.pass()) / stage.deltas.length;
  const chunk = growthOf(effort.quick ? 10_000 : 500_000, () => path.chunk());
  const books = new MapBooks(stage);
  for (let i = 0; i < 3; i++) books.pass();
  // One pass at a time: several would not fit the young generation, and a collection would hide what they allocate.
  const baseline = median(Array.from({ length: 5 }, () => heapGrowth(1, () => books.pass()))) / stage.deltas.length;
  const name = 'JSON.parse and a Map a side';
  return [
    smaller('allocation.bytes.per.frame', frame, name, baseline),
    smaller('allocation.bytes.per.chunk', chunk, `${name}, ${CHUNK_FRAMES} frames`, baseline * CHUNK_FRAMES),
  ];
}

/**
 * Rounded to hundredths of a byte: below that it is what the engine of JavaScript keeps for itself, a compiled function or a grown
 * table. For the ratio nothing at all counts as one byte, so that it stays a number.
 */
function smaller(id: string, bytes: number, baseline: string, baselineValue: number): BenchResult {
  const value = Math.max(0, Math.round(bytes * 100) / 100);
  return { id, value, unit: 'bytes', baseline, baselineValue, ratio: baselineValue / Math.max(value, 1) };
}

/**
 * Bytes that one of `times` calls leaves behind once all is compiled: the median of three measurements. Short ones are made as well,
 * and the larger answer counts: in a long one collections could hide a call that allocates much.
 */
function growthOf(times: number, action: () => void): number {
  for (let i = 0; i < Math.ceil(times / 3); i++) action();
  const growth = (calls: number): number => {
    const growths = Array.from({ length: 3 }, () => {
      // What looking at the heap costs is measured as well, and taken off.
      const cost = heapGrowth(1, () => {});
      return (heapGrowth(calls, action) - cost) / calls;
    });
    return median(growths);
  };
  return Math.max(growth(times), growth(Math.ceil(times / 20)));
}

/** Bytes by which the heap has grown after `times` calls, with no collection in between. */
function heapGrowth(times: number, action: () => void): number {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < times; i++) action();
  return process.memoryUsage().heapUsed - before;
}

/** What a feed worker does with a chunk: stamp it, take the messages out, hand them to the session; then wake the engine. */
class WorkerPath implements FrameHandler {
  private readonly clock = new SystemClock();
  private readonly session: FeedSession;
  private readonly reader = new FrameReader(this, 1 << 20);
  private readonly chunks: readonly Buffer[];

  constructor(private readonly stage: Stage) {
    const { kernel, feed, deltas, stream } = stage;
    const books = feedBooks(stream.instruments.map(({ symbol }) => ({ symbol, address: stage.book(symbol) })));
    const transport = { connect() {}, send() {}, close() {}, requestSnapshot() {} };
    this.session = new FeedSession(
      {
        protocol: feedProtocol('binance', 'spot', {}),
        kernel,
        feed,
        transport,
        settings: DEFAULT_FEED_SETTINGS,
        random: new SeededRandom(1),
        epochMs: () => 0,
        listener: () => {},
      },
      books,
    );
    const chunkCount = Math.ceil(deltas.length / CHUNK_FRAMES);
    this.chunks = Array.from({ length: chunkCount }, (_, i) => wireOf(deltas.slice(i * CHUNK_FRAMES, (i + 1) * CHUNK_FRAMES)));
  }

  /** All frames, chunk by chunk, without what is done once for a chunk. */
  pass(): void {
    this.stage.begin();
    const { receiveArea } = this.stage.kernel;
    for (let i = 0; i < this.chunks.length; i++) {
      const wire = this.chunks[i] as Buffer;
      // As the socket does it: the bytes land in the receive area, and are read there.
      receiveArea.set(wire);
      this.reader.push(receiveArea, 0, wire.length);
    }
  }

  /** What is done once for a chunk. */
  chunk(): void {
    const { kernel } = this.stage;
    this.session.receivedAt(this.clock.monotonicUs());
    kernel.exports.wake(kernel.plan.control);
  }

  onMessage(bytes: Uint8Array, start: number, end: number): void {
    if (this.session.frame(0, bytes, start, end) !== STATUS_APPLIED) throw new Error('a frame was not applied');
  }
  onPing(): void {}
  onCloseFrame(): void {}
  onViolation(_code: number, text: string): void {
    throw new Error(text);
  }
}

/** The plainest books there are. */
class MapBooks {
  private readonly sides = new Map<string, { b: Map<number, number>; a: Map<number, number> }>();

  constructor(private readonly stage: Stage) {
    for (const { symbol } of stage.stream.instruments) this.sides.set(symbol, { b: new Map(), a: new Map() });
  }

  pass(): void {
    for (const frame of this.stage.deltas) {
      const { data } = JSON.parse(frame.toString('utf8')) as { data: { s: string; b: string[][]; a: string[][] } };
      const book = this.sides.get(data.s);
      if (book === undefined) throw new Error(`no book of ${data.s}`);
      for (const side of ['b', 'a'] as const) {
        for (const [price = '', qty = ''] of data[side]) {
          if (Number(qty) === 0) book[side].delete(Number(price));
          else book[side].set(Number(price), Number(qty));
        }
      }
      sink.total += book.b.size;
    }
  }
}
