// Goal: updates come every few minutes, never two at once, each within its time; whatever an updater does, the schedule goes on, and it
// ends with the engine.
// Method: a virtual clock, and updaters that take, refuse, throw or hang as told.
import { describe, expect, it } from 'vitest';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { ParameterScheduler, type ParameterUpdater, type UpdateOutcome } from '../../src/engine/parameter-scheduler.js';

const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
const OPTIONS = { intervalMs: 300_000, timeoutMs: 60_000 };

/** An updater whose updates take so long; it keeps when they began, in seconds since the first look. */
class Updater implements ParameterUpdater {
  readonly beginS: number[] = [];
  readonly reasons: string[] = [];
  isReady = true;
  running = 0;
  mostRunning = 0;
  private readonly originUs: number;

  constructor(
    private readonly time: VirtualTime,
    private readonly work: (signal: AbortSignal) => Promise<UpdateOutcome>,
  ) {
    this.originUs = time.monotonicUs();
  }

  shouldUpdateParameters(): boolean {
    return this.isReady;
  }

  async update(signal: AbortSignal): Promise<UpdateOutcome> {
    this.beginS.push((this.time.monotonicUs() - this.originUs) / SECOND_US);
    signal.addEventListener('abort', () => this.reasons.push((signal.reason as Error).message));
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    try {
      return await this.work(signal);
    } finally {
      this.running--;
    }
  }
}

function scheduled(work: (time: VirtualTime, signal: AbortSignal) => Promise<UpdateOutcome>, options = OPTIONS) {
  const time = new VirtualTime();
  const updater = new Updater(time, (signal) => work(time, signal));
  return { time, updater, scheduler: new ParameterScheduler(updater, options, time, time) };
}

const inAWhile = (time: VirtualTime, ms: number): Promise<UpdateOutcome> =>
  new Promise((resolve) => time.after(ms, () => resolve('updated')));

describe('the parameter scheduler', () => {
  it('updates at once and then every interval, and says how it stands', async () => {
    const { time, updater, scheduler } = scheduled((clock) => inAWhile(clock, 2_000));
    const startMs = time.epochUs() / 1000;
    const nothing = { updated: 0, declined: 0, refused: 0, failed: 0 };
    expect(scheduler.getUpdateStatus()).toMatchObject({
      state: 'waiting',
      lastStartMs: null,
      nextUpdateMs: null,
      counts: nothing,
    });
    scheduler.start();
    scheduler.start();
    await time.run(SECOND_US);
    expect(scheduler.getUpdateStatus()).toMatchObject({
      state: 'updating',
      lastStartMs: startMs,
      lastEndMs: null,
      nextUpdateMs: null,
    });
    await time.run(11 * MINUTE_US);
    expect(updater.beginS).toEqual([0, 300, 600]);
    expect(scheduler.getUpdateStatus()).toEqual({
      state: 'waiting',
      intervalMs: 300_000,
      lastStartMs: startMs + 600_000,
      lastEndMs: startMs + 602_000,
      lastOutcome: 'updated',
      nextUpdateMs: startMs + 900_000,
      counts: { ...nothing, updated: 3 },
    });
  });

  it('asks an updater that is not ready every second', async () => {
    const { time, updater, scheduler } = scheduled(async () => 'declined');
    updater.isReady = false;
    scheduler.start();
    await time.run(100 * SECOND_US);
    expect(updater.beginS).toEqual([]);
    updater.isReady = true;
    await time.run(2 * SECOND_US);
    expect(updater.beginS).toEqual([101]);
    expect(scheduler.getUpdateStatus()).toMatchObject({ lastOutcome: 'declined', counts: { declined: 1 } });
  });

  it('never has two under way', async () => {
    const slow = { intervalMs: 60_000, timeoutMs: 600_000 };
    const { time, updater, scheduler } = scheduled((clock) => inAWhile(clock, 150_000), slow);
    scheduler.start();
    await time.run(10 * MINUTE_US);
    expect(updater.mostRunning).toBe(1);
    expect(updater.beginS).toEqual([0, 150, 300, 450, 600]);
  });

  it('gives up what takes too long, also when nobody heeds it, and goes on', async () => {
    const { time, updater, scheduler } = scheduled(() => new Promise(() => undefined));
    scheduler.start();
    await time.run(59 * SECOND_US);
    expect(scheduler.getUpdateStatus().state).toBe('updating');
    await time.run(2 * SECOND_US);
    expect(updater.reasons).toEqual(['the update took longer than 60000 ms']);
    expect(scheduler.getUpdateStatus()).toMatchObject({ state: 'waiting', lastOutcome: 'failed', counts: { failed: 1 } });
    await time.run(5 * MINUTE_US);
    expect(updater.beginS).toEqual([0, 300]);
  });

  it('counts an updater that throws as failed, and goes on', async () => {
    let calls = 0;
    const { time, scheduler } = scheduled(async () => {
      calls++;
      if (calls === 1) throw new Error('broken');
      return 'updated';
    });
    scheduler.start();
    await time.run(6 * MINUTE_US);
    expect(scheduler.getUpdateStatus().counts).toEqual({ updated: 1, declined: 0, refused: 0, failed: 1 });
  });

  it('stops with the engine: what is under way is given up, nothing is left behind', async () => {
    const { time, updater, scheduler } = scheduled(() => new Promise(() => undefined));
    scheduler.start();
    await time.run(SECOND_US);
    scheduler.stop();
    await time.settle();
    expect(updater.reasons).toEqual(['the engine stops']);
    expect(time.pending()).toBe(0);
    scheduler.start();
    await time.run(10 * MINUTE_US);
    expect(updater.beginS).toEqual([0]);
    expect(scheduler.getUpdateStatus()).toMatchObject({ state: 'stopped', nextUpdateMs: null });
  });

  it.each([
    [0, 1],
    [1, 0],
    [Number.NaN, 1],
  ])('refuses an interval of %s ms with a limit of %s ms', (intervalMs, timeoutMs) => {
    expect(() => scheduled(async () => 'updated', { intervalMs, timeoutMs })).toThrow(RangeError);
  });
});
