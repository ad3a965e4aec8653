import { type EquityCurve, equityFigures, type TradeList, tradeFigures } from '../../../src/ledger/performance.js';
import type { Family } from '../family.js';
import { answerOf } from './exact.js';

type PerformanceInput = ({ readonly type: 'equity' } & EquityCurve) | ({ readonly type: 'trades' } & TradeList);

/** Family `performance`: statistics of an equity curve and of a list of trades. */
export const performance: Family = (_books, _file, reference) => {
  const input = reference.input as unknown as PerformanceInput;
  switch (input.type) {
    case 'equity':
      return answerOf(() => equityFigures(input));
    case 'trades':
      return answerOf(() => tradeFigures(input));
    default:
      return { skipped: `performance/${(input as { type: string }).type}` };
  }
};
