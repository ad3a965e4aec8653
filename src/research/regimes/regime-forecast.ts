import { CalculationError } from '../../domain/calculation-error.js';
import type { MarketRegime } from '../../history/quality/market-condition.js';
import { REGIMES } from './regime-names.js';

/** Chances of each regime, in the order of `REGIMES`; sum 1. */
export type RegimeChances = Float64Array;

/** What comes next, as far as the past tells. */
export interface RegimeForecast {
  readonly chances: RegimeChances;
  readonly mostLikely: MarketRegime;
  /** Steps that the present regime is likely to go on, after the present one. */
  readonly expectedStepsLeft: number;
}

/** Ages of a regime are told apart by powers of two: 1, 2 to 3, 4 to 7, ... */
const AGES = 8;
/** What is assumed before anything was seen, and how many steps it weighs. */
const PRIOR_STAY = 0.8;
const PRIOR_STEPS = 4;
/** How many steps a regime's chance over all ages weighs in that of one age: ages that tell nothing new must not cost much. */
const AGE_PRIOR_STEPS = 20;

const placeOf = (regime: MarketRegime): number => REGIMES.indexOf(regime);
const ageOf = (steps: number): number => Math.min(AGES - 1, Math.floor(Math.log2(steps)));

/**
 * A chain of regimes whose chance to stay depends on how long the present regime has held (a semi-Markov chain). It counts what it has seen
 * and knows nothing else: chance to stay = (stays at that age + 20 * s) / (steps at that age + 20), where s is the same ratio of the regime
 * over all ages, itself drawn to 0.8; the next regime, once it ends, by the changes seen, each counted from 1 / 5 on.
 */
export class RegimeForecaster {
  private readonly changes = REGIMES.map(() => new Float64Array(REGIMES.length));
  private readonly steps = REGIMES.map(() => new Float64Array(AGES));
  private readonly stays = REGIMES.map(() => new Float64Array(AGES));
  private current = -1;
  private age = 0;

  /** Takes notice of the regime of the next step. */
  observe(regime: MarketRegime): void {
    const next = placeOf(regime);
    if (this.current >= 0) {
      const age = ageOf(this.age);
      add(this.steps[this.current], age);
      if (next === this.current) add(this.stays[this.current], age);
      else add(this.changes[this.current], next);
    }
    this.age = next === this.current ? this.age + 1 : 1;
    this.current = next;
  }

  /** Forecast of the next step. @throws CalculationError INSUFFICIENT_DATA before the first regime */
  forecast(): RegimeForecast {
    const { current } = this;
    const mostLikely = REGIMES[current];
    if (mostLikely === undefined) throw new CalculationError('INSUFFICIENT_DATA', { regimes: 0 });
    const stay = this.stayChance(this.age);
    const changes = this.changes[current] as Float64Array;
    const others = REGIMES.length - 1;
    const total = changes.reduce((sum, count) => sum + count, 1);
    const chances = changes.map((count, next) => (next === current ? stay : ((1 - stay) * (count + 1 / others)) / total));
    let top = current;
    chances.forEach((chance, place) => {
      if (chance > (chances[top] as number)) top = place;
    });
    return { chances, mostLikely: REGIMES[top] ?? mostLikely, expectedStepsLeft: this.stepsLeft() };
  }

  /** Chances to go from one regime (row) to another or to stay (column), whatever the age: the transition matrix. */
  transitionMatrix(): RegimeChances[] {
    return this.changes.map((changes, from) => {
      const stay = this.overallStay(from);
      const total = changes.reduce((sum, count) => sum + count, 1);
      return changes.map((count, to) => (to === from ? stay : ((1 - stay) * (count + 1 / (REGIMES.length - 1))) / total));
    });
  }

  /** Mean steps that each regime held, by the steps and the ends that were seen; NaN for one that never ended. */
  meanDurations(): Float64Array {
    return Float64Array.from(this.steps, (steps, regime) => {
      const all = steps.reduce((sum, count) => sum + count, 0);
      const ends = all - (this.stays[regime] as Float64Array).reduce((sum, count) => sum + count, 0);
      return ends === 0 ? Number.NaN : all / ends;
    });
  }

