import { STATUS_APPLIED } from '../assembly/memory/layout.js';
import { SeededRandom } from '../src/domain/random.js';
import { SystemClock } from '../src/domain/system-clock.js';
import { FeedSession } from '../src/feeds/session.js';
import { DEFAULT_FEED_SETTINGS } from '../src/feeds/settings.js';
import { type FrameHandler, FrameReader } from '../src/feeds/socket/frame-reader.js';
import { feedBooks } from '../src/feeds/worker-data.js';
import { feedProtocol } from '../src/venues/registry.js';
import { binanceStream } from '../test/frames/binance.js';
import { type BenchResult, type Effort, median, type Suite, sink } from './measure.js';
import { Stage } from './stage.js';
import { wireOf } from './threads/frame-server.js';

/** Frames that one read of the socket brings. */
const CHUNK_FRAMES = 16;

/** JavaScript heap that a depth frame leaves behind on its way from a chunk of a socket into the book. */
export const allocationSuite: Suite = { ids: ['allocation.bytes.per.frame'], run };

async function run(effort: Effort): Promise<BenchResult[]> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc, as npm run bench does');
  const stage = new Stage(binanceStream('spot', { seed: 31, frames: effort.quick ? 100 : 1500, levels: 1000 }));
  const path = new WorkerPath(stage);
  const passes = Math.ceil((effort.quick ? 20_000 : 1_000_000) / stage.deltas.length);
  for (let i = 0; i < Math.ceil(passes / 4); i++) path.pass();
  const empty = (): void => {};
  const own: number[] = [];
  for (let round = 0; round < 3; round++) {
    // What looking at the heap costs is measured as well, and taken off.
    const cost = heapGrowth(1, empty);
    own.push((heapGrowth(passes, () => path.pass()) - cost) / (passes * stage.deltas.length));
  }
  const books = new MapBooks(stage);
  for (let i = 0; i < 3; i++) books.pass();
  const baseline = heapGrowth(3, () => books.pass()) / (3 * stage.deltas.length);
  // Less than a byte in a hundred frames is what the engine of JavaScript keeps for itself: a compiled function, a grown table.
  const value = Math.max(0, Math.round(median(own) * 100) / 100);
  const name = 'JSON.parse and a Map a side';
  // Nothing at all is counted as one byte, so that the ratio stays a number.
  return [
    { id: 'allocation.bytes.per.frame', value, unit: 'bytes', baseline: name, baselineValue: baseline, ratio: baseline / Math.max(value, 1) },
  ];
}

/** Bytes by which the heap has grown after `times` calls, with no collection in between. */
function heapGrowth(times: number, action: () => void): number {
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < times; i++) action();
  return process.memoryUsage().heapUsed - before;
}

/** What a feed worker does with a chunk: stamp it, take the messages out, hand them to the session, wake the engine. */
class WorkerPath implements FrameHandler {
  private readonly clock = new SystemClock();
  private readonly session: FeedSession;
  private readonly reader = new FrameReader(this, 1 << 20);
  private readonly chunks: readonly { readonly wire: Buffer }[];

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
    this.chunks = Array.from({ length: chunkCount }, (_, i) => ({
      wire: wireOf(deltas.slice(i * CHUNK_FRAMES, (i + 1) * CHUNK_FRAMES)),
    }));
  }

  pass(): void {
    this.stage.begin();
    const { kernel } = this.stage;
    for (let i = 0; i < this.chunks.length; i++) {
      const { wire } = this.chunks[i] as { wire: Buffer };
      this.session.receivedAt(this.clock.monotonicUs());
      // As the socket does it: the bytes land in the receive area, and are read there.
      kernel.receiveArea.set(wire);
      this.reader.push(kernel.receiveArea, 0, wire.length);
      kernel.exports.wake(kernel.plan.control);
    }
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
