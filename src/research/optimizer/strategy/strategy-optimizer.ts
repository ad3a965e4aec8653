import { InvalidInputError } from '../../../domain/errors.js';
import { SeededRandom } from '../../../domain/random.js';
import { bootstrapInterval } from './block-bootstrap.js';
import { deflatedSharpe } from './deflated-sharpe.js';
import { figuresOf, joinedOutcome, maxDrawdown, OBJECTIVES, type StrategyOutcome, sharpeRatio, totalReturn } from './outcome.js';
import { ParameterSpace, type Parameters, parameterKey } from './parameter-space.js';
import { nonDominatedFronts } from './pareto.js';
import { byScore, type Screened, Screening, scoreOf } from './screening.js';
import { purgedSplits, walkForwardSplits } from './splits.js';
import type {
  Finalist,
  OptimizableStrategy,
  ParetoPoint,
  StrategyOptimizationResult,
  StrategyOptimizerOptions,
  ValidatedFold,
  ValidationOptions,
  ValidationResult,
} from './types.js';

const DEFAULTS: StrategyOptimizerOptions = {
  method: 'genetic',
  seed: 1,
  objective: OBJECTIVES.sharpe,
  evaluationsMax: 400,
  finalists: 5,
  folds: 4,
  embargoUs: 0,
};

/** Part of its range by which a parameter is moved to see what hangs on it. */
const NUDGE = 0.1;
const NUDGED_SETS = 24;

/**
 * Looks for the parameters of a strategy in two tiers: a wide search on the cheap screen, then the full simulation of the finalists,
 * of which the best wins. Says beside it what the find is worth: walk-forward out of sample, deflated Sharpe ratio, sensitivity,
 * robustness and a confidence interval. The same seed gives the same result.
 */
export class StrategyOptimizer {
  readonly options: StrategyOptimizerOptions;

  /** @throws InvalidInputError when an option makes no sense */
  constructor(options: Partial<StrategyOptimizerOptions> = {}) {
    this.options = { ...DEFAULTS, ...options };
    const { evaluationsMax, finalists } = this.options;
    if (!(Number.isInteger(evaluationsMax) && evaluationsMax >= 1)) throw new InvalidInputError(`${evaluationsMax} evaluations`);
    if (!(Number.isInteger(finalists) && finalists >= 1)) throw new InvalidInputError(`${finalists} finalists`);
  }

  /**
   * @throws ParameterValidationError for ranges that cannot be searched; InvalidInputError as `walkForwardSplits`; the signal's reason
   *         when it is called off
   */
  async optimizeStrategyParameters(strategy: OptimizableStrategy): Promise<StrategyOptimizationResult> {
    const { method, evaluationsMax, seed, objective, signal, folds, embargoUs } = this.options;
    const space = new ParameterSpace(strategy.ranges);
    // Folds that cannot be are told before hours of work.
    walkForwardSplits(strategy.span, { folds, embargoUs });
    const random = new SeededRandom(seed);
    const screening = new Screening(strategy, space, [strategy.span], objective, signal);
    const all = await screening.search(method, evaluationsMax, random.fork('search'), (points) =>
      this.report((0.5 * points) / evaluationsMax, 'screen'),
    );
    const paretoFront = frontOf(all);
    const { finalists, outcomes } = await this.fullySimulated(strategy, all, paretoFront);
    const [winner] = finalists;
    const outcome = outcomes.get(parameterKey(winner.parameters)) as StrategyOutcome;
    const { outOfSample } = await this.validateOptimizationResults(strategy, { scheme: 'walk-forward', folds, embargoUs });
    this.report(0.95, 'sensitivity');
    return {
      method,
      optimizedParameters: winner.parameters,
      optimizationScore: winner.score,
      backtestingResults: figuresOf(outcome),
      parameterSensitivity: await sensitivity(space, screening, winner.parameters),
      robustnessScore: await robustness(space, screening, winner.parameters, random.fork('robustness')),
      outOfSamplePerformance: outOfSample,
      confidenceInterval: bootstrapInterval(outcome.returns, totalReturn, { random: random.fork('bootstrap') }),
      deflatedSharpe: deflatedSharpe(
        outcome.returns,
        all.map((screened) => sharpeRatio(screened.outcome.returns)),
      ),
      finalists,
      paretoFront,
      trials: all.length,
    };
  }

