import {
  commonStep,
  type FilteredOrder,
  type OrderFilters,
  parseStep,
  roundToStep,
  type StepRounding,
  stepOfDecimals,
  violatedFilters,
} from '../../../src/domain/order-grid.js';
import type { Family } from '../family.js';
import { answerOf } from './exact.js';

type OrderGridInput =
  | { readonly type: 'round'; readonly value: string; readonly step: string; readonly mode: StepRounding }
  | { readonly type: 'step'; readonly text: string }
  | { readonly type: 'precision'; readonly decimals: number }
  | { readonly type: 'common_step'; readonly a: string; readonly b: string }
  | ({ readonly type: 'validate'; readonly filters: OrderFilters } & FilteredOrder);

/** Family `order_grid`: rounding to steps, step metadata, common steps, order filters. */
export const orderGrid: Family = (_books, _file, reference) => {
  const input = reference.input as unknown as OrderGridInput;
  switch (input.type) {
    case 'round':
      return answerOf(() => roundToStep(input.value, input.step, input.mode));
    case 'step':
      return answerOf(() => parseStep(input.text));
    case 'precision':
      return answerOf(() => stepOfDecimals(input.decimals));
    case 'common_step':
      return answerOf(() => ({ step: commonStep(input.a, input.b) }));
    case 'validate':
      return answerOf(() => ({ violated: violatedFilters(input, input.filters) }));
    default:
      return { skipped: `order_grid/${(input as { type: string }).type}` };
  }
};
