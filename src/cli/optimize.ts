import type { Clock } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import { count } from '../ops/human-text.js';
import { DeltaArbitrageOptimizer, type DeltaOptimization } from '../research/optimizer/delta-arbitrage-optimizer.js';
import { SPREAD_TERMS } from '../research/optimizer/spread-analyzer.js';
import { OBJECTIVES } from '../research/optimizer/strategy/outcome.js';
import { pooledStrategy } from '../research/optimizer/strategy/pooled-strategy.js';
import { StrategyOptimizer } from '../research/optimizer/strategy/strategy-optimizer.js';
import { type ThresholdHistory, thresholdStrategy } from '../research/optimizer/strategy/threshold-strategy.js';
import { ENGINE_TASK, THRESHOLD_TASK } from '../research/optimizer/strategy/threshold-task.js';
import {
  OPTIMIZATION_METHODS,
  type OptimizationMethod,
  type StrategyOptimizationResult,
} from '../research/optimizer/strategy/types.js';
import { ResearchPool, sharedFrame } from '../research/pool/research-pool.js';
import type { TaskAddress } from '../research/pool/task.js';
import { type MarketFrame, rowAt, sliceFrame } from '../research/thresholds/market-frame.js';
import { HOUR_US } from '../strategy/hedged/funding.js';
import type { CommandOutput } from './capture-verify.js';
import { type DeltaFlags, deltaFees, deltaOptions } from './delta-flags.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';
import { type FrameFlags, readFrame } from './optimize-frame.js';
import { ProgressBar } from './progress-bar.js';
import { unfitData } from './unfit-data.js';

/** Of the span, at most, that is not learnt from before a fold. */
const EMBARGO_SHARE = 0.02;

export interface OptimizeFlags extends FrameFlags, DeltaFlags {
  /** Searches with the optimiser of strategies instead. */
  readonly method?: string | undefined;
  readonly objective: string;
  /** What finalists go through: the live engine, or both legs at the books' prices. */
  readonly simulation: string;
  readonly evaluations: number;
  readonly folds: number;
  readonly seed: number;
  readonly threads: number;
  readonly json?: boolean | undefined;
}

/**
 * `tiercel optimize`: entry and exit thresholds of the delta strategy from the touch of both books.
 * @param stop calls the work off
 * @returns the exit code: 1 when the optimiser advises against trading
 * @throws InvalidInputError for a file or a flag that cannot be used, and data that cannot be analysed
 */
export async function runOptimize(
  path: string,
  flags: OptimizeFlags,
  output: CommandOutput,
  { clock, stop }: { readonly clock: Clock; readonly stop?: AbortSignal },
): Promise<number> {
  try {
    const frame = await readFrame(path, flags);
    return flags.method === undefined
      ? await findThresholds(frame, flags, output, clock)
      : await searchStrategy(frame, methodOf(flags.method), flags, output, stop);
  } catch (error) {
    throw unfitData(path, error, { path });
  }
}

async function findThresholds(frame: MarketFrame, flags: OptimizeFlags, { write }: CommandOutput, clock: Clock): Promise<number> {
  const { hours, json = false } = flags;
  const optimizer = new DeltaArbitrageOptimizer(clock, deltaOptions(flags));
  const result = await optimizer.optimizeParameters(frame, hours);
  write(json ? `${JSON.stringify(result)}\n` : thresholdsText(result));
  return result.declined === null ? EXIT_GOOD : EXIT_FOUND_FAULT;
}

function thresholdsText(result: DeltaOptimization): string {
  const { found, declined, meanReversion, confidenceScore } = result;
  const { halfLife, longTermMean, pValue } = meanReversion;
  const half = Number.isFinite(halfLife) ? `half-life ${(halfLife * 60).toFixed(1)} min` : 'no return to a mean';
  const lines = [
    `${result.analysisPeriodHours.toFixed(1)} h, ${count(result.dataPointsAnalyzed)} rows, in ${result.optimizationDurationMs.toFixed(0)} ms`,
    `spread: rests at ${longTermMean.toFixed(3)} %, deviation ${result.spreadVolatility.toFixed(3)} %, ${half}, p of a random walk ${pValue.toPrecision(2)}`,
  ];
  if (found !== null) {
    const { entry, exit, trades, winRate, totalProfit, maxDrawdown } = found.figures;
    lines.push(
      `best pair: enter at ${entry.toFixed(3)} %, leave at ${exit.toFixed(3)} %: ${trades} trades, ${percent(winRate ?? 0)} won, ${totalProfit.toFixed(2)} % of a position after fees, drawdown ${maxDrawdown.toFixed(2)} %`,
      `  in blocks that it was not chosen on ${found.outOfSamplePct.toFixed(2)} %, against ${found.inSamplePct.toFixed(2)} %`,
    );
  }
  const advice = {
    'no-profitable-pair': 'no pair within the limits keeps to hit rate, trades and drawdown with a profit: stay as you are',
    'low-confidence': `confidence ${confidenceScore.toFixed(2)}: do not trade on it`,
  };
  lines.push(declined === null ? `confidence ${confidenceScore.toFixed(2)}` : advice[declined]);
  return `${lines.join('\n')}\n`;
}

