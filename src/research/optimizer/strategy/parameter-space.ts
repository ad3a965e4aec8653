import type { Random } from '../../../domain/random.js';
import { ParameterValidationError } from '../../../strategy/delta/errors.js';

/** Values that a parameter may take. */
export interface ParameterRange {
  readonly min: number;
  readonly max: number;
  /** Values are min, min + step, ...; any value when left out. */
  readonly step?: number;
  /** Whether ratios or differences matter; 'linear' by default. */
  readonly scale?: 'linear' | 'log';
}

export type Parameters = Readonly<Record<string, number>>;

/** Parameters with their ranges, as points of the unit cube: what searches move in. */
export class ParameterSpace {
  readonly names: readonly string[];
  private readonly ranges: readonly ParameterRange[];

  /** @throws ParameterValidationError for no parameter, or a range that is empty, has a bad step or no logarithm */
  constructor(ranges: Readonly<Record<string, ParameterRange>>) {
    this.names = Object.keys(ranges);
    this.ranges = Object.values(ranges);
    if (this.names.length === 0) throw new ParameterValidationError('there is no parameter to optimise');
    for (const [name, range] of Object.entries(ranges)) {
      const { min, max, step = 1, scale } = range;
      const isSound = min <= max && Number.isFinite(max - min) && step > 0 && (scale !== 'log' || min > 0);
      if (!isSound) throw new ParameterValidationError(`the range of ${name} cannot be searched`, { name, range });
    }
  }

  get dimensions(): number {
    return this.names.length;
  }

  /** The parameters at a point; coordinates beyond the cube count as its border. */
  at(point: ArrayLike<number>): Parameters {
    return Object.fromEntries(this.names.map((name, i) => [name, valueAt(this.ranges[i] as ParameterRange, point[i] as number)]));
  }

  /** The point of parameters. @throws ParameterValidationError when one is missing or out of its range */
  pointOf(parameters: Parameters): Float64Array {
    return Float64Array.from(this.names, (name, i) => {
      const { min, max, scale } = this.ranges[i] as ParameterRange;
      const value = parameters[name];
      if (value === undefined || !(value >= min && value <= max)) {
        throw new ParameterValidationError(`${name} is ${value}, and has to be between ${min} and ${max}`, { parameters });
      }
      if (min === max) return 0;
      return scale === 'log' ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
    });
  }

  /** Number of different values of a parameter; infinite without a step. */
  levels(dimension: number): number {
    const { min, max, step } = this.ranges[dimension] as ParameterRange;
    if (min === max) return 1;
    return step === undefined ? Number.POSITIVE_INFINITY : Math.floor((max - min) / step + 1e-9) + 1;
  }

  /** A point drawn evenly. */
  draw(random: Random): Float64Array {
    return Float64Array.from(this.names, () => random.next());
  }
}

function valueAt({ min, max, step, scale }: ParameterRange, coordinate: number): number {
  const share = Math.min(1, Math.max(0, coordinate));
  const value = scale === 'log' ? min * (max / min) ** share : min + share * (max - min);
  if (step === undefined) return Math.min(max, Math.max(min, value));
  const steps = Math.min(Math.round((value - min) / step), Math.floor((max - min) / step + 1e-9));
  // Steps such as 0.1 have no exact double; twelve digits are what was meant.
  return Number((min + steps * step).toPrecision(12));
}

/** Text that is the same for the same parameters. */
export function parameterKey(parameters: Parameters): string {
  return JSON.stringify(parameters);
}
