import { availableParallelism } from 'node:os';
import { BacktestEngine } from '../src/research/backtest/backtest-engine.js';
import { type PooledBacktest, runBacktests } from '../src/research/backtest/pooled-backtests.js';
import { ResearchPool } from '../src/research/pool/research-pool.js';
import { type L2Size, l2Backtest, l2History } from './l2-history.js';
import { playMapBooks } from './l2-map-books.js';
import { type BenchResult, type Effort, median, type Suite, sink } from './measure.js';

const REPLAY = 'replay.l2.events';
const CONCURRENT = 'backtest.concurrent';
const MEMORY = 'backtest.concurrent.memory';
const RUNS = 12;
const MIB = 2 ** 20;

/** Level changes through books, scan, strategy, risk, execution and ledger. */
export const replaySuite: Suite = { ids: [REPLAY], run: async (effort) => [await replay(effort)] };

/** A dozen backtests on a pool of threads against one after the other. */
export const concurrentSuite: Suite = { ids: [CONCURRENT, MEMORY], run: concurrent };

/** Events in a second of the processor's time, so that it does not matter who else uses the machine: all threads of the process count. */
async function replay({ quick }: Effort): Promise<BenchResult> {
  const columns = l2History({ messages: quick ? 2_000 : 250_000, rowsPerMessage: 16, seed: 7 });
  const few = l2History({ messages: quick ? 200 : 2_000, rowsPerMessage: 16, seed: 7 });
  const [own, naive]: [number[], number[]] = [[], []];
  for (let round = 0; round < (quick ? 1 : 4); round++) {
    const before = process.cpuUsage();
    const { counts, trades } = await new BacktestEngine(l2Backtest(columns)).run();
    own.push(counts.events / secondsSince(before));
    if (!quick && trades.length < 10) throw new Error(`a backtest of ${trades.length} trades measures nothing`);
    const beforeMaps = process.cpuUsage();
    sink.total += playMapBooks(few, 2);
    naive.push(few.rows / secondsSince(beforeMaps));
  }
  const [value, baselineValue] = [median(own), median(naive)];
  const baseline = 'the same changes into a Map a side, twenty levels sorted out after each message; no strategy, no orders';
  return { id: REPLAY, value, unit: 'events/s', baseline, baselineValue, ratio: value / baselineValue };
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function concurrent({ quick }: Effort): Promise<BenchResult[]> {
  const threads = availableParallelism();
  const pool = new ResearchPool({ threads, heapMib: 2_048 });
  const factory = { module: new URL('./l2-history.js', import.meta.url).href, name: 'l2BacktestOf' };
  const sizeOf = (seed: number): L2Size => ({ messages: quick ? 500 : 20_000, rowsPerMessage: 16, seed });
  const runOf = (seeds: readonly number[]): Promise<PooledBacktest[]> =>
    runBacktests(
      pool,
      seeds.map((seed) => ({ runId: `seed ${seed}`, factory, input: sizeOf(seed) })),
    );
  try {
    const seeds = Array.from({ length: RUNS }, (_, place) => place + 1);
    // Every thread has compiled before anything is timed.
    const ends = await runOf(seeds);
    const oneMs: number[] = [];
    const oneMib: number[] = [];
    for (const seed of seeds.slice(0, quick ? 2 : 4)) {
      const startMs = performance.now();
      const [end] = await runOf([seed]);
      oneMs.push(performance.now() - startMs);
      oneMib.push((end?.memoryBytes ?? 0) / MIB);
      if (end?.hash !== ends[seed - 1]?.hash) throw new Error(`seed ${seed} came to another state the second time`);
    }
    const startMs = performance.now();
    const again = await runOf(seeds);
    const allMs = performance.now() - startMs;
    const allMib = Math.max(...again.map(({ memoryBytes }) => memoryBytes)) / MIB;
    if (again.some(({ hash }, place) => hash !== ends[place]?.hash))
      throw new Error('twelve at once came to other states than before');
    const one = median(oneMs);
    return [
      {
        ...{
          id: CONCURRENT,
          value: allMs / RUNS,
          unit: 'ms/backtest',
          baseline: `one alone; ${RUNS} at once on ${threads} threads`,
        },
        ...{ baselineValue: one, ratio: (one * RUNS) / allMs },
      },
      {
        ...{
          id: MEMORY,
          value: allMib,
          unit: 'MiB',
          baseline: 'heap and buffers of a thread after one alone; what is measured is the most of twelve at once',
        },
        ...{ baselineValue: median(oneMib), ratio: median(oneMib) / allMib },
      },
    ];
  } finally {
    await pool.close();
  }
}
