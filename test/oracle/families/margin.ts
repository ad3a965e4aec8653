import {
  commonSize,
  convertToContracts,
  type FundedPosition,
  fundingEffect,
  type GuardedPosition,
  minimumMargin,
  type PositionTerms,
  positionFigures,
} from '../../../src/domain/margin.js';
import type { Family } from '../family.js';
import { answerOf } from './exact.js';

type MarginInput =
  | ({ readonly type: 'position' } & PositionTerms)
  | ({ readonly type: 'convert' } & Parameters<typeof convertToContracts>[0])
  | ({ readonly type: 'common_size' } & Parameters<typeof commonSize>[0])
  | ({ readonly type: 'funding_effect' } & FundedPosition)
  | ({ readonly type: 'min_margin' } & GuardedPosition);

/** Family `margin`: isolated linear positions, liquidation, conversion to contracts. */
export const margin: Family = (_books, _file, reference) => {
  const input = reference.input as unknown as MarginInput;
  switch (input.type) {
    case 'position':
      return answerOf(() => positionFigures(input));
    case 'convert':
      return answerOf(() => convertToContracts(input));
    case 'common_size':
      return answerOf(() => commonSize(input));
    case 'funding_effect':
      return answerOf(() => fundingEffect(input));
    case 'min_margin':
      return answerOf(() => minimumMargin(input));
    default:
      return { skipped: `margin/${(input as { type: string }).type}` };
  }
};
