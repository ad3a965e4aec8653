import { Worker } from 'node:worker_threads';
import { BOOK_LOCK } from '../../assembly/memory/layout.js';
import { type BackoffOptions, backoffMs } from '../domain/backoff.js';
import type { Clock, Timer, Timers } from '../domain/clock.js';
import type { Random } from '../domain/random.js';
import type { VenueId } from '../domain/venue.js';
import type { Kernel } from '../kernel/kernel.js';
import { kernelModule } from '../kernel/module.js';
import { RecorderTap } from './capture/recorder-tap.js';
import type { FeedSettings } from './settings.js';
import type { FeedListener } from './transport.js';
import type { FeedWorkerCommand, FeedWorkerData, FeedWorkerMessage, WorkerFeed } from './worker-data.js';

/** One worker: all feeds of one venue. */
export interface FeedWorkerSpec {
  readonly venue: VenueId;
  /** Index of its scratch among the plan's threads. */
  readonly thread: number;
  /** Address of its latency histogram; 0 for none. */
  readonly histogram: number;
  readonly feeds: readonly WorkerFeed[];
}

export interface SupervisorOptions {
  /** The main thread's kernel. */
  readonly kernel: Kernel;
  readonly workers: readonly FeedWorkerSpec[];
  readonly settings: FeedSettings;
  readonly epochOffsetUs: number;
  readonly seed: number;
  readonly timers: Timers;
  readonly random: Random;
  readonly listener: FeedListener;
  /** For the recordings of feeds whose worker died; those have a hole there when left out. */
  readonly clock?: Clock;
  /** The compiled entry of the workers; found by itself when left out. */
  readonly entry?: URL;
}

interface Running {
  readonly spec: FeedWorkerSpec;
  worker: Worker | undefined;
  restart: Timer | undefined;
  /** Workers lost in a row. */
  losses: number;
  stable: Timer | undefined;
}

const RESTART_BACKOFF: BackoffOptions = { initialMs: 100, maxMs: 10_000 };
const STABLE_MS = 30_000;
const STOP_MS_MAX = 1_500;

/** Starts the feed workers, one a venue, replaces those that die, and stops them all. Lives on the main thread. */
export class FeedSupervisor {
  private readonly running: readonly Running[];
  private isStopping = false;

  constructor(private readonly options: SupervisorOptions) {
    this.running = options.workers.map((spec) => ({ spec, worker: undefined, restart: undefined, losses: 0, stable: undefined }));
  }

  start(): void {
    for (const running of this.running) this.spawn(running);
  }

  /** Kills a venue's worker, which is then replaced like any that died. */
  kill(venue: VenueId): void {
    for (const { spec, worker } of this.running) if (spec.venue === venue) void worker?.terminate();
  }

  /** Has all workers close their connections and end; whoever takes too long is terminated. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.running.map((running) => this.stopWorker(running)));
  }

  private spawn(running: Running): void {
    const { kernel, settings, epochOffsetUs, seed, timers, listener, entry } = this.options;
    const { venue, thread, histogram, feeds } = running.spec;
    const workerData: FeedWorkerData = {
      memory: kernel.shared.memory,
      plan: kernel.shared.plan,
      module: kernelModule(),
      thread,
      histogram,
      epochOffsetUs,
      seed,
      settings,
      feeds,
    };
    const worker = new Worker(entry ?? workerEntry(), { workerData, name: `feed ${venue}` });
    let reason = 'it ended';
    running.worker = worker;
    running.stable = timers.after(STABLE_MS, () => {
      running.losses = 0;
    });
    worker.on('message', (message: FeedWorkerMessage) => {
      if (message.type === 'event') listener(message.event);
    });
    worker.on('error', (error) => {
      reason = error instanceof Error ? error.message : String(error);
    });
    worker.once('exit', () => {
      running.worker = undefined;
      running.stable?.cancel();
      this.recover(running.spec);
      if (!this.isStopping) this.replace(running, reason);
    });
    listener({ kind: 'worker-started', level: 'info', venue });
  }

  /** The writer of these books is gone, perhaps in the middle of a write: nothing in them can be relied on. */
  private recover(spec: FeedWorkerSpec): void {
    const { exports, plan } = this.options.kernel;
    for (const feed of spec.feeds) {
      for (const book of feed.books) exports.recoverBook(book.address);
      this.recordRecovery(feed);
    }
    exports.wake(plan.control);
  }

  /** The dead worker was the one writer of the ring; until the next one starts, this thread is. */
  private recordRecovery({ recording, books }: WorkerFeed): void {
    const { clock, kernel } = this.options;
    if (recording === null || clock === undefined) return;
    const tap = new RecorderTap(recording, clock, () => undefined);
    for (const { symbol, address } of books) tap.recovered(symbol, kernel.int32At(address + BOOK_LOCK));
  }

  private replace(running: Running, reason: string): void {
    const { timers, random, listener } = this.options;
    listener({ kind: 'worker-lost', level: 'alert', venue: running.spec.venue, reason });
    running.restart = timers.after(backoffMs(running.losses++, RESTART_BACKOFF, random), () => {
      running.restart = undefined;
      if (!this.isStopping) this.spawn(running);
    });
  }

  private async stopWorker(running: Running): Promise<void> {
    running.restart?.cancel();
    const { worker } = running;
    if (worker === undefined) return;
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    const deadline = this.options.timers.after(STOP_MS_MAX, () => void worker.terminate());
    const command: FeedWorkerCommand = { type: 'stop' };
    worker.postMessage(command);
    await ended;
    deadline.cancel();
  }
}

/** The workers' entry, seen from build/src as well as from src, where tests run. */
function workerEntry(): URL {
  const here = import.meta.url;
  return new URL(here.endsWith('.ts') ? '../../build/src/feeds/feed-worker.js' : './feed-worker.js', here);
}
