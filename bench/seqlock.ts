import { BOOK_ASKS, BOOK_BIDS, SIDE_BUFFER, SIDE_SLOTS, SIDE_START } from '../assembly/memory/layout.js';
import { Kernel } from '../src/kernel/kernel.js';
import { binanceStream } from '../test/frames/binance.js';
import type { FrameStream } from '../test/frames/frame-stream.js';
import { type BenchResult, compared, type Effort, race, type Suite, sink } from './measure.js';
import { Stage } from './stage.js';
import type { HammerData } from './threads/hammer.js';
import { startThread } from './threads/start.js';

const LEVELS = 20;

/** Copies of 20 levels a side under the lock, alone and against a thread that never stops writing. */
export const seqlockSuite: Suite = { ids: ['seqlock.read', 'seqlock.read.contended'], run };

async function run(effort: Effort): Promise<BenchResult[]> {
  const stage = new Stage(oneBook(binanceStream('spot', { seed: 9, frames: effort.quick ? 40 : 500, levels: 1000 })));
  stage.check();
  const reader = new Kernel(stage.shared, 1);
  const book = stage.book(stage.stream.instruments[0]?.symbol ?? '');
  const target = new Float64Array(LEVELS * 4);
  agree(reader, book, target);
  const alone = await measure(effort, reader, book, target, 'min');
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const snapshots = stage.snapshots.map(({ symbol, bytes }) => ({ book: stage.book(symbol), bytes }));
  const hammer = await startThread('hammer.js', {
    shared: stage.shared,
    snapshots,
    deltas: stage.deltas,
    stop,
  } satisfies HammerData);
  const contended = await measure(effort, reader, book, target, 'p50');
  Atomics.store(stop, 0, 1);
  await hammer.stop();
  const plain = 'the same copy in TypeScript without the lock';
  return [
    compared('seqlock.read', 'ns', alone.locked, plain, alone.plain),
    compared('seqlock.read.contended', 'ns', contended.locked, `${plain}, torn at times`, contended.plain),
  ];
}

async function measure(
  effort: Effort,
  reader: Kernel,
  book: number,
  target: Float64Array,
  of: 'min' | 'p50',
): Promise<{ locked: number; plain: number }> {
  const copies = effort.quick ? 10 : 1000;
  const [locked = 0, plain = 0] = await race(
    [
      {
        name: 'seqlock',
        run: () => {
          for (let i = 0; i < copies; i++) sink.total += reader.exports.copyBook(book, LEVELS);
        },
      },
      {
        name: 'plain',
        run: () => {
          for (let i = 0; i < copies; i++) sink.total += copyPlainly(reader, book, target);
        },
      },
    ],
    effort,
    of,
  );
  return { locked: locked / copies, plain: plain / copies };
}

/** The first book of a stream alone, so that the writer never leaves it. */
function oneBook(stream: FrameStream): FrameStream {
  const instruments = stream.instruments.slice(0, 1);
  return { ...stream, instruments, frames: stream.frames.filter(({ symbol }) => symbol === instruments[0]?.symbol) };
}

/** Both sides, best first, with nobody looking whether the writer is at work. @returns levels copied */
function copyPlainly(kernel: Kernel, book: number, target: Float64Array): number {
  return copySide(kernel, book + BOOK_BIDS, target, 0) + copySide(kernel, book + BOOK_ASKS, target, LEVELS * 2);
}

function copySide({ int32, uint32, float64 }: Kernel, side: number, target: Float64Array, from: number): number {
  const buffer = (uint32[(side + SIDE_BUFFER) >> 2] ?? 0) >> 3;
  const first = buffer + (int32[(side + SIDE_START) >> 2] ?? 0) * 2;
  let level = first + (int32[(side + SIDE_SLOTS) >> 2] ?? 0) * 2;
  let to = from;
  while (level > first && to < from + LEVELS * 2) {
    level -= 2;
    const qty = float64[level + 1] ?? 0;
    if (qty === 0) continue; // a vacant place
    target[to] = float64[level] ?? 0;
    target[to + 1] = qty;
    to += 2;
  }
  return (to - from) / 2;
}

function agree(kernel: Kernel, book: number, target: Float64Array): void {
  kernel.exports.copyBook(book, LEVELS);
  copyPlainly(kernel, book, target);
  for (let i = 0; i < LEVELS * 2; i++) {
    const [bid, ask] = [kernel.float64[kernel.copiedBids + i], kernel.float64[kernel.copiedAsks + i]];
    if (bid !== target[i] || ask !== target[LEVELS * 2 + i]) throw new Error(`the copies differ at word ${i}`);
  }
}