async function searchStrategy(
  frame: MarketFrame,
  method: OptimizationMethod,
  flags: OptimizeFlags,
  { write, progress }: CommandOutput,
  signal: AbortSignal | undefined,
): Promise<number> {
  const { objective, evaluations, folds, seed, threads, hours, json = false } = flags;
  const last = frame.tsUs[frame.tsUs.length - 1] ?? 0;
  const recent = sharedFrame(sliceFrame(frame, rowAt(frame, last - hours * HOUR_US), frame.tsUs.length));
  const history: ThresholdHistory = { frame: recent, terms: { ...SPREAD_TERMS, ...deltaFees(flags) }, periodUs: HOUR_US };
  const local = thresholdStrategy(recent, history.terms, history.periodUs);
  const pool = new ResearchPool({ threads });
  const bar = new ProgressBar(1, progress);
  try {
    const result = await new StrategyOptimizer({
      ...{ method, seed, folds, evaluationsMax: evaluations, objective: objectiveOf(objective) },
      // No position is held across the beginning of a fold; what is left is the memory of the spread.
      embargoUs: Math.min(HOUR_US, EMBARGO_SHARE * (local.span.toUs - local.span.fromUs)),
      onProgress: ({ share, label }) => bar.to(share, label),
      ...(signal !== undefined && { signal }),
    }).optimizeStrategyParameters(pooledStrategy(local, pool, simulationOf(flags.simulation), history, signal));
    bar.clear();
    write(json ? `${JSON.stringify(result)}\n` : strategyText(result, objective));
    return EXIT_GOOD;
  } finally {
    bar.clear();
    await pool.close();
  }
}

function methodOf(text: string): OptimizationMethod {
  const method = OPTIMIZATION_METHODS.find((known) => known === text);
  if (method === undefined) throw new InvalidInputError(`--method ${text}: expected one of ${OPTIMIZATION_METHODS.join(', ')}`);
  return method;
}

function simulationOf(text: string): TaskAddress {
  if (text === 'engine') return ENGINE_TASK;
  if (text === 'prices') return THRESHOLD_TASK;
  throw new InvalidInputError(`--simulation ${text}: expected engine or prices`);
}

function objectiveOf(text: string): (typeof OBJECTIVES)[keyof typeof OBJECTIVES] {
  const found = Object.entries(OBJECTIVES).find(([name]) => name === text);
  if (found === undefined)
    throw new InvalidInputError(`--objective ${text}: expected one of ${Object.keys(OBJECTIVES).join(', ')}`);
  return found[1];
}

function strategyText(result: StrategyOptimizationResult, objective: string): string {
  const { backtestingResults: all, outOfSamplePerformance: unseen, deflatedSharpe, finalists, confidenceInterval } = result;
  const gap = Math.max(...finalists.map((finalist) => Math.abs(finalist.gap)));
  const sensitivity = Object.entries(result.parameterSensitivity).map(([name, share]) => `${name} ${percent(share)}`);
  const lines = [
    `${result.method}: ${count(result.trials)} parameter sets looked at, ${finalists.length} simulated in full, largest gap of ${objective} ${gap.toPrecision(2)}`,
    ...Object.entries(result.optimizedParameters).map(([name, value]) => `  ${name} ${Number(value.toPrecision(4))}`),
    `${objective} ${result.optimizationScore.toPrecision(4)}: ${all.trades} trades, return ${percent(all.totalReturn)} (95 %: ${confidenceInterval.map(percent).join(' to ')}), drawdown ${percent(all.maxDrawdown)}`,
    `out of sample: ${unseen.trades} trades, return ${percent(unseen.totalReturn)} in ${unseen.periods} h, drawdown ${percent(unseen.maxDrawdown)}`,
    `chance that its Sharpe ratio is better than luck ${percent(deflatedSharpe.probability)}; robustness ${percent(result.robustnessScore)}; a tenth of the range changes ${sensitivity.join(', ')}`,
    `${result.paretoFront.length} choices between return and drawdown`,
  ];
  return `${lines.join('\n')}\n`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
