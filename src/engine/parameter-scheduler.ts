import { abortable } from '../domain/abortable.js';
import type { Clock, Timer, Timers } from '../domain/clock.js';
import { ParameterUpdateError } from '../strategy/delta/errors.js';

/**
 * What became of an update:
 *  - `updated`   new parameters were handed over; they count from the next turn on
 *  - `declined`  the optimiser advises against what it found
 *  - `refused`   the strategy does not take what was found
 *  - `failed`    nothing was found
 * In all but the first the old parameters stay.
 */
const UPDATE_OUTCOMES = ['updated', 'declined', 'refused', 'failed'] as const;
export type UpdateOutcome = (typeof UPDATE_OUTCOMES)[number];

/** Whoever finds and hands over new parameters. */
export interface ParameterUpdater {
  /** Whether it makes sense to begin now; asked only when an update is due. */
  shouldUpdateParameters(): boolean;
  /** One update. It raises what became of it by itself, rejects never, and hands nothing over once the signal is aborted. */
  update(signal: AbortSignal): Promise<UpdateOutcome>;
}

/** How the schedule stands. Times are milliseconds since the epoch; null for never. */
export interface UpdateStatus {
  readonly state: 'waiting' | 'updating' | 'stopped';
  readonly intervalMs: number;
  readonly lastStartMs: number | null;
  readonly lastEndMs: number | null;
  readonly lastOutcome: UpdateOutcome | null;
  /** When the next one is due; null while one is under way or none will come. */
  readonly nextUpdateMs: number | null;
  readonly counts: Readonly<Record<UpdateOutcome, number>>;
}

export interface SchedulerOptions {
  /** From the beginning of an update to the beginning of the next. */
  readonly intervalMs: number;
  /** Longest that one may take. */
  readonly timeoutMs: number;
}

/** How often it looks whether an update is due. */
const LOOK_MS = 1000;

/**
 * Has parameters updated every few minutes, one update at a time. One that takes too long is given up and counts as failed. An updater
 * that is not ready, for want of data, is asked again every second.
 */
export class ParameterScheduler {
  private readonly counts = { updated: 0, declined: 0, refused: 0, failed: 0 };
  private ticking: Timer | null = null;
  private isStopped = false;
  private running: AbortController | null = null;
  private lastStartUs: number | null = null;
  private lastEndUs: number | null = null;
  private lastOutcome: UpdateOutcome | null = null;

  /** @throws RangeError when interval or time limit are not positive */
  constructor(
    private readonly updater: ParameterUpdater,
    private readonly options: SchedulerOptions,
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {
    const { intervalMs, timeoutMs } = options;
    if (!(intervalMs > 0 && timeoutMs > 0)) throw new RangeError(`updates every ${intervalMs} ms within ${timeoutMs} ms`);
  }

  /** Begins; the first update comes as soon as the updater is ready. Once stopped it does not begin again. */
  start(): void {
    if (this.ticking !== null || this.isStopped) return;
    this.ticking = this.timers.every(LOOK_MS, () => void this.look());
    void this.look();
  }

  /** No more updates; one that is under way is given up. */
  stop(): void {
    this.isStopped = true;
    this.ticking?.cancel();
    this.ticking = null;
    this.running?.abort(new ParameterUpdateError('the engine stops'));
  }

  getUpdateStatus(): UpdateStatus {
    const { clock, lastStartUs, lastEndUs, running, isStopped, ticking } = this;
    const { intervalMs } = this.options;
    const offsetUs = clock.epochUs() - clock.monotonicUs();
    const epochMs = (us: number | null): number | null => (us === null ? null : (us + offsetUs) / 1000);
    const nextUs = lastStartUs === null ? clock.monotonicUs() : lastStartUs + intervalMs * 1000;
    return {
      state: isStopped ? 'stopped' : running === null ? 'waiting' : 'updating',
      intervalMs,
      lastStartMs: epochMs(lastStartUs),
      lastEndMs: epochMs(lastEndUs),
      lastOutcome: this.lastOutcome,
      nextUpdateMs: ticking === null || running !== null ? null : epochMs(nextUs),
      counts: { ...this.counts },
    };
  }

  private async look(): Promise<void> {
    const { clock, timers, updater, lastStartUs } = this;
    const { intervalMs, timeoutMs } = this.options;
    if (this.running !== null || this.isStopped) return;
    const nowUs = clock.monotonicUs();
    if (lastStartUs !== null && nowUs - lastStartUs < intervalMs * 1000) return;
    if (!updater.shouldUpdateParameters()) return;
    this.lastStartUs = nowUs;
    const controller = new AbortController();
    this.running = controller;
    const { signal } = controller;
    const late = timers.after(timeoutMs, () => {
      controller.abort(new ParameterUpdateError(`the update took longer than ${timeoutMs} ms`, { timeoutMs }));
    });
    const update = updater.update(signal);
    // An updater that heeds the signal says itself that it failed; whatever another one does, its time is over.
    const outcome = await abortable(update, signal).catch((): UpdateOutcome => 'failed');
    late.cancel();
    this.running = null;
    this.lastEndUs = clock.monotonicUs();
    this.lastOutcome = outcome;
    this.counts[outcome]++;
  }
}
