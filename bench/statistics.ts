import { SeededRandom } from '../src/domain/random.js';
import { adf } from '../src/research/statistics/adf.js';
import { autocorrelation } from '../src/research/statistics/autocorrelation.js';
import { PERCENTILES, quantiles } from '../src/research/statistics/quantiles.js';
import { constantColumn, regress } from '../src/research/statistics/regression.js';
import { rolling } from '../src/research/statistics/rolling.js';
import { type BenchResult, compared, type Effort, race, type Suite, sink } from './measure.js';
import {
  plainAdf,
  plainAutocorrelation,
  plainLeastSquares,
  plainQuantiles,
  plainRolling,
  sortedQuantiles,
} from './plain-statistics.js';

/** Seconds of a day. */
const DAY = 86_400;
const WINDOW = 300;
const LAGS = 50;
const REGRESSORS = 4;

/** A figure of the suite: the function as research calls it, copying in and out included, and its rival. */
interface Pairing {
  readonly id: string;
  readonly baseline: string;
  own(): ArrayLike<number>;
  plain(): ArrayLike<number>;
}

/** Statistics of a day of seconds against the same in plain TypeScript. */
export const statisticsSuite: Suite = {
  ids: ['stats.rolling', 'stats.acf', 'stats.quantiles', 'stats.quantiles.sort', 'stats.ols', 'stats.adf'],
  run,
};

async function run(effort: Effort): Promise<BenchResult[]> {
  const results: BenchResult[] = [];
  for (const { id, baseline, own, plain } of pairings(effort.quick ? 2_000 : DAY)) {
    agree(id, own(), plain());
    const use = (answer: ArrayLike<number>): void => {
      sink.total += answer[answer.length - 1] ?? 0;
    };
    const [kernelNs = 0, plainNs = 0] = await race(
      [
        { name: 'kernel', run: () => use(own()) },
        { name: 'plain', run: () => use(plain()) },
      ],
      effort,
    );
    results.push(compared(id, 'ms', kernelNs / 1e6, baseline, plainNs / 1e6));
  }
  return results;
}

function pairings(length: number): Pairing[] {
  const random = new SeededRandom(7);
  const x = new Float64Array(length);
  for (let i = 1; i < length; i++) x[i] = 0.98 * (x[i - 1] ?? 0) + random.normal();
  const regressors = [
    constantColumn(length),
    ...Array.from({ length: REGRESSORS - 1 }, () => Float64Array.from(x, () => random.normal())),
  ];
  return [
    {
      id: 'stats.rolling',
      baseline: `the same in TypeScript, windows of ${WINDOW}`,
      own: () => rolling(x, WINDOW).std,
      plain: () => plainRolling(x, WINDOW)[1] ?? [],
    },
    {
      id: 'stats.acf',
      baseline: `the same in TypeScript, ${LAGS} lags`,
      own: () => autocorrelation(x, LAGS),
      plain: () => plainAutocorrelation(x, LAGS),
    },
    {
      id: 'stats.quantiles',
      baseline: `the same selection in TypeScript, ${PERCENTILES.length} percentiles`,
      own: () => quantiles(x),
      plain: () => plainQuantiles(x, PERCENTILES),
    },
    {
      id: 'stats.quantiles.sort',
      baseline: 'Float64Array.sort, then the places',
      own: () => quantiles(x),
      plain: () => sortedQuantiles(x, PERCENTILES),
    },
    {
      id: 'stats.ols',
      baseline: `the same reflections in TypeScript, ${REGRESSORS} regressors`,
      own: () => regress(x, regressors).standardErrors,
      plain: () => plainLeastSquares(x, regressors).standardErrors,
    },
    {
      id: 'stats.adf',
      baseline: 'the same cross products and reflections in TypeScript, lag by AIC',
      own: () => [adf(x).statistic],
      plain: () => [plainAdf(x)],
    },
  ];
}

function agree(id: string, own: ArrayLike<number>, plain: ArrayLike<number>): void {
  for (let i = 0; i < plain.length; i++) {
    const [a, b] = [own[i] ?? Number.NaN, plain[i] ?? Number.NaN];
    if (!(Math.abs(a - b) <= 1e-8 * (1 + Math.abs(b)))) throw new Error(`${id}: ${a} and ${b} at ${i}`);
  }
}
