// Goal: what cannot be computed has a name, and of several reasons the first of length, finiteness, variation.
import { expect, test } from 'vitest';
import { InvalidInputError } from '../../../src/domain/errors.js';
import { coint } from '../../../src/research/statistics/coint.js';
import { cusumPage, cusumSegment } from '../../../src/research/statistics/cusum.js';
import { ConstantSeriesError, InsufficientDataError, NotFiniteError } from '../../../src/research/statistics/errors.js';
import { garchPath } from '../../../src/research/statistics/garch.js';
import { garchFit } from '../../../src/research/statistics/garch-fit.js';
import { johansen } from '../../../src/research/statistics/johansen.js';
import { kalmanHedge } from '../../../src/research/statistics/kalman-hedge.js';
import { markovFilter } from '../../../src/research/statistics/markov-filter.js';
import { markovFit } from '../../../src/research/statistics/markov-fit.js';
import { olsHedge, olsHedgeThroughOrigin } from '../../../src/research/statistics/ols-hedge.js';
import { rollingOls } from '../../../src/research/statistics/rolling-ols.js';

const kalman = { qSlope: 0, qIntercept: 0, r: 1 };
const regimes = { means: [0, 0], variances: [1, 2], p00: 0.9, p11: 0.9 } as const;
const garch = { mu: 0, omega: 1, alpha: 0.1, beta: 0.1 };
const varied = (length: number): number[] => Array.from({ length }, (_, t) => Math.sin(t * t));
const flat = (length: number): number[] => new Array<number>(length).fill(0.1);
const broken = (length: number): number[] => varied(length).map((value, t) => (t === length - 1 ? Number.NaN : value));

type OfTwo = (y: number[], x: number[]) => unknown;
const ofTwo: [name: string, least: number, needsY: boolean, needsX: boolean, compute: OfTwo][] = [
  ['olsHedge', 3, false, true, olsHedge],
  ['olsHedgeThroughOrigin', 2, false, false, olsHedgeThroughOrigin],
  ['rollingOls', 5, false, false, (y, x) => rollingOls(y, x, 5)],
  ['kalmanHedge', 1, false, false, (y, x) => kalmanHedge(y, x, kalman)],
  ['coint', 10, true, true, (y, x) => coint(y, x, { autolag: null, maxLag: 0 })],
  ['johansen', 10, true, true, johansen],
];

test.each(ofTwo)('%s', (_name, least, needsY, needsX, compute) => {
  expect(() => compute(varied(least - 1), broken(least).slice(1))).toThrow(InsufficientDataError);
  expect(() => compute(broken(least), flat(least))).toThrow(NotFiniteError);
  expect(() => compute(flat(least), broken(least))).toThrow(NotFiniteError);
  expect(() => compute([...varied(least).slice(1), Number.POSITIVE_INFINITY], varied(least))).toThrow(NotFiniteError);
  expect(() => compute(varied(least), varied(least + 1))).toThrow(InvalidInputError);
  const [steady, moving] = [flat(least + 5), varied(least + 5)];
  if (needsY) expect(() => compute(steady, moving)).toThrow(ConstantSeriesError);
  else expect(compute(steady, moving)).toBeDefined();
  if (needsX) expect(() => compute(moving, steady)).toThrow(ConstantSeriesError);
  else expect(compute(moving, steady)).toBeDefined();
});

type OfOne = (values: number[]) => unknown;
const ofOne: [name: string, least: number, needsVariation: boolean, compute: OfOne][] = [
  ['cusumPage', 21, true, (values) => cusumPage(values, { warmup: 20 })],
  ['cusumPage with a target', 1, false, (values) => cusumPage(values, { target: 0, sigma: 1 })],
  ['cusumSegment', 40, true, cusumSegment],
  ['markovFilter', 1, false, (values) => markovFilter(values, regimes)],
  ['markovFit', 30, true, markovFit],
  ['garchPath', 1, false, (values) => garchPath(values, garch)],
  ['garchFit', 50, true, garchFit],
];

test.each(ofOne)('%s', (_name, least, needsVariation, compute) => {
  expect(() => compute(broken(least).slice(1))).toThrow(InsufficientDataError);
  expect(() => compute(broken(least))).toThrow(NotFiniteError);
  expect(compute(varied(least))).toBeDefined();
  if (needsVariation) expect(() => compute(flat(least + 200))).toThrow(ConstantSeriesError);
  else expect(compute(flat(least + 200))).toBeDefined();
});

test('parameters that make no sense are named', () => {
  const [y, x] = [varied(40), varied(41).slice(1)];
  expect(() => rollingOls(y, x, 2)).toThrow(/window is 2/);
  expect(() => johansen(y, x, 0.5)).toThrow(InvalidInputError);
  expect(() => johansen(y, x, 18)).toThrow(InsufficientDataError);
  expect(() => johansen(y, y)).toThrow(ConstantSeriesError);
  expect(() => kalmanHedge(y, x, { ...kalman, r: 0 })).toThrow(InvalidInputError);
  expect(() => olsHedgeThroughOrigin(y, new Array<number>(40).fill(0))).toThrow(ConstantSeriesError);
  expect(() => markovFilter(y, { ...regimes, p00: 1, p11: 1 })).toThrow(InvalidInputError);
  expect(() => markovFilter(y, { ...regimes, variances: [0, 1] })).toThrow(InvalidInputError);
  expect(() => garchPath(y, { ...garch, omega: 0 })).toThrow(InvalidInputError);
  expect(() => garchPath(y, { ...garch, beta: 0.9 }, 'unconditional')).toThrow(InvalidInputError);
  expect(() => cusumPage(y, { target: 0, sigma: 0 })).toThrow(InvalidInputError);
  expect(() => cusumPage(y, { warmup: 1 })).toThrow(/warmup is 1/);
});
