// The part of the live optimisation that runs on a thread of the pool.
import { SystemClock } from '../../domain/system-clock.js';
import { Catalogue } from '../../history/catalogue.js';
import { DeltaArbitrageOptimizer, type DeltaOptimizerOptions } from '../optimizer/delta-arbitrage-optimizer.js';
import type { MarketFrame } from '../thresholds/market-frame.js';
import type { LiveOptimization } from './optimizer-bridge.js';
import { recentMarketData, type SpreadSource } from './recent-market-data.js';

/** What the optimiser is to keep to; the sweeper is the thread's own. */
export type LiveTerms = Partial<Omit<DeltaOptimizerOptions, 'sweeper'>>;

/** What is to be read, up to which moment (microseconds since the epoch). */
export interface LiveReading {
  readonly source: SpreadSource;
  readonly hours: number;
  readonly nowUs: number;
}

/** What is to be optimised. */
export interface LiveWork extends LiveReading {
  readonly terms: LiveTerms;
}

const clock = new SystemClock();

/** As `recentMarketData`. */
export function readMarket({ source, hours, nowUs }: LiveReading): Promise<MarketFrame> {
  return recentMarketData(source, hours, nowUs, (folder) => Catalogue.open(folder, { memoryLimitMb: 256, threads: 1 }));
}

/** Reads and optimises. Throws what `DeltaArbitrageOptimizer.optimizeParameters` throws. */
export async function optimizeSpread({ terms, ...reading }: LiveWork): Promise<LiveOptimization> {
  const startUs = clock.monotonicUs();
  const frame = await readMarket(reading);
  const { declined, found, meanReversion, ...update } = await new DeltaArbitrageOptimizer(clock, terms).optimizeParameters(
    frame,
    reading.hours,
  );
  return { ...update, declined, optimizationDurationMs: (clock.monotonicUs() - startUs) / 1000 };
}