  private stayChance(steps: number): number {
    const age = ageOf(steps);
    const seen = this.steps[this.current]?.[age] ?? 0;
    const stayed = this.stays[this.current]?.[age] ?? 0;
    return (stayed + AGE_PRIOR_STEPS * this.overallStay(this.current)) / (seen + AGE_PRIOR_STEPS);
  }

  private overallStay(regime: number): number {
    const seen = (this.steps[regime] as Float64Array).reduce((sum, count) => sum + count, 0);
    const stayed = (this.stays[regime] as Float64Array).reduce((sum, count) => sum + count, 0);
    return (stayed + PRIOR_STEPS * PRIOR_STAY) / (seen + PRIOR_STEPS);
  }

  /** Sum over k of the chance to go on for k more steps, age by age; the last age goes on for ever. */
  private stepsLeft(): number {
    let [expected, chance] = [0, 1];
    let steps = this.age;
    for (; ageOf(steps) < AGES - 1; steps++) {
      chance *= this.stayChance(steps);
      expected += chance;
    }
    const stay = this.stayChance(steps);
    return expected + (chance * stay) / (1 - stay);
  }
}

/** How well forecasts did. */
export interface ForecastScore {
  /** Mean logarithm of the chance that was given to what came; 0 is the best. */
  readonly logScore: number;
  /** Mean sum of squares of the chances less what came (1 or 0); 0 is the best, 2 the worst. */
  readonly brier: number;
  /** Share of steps whose most likely regime came. */
  readonly hitRate: number;
}

/** A model's forecasts against naive ones, over the same steps. */
export interface ForecastComparison {
  readonly steps: number;
  readonly model: ForecastScore;
  /** Persistence: what is stays, with the share of steps that stayed so far as its chance, the others alike. */
  readonly naive: ForecastScore;
  /** Whether the model has the better log score and the better Brier score. */
  readonly isBetter: boolean;
}

/**
 * Forecasts each step from those before it, by `RegimeForecaster` and by persistence, and scores both.
 * @param warmUp steps at the start that are seen and not scored
 * @throws CalculationError INSUFFICIENT_DATA when no step is left to score
 */
export function scoreForecasts(regimes: readonly MarketRegime[], warmUp = 50): ForecastComparison {
  const from = Math.max(1, warmUp);
  if (regimes.length <= from) throw new CalculationError('INSUFFICIENT_DATA', { regimes: regimes.length, needed: from + 1 });
  const forecaster = new RegimeForecaster();
  const [model, naive] = [new ScoreSum(), new ScoreSum()];
  let [seen, stayed] = [0, 0];
  regimes.forEach((regime, step) => {
    const before = regimes[step - 1];
    if (before !== undefined && step >= from) {
      const { chances, mostLikely } = forecaster.forecast();
      model.add(chances, mostLikely, regime);
      const stay = (stayed + PRIOR_STEPS * PRIOR_STAY) / (seen + PRIOR_STEPS);
      const other = (1 - stay) / (REGIMES.length - 1);
      naive.add(
        Float64Array.from(REGIMES, (candidate) => (candidate === before ? stay : other)),
        before,
        regime,
      );
    }
    forecaster.observe(regime);
    if (before === undefined) return;
    seen++;
    if (regime === before) stayed++;
  });
  const [ours, theirs] = [model.score(), naive.score()];
  const isBetter = ours.logScore > theirs.logScore && ours.brier < theirs.brier;
  return { steps: regimes.length - from, model: ours, naive: theirs, isBetter };
}

class ScoreSum {
  private readonly sums = { logScore: 0, brier: 0, hits: 0, steps: 0 };

  add(chances: RegimeChances, mostLikely: MarketRegime, came: MarketRegime): void {
    const place = placeOf(came);
    this.sums.logScore += Math.log(chances[place] as number);
    this.sums.brier += chances.reduce((sum, chance, at) => sum + (chance - (at === place ? 1 : 0)) ** 2, 0);
    if (mostLikely === came) this.sums.hits++;
    this.sums.steps++;
  }

  score(): ForecastScore {
    const { logScore, brier, hits, steps } = this.sums;
    return { logScore: logScore / steps, brier: brier / steps, hitRate: hits / steps };
  }
}

function add(counts: Float64Array | undefined, place: number): void {
  if (counts !== undefined) counts[place] = (counts[place] as number) + 1;
}
