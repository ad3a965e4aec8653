import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decode } from '@msgpack/msgpack';
import WebSocket from 'ws';
import type { OperatorSnapshot, StreamMessage } from '../../src/ops/messages.js';

const MAIN = fileURLToPath(new URL('../../build/src/cli/main.js', import.meta.url));

/** One line of the engine's log. */
export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** A `tiercel` process as its user sees it: its log, its exit code. */
export class TiercelProcess {
  readonly child: ChildProcess;
  readonly log: LogLine[] = [];
  private text = '';
  private readonly waiting: { matches: (line: LogLine) => boolean; resolve: (line: LogLine) => void }[] = [];
  /** Exit code, once it has ended. */
  readonly ended: Promise<number | null>;

  /** @param folder where it runs, and leaves its ledger; one of its own that goes with it when left out */
  constructor(args: readonly string[], folder?: string) {
    const cwd = folder ?? mkdtempSync(join(tmpdir(), 'tiercel-run-'));
    this.child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'], cwd });
    this.ended = new Promise((resolve) =>
      this.child.once('exit', (code) => {
        if (folder === undefined) rmSync(cwd, { recursive: true, force: true });
        resolve(code);
      }),
    );
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface(stream).on('line', (line) => this.read(line));
    }
  }

  /** Everything it printed. */
  get output(): string {
    return this.text;
  }

  /** The first line that matches, printed already or yet to come. */
  line(matches: (line: LogLine) => boolean): Promise<LogLine> {
    const known = this.log.find(matches);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve) => this.waiting.push({ matches, resolve }));
  }

  /** Ends it the hard way if it has not ended by itself. */
  kill(): void {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL');
  }

  private read(line: string): void {
    this.text += `${line}\n`;
    if (!line.startsWith('{')) return;
    const parsed = JSON.parse(line) as LogLine;
    this.log.push(parsed);
    for (const wait of this.waiting.filter(({ matches }) => matches(parsed))) {
      this.waiting.splice(this.waiting.indexOf(wait), 1);
      wait.resolve(parsed);
    }
  }
}

/** The engine's own stream of snapshots: the event that a test waits for is the next one that satisfies it. */
export class SnapshotStream {
  private readonly socket: WebSocket;
  private readonly waiting: {
    matches: (snapshot: OperatorSnapshot) => boolean;
    resolve: (snapshot: OperatorSnapshot) => void;
  }[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(`${url.replace('http', 'ws')}/stream`, { origin: url });
    this.socket.on('message', (data: Buffer) => {
      const message = decode(data) as StreamMessage;
      if (message.type !== 'snapshot') return;
      const done = this.waiting.filter(({ matches }) => matches(message.snapshot));
      for (const wait of done) {
        this.waiting.splice(this.waiting.indexOf(wait), 1);
        wait.resolve(message.snapshot);
      }
    });
  }

  next(matches: (snapshot: OperatorSnapshot) => boolean): Promise<OperatorSnapshot> {
    return new Promise((resolve) => this.waiting.push({ matches, resolve }));
  }

  close(): void {
    this.socket.terminate();
  }
}

/** Whether a process with this id is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
