// Goal: of two processes one writes a catalogue and the other is told so, while both may read; one that was killed keeps nobody out, and what
// it had under way is cleared away.
// Method: real processes of what `npm run build` made, killed with SIGKILL.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Catalogue } from '../../src/history/catalogue.js';

const CHILD = join(import.meta.dirname, '../../build/test/history/writing-child.js');

let root: string;
let children: ChildProcess[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'tiercel-writers-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

/** Starts a writer. @returns it and the first thing that it told */
async function writer(): Promise<{ child: ChildProcess; told: string }> {
  const child = spawn(process.execPath, [CHILD, root], { stdio: ['pipe', 'pipe', 'inherit'] });
  children.push(child);
  const [told] = (await once(child.stdout ?? expect.fail('no output'), 'data')) as [Buffer];
  return { child, told: told.toString().trim() };
}

test('one process writes, others read, and the dead keep nobody out', async () => {
  const first = await writer();
  expect(first.told).toBe('writes');
  expect((await writer()).told).toBe(`the catalogue ${root} is being written by another process`);
  const catalogue = await Catalogue.open(root, { memoryLimitMb: 64, threads: 1 });
  try {
    expect(await catalogue.list()).toEqual([]);
    await expect(catalogue.lockForWriting()).rejects.toThrow('is being written by another process');
    const left = join(root, '.tmp', `${first.child.pid}-0.parquet`);
    writeFileSync(left, 'half');
    const ended = once(first.child, 'close');
    first.child.kill('SIGKILL');
    await ended;
    await catalogue.lockForWriting();
    expect(existsSync(left)).toBe(false);
    expect((await writer()).told).toContain('another process');
  } finally {
    catalogue.close();
  }
  expect((await writer()).told).toBe('writes');
}, 60_000);
