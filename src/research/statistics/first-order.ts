import { statisticsKernel } from '../../kernel/statistics.js';
import { constantColumn, regress } from './regression.js';
import { removeMean, stepsOf, varyingSample } from './sample.js';

/** The regression step[t] = intercept + slope * x[t-1] + noise, in the units of the series. */
export interface FirstOrder {
  readonly intercept: number;
  readonly slope: number;
  /** Standard errors: the residual variance divides by pairs - 2. */
  readonly seIntercept: number;
  readonly seSlope: number;
  /** Sum of squared residuals. */
  readonly squaredResiduals: number;
  /** Number of steps. */
  readonly pairs: number;
  /** Level at which the expected step is 0: -intercept / slope. */
  readonly equilibrium: number;
}

const LENGTH_MIN = 4;

/**
 * Regresses the steps of a series on the levels before them.
 * @throws InsufficientDataError for fewer than 4 values
 * @throws NotFiniteError
 * @throws ConstantSeriesError when the values do not vary, or all but the last are the same
 */
export function firstOrder(values: ArrayLike<number>): FirstOrder {
  return statisticsKernel().scope(() => {
    const { scaled, origin, unit } = varyingSample(values, LENGTH_MIN);
    const steps = stepsOf(scaled);
    const levels = statisticsKernel().series(scaled.values.subarray(0, -1));
    // About their mean, so that the errors of both coefficients are independent.
    const mean = removeMean(levels);
    const pairs = steps.values.length;
    const fit = regress(steps.values, [constantColumn(pairs), levels.values]);
    const [constant = Number.NaN, slope = Number.NaN] = fit.coefficients;
    const [seConstant = Number.NaN, seSlope = Number.NaN] = fit.standardErrors;
    return {
      intercept: unit * (constant - slope * mean) - slope * origin,
      slope,
      seIntercept: Math.hypot(unit * seConstant, (unit * mean + origin) * seSlope),
      seSlope,
      squaredResiduals: fit.squaredResiduals * unit * unit,
      pairs,
      equilibrium: origin + unit * (mean - constant / slope),
    };
  });
}
