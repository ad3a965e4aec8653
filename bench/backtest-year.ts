import { availableParallelism } from 'node:os';
import { joinedBacktests, runBacktests } from '../src/research/backtest/pooled-backtests.js';
import { ResearchPool } from '../src/research/pool/research-pool.js';
import { KLINE_VENUES, type KlineSpan, MINUTES_OF_YEAR } from './kline-year.js';
import { type BenchResult, compared, type Effort, type Suite, sink } from './measure.js';
import { plainKlines } from './plain-klines.js';

const YEAR = 'backtest.year';
const PROCESSOR = 'backtest.year.processor';
const MEMORY = 'backtest.year.memory';
const SEED = 7;
const SYMBOLS = 50;
/** Threads of the figure, whatever the machine has. */
const THREADS = 2;
/** What the plain loop is timed on. */
const SLICE_MINUTES = 5_000;
const MIB = 2 ** 20;
/** Time, high, low, close and volume as doubles. */
const KLINE_BYTES = 40;

/**
 * A year of one-minute klines of 50 symbols at two venues through the live engine, its desk and its ledger, half of the symbols on each of
 * two threads. Each half has its own capital and limits.
 */
export const yearSuite: Suite = { ids: [YEAR, PROCESSOR, MEMORY], run };

async function run({ quick }: Effort): Promise<BenchResult[]> {
  const symbols = quick ? THREADS : SYMBOLS;
  const minutes = quick ? 600 : MINUTES_OF_YEAR;
  const spans = Array.from({ length: THREADS }, (_, part): KlineSpan => {
    const firstSymbol = Math.floor((part * symbols) / THREADS);
    return { firstSymbol, symbols: Math.floor(((part + 1) * symbols) / THREADS) - firstSymbol, minutes, seed: SEED };
  });
  const klines = symbols * KLINE_VENUES.length * minutes;
  const plain = plainSeconds(quick) * klines;
  const pool = new ResearchPool({ threads: THREADS, heapMib: 1_024 });
  const factory = { module: new URL('./kline-year.js', import.meta.url).href, name: 'klineBacktest' };
  try {
    const [startMs, before] = [performance.now(), process.cpuUsage()];
    const parts = await runBacktests(
      pool,
      spans.map((span) => ({ runId: `from symbol ${span.firstSymbol}`, factory, input: span })),
    );
    const seconds = (performance.now() - startMs) / 1000;
    const processor = secondsSince(before);
    const trades = joinedBacktests(parts).trades.length;
    const turns = parts.reduce((total, { counts }) => total + counts.turns, 0);
    if (!quick && trades < 1_000) throw new Error(`a year of ${trades} trades measures nothing`);
    const size = `${klines} klines, ${turns} turns, ${trades} trades`;
    const loop = 'an object a kline and level, books in a Map, no orders and no ledger';
    const scaled = `timed on ${SLICE_MINUTES} minutes of 20 symbols and scaled up`;
    const peakMib = process.resourceUsage().maxRSS / 1024;
    return [
      compared(
        YEAR,
        's',
        seconds,
        `${loop}, on ${THREADS} idle cores, ${scaled}; measured: ${size}, ${availableParallelism()} cores`,
        plain / THREADS,
      ),
      compared(PROCESSOR, 's', processor, `${loop}, ${scaled}; measured: time of the processor, all threads`, plain),
      compared(
        MEMORY,
        'MiB',
        peakMib,
        'the same klines held as five columns of doubles; measured: the peak of the process',
        (klines * KLINE_BYTES) / MIB,
      ),
    ];
  } finally {
    await pool.close();
  }
}

/** Seconds of the processor that a kline takes in the plain loop. */
function plainSeconds(quick: boolean): number {
  const span = { firstSymbol: 0, symbols: 1, minutes: quick ? 200 : SLICE_MINUTES, seed: SEED };
  sink.total += plainKlines(span);
  const before = process.cpuUsage();
  sink.total += plainKlines({ ...span, symbols: quick ? 1 : 20 });
  return secondsSince(before) / (span.minutes * KLINE_VENUES.length * (quick ? 1 : 20));
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
