import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A line of a log, as far as it is one of JSON. */
export interface LogLine {
  readonly msg: string;
  readonly [field: string]: unknown;
}

interface Waiting {
  readonly matches: (line: LogLine) => boolean;
  readonly resolve: (line: LogLine) => void;
  readonly reject: (error: Error) => void;
}

const LINES_KEPT = 5_000;

/** A child with a log on its standard output, which ends with this process however that ends. */
export class LoggingProcess {
  readonly log: LogLine[] = [];
  /** Everything that it printed, as far as it is kept. */
  readonly text: string[] = [];
  /** Resolves with exit code or signal. */
  readonly ended: Promise<number | string | null>;
  readonly startMs = performance.now();
  private readonly child: ChildProcess;
  private readonly waiting = new Set<Waiting>();
  private isGone = false;

  constructor(command: string, args: readonly string[], options: SpawnOptions = {}) {
    // The channel tells the child when this process is gone.
    this.child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(error.message));
      this.child.once('close', (code, signal) => resolve(signal ?? code));
    });
    void this.ended.then((end) => {
      this.isGone = true;
      for (const { reject } of this.waiting) reject(new Error(`the process ended (${end}): ${this.text.slice(-3).join(' | ')}`));
    });
    for (const stream of [this.child.stdout, this.child.stderr])
      if (stream !== null) createInterface(stream).on('line', (line) => this.read(line));
  }

  get hasEnded(): boolean {
    return this.isGone;
  }

  /** The first line that matches, printed already or to come. @throws Error when the process ends or the time is over before */
  async line(matches: Waiting['matches'], withinMs: number, what: string): Promise<LogLine> {
    const known = this.log.find(matches);
    if (known !== undefined) return known;
    if (this.isGone) throw new Error(`the process ended before ${what}: ${this.text.slice(-3).join(' | ')}`);
    let waiting: Waiting | undefined;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<LogLine>((resolve, reject) => {
        waiting = { matches, resolve, reject };
        this.waiting.add(waiting);
        timer = setTimeout(() => reject(new Error(`${what} did not come within ${withinMs} ms`)), withinMs);
      });
    } finally {
      clearTimeout(timer);
      if (waiting !== undefined) this.waiting.delete(waiting);
    }
  }

  /** Sends a signal, if it is still there. */
  signal(signal: NodeJS.Signals): void {
    if (!this.isGone) this.child.kill(signal);
  }

  /** Tells it something over its channel. */
  send(message: object): void {
    this.child.send?.(message);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Ends it now. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
  }

  /** How it ended; undefined when it does not within so long. */
  async endedWithin(ms: number): Promise<number | string | null | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), ms);
    });
    return Promise.race([this.ended, late]).finally(() => clearTimeout(timer));
  }

  private read(text: string): void {
    this.text.push(text);
    if (this.text.length > LINES_KEPT) this.text.shift();
    if (!text.startsWith('{')) return;
    let line: LogLine;
    try {
      line = JSON.parse(text) as LogLine;
    } catch {
      return; // cut short by a kill
    }
    this.log.push(line);
    for (const { matches, resolve } of this.waiting) if (matches(line)) resolve(line);
  }
}
