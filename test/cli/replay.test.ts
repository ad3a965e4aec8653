// Goal: `tiercel run --record` leaves behind all that `tiercel replay` needs, and the replay finds the same turns and intents; a
// recording with a hole, a folder without a run and a file that is no log are told in one sentence.
// Method: the compiled program runs on its simulated venues until its turn log has some size, and is then told to stop.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from '../../src/cli/exit.js';
import { runReplay } from '../../src/cli/replay.js';

const program = fileURLToPath(new URL('../../build/src/cli/main.js', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'tiercel-replay-'));
const recorded = join(scratch, 'recorded');
afterAll(() => rmSync(scratch, { recursive: true }));

/** Size of the turn log from which on the run has lasted long enough. */
const ENOUGH_BYTES = 150_000;

beforeAll(async () => {
  mkdirSync(recorded);
  const flags = ['--symbols', '30', '--port', '0', '--log-level', 'error', '--quiet', '--record', recorded];
  const child = spawn(process.execPath, [program, 'run', ...flags], { stdio: 'ignore' });
  const watching = new AbortController();
  const ended = once(child, 'exit').finally(() => watching.abort());
  try {
    for await (const { filename } of watch(recorded, { signal: watching.signal })) {
      if (filename?.endsWith('.turns') === true && statSync(join(recorded, filename)).size > ENOUGH_BYTES) break;
    }
  } finally {
    child.kill('SIGTERM');
  }
  expect(await ended).toEqual([EXIT_GOOD, null]);
}, 90_000);

async function replay(folder: string, json = false): Promise<{ code: number; text: string }> {
  let text = '';
  const code = await runReplay(folder, json, { write: (part) => (text += part) });
  return { code, text };
}

/** A copy of the recording in which a file is changed. */
function changed(name: string, file: RegExp, change: (bytes: Buffer) => Uint8Array): string {
  const folder = join(scratch, name);
  cpSync(recorded, folder, { recursive: true });
  const path = join(folder, readdirSync(folder).find((entry) => file.test(entry)) ?? '');
  writeFileSync(path, change(readFileSync(path)));
  return folder;
}

it('makes the turns of a run again', async () => {
  const { code, text } = await replay(recorded);
  expect(text).toMatch(
    /^run\.\d{8}T\d{6}\.\d{3}Z\.turns: [\d,]+ turns and [\d,]+ intents from [\d,]+ recorded lines, all the same\n$/,
  );
  expect(code).toBe(EXIT_GOOD);
  const { runs } = JSON.parse((await replay(recorded, true)).text) as {
    runs: { turns: number; lines: number; difference: null }[];
  };
  expect(runs).toHaveLength(1);
  expect(runs[0]?.turns).toBeGreaterThan(100);
  expect(runs[0]?.difference).toBeNull();
}, 30_000);

it('replays a log whose end is missing as far as it goes', async () => {
  const folder = changed('cut', /\.turns$/, (bytes) => bytes.subarray(0, bytes.length - 5_001));
  expect(await replay(folder)).toMatchObject({ code: EXIT_GOOD, text: expect.stringContaining(', whose end is missing: ') });
}, 30_000);

it('names the first difference when a frame is missing', async () => {
  const folder = changed('hole', /^binance-spot/, (bytes) => {
    const lines = gunzipSync(bytes).toString('utf8').split('\n');
    const updates = lines.filter((line) => line.includes('depthUpdate') && line.includes('"kind":"ws"'));
    const dropped = updates[Math.floor(updates.length / 2)];
    return gzipSync(lines.filter((line) => line !== dropped).join('\n'));
  });
  const { code, text } = await replay(folder);
  expect(code).toBe(EXIT_FOUND_FAULT);
  expect(text).toMatch(
    /DIFFERS at turn \d+: binance-spot \S+ was of version \d+, sequence \d+, and the recording leads to version \d+.*; lines missing from the recording up to there: 1\n$/,
  );
}, 30_000);

it.each([
  ['a folder that is not there', () => join(scratch, 'nowhere'), /nowhere cannot be read/],
  ['a folder without a run', emptyFolder, /holds no turn log; `tiercel run --record .*` writes one/],
  [
    'a log that is none',
    () => changed('none', /\.turns$/, () => Buffer.from('hello')),
    /is no turn log: it does not begin with TIERCELT/,
  ],
  ['a log of no run', () => changed('other', /\.turns$/, logOfNothing), /is not the turn log of a run/],
  ['a run without its recordings', unrecorded, /the recording of \w+ \w+ lacks the list of instruments/],
])('%s is refused in one sentence', async (_name, folder, sentence) => {
  await expect(replay(folder())).rejects.toThrow(sentence);
});

function emptyFolder(): string {
  mkdirSync(join(scratch, 'empty'));
  return join(scratch, 'empty');
}

function logOfNothing(): Uint8Array {
  const head = Buffer.alloc(16);
  head.write('TIERCELT');
  head.writeUInt32LE(1, 8);
  head.writeUInt32LE(2, 12);
  return Buffer.concat([head, Buffer.from('{}')]);
}

function unrecorded(): string {
  const folder = changed('unrecorded', /\.turns$/, (bytes) => bytes);
  for (const name of readdirSync(folder)) if (!name.endsWith('.turns')) rmSync(join(folder, name));
  return folder;
}
