import { CalculationError } from '../../domain/calculation-error.js';

/** A part of a history: from the first time on, before the second; in the unit of the caller's times, rising. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Parameters by name. */
export type TrainedParameters = Readonly<Record<string, number>>;

/** How the history is split, in the unit of its times. */
export interface WalkForwardTerms extends Stretch {
  /** Share of the history that the first training has; 0.6 by default. */
  readonly trainShare?: number;
  /** Length of a test, after which is trained again; 30 days of milliseconds by default. */
  readonly retrainEvery?: number;
  /** Left out between the end of a training and the test, so that no position of the one reaches into the other; 0 by default. */
  readonly purge?: number;
  /** Whether a training has everything from the start on (true, the default), or as much as the first one. */
  readonly isAnchored?: boolean;
}

/** What is walked: each function sees one stretch and nothing else. */
export interface Walked {
  /** Whether there is anything to test in a stretch: what has nothing is no test. All have, unless told. */
  has?(stretch: Stretch): boolean;
  /** Finds parameters; null where it finds none worth trading, and the test is then sat out. */
  train(stretch: Stretch): Promise<TrainedParameters | null> | TrainedParameters | null;
  /** Score of parameters: profit, more is better. Asked for the training's stretch and for the test's. */
  evaluate(parameters: TrainedParameters, stretch: Stretch): Promise<number> | number;
}

/** One training and the test after it. */
export interface WalkForwardFold {
  readonly train: Stretch;
  readonly test: Stretch;
  readonly parameters: TrainedParameters | null;
  /** Scores; null where nothing was trained. */
  readonly inSample: number | null;
  readonly outOfSample: number | null;
  /** What the parameters of the first training would have made; null where it gave none. */
  readonly unretrained: number | null;
}

/** How a parameter moved from training to training. */
export interface ParameterDrift {
  readonly name: string;
  /** In the order of the folds; null where nothing was trained. */
  readonly values: readonly (number | null)[];
  /** Change from the training before that gave one; null for the first and where nothing was trained. */
  readonly changes: readonly (number | null)[];
  /** Mean of the changes without their signs, by the mean of the values without theirs; 0 stands still. Null below two trainings. */
  readonly relative: number | null;
}

/** What came of a walk. */
export interface WalkForwardReport {
  readonly folds: readonly WalkForwardFold[];
  readonly drift: readonly ParameterDrift[];
  /** Sums over the tests, those that were sat out counting nothing. */
  readonly outOfSample: number;
  readonly unretrained: number;
  /** Score out of sample for a unit of time by that in sample, over all folds; null where in sample nothing was gained. */
  readonly efficiency: number | null;
  /** Share of the tests that were traded and gained; null where none was traded. */
  readonly profitableShare: number | null;
  /** Tests that were sat out. */
  readonly declined: number;
  /** Tests that there was no data for; they are in nothing else. */
  readonly empty: number;
}

const MONTH_MS = 30 * 86_400_000;

/** Trainings and tests of a history, in their order; the last test may be shorter. @throws CalculationError INVALID_PERIOD */
export function walkForwardSplits(terms: WalkForwardTerms): { readonly train: Stretch; readonly test: Stretch }[] {
  const { from, to, trainShare = 0.6, retrainEvery = MONTH_MS, purge = 0, isAnchored = true } = terms;
  if (!(to > from && trainShare > 0 && trainShare < 1 && retrainEvery > 0 && purge >= 0))
    throw new CalculationError('INVALID_PERIOD', { from, to, trainShare, retrainEvery, purge });
  const trained = (to - from) * trainShare;
  if (purge >= trained) throw new CalculationError('INVALID_PERIOD', { purge, trained });
  const splits: { train: Stretch; test: Stretch }[] = [];
  const tests = Math.ceil((to - from - trained) / retrainEvery);
  for (let fold = 0; fold < tests; fold++) {
    const start = from + trained + fold * retrainEvery;
    const train = { from: isAnchored ? from : start - trained, to: start - purge };
    splits.push({ train, test: { from: start, to: Math.min(to, start + retrainEvery) } });
  }
  return splits;
}

/**
 * Trains on the first part of a history and tests on what follows, again and again: what is learnt never meets what it was learnt from.
 * @throws CalculationError INVALID_PERIOD, and whatever `train` and `evaluate` throw
 */
export async function walkForward(walked: Walked, terms: WalkForwardTerms): Promise<WalkForwardReport> {
  const folds: WalkForwardFold[] = [];
  const splits = walkForwardSplits(terms);
  let first: TrainedParameters | null = null;
  for (const { train, test } of splits) {
    if (walked.has?.(test) === false) continue;
    const parameters = await walked.train(train);
    first = folds.length === 0 ? parameters : first;
    const score = async (tried: TrainedParameters | null, stretch: Stretch): Promise<number | null> =>
      tried === null ? null : walked.evaluate(tried, stretch);
    folds.push({
      ...{ train, test, parameters },
      inSample: await score(parameters, train),
      outOfSample: await score(parameters, test),
      unretrained: await score(first, test),
    });
  }
  return reportOf(folds, splits.length - folds.length);
}

function reportOf(folds: readonly WalkForwardFold[], empty: number): WalkForwardReport {
  const traded = folds.filter(({ parameters }) => parameters !== null);
  const sum = (pick: (fold: WalkForwardFold) => number | null): number =>
    folds.reduce((total, fold) => total + (pick(fold) ?? 0), 0);
  const rate = (of: 'train' | 'test', pick: (fold: WalkForwardFold) => number | null): number =>
    sum(pick) / traded.reduce((total, fold) => total + fold[of].to - fold[of].from, 0);
  const inSampleRate = rate('train', ({ inSample }) => inSample);
  return {
    folds,
    drift: [...new Set(traded.flatMap(({ parameters }) => Object.keys(parameters ?? {})))].map((name) => driftOf(name, folds)),
    outOfSample: sum(({ outOfSample }) => outOfSample),
    unretrained: sum(({ unretrained }) => unretrained),
    efficiency: inSampleRate > 0 ? rate('test', ({ outOfSample }) => outOfSample) / inSampleRate : null,
    profitableShare:
      traded.length === 0 ? null : traded.filter(({ outOfSample }) => (outOfSample ?? 0) > 0).length / traded.length,
    declined: folds.length - traded.length,
    empty,
  };
}

function driftOf(name: string, folds: readonly WalkForwardFold[]): ParameterDrift {
  const values = folds.map(({ parameters }) => parameters?.[name] ?? null);
  let before: number | null = null;
  const changes = values.map((value) => {
    const change = value === null || before === null ? null : value - before;
    before = value ?? before;
    return change;
  });
  const size = (list: readonly (number | null)[]): number => {
    const known = list.filter((value) => value !== null);
    return known.reduce((total, value) => total + Math.abs(value), 0) / known.length;
  };
  const relative = size(changes) / size(values);
  return { name, values, changes, relative: Number.isNaN(relative) ? null : relative };
}
