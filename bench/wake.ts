import { CONTROL_STOP } from '../assembly/memory/layout.js';
import { runTurns, stopTurns, type WakeMode } from '../src/engine/wake.js';
import { Kernel } from '../src/kernel/kernel.js';
import { createSharedBooks, type SharedBooks } from '../src/kernel/memory.js';
import { planMemory } from '../src/kernel/plan.js';
import { type BenchResult, compared, type Effort, percentile, type Suite } from './measure.js';
import { PING_ASKED, PING_BARE, PING_WORDS } from './threads/ping-words.js';
import type { PingerData } from './threads/pinger.js';
import { startThread } from './threads/start.js';

/** From a feed worker's wake to the engine's turn, p50; each batch of pings of ours beside one of the bare way. */
export const wakeSuite: Suite = { ids: ['wake.event.vs.waitasync', 'wake.poll'], run };

/** The two ends of the pings. */
class Court {
  readonly words = new Int32Array(new SharedArrayBuffer(PING_WORDS * 4));
  readonly sentNs = new BigInt64Array(new SharedArrayBuffer(8));
  readonly kernel: Kernel;

  constructor(readonly shared: SharedBooks) {
    this.kernel = new Kernel(shared, 1);
  }

  ask(kind: number): void {
    Atomics.store(this.words, PING_ASKED, kind);
    Atomics.notify(this.words, PING_ASKED);
  }

  /** Microseconds since the ping under way was sent; undefined when none is. */
  arrived(): number | undefined {
    const sent = Atomics.exchange(this.sentNs, 0, 0n);
    return sent === 0n ? undefined : Number(process.hrtime.bigint() - sent) / 1e3;
  }

  /** Pings through the kernel's wake to the engine's own loop. */
  async turns(mode: WakeMode, pings: number): Promise<number[]> {
    const { int32, plan } = this.kernel;
    const latencies: number[] = [];
    Atomics.store(int32, (plan.control + CONTROL_STOP) >> 2, 0);
    this.ask(1);
    await runTurns(int32, plan.control, mode, () => {
      const us = this.arrived();
      if (us === undefined) return;
      latencies.push(us);
      if (latencies.length < pings) this.ask(1);
      else stopTurns(int32, plan.control);
    });
    return latencies;
  }

  /** Pings to a bare Atomics.waitAsync. */
  async bare(pings: number): Promise<number[]> {
    const latencies: number[] = [];
    while (latencies.length < pings) {
      const seen = Atomics.load(this.words, PING_BARE);
      this.ask(2);
      const wait = Atomics.waitAsync(this.words, PING_BARE, seen);
      if (wait.async) await wait.value;
      const us = this.arrived();
      if (us !== undefined) latencies.push(us);
    }
    return latencies;
  }

  /** Pings to a bare loop over setImmediate. */
  async immediate(pings: number): Promise<number[]> {
    const latencies: number[] = [];
    while (latencies.length < pings) {
      const seen = Atomics.load(this.words, PING_BARE);
      this.ask(2);
      do await new Promise((resolve) => setImmediate(resolve));
      while (Atomics.load(this.words, PING_BARE) === seen);
      const us = this.arrived();
      if (us !== undefined) latencies.push(us);
    }
    return latencies;
  }
}

async function run(effort: Effort): Promise<BenchResult[]> {
  const thread = { inputBytes: 64, levelsMax: 1, copyLevelsMax: 1, eventsMax: 1 };
  const shared = createSharedBooks(planMemory({ feeds: [], books: [], threads: [thread, thread], histograms: 0 }));
  const court = new Court(shared);
  const { words, sentNs } = court;
  const pinger = await startThread('pinger.js', { shared, words, sentNs } satisfies PingerData);
  const batches = effort.quick ? 1 : 12;
  const pings = effort.quick ? 10 : 250;
  const latencies = { event: [] as number[], bare: [] as number[], poll: [] as number[], immediate: [] as number[] };
  for (let batch = -1; batch < batches; batch++) {
    const measured = {
      event: await court.turns('event', pings),
      bare: await court.bare(pings),
      poll: await court.turns('busy-poll', pings),
      immediate: await court.immediate(pings),
    };
    if (batch < 0) continue; // warm-up
    for (const key of ['event', 'bare', 'poll', 'immediate'] as const) latencies[key].push(...measured[key]);
  }
  court.ask(3);
  await pinger.stop();
  const p50 = (values: readonly number[]): number => percentile(values, 0.5);
  return [
    compared('wake.event.vs.waitasync', 'us p50', p50(latencies.event), 'bare Atomics.waitAsync', p50(latencies.bare)),
    compared('wake.poll', 'us p50', p50(latencies.poll), 'bare loop over setImmediate', p50(latencies.immediate)),
  ];
}
