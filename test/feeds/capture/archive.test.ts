import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Clock } from '../../../src/domain/clock.js';
import { startArchive } from '../../../src/feeds/capture/archive.js';
import { payloadBytes } from '../../../src/feeds/capture/format.js';
import { allocateRing } from '../../../src/feeds/capture/frame-ring.js';
import { readCapture } from '../../../src/feeds/capture/reader.js';
import { RecorderTap } from '../../../src/feeds/capture/recorder-tap.js';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A clock that moves a millisecond with every look. */
function tickingClock(): Clock {
  let us = 1_700_000_000_000_000;
  return { monotonicUs: () => us, epochUs: () => (us += 1000) };
}

async function readAll(files: readonly string[]) {
  const records = [];
  for (const file of files) for await (const { record } of readCapture(file)) records.push(record);
  return records;
}

test('frames of both directions and answers are written whole, in files that rotate, and a stop flushes all', async () => {
  const ring = allocateRing(4 * 1024 * 1024);
  const target = join(folder, 'rotate');
  const archive = startArchive({
    folder: target,
    sources: [{ name: 'binance-spot', ring }],
    fileBytesMax: 1e9,
    fileAgeMsMax: 100,
  });
  let drops = 0;
  const tap = new RecorderTap(ring, tickingClock(), () => drops++);
  tap.opened(0, 'wss://venue/stream?listenKey=secret');
  tap.opened(1, 'wss://venue/stream');
  const payloads = Array.from({ length: 450 }, (_, i) =>
    i % 3 === 0 ? Buffer.from([0xff, i & 255, 0]) : Buffer.from(`{"i":${i},"text":"ü"}`),
  );
  payloads.forEach((payload, i) => {
    const padded = Buffer.concat([Buffer.from('x'), payload, Buffer.from('y')]);
    tap.frame(i % 2 === 0 ? 'in' : 'out', i % 5 === 0 ? 1 : 0, padded, 1, padded.length - 1, i % 3 === 0);
  });
  tap.answer('https://venue/depth?symbol=A&signature=secret', Buffer.from('{"lastUpdateId":1}'));
  const [report] = await archive.stop();
  expect(report).toMatchObject({ name: 'binance-spot', frames: 451, dropped: 0 });
  expect(drops).toBe(0);
  expect(report?.files.length).toBe(5);
  expect(readdirSync(target).every((file) => /^binance-spot\.\d{8}T\d{6}\.\d{3}Z\.ndjson\.gz$/.test(file))).toBe(true);
  const records = await readAll(report?.files ?? []);
  expect(records.length).toBe(451);
  payloads.forEach((payload, i) => {
    const record = records[i];
    if (record === undefined) throw new Error(`record ${i} is missing`);
    expect(payloadBytes(record).equals(payload)).toBe(true);
    expect(record).toMatchObject({ t: 1_700_000_000_001 + i, dir: i % 2 === 0 ? 'in' : 'out', kind: 'ws', url: null });
    expect(record.conn).toBe(i % 5 === 0 ? 'wss://venue/stream#1' : 'wss://venue/stream');
  });
  expect(records.at(-1)).toMatchObject({ kind: 'http', conn: 'http', url: 'https://venue/depth?symbol=A&signature=redacted' });
});

test('a full ring drops and counts, and the rest is written', async () => {
  const ring = allocateRing(4096);
  let drops = 0;
  const tap = new RecorderTap(ring, tickingClock(), () => drops++);
  tap.opened(0, 'wss://venue');
  for (let i = 0; i < 50; i++) tap.frame('in', 0, new Uint8Array(1000), 0, 1000, true);
  expect(drops).toBe(47);
  const archive = startArchive({
    folder: join(folder, 'full'),
    sources: [{ name: 'v', ring }],
    fileBytesMax: 1e9,
    fileAgeMsMax: 1e9,
  });
  expect(await archive.stop()).toMatchObject([{ frames: 3, dropped: 47 }]);
});

test('a folder that cannot be written ends the recording with one sentence, and never the feed', async () => {
  const file = join(folder, 'no-folder');
  writeFileSync(file, '');
  const ring = allocateRing(4096);
  const tap = new RecorderTap(ring, tickingClock(), () => undefined);
  tap.opened(0, 'wss://venue');
  tap.frame('in', 0, new Uint8Array(8), 0, 8, true);
  const archive = startArchive({ folder: file, sources: [{ name: 'v', ring }], fileBytesMax: 1e9, fileAgeMsMax: 1e9 });
  await expect(archive.ended).rejects.toThrow(/recording has ended: .*(EEXIST|ENOTDIR)/);
  for (let i = 0; i < 10; i++) tap.frame('in', 0, new Uint8Array(1000), 0, 1000, true);
});

// A process that records and rotates without end, until it is killed in the middle.
const RECORDER = `
const [archive, ring, tap] = await Promise.all(['archive', 'frame-ring', 'recorder-tap'].map((name) => import(process.argv[2] + name + '.js')));
const buffer = ring.allocateRing(1 << 20);
let us = 1.7e15;
const recorder = new tap.RecorderTap(buffer, { monotonicUs: () => us, epochUs: () => (us += 1000) }, () => undefined);
archive.startArchive({ folder: process.argv[3], sources: [{ name: 'v', ring: buffer }], fileBytesMax: 1e9, fileAgeMsMax: 200 });
recorder.opened(0, 'wss://venue');
const frame = Buffer.from('{"text":"a frame of some length"}');
setInterval(() => { for (let i = 0; i < 50; i++) recorder.frame('in', 0, frame, 0, frame.length, false); }, 1);
`;

test('after kill -9 every file that has its name is whole', async () => {
  const script = join(folder, 'recorder.mjs');
  const target = join(folder, 'killed');
  writeFileSync(script, RECORDER);
  const modules = new URL('../../../build/src/feeds/capture/', import.meta.url).href;
  const child = fork(script, [modules, target], { stdio: 'inherit', execArgv: [] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const complete = (): string[] => (existsSync(target) ? readdirSync(target).filter((name) => name.endsWith('.gz')) : []);
  await expect.poll(() => complete().length, { timeout: 30_000, interval: 20 }).toBeGreaterThan(2);
  child.kill('SIGKILL');
  await exited;
  for (const name of complete()) {
    const records = await readAll([join(target, name)]);
    expect(records.length).toBe(200);
    expect(records.every(({ raw }) => raw === '{"text":"a frame of some length"}')).toBe(true);
  }
});
