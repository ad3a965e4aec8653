import { InvalidInputError } from '../../domain/errors.js';
import { ConstantSeriesError } from './errors.js';
import { type Sample, sampleOf } from './sample.js';

/** Two series of one length, each made ready for sums of squares. */
export interface SamplePair {
  readonly y: Sample;
  readonly x: Sample;
}

/**
 * Samples of two series that belong together value by value; they live in the kernel until the scope around it ends.
 * @throws InvalidInputError when they differ in length
 * @throws InsufficientDataError for fewer than `lengthMin` pairs
 * @throws NotFiniteError
 */
export function samplePair(y: ArrayLike<number>, x: ArrayLike<number>, lengthMin: number): SamplePair {
  mustMatch(y, x);
  return { y: sampleOf(y, lengthMin), x: sampleOf(x, lengthMin) };
}

/** @throws InvalidInputError when two series differ in length */
export function mustMatch(y: ArrayLike<number>, x: ArrayLike<number>): void {
  if (y.length === x.length) return;
  throw new InvalidInputError(`y has ${y.length} values and x has ${x.length}`, { y: y.length, x: x.length });
}

/** @throws ConstantSeriesError when one of the samples does not vary */
export function mustVary(...samples: readonly Sample[]): void {
  for (const { min, max } of samples) {
    if (min === max) throw new ConstantSeriesError(`every value is ${min}`);
  }
}
