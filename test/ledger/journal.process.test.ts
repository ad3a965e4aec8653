// Goal: a process that is killed at any moment loses nothing that it told, leaves no part of a group, and the next one goes on from
// there; there is one writer among processes; a disk that takes no more is told, and costs nothing that was told before.
// Method: real processes of what `npm run build` made, killed with SIGKILL; the disk is a limit on the size of files.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SeededRandom } from '../../src/domain/random.js';
import { JournalReader } from '../../src/ledger/journal.js';
import { verify } from '../../src/ledger/verify.js';

const CHILD = join(import.meta.dirname, '../../build/test/ledger/appending-child.js');
const ROUNDS = 20;

let folder = '';
let path = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
  path = join(folder, 'ledger.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A process that appends, and every line it told. */
class Appender {
  readonly lines: string[] = [];
  private readonly child: ChildProcess;
  private readonly ended: Promise<unknown>;
  private awaited: { readonly count: number; readonly resolve: () => void } | null = null;

  constructor(shellLimits = '') {
    this.child = spawn('sh', ['-c', `${shellLimits} exec "$0" "$1" "$2"`, process.execPath, CHILD, path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.ended = once(this.child, 'close');
    const { stdout } = this.child;
    if (stdout === null) throw new Error('the process has no output');
    createInterface({ input: stdout }).on('line', (line) => {
      this.lines.push(line);
      if (this.awaited !== null && this.lines.length >= this.awaited.count) this.awaited.resolve();
    });
  }

  /** Until it has told so many lines, or ended. */
  async told(count: number): Promise<void> {
    if (this.lines.length >= count) return;
    await Promise.race([new Promise<void>((resolve) => (this.awaited = { count, resolve })), this.ended]);
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }

  async end(): Promise<void> {
    await this.ended;
  }

  /** The last sequence that it told as kept. */
  get acknowledged(): number {
    return Math.max(0, ...this.lines.map(Number).filter(Number.isFinite));
  }
}

/** Sequences and texts of what is there; the file as a whole must be in order. */
function contents(): { last: number; parts: string[] } {
  const reader = JournalReader.open(path);
  const entries = [...reader.read()];
  expect(verify(reader).findings).toEqual([]);
  reader.close();
  return {
    last: entries.length,
    parts: entries.map((entry) => (entry.kind === 'note' ? (entry.text.at(-1) ?? '') : entry.kind)),
  };
}

test('killed at random moments, again and again: all that was told is there, and groups are whole', async () => {
  const random = new SeededRandom(1);
  let before = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const appender = new Appender();
    await appender.told(1 + random.below(400));
    await appender.kill();
    const { last, parts } = contents();
    const opened = Number(/^open (\d+)$/.exec(appender.lines[0] ?? '')?.[1]);
    // A write that was killed after its commit and before readers were told of it shows when the file is opened to write.
    expect([opened >= before, opened <= before + 3]).toEqual([true, true]);
    expect(last).toBeGreaterThanOrEqual(appender.acknowledged);
    // At most one write was kept whose telling was cut short.
    expect(last).toBeLessThanOrEqual(Math.max(before, appender.acknowledged) + 3);
    expect(parts.join('').replaceAll('012', '').replaceAll('9', '')).toBe('');
    before = last;
  }
  expect(before).toBeGreaterThan(ROUNDS * 20);
}, 60_000);

test('a second process that wants to write is refused while the first lives, and not after it was killed', async () => {
  const first = new Appender();
  await first.told(5);
  const second = new Appender();
  await second.end();
  expect(second.lines).toEqual(['refused in-use']);
  await first.kill();
  const third = new Appender();
  await third.told(3);
  await third.kill();
  expect(Number(third.lines[0]?.slice(5))).toBeGreaterThanOrEqual(first.acknowledged);
}, 20_000);

test('a disk that takes no more: the process is told, and all that was acknowledged is there', async () => {
  const appender = new Appender('trap "" XFSZ; ulimit -f 600;');
  await appender.end();
  expect(appender.lines.at(-1)).toMatch(/^refused (full|unwritable)$/);
  expect(appender.acknowledged).toBeGreaterThan(10);
  const { last } = contents();
  expect(last).toBe(appender.acknowledged);
  const next = new Appender();
  await next.told(10);
  await next.kill();
  expect(next.lines[0]).toBe(`open ${last}`);
}, 20_000);
