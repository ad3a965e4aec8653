import { parentPort, workerData } from 'node:worker_threads';
import { CONTROL_STOP, STATUS_APPLIED, STATUS_CROSSED } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { SystemClock } from '../../src/domain/system-clock.js';
import { Kernel } from '../../src/kernel/kernel.js';
import type { SharedBooks } from '../../src/kernel/memory.js';

/** What the thread that writes books on time is given. */
export interface UpdateFeedData {
  readonly shared: SharedBooks;
  readonly symbols: readonly string[];
  /** Mid price of every book. */
  readonly mids: readonly number[];
  readonly framesPerSecond: number;
  /** One frame in so many makes a book cheap enough to be bought and sold elsewhere; the next of that book takes it back. */
  readonly cheapEvery: number;
  /** Frames are posted to the main thread as texts in place of being decoded here. */
  readonly posts: boolean;
  readonly seed: number;
}

/** A text with the moment of its receipt, as the rival design hands it over. */
export interface PostedFrame {
  readonly book: number;
  readonly text: string;
  readonly receivedUs: number;
}

const CHUNK_FRAMES = 8;
const DISCOUNT = 0.96;
const BID_LEVELS = 20;

const data = workerData as UpdateFeedData;
const clock = new SystemClock();
const random = new SeededRandom(data.seed);
const { plan } = data.shared;
const kernel = new Kernel(data.shared, 1);
const sequences = new Float64Array(plan.books.length).fill(1);
const cheap = new Map<number, string>();
const stop = (plan.control + CONTROL_STOP) >> 2;
let frames = 0;

/** The next frame of a book: a level comes or goes, or its best ask falls far below the other venues for one frame. */
function nextFrame(book: number): string {
  const sequence = (sequences[book] ?? 0) + 1;
  sequences[book] = sequence;
  const mid = data.mids[book] ?? 1;
  const asks: [string, string][] = [];
  const bids: [string, string][] = [];
  // The ladder of bids goes and comes with the cheap ask: below it they would make the book crossed.
  const ladder = (qty: string): void => {
    for (let level = 0; level < BID_LEVELS; level++) bids.push([(mid * (1 - 0.0005 - level * 0.0004)).toFixed(4), qty]);
  };
  const cheapBid = (mid * (DISCOUNT - 0.001)).toFixed(4);
  const before = cheap.get(book);
  if (before !== undefined) {
    asks.push([before, '0']);
    ladder('10');
    bids.push([cheapBid, '0']);
    cheap.delete(book);
  } else if (++frames % data.cheapEvery === 0) {
    const price = (mid * DISCOUNT).toFixed(4);
    asks.push([price, '50']);
    ladder('0');
    bids.push([cheapBid, '50']);
    cheap.set(book, price);
  } else {
    const at = 1 + (0.0005 + random.below(BID_LEVELS) * 0.0004);
    const qty = (2 + random.next() * 30).toFixed(2);
    if (random.next() < 0.5) asks.push([(mid * at).toFixed(4), qty]);
    else bids.push([(mid * (2 - at)).toFixed(4), qty]);
  }
  return JSON.stringify({ e: 'depthUpdate', E: 1, s: data.symbols[book], U: sequence, u: sequence, b: bids, a: asks });
}

function decode(book: number, text: string): void {
  const bytes = Buffer.from(text);
  const status = kernel.decodeFrame(plan.feeds[book] ?? 0, bytes, 0, bytes.length);
  if (status !== STATUS_APPLIED && status !== STATUS_CROSSED) throw new Error(`status ${status}: ${text}`);
}

function run(): void {
  const startUs = clock.monotonicUs();
  let sent = 0;
  while (Atomics.load(kernel.int32, stop) === 0) {
    const due = ((clock.monotonicUs() - startUs) * data.framesPerSecond) / 1e6;
    if (due - sent < CHUNK_FRAMES) {
      Atomics.wait(kernel.int32, stop, 0, (CHUNK_FRAMES * 1000) / data.framesPerSecond);
      continue;
    }
    // Made before the clock is read: the network delivers frames, it does not write them.
    const books = Array.from({ length: CHUNK_FRAMES }, () => random.below(plan.books.length));
    const texts = books.map(nextFrame);
    const receivedUs = clock.monotonicUs();
    if (data.posts) {
      texts.forEach((text, index) => {
        parentPort?.postMessage({ book: books[index] ?? 0, text, receivedUs } satisfies PostedFrame);
      });
    } else {
      kernel.receivedAt(receivedUs);
      texts.forEach((text, index) => {
        decode(books[index] ?? 0, text);
      });
      kernel.exports.wake(plan.control);
    }
    sent += CHUNK_FRAMES;
  }
  parentPort?.postMessage({ sent });
}

parentPort?.postMessage('ready');
// Listens on after its run: a thread that lives keeps its process from ending while only the wake word is waited for.
parentPort?.on('message', run);
