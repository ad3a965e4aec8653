import { MarketRegime } from '../../history/quality/market-condition.js';

/** A regime by its name: "TRENDING_UP". */
export type MarketRegimeName = keyof typeof MarketRegime;

/** All regimes, in the order of their numbers. */
export const REGIMES: readonly MarketRegime[] = Object.values(MarketRegime);

const NAMES = new Map(Object.entries(MarketRegime).map(([name, regime]) => [regime, name as MarketRegimeName]));

/** Name of a regime. */
export function regimeName(regime: MarketRegime): MarketRegimeName {
  return NAMES.get(regime) as MarketRegimeName;
}