  /**
   * Repeats the search of the screen on parts of the span, and simulates what it found on parts that it did not see.
   * @throws as `optimizeStrategyParameters`
   */
  async validateOptimizationResults(strategy: OptimizableStrategy, options: ValidationOptions): Promise<ValidationResult> {
    const { method, evaluationsMax, seed, objective, signal } = this.options;
    const space = new ParameterSpace(strategy.ranges);
    const splits = options.scheme === 'purged' ? purgedSplits(strategy.span, options) : walkForwardSplits(strategy.span, options);
    const folds: ValidatedFold[] = [];
    const seen: StrategyOutcome[] = [];
    const unseen: StrategyOutcome[] = [];
    for (const [index, split] of splits.entries()) {
      const screening = new Screening(strategy, space, split.train, objective, signal);
      const random = new SeededRandom(seed).fork(`${options.scheme} ${index}`);
      const { parameters } = byScore(await screening.search(method, evaluationsMax, random))[0] as Screened;
      const inSample = joinedOutcome(await inTurn(split.train, (span) => strategy.evaluate(parameters, span)));
      const outOfSample = await strategy.evaluate(parameters, split.test);
      seen.push(inSample);
      unseen.push(outOfSample);
      folds.push({ split, parameters, inSample: figuresOf(inSample), outOfSample: figuresOf(outOfSample) });
      this.report(0.6 + (0.35 * (index + 1)) / splits.length, 'out of sample');
    }
    const [known, unknown] = [joinedOutcome(seen), joinedOutcome(unseen)];
    const learnt = totalReturn(known.returns) / known.returns.length;
    const kept = totalReturn(unknown.returns) / unknown.returns.length;
    return { folds, outOfSample: figuresOf(unknown), efficiency: learnt > 0 ? kept / learnt : 0 };
  }

  /** Those with the best scores, of the Pareto front first where return and drawdown were both looked for. */
  private async fullySimulated(
    strategy: OptimizableStrategy,
    all: readonly Screened[],
    front: readonly ParetoPoint[],
  ): Promise<{ finalists: [Finalist, ...Finalist[]]; outcomes: Map<string, StrategyOutcome> }> {
    const { method, finalists: count, objective, signal } = this.options;
    const inFront = new Set(front.map(({ parameters }) => parameterKey(parameters)));
    const ordered = byScore(all);
    const preferred =
      method === 'multi-objective' ? ordered.filter(({ parameters }) => inFront.has(parameterKey(parameters))) : ordered;
    const outcomes = new Map<string, StrategyOutcome>();
    const finalists = await Promise.all(
      preferred.slice(0, count).map(async ({ parameters, score: screenScore }): Promise<Finalist> => {
        signal?.throwIfAborted();
        const outcome = await strategy.evaluate(parameters, strategy.span);
        outcomes.set(parameterKey(parameters), outcome);
        const score = scoreOf(objective, outcome);
        return { parameters, screenScore, score, gap: score === screenScore ? 0 : score - screenScore };
      }),
    );
    this.report(0.6, 'finalists');
    finalists.sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
    // A search looks at one point at least.
    return { finalists: finalists as [Finalist, ...Finalist[]], outcomes };
  }

  private report(share: number, label: string): void {
    this.options.onProgress?.({ share, label });
  }
}

function frontOf(all: readonly Screened[]): ParetoPoint[] {
  const points = all.map(({ parameters, outcome: { returns } }) => ({
    parameters,
    totalReturn: totalReturn(returns),
    maxDrawdown: maxDrawdown(returns),
  }));
  const [front = []] = nonDominatedFronts(points.map((point) => [point.totalReturn, -point.maxDrawdown]));
  return front.map((index) => points[index] as ParetoPoint).sort((a, b) => a.maxDrawdown - b.maxDrawdown);
}

async function sensitivity(space: ParameterSpace, screening: Screening, best: Parameters): Promise<Record<string, number>> {
  const { score } = await screening.screen(best);
  const centre = space.pointOf(best);
  const shares = await inTurn(space.names, async (name) => {
    const dimension = space.names.indexOf(name);
    const moved = await inTurn([-NUDGE, NUDGE], (by) =>
      screening.screen(space.at(centre.map((x, i) => (i === dimension ? Math.min(1, Math.max(0, x + by)) : x)))),
    );
    const change = moved.reduce((sum, other) => sum + Math.abs(other.score - score), 0) / moved.length;
    return [name, change === 0 ? 0 : change / Math.abs(score)] as const;
  });
  return Object.fromEntries(shares);
}

async function robustness(space: ParameterSpace, screening: Screening, best: Parameters, random: SeededRandom): Promise<number> {
  const { score } = await screening.screen(best);
  if (!(score > 0)) return 0;
  const centre = space.pointOf(best);
  const sets = Array.from({ length: NUDGED_SETS }, () => space.at(centre.map((x) => x + NUDGE * (2 * random.next() - 1))));
  const kept = await inTurn(sets, async (parameters) => {
    const other = await screening.screen(parameters);
    return Math.min(1, Math.max(0, other.score / score));
  });
  return kept.reduce((sum, share) => sum + share, 0) / kept.length;
}

/** One after the other: how many run at once is decided by those who have threads. */
async function inTurn<Input, Output>(inputs: readonly Input[], work: (input: Input) => Promise<Output>): Promise<Output[]> {
  const outputs: Output[] = [];
  for (const input of inputs) outputs.push(await work(input));
  return outputs;
}
