// Goal: of ten million copies that one thread takes while another one writes without a pause, none is torn; and the test would
// notice if one were.
// Method: every message sets all quantities of both sides, and the sequence, to one number. A real thread decodes such messages as
// fast as it can; this one copies the book through the kernel and looks whether all numbers of a copy are the same. Then it copies
// the same levels without the two looks at the lock word, and has to see torn ones.
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  BOOK_ASKS,
  BOOK_BIDS,
  BOOK_RULE_REPLACE,
  CHECKSUM_OFF,
  DECODER_BINANCE_SPOT,
  SIDE_BUFFER,
  SIDE_SLOTS,
  SIDE_START,
} from '../../assembly/memory/layout.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';

const LEVELS = 12;
const READS = 10_000_000;
/** Different messages that the reader must have seen, for the proof to be one. */
const MEETINGS = 1_000;
const MESSAGES = 64;

const thread = { inputBytes: 65_536, levelsMax: 100, copyLevelsMax: LEVELS, eventsMax: 1 };
const plan = planMemory({
  feeds: [DECODER_BINANCE_SPOT],
  books: [
    {
      feed: 0,
      names: ['a'],
      priceScale: 0,
      qtyScale: 0,
      capacity: LEVELS,
      depth: 0,
      rule: BOOK_RULE_REPLACE,
      checksumPolicy: CHECKSUM_OFF,
      orders: 0,
    },
  ],
  threads: [thread, thread],
  histograms: 0,
});
const shared = createSharedBooks(plan);
const kernel = new Kernel(shared, 0);
const book = plan.books[0] ?? 0;

/** [running, messages written] */
const control = new Int32Array(new SharedArrayBuffer(8));
let writer: Worker;

const WRITER = `
const { workerData, parentPort } = require('node:worker_threads');
(async () => {
  const { Kernel } = await import(workerData.kernelUrl);
  const kernel = new Kernel({ memory: workerData.memory, plan: workerData.plan }, 1);
  const feed = workerData.plan.feeds[0];
  const frames = [];
  for (let n = 1; n <= ${MESSAGES}; n++) {
    const side = (from, step) => JSON.stringify(Array.from({ length: ${LEVELS} }, (_, i) => [String(from + i * step), String(n)]));
    frames.push(Buffer.from('{"stream":"a@depth20@100ms","data":{"lastUpdateId":' + n + ',"bids":' + side(500, -1) + ',"asks":' + side(501, 1) + '}}'));
  }
  const decode = (frame) => kernel.decodeFrame(feed, frame, 0, frame.length);
  if (decode(frames[0]) !== 2) throw new Error('the message was not taken');
  parentPort.postMessage('writing');
  for (let n = 0; Atomics.load(workerData.control, 0) === 0; n = (n + 1) % frames.length) {
    decode(frames[n]);
    Atomics.add(workerData.control, 1, 1);
  }
})();
`;

beforeAll(async () => {
  writer = new Worker(WRITER, {
    eval: true,
    workerData: {
      kernelUrl: new URL('../../build/src/kernel/kernel.js', import.meta.url).href,
      memory: shared.memory,
      plan,
      control,
    },
  });
  await new Promise((resolve, reject) => writer.once('message', resolve).once('error', reject));
});
afterAll(async () => {
  Atomics.store(control, 0, 1);
  await new Promise((resolve) => writer.once('exit', resolve));
});

/** Whether `levels` levels from `index` on all have the quantity `wanted`. */
function allAre(wanted: number, index: number, levels: number): boolean {
  const { float64 } = kernel;
  for (let i = 0; i < levels; i++) if (float64[index + 2 * i + 1] !== wanted) return false;
  return true;
}

test('ten million copies, none of them torn', () => {
  const writtenBefore = Atomics.load(control, 1);
  let whole = 0;
  let torn = 0;
  let seen = 0;
  let changes = 0;
  // On a busy machine the writer has its turn seldom: until the two have met often enough, it goes on.
  while (whole < READS || (changes <= MEETINGS && whole < READS * 20)) {
    if (kernel.exports.copyBook(book, LEVELS) === 0) continue;
    whole++;
    const sequence = kernel.answer(3);
    if (sequence !== seen) changes++;
    seen = sequence;
    const complete = kernel.answer(0) === LEVELS && kernel.answer(1) === LEVELS;
    if (!complete || !allAre(sequence, kernel.copiedBids, LEVELS) || !allAre(sequence, kernel.copiedAsks, LEVELS)) torn++;
  }
  expect(torn).toBe(0);
  // The two did meet: many messages were written meanwhile, and many different ones read.
  expect(Atomics.load(control, 1) - writtenBefore).toBeGreaterThan(MEETINGS);
  expect(changes).toBeGreaterThan(MEETINGS);
});

test('without the two looks the same copies are torn, and this test sees it', () => {
  const { float64, int32 } = kernel;
  const copy = new Float64Array(LEVELS * 2);
  const side = (offset: number, at: number): void => {
    const address = book + offset;
    const best =
      (int32[(address + SIDE_BUFFER) >> 2] ?? 0) +
      ((int32[(address + SIDE_START) >> 2] ?? 0) + (int32[(address + SIDE_SLOTS) >> 2] ?? 0) - 1) * 16;
    for (let i = 0; i < LEVELS; i++) copy[at + i] = float64[((best - i * 16) >> 3) + 1] ?? 0;
  };
  let torn = 0;
  for (let read = 0; read < READS && torn < 100; read++) {
    side(BOOK_BIDS, 0);
    side(BOOK_ASKS, LEVELS);
    const [first] = copy;
    if (copy.some((qty) => qty !== first)) torn++;
  }
  expect(torn).toBe(100);
});
