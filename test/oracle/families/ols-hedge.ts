import { olsHedge as hedgeOf, olsHedgeThroughOrigin } from '../../../src/research/statistics/ols-hedge.js';
import type { StatisticsFamily } from '../statistics.js';

/** Family `ols_hedge`. */
export const olsHedge: StatisticsFamily = ({ input, series }) =>
  (input.intercept === false ? olsHedgeThroughOrigin : hedgeOf)(series(input.y), series(input.x));
