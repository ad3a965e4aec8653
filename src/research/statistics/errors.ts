import { TiercelError } from '../../domain/errors.js';

/** A series from which a statistic cannot be computed. Where several reasons hold, the first of length, finiteness, variation is named. */
export abstract class StatisticsError extends TiercelError {
  readonly remedy = 'abandon';
}

/** Fewer values than the statistic needs. */
export class InsufficientDataError extends StatisticsError {
  readonly code = 'TIERCEL_INSUFFICIENT_DATA';
}

/** A value is NaN or infinite. */
export class NotFiniteError extends StatisticsError {
  readonly code = 'TIERCEL_NOT_FINITE';
}

/** The values do not vary: their smallest is their largest, or a regressor is a combination of the others. */
export class ConstantSeriesError extends StatisticsError {
  readonly code = 'TIERCEL_CONSTANT_SERIES';
}
