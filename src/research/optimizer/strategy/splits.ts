import { InvalidInputError } from '../../../domain/errors.js';
import type { Span } from './outcome.js';

/** Spans to learn from, and one that was not seen. */
export interface Split {
  readonly train: readonly Span[];
  readonly test: Span;
}

export interface SplitOptions {
  readonly folds: number;
  /** Time around the unseen span that is not learnt from: what is held across its beginning, and what it may still have caused. */
  readonly embargoUs: number;
}

/**
 * Walk-forward: the first share of a span is only learnt from; the rest is cut into folds, and each is tried with what everything
 * before it, less the embargo, has taught.
 * @param trainShare in (0, 1), 0.6 by default
 * @throws InvalidInputError when there is nothing to learn from or no fold
 */
export function walkForwardSplits({ fromUs, toUs }: Span, { folds, embargoUs }: SplitOptions, trainShare = 0.6): Split[] {
  check(folds, 1, embargoUs);
  const firstUs = fromUs + trainShare * (toUs - fromUs);
  const lengthUs = (toUs - firstUs) / folds;
  return Array.from({ length: folds }, (_, fold) => {
    const test = { fromUs: firstUs + fold * lengthUs, toUs: fold === folds - 1 ? toUs : firstUs + (fold + 1) * lengthUs };
    return { train: spans([{ fromUs, toUs: test.fromUs - embargoUs }]), test };
  });
}

/**
 * Purged folds (Lopez de Prado, 2018, chapter 7): each fold once unseen, and everything else learnt from but for the embargo on both
 * sides of it.
 * @throws InvalidInputError when there is nothing to learn from or fewer than two folds
 */
export function purgedSplits({ fromUs, toUs }: Span, { folds, embargoUs }: SplitOptions): Split[] {
  check(folds, 2, embargoUs);
  const lengthUs = (toUs - fromUs) / folds;
  return Array.from({ length: folds }, (_, fold) => {
    const test = { fromUs: fromUs + fold * lengthUs, toUs: fold === folds - 1 ? toUs : fromUs + (fold + 1) * lengthUs };
    const train = spans([
      { fromUs, toUs: test.fromUs - embargoUs },
      { fromUs: test.toUs + embargoUs, toUs },
    ]);
    return { train, test };
  });
}

function spans(all: readonly Span[]): Span[] {
  const some = all.filter(({ fromUs, toUs }) => toUs > fromUs);
  if (some.length === 0) throw new InvalidInputError('folds and embargo leave nothing to learn from');
  return some;
}

function check(folds: number, foldsMin: number, embargoUs: number): void {
  if (!(Number.isInteger(folds) && folds >= foldsMin))
    throw new InvalidInputError(`${folds} folds, at least ${foldsMin} are needed`);
  if (!(embargoUs >= 0)) throw new InvalidInputError(`an embargo of ${embargoUs} us`);
}
