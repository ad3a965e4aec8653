import type { ResearchPool } from '../pool/research-pool.js';
import { workerModule } from '../pool/worker-module.js';
import type { MarketFrame } from '../thresholds/market-frame.js';
import type { LiveReading, LiveTerms, LiveWork } from './live-task.js';
import type { LiveOptimization, LiveOptimizer } from './optimizer-bridge.js';
import type { SpreadSource } from './recent-market-data.js';

/** Optimises on the threads of a pool, which read the spread out of shared memory. */
export class PooledOptimizer implements LiveOptimizer {
  /** @param module compiled module with `readMarket` and `optimizeSpread`; its own unless given */
  constructor(
    private readonly pool: ResearchPool,
    private readonly terms: LiveTerms,
    private readonly module = workerModule(import.meta.url, './live-task.js'),
  ) {}

  recentMarketData(source: SpreadSource, hours: number, nowUs: number, signal?: AbortSignal): Promise<MarketFrame> {
    const input: LiveReading = { source, hours, nowUs };
    return this.pool.run({ module: this.module, name: 'readMarket' }, input, signal === undefined ? {} : { signal });
  }

  optimize(source: SpreadSource, hours: number, nowUs: number, signal: AbortSignal): Promise<LiveOptimization> {
    const input: LiveWork = { source, hours, nowUs, terms: this.terms };
    return this.pool.run({ module: this.module, name: 'optimizeSpread' }, input, { signal });
  }
}
