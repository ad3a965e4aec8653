import { Bench } from 'tinybench';

/** One of the rivals of a figure: an operation that is long enough for the timer, such as a pass over some hundred frames. */
export interface Rival {
  readonly name: string;
  run(): void;
  /** Brings its state back to the start before every operation; not timed. */
  before?(): void;
}

/** How long a run measures. */
export interface Effort {
  /** `--quick`: sizes that only prove that everything still runs. */
  readonly quick: boolean;
  /** Rounds in which every rival has its turn. */
  readonly rounds: number;
  /** A rival's turn. */
  readonly turnMs: number;
}

export const FULL_EFFORT: Effort = { quick: false, rounds: 15, turnMs: 60 };
export const QUICK_EFFORT: Effort = { quick: true, rounds: 2, turnMs: 1 };

/** One figure with its baseline. */
export interface BenchResult {
  readonly id: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline: string;
  readonly baselineValue: number;
  /** How many times faster (or smaller) than the baseline. */
  readonly ratio: number;
}

/** A group of figures that are measured together. */
export interface Suite {
  /** Ids of its figures; `--only` picks by their beginning. */
  readonly ids: readonly string[];
  run(effort: Effort): Promise<BenchResult[]>;
}

/**
 * Times rivals in turns, so that a slow moment of the machine strikes all alike, and reverses their order from round to round.
 * @param of what stands for a turn: its fastest operation, or its median where disturbances are what is measured
 * @returns nanoseconds of one operation of each: the median over the rounds
 */
export async function race(rivals: readonly Rival[], effort: Effort, of: 'min' | 'p50' = 'min'): Promise<number[]> {
  const turns = rivals.map((): number[] => []);
  for (let round = 0; round < effort.rounds; round++) {
    const order = rivals.map((_, index) => index);
    if (round % 2 === 1) order.reverse();
    // Only the first round has to wait for the compiler.
    const bench = new Bench({ time: effort.turnMs, iterations: 3, warmup: round === 0, warmupTime: effort.turnMs * 4 });
    for (const index of order) {
      const rival = rivals[index] as Rival;
      const { before } = rival;
      bench.add(rival.name, () => rival.run(), { async: false, ...(before && { beforeEach: () => before.call(rival) }) });
    }
    await bench.run();
    for (const index of order) {
      const result = bench.getTask((rivals[index] as Rival).name)?.result;
      if (result?.state === 'errored') throw result.error;
      if (result?.state !== 'completed') throw new Error(`${rivals[index]?.name} did not finish`);
      turns[index]?.push(result.latency[of] * 1e6);
    }
  }
  return turns.map(median);
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Value that a share of all does not exceed; NaN of nothing. */
export function percentile(values: ArrayLike<number>, share: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

/** A figure whose smaller value is the better one. */
export function compared(id: string, unit: string, value: number, baseline: string, baselineValue: number): BenchResult {
  return { id, value, unit, baseline, baselineValue, ratio: baselineValue / value };
}

/** What benches compute is added up here and shown at the end, so that none of it can be left out by the compiler. */
export const sink = { total: 0 };
