import {
  annualisedFunding,
  basis,
  breakeven,
  type CarryRates,
  type CarryTrade,
  type DatedPrices,
  datedFairValue,
  expiryStatus,
  type FundingTerms,
  fundingPayment,
  type PerpetualTerms,
  perpetualFairValue,
} from '../../../src/domain/fair-value.js';
import type { Family } from '../family.js';
import { answerOf } from './exact.js';

type FairValueInput =
  | ({ readonly type: 'basis' } & DatedPrices)
  | ({ readonly type: 'dated_fair' } & DatedPrices & CarryRates)
  | ({ readonly type: 'perp_fair' } & PerpetualTerms)
  | ({ readonly type: 'funding_payment' } & FundingTerms)
  | ({ readonly type: 'funding_annualised' } & Parameters<typeof annualisedFunding>[0])
  | ({ readonly type: 'expiry' } & Parameters<typeof expiryStatus>[0])
  | ({ readonly type: 'breakeven' } & CarryTrade);

/** Family `fair_value`: basis, fair values, funding, expiry, break-even. */
export const fairValue: Family = (_books, _file, reference) => {
  const input = reference.input as unknown as FairValueInput;
  switch (input.type) {
    case 'basis':
      return answerOf(() => basis(input));
    case 'dated_fair':
      return answerOf(() => datedFairValue(input));
    case 'perp_fair':
      return answerOf(() => perpetualFairValue(input));
    case 'funding_payment':
      return answerOf(() => ({ cashflow: fundingPayment(input) }));
    case 'funding_annualised':
      return answerOf(() => ({ annualisedPct: annualisedFunding(input) }));
    case 'expiry':
      return answerOf(() => expiryStatus(input));
    case 'breakeven':
      return answerOf(() => breakeven(input));
    default:
      return { skipped: `fair_value/${(input as { type: string }).type}` };
  }
};
