import type { Clock, Timers } from '../domain/clock.js';
import { ParameterScheduler } from '../engine/parameter-scheduler.js';
import { recordedParameters } from '../engine/recorded-parameters.js';
import { type FollowedSeries, SpreadRecorder } from '../engine/spread-recorder.js';
import type { TurnLogWriter } from '../engine/turn-log.js';
import { catalogueVenue } from '../history/series.js';
import type { DeltaReport, ParameterNews } from '../ops/delta-report.js';
import type { SharedSpreads } from '../ops/spread-api.js';
import type { LiveTerms } from '../research/live/live-task.js';
import { OptimizerBridge } from '../research/live/optimizer-bridge.js';
import { PooledOptimizer } from '../research/live/pooled-optimizer.js';
import type { CatalogueSource, SpreadSource } from '../research/live/recent-market-data.js';
import { ResearchPool } from '../research/pool/research-pool.js';
import { parameterTargetOf } from '../strategy/delta/definition.js';
import type { SimpleDeltaArbitrageStrategy } from '../strategy/delta/simple-delta-arbitrage-strategy.js';
import type { MarketView } from '../strategy/market-view.js';
import type { BookInfo } from '../strategy/universe.js';
import type { Config } from './config.js';
import type { Deciding } from './deciding.js';
import type { Cleanup } from './market.js';

/** Longest series that is kept in memory; what is older is the catalogue's. */
const HOURS_KEPT_MAX = 48;
/** Ends of updates that are shown. */
const NEWS_MAX = 20;

interface OptimizedStrategy {
  readonly name: string;
  readonly index: number;
  readonly strategy: SimpleDeltaArbitrageStrategy;
  readonly recorder: SpreadRecorder;
  readonly news: ParameterNews[];
  scheduler: ParameterScheduler | null;
}

/** The delta strategies of a run, whose thresholds are looked for while they trade. */
export class LiveParameters {
  private readonly optimized: readonly OptimizedStrategy[];

  constructor(
    private readonly config: Config,
    { strategies }: Pick<Deciding, 'strategies'>,
  ) {
    this.optimized = strategies.flatMap(({ name, strategy: hosted }, index) => {
      const strategy = config.optimization.enabled ? parameterTargetOf(hosted) : null;
      if (strategy === null) return [];
      const pairs = strategy.pairs.map(({ spot, futures }) => ({ spot: spot.info, futures: futures.info }));
      const hours = Math.min(strategy.config.optimizationLookbackHours, HOURS_KEPT_MAX);
      const recorder = new SpreadRecorder(pairs, strategy.state, hours);
      return [{ name, index, strategy, recorder, news: [], scheduler: null }];
    });
  }

  /** Where the series are, for the thread that shows them. */
  get spreads(): SharedSpreads {
    return this.optimized.map(({ name, recorder: { series } }) => ({
      strategy: name,
      rings: series.map(({ buffer }) => buffer),
    }));
  }

  /** To be called after every turn. */
  readonly look = (market: MarketView): void => {
    for (let index = 0; index < this.optimized.length; index++)
      (this.optimized[index] as OptimizedStrategy).recorder.look(market);
  };

  /** Begins to look for thresholds. @param record keeps what strategies are handed */
  start(clock: Clock, timers: Timers, record: Pick<TurnLogWriter, 'parameters'> | undefined, cleanup: Cleanup): void {
    if (this.optimized.length === 0) return;
    const pool = new ResearchPool({ threads: 1 });
    cleanup.push(() => pool.close());
    for (const each of this.optimized) {
      const { strategy, index, recorder, news } = each;
      const { optimizationLookbackHours, minSpreadDataPoints, parameterUpdateIntervalMinutes } = strategy.config;
      const target = recordedParameters(strategy, index, record);
      const bridge = new OptimizerBridge({
        optimizer: new PooledOptimizer(pool, termsOf(strategy)),
        target,
        source: () => sourceOf(recorder.series[pairOf(each)], this.config.optimization.catalogue),
        lookbackHours: optimizationLookbackHours,
        rowsMin: minSpreadDataPoints,
        clock,
        onOutcome(outcome, message, found) {
          news.unshift({
            epochUs: clock.epochUs(),
            outcome,
            entryThresholdPct: found?.entryThresholdPct ?? null,
            exitThresholdPct: found?.exitThresholdPct ?? null,
            confidenceScore: found?.confidenceScore ?? null,
            message,
          });
          news.splice(NEWS_MAX);
        },
      });
      const options = {
        intervalMs: parameterUpdateIntervalMinutes * 60_000,
        timeoutMs: this.config.optimization.timeoutS * 1000,
      };
      const scheduler = new ParameterScheduler(bridge, options, clock, timers);
      each.scheduler = scheduler;
      scheduler.start();
      cleanup.push(() => scheduler.stop());
    }
  }

  /** How the search stands; one report for each delta strategy. */
  report(): DeltaReport[] {
    return this.optimized.flatMap((each) => {
      const { name, strategy, recorder, news, scheduler } = each;
      if (scheduler === null) return [];
      return [
        {
          strategy: name,
          pairs: recorder.series.map(({ spot, futures }) => `${bookName(spot)} / ${bookName(futures)} perpetual`),
          pair: pairOf(each),
          parameters: strategy.getCurrentParameters(),
          schedule: scheduler.getUpdateStatus(),
          lookbackHours: strategy.config.optimizationLookbackHours,
          news: [...news],
        },
      ];
    });
  }
}

/** The pair of the position, or of the last one; before the first, the one that was the widest most often. */
function pairOf({ strategy, recorder }: OptimizedStrategy): number {
  const { pair } = strategy.state;
  return pair === null ? recorder.leader : strategy.pairs.indexOf(pair);
}

function sourceOf(series: FollowedSeries | undefined, folder: string | undefined): SpreadSource {
  if (series === undefined) throw new RangeError('a delta strategy without a pair');
  const { buffer, spot, futures } = series;
  const history: CatalogueSource | null =
    folder === undefined ? null : { folder, spot: catalogued(spot), futures: catalogued(futures) };
  return { ring: buffer, history };
}

function catalogued({ instrument: { venue, market, symbol } }: BookInfo): CatalogueSource['spot'] {
  return { venue: catalogueVenue(venue, market), symbol };
}

function bookName({ instrument: { venue, symbol } }: BookInfo): string {
  return `${venue} ${symbol}`;
}

/** The strategy's own limits and targets; of its pairs the dearest fees. */
function termsOf({ config, pairs }: SimpleDeltaArbitrageStrategy): LiveTerms {
  return {
    targetHitRate: config.targetHitRate,
    minTradesPerDay: config.minDailyTrades,
    maxDrawdownTolerance: config.maxDrawdownTolerance,
    minSpreadDataPoints: config.minSpreadDataPoints,
    maxEntryThreshold: config.maxEntryThreshold,
    minExitThreshold: config.minExitThreshold,
    maxHoldMinutes: config.maxPositionHoldMinutes,
    spotFee: Math.max(...pairs.map(({ spot }) => spot.info.takerFee)),
    futFee: Math.max(...pairs.map(({ futures }) => futures.info.takerFee)),
  };
}
