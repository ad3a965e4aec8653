import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allocateRing, FrameRingReader, FrameRingWriter, KIND_HTTP, KIND_OUT } from '../../../src/feeds/capture/frame-ring.js';

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

const action = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ size: fc.integer({ min: 0, max: 1500 }), conn: fc.constantFrom('a', 'wss://venue/path') }),
  },
  { weight: 2, arbitrary: fc.constant('take' as const) },
);

// Goal: a ring is a queue that refuses what does not fit. Method: any mix of puts and takes against an array.
test('frames come out whole and in order, and what finds no room is counted', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 200 }), (actions) => {
      const buffer = allocateRing(4096);
      const writer = new FrameRingWriter(buffer);
      const reader = new FrameRingReader(buffer);
      const model: { kind: number; epochMs: number; conn: string; url: string; payload: Uint8Array }[] = [];
      let dropped = 0;
      actions.forEach((step, index) => {
        if (step === 'take') {
          const frame = reader.next();
          const want = model.shift();
          expect(frame === undefined).toBe(want === undefined);
          if (frame === undefined || want === undefined) return;
          expect([frame.kind, frame.epochMs, Buffer.from(frame.conn).toString(), Buffer.from(frame.url).toString()]).toEqual([
            want.kind,
            want.epochMs,
            want.conn,
            want.url,
          ]);
          expect(Buffer.from(frame.payload).equals(Buffer.from(want.payload))).toBe(true);
          return;
        }
        const payload = new Uint8Array(step.size).fill(index);
        const padded = new Uint8Array(step.size + 2);
        padded.set(payload, 1);
        const want = { kind: index % 2 === 0 ? KIND_OUT : KIND_HTTP, epochMs: index + 0.125, conn: step.conn, url: 'u', payload };
        if (writer.push(want.kind, want.epochMs, bytesOf(want.conn), bytesOf(want.url), padded, 1, step.size + 1))
          model.push(want);
        else dropped++;
      });
      expect(writer.dropped).toBe(dropped);
    }),
  );
});

test('nothing is lost while the content stays below half of the capacity', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 300 }), (sizes) => {
      const buffer = allocateRing(8192);
      const writer = new FrameRingWriter(buffer);
      const reader = new FrameRingReader(buffer);
      for (let i = 0; i < sizes.length; i += 4) {
        const group = sizes.slice(i, i + 4);
        for (const size of group) expect(writer.push(0, 0, bytesOf('c'), bytesOf(''), new Uint8Array(size), 0, size)).toBe(true);
        for (const size of group) expect(reader.next()?.payload.length).toBe(size);
      }
      reader.next();
      expect(reader.next()).toBeUndefined();
    }),
  );
});

// A writer in a thread of its own; every payload byte is that of the frame's number, so that a torn frame shows.
const WRITER = `
const { workerData, parentPort } = require('node:worker_threads');
import(workerData.module).then(({ FrameRingWriter }) => {
  const writer = new FrameRingWriter(workerData.buffer);
  const conn = new Uint8Array([99]);
  const none = new Uint8Array();
  let pushed = 0;
  let seed = 1;
  for (let i = 0; i < workerData.frames; i++) {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    const size = seed % 700;
    if (writer.push(0, i, conn, none, new Uint8Array(size).fill(i & 255), 0, size)) pushed++;
  }
  parentPort.postMessage(pushed);
});
`;

test('two threads: no torn frame, none twice, and every one missing is counted', async () => {
  const frames = 200_000;
  const buffer = allocateRing(64 * 1024);
  const module = new URL('../../../build/src/feeds/capture/frame-ring.js', import.meta.url).href;
  const worker = new Worker(WRITER, { eval: true, workerData: { buffer, module, frames } });
  let pushed = -1;
  const done = new Promise<void>((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (count: number) => {
      pushed = count;
      resolve();
    });
  });
  const reader = new FrameRingReader(buffer);
  let taken = 0;
  let last = -1;
  const drain = (): void => {
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      if (frame.epochMs <= last) throw new Error(`frame ${frame.epochMs} after ${last}`);
      last = frame.epochMs;
      const byte = last & 255;
      for (let i = 0; i < frame.payload.length; i++)
        if (frame.payload[i] !== byte) throw new Error(`frame ${last} is torn at ${i}`);
      taken++;
    }
  };
  while (pushed === -1) {
    drain();
    await Promise.race([done, new Promise<void>((resolve) => setImmediate(resolve))]);
  }
  drain();
  expect(taken).toBe(pushed);
  expect(reader.dropped).toBe(frames - pushed);
  expect(taken).toBeGreaterThan(1000);
  await worker.terminate();
});
