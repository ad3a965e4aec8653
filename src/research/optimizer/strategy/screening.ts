import type { SeededRandom } from '../../../domain/random.js';
import { bayesianSearch } from './bayesian-search.js';
import { geneticSearch } from './genetic-search.js';
import { gridSearch } from './grid-search.js';
import { joinedOutcome, maxDrawdown, type Span, type StrategyObjective, type StrategyOutcome, totalReturn } from './outcome.js';
import { type ParameterSpace, type Parameters, parameterKey } from './parameter-space.js';
import type { Candidate, Search } from './search.js';
import type { OptimizableStrategy, OptimizationMethod } from './types.js';

/** Parameters with what the screen says of them. */
export interface Screened {
  readonly parameters: Parameters;
  readonly outcome: StrategyOutcome;
  /** The objective; -Infinity where it is no number. */
  readonly score: number;
}

const SEARCHES: Readonly<Record<OptimizationMethod, Search>> = {
  grid: gridSearch,
  genetic: geneticSearch,
  'multi-objective': geneticSearch,
  bayesian: bayesianSearch,
};

/** The cheap tier of a strategy over some spans; asks for no parameters twice. */
export class Screening {
  private readonly known = new Map<string, Promise<Screened>>();

  constructor(
    private readonly strategy: OptimizableStrategy,
    private readonly space: ParameterSpace,
    private readonly spans: readonly Span[],
    private readonly objective: StrategyObjective,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /** Everything that was looked at. */
  async all(): Promise<Screened[]> {
    return Promise.all(this.known.values());
  }

  /** @throws the signal's reason when the work was called off */
  screen(parameters: Parameters): Promise<Screened> {
    this.signal?.throwIfAborted();
    const key = parameterKey(parameters);
    const known = this.known.get(key) ?? this.ask(parameters);
    this.known.set(key, known);
    return known;
  }

  /** Looks for the best parameters. @param looked called with the number of points so far */
  async search(
    method: OptimizationMethod,
    evaluationsMax: number,
    random: SeededRandom,
    looked: (points: number) => void = () => undefined,
  ): Promise<Screened[]> {
    let points = 0;
    const evaluate = async (batch: readonly Float64Array[]): Promise<Candidate[]> => {
      const found = await Promise.all(batch.map((point) => this.screen(this.space.at(point))));
      points += batch.length;
      looked(points);
      return batch.map((point, i) => ({ point, objectives: objectivesOf(found[i] as Screened, method) }));
    };
    const { space } = this;
    const { dimensions } = space;
    await SEARCHES[method]({ dimensions, levels: (dimension) => space.levels(dimension), evaluationsMax, random, evaluate });
    return this.all();
  }

  private async ask(parameters: Parameters): Promise<Screened> {
    const { strategy } = this;
    const outcomes: StrategyOutcome[] = [];
    for (const span of this.spans) {
      outcomes.push(
        await (strategy.screen === undefined ? strategy.evaluate(parameters, span) : strategy.screen(parameters, span)),
      );
    }
    const outcome = joinedOutcome(outcomes);
    return { parameters, outcome, score: scoreOf(this.objective, outcome) };
  }
}

/** An objective's answer; -Infinity instead of none. */
export function scoreOf(objective: StrategyObjective, outcome: StrategyOutcome): number {
  const score = objective(outcome);
  return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
}

function objectivesOf({ outcome: { returns }, score }: Screened, method: OptimizationMethod): readonly number[] {
  return method === 'multi-objective' ? [totalReturn(returns), -maxDrawdown(returns)] : [score];
}

/** The best first; the first found of equals. */
export function byScore(all: readonly Screened[]): Screened[] {
  return [...all].sort((a, b) => (a.score === b.score ? 0 : b.score - a.score));
}
