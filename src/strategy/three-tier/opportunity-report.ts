import { SIZE_FEASIBLE } from '../../../assembly/memory/scan-layout.js';
import { Exact, plainText } from '../../domain/decimal.js';
import type { MarketView } from '../market-view.js';
import { type RowInfo, rowName } from '../universe.js';
import type { Candidate } from './candidate.js';
import type { ArbitrageOpportunity, SizedOpportunity } from './types.js';

/**
 * An opportunity that stands, as a plain object with all its sizes; null when no size is worth it.
 * @param confidenceOf confidence of one of the row's sizes
 */
export function opportunityOf(
  info: RowInfo,
  candidate: Candidate,
  market: MarketView,
  successRate: number,
  confidenceOf: (size: number) => number,
): ArbitrageOpportunity | null {
  const { row } = info;
  const sizes = Array.from({ length: market.pairs.sizeCount(row) }, (_, size) => size).filter(
    (size) => market.pairs.sizeStatus(row, size) === SIZE_FEASIBLE && (candidate.sinceUs[size] ?? -1) >= 0,
  );
  const sizedOpportunities = sizes.map((size) => sizedOf(info, candidate, size, market, confidenceOf(size)));
  const bestOpportunity = sizedOpportunities[sizes.indexOf(candidate.best)];
  if (bestOpportunity === undefined) return null;
  return {
    id: candidate.id,
    row,
    symbol: rowName(info),
    baseAsset: info.base,
    quoteAsset: info.quote,
    timestamp: market.epochUs,
    sizedOpportunities,
    bestOpportunity,
    successRate,
  };
}

function sizedOf(
  info: RowInfo,
  { buyPlace, sellPlace, baseUnit, quoteUnit }: Candidate,
  size: number,
  { pairs }: MarketView,
  confidence: number,
): SizedOpportunity {
  const { row } = info;
  const units = pairs.sizeBaseUnits(row, size);
  const amount = units * baseUnit;
  const bought = pairs.sizeBuyQuoteUnits(row, size) * quoteUnit;
  const sold = pairs.sizeSellQuoteUnits(row, size) * quoteUnit;
  return {
    symbol: rowName(info),
    buyExchange: info.books[buyPlace]?.instrument.venue ?? '',
    sellExchange: info.books[sellPlace]?.instrument.venue ?? '',
    buyPrice: bought / amount,
    sellPrice: sold / amount,
    orderAmount: plainText(new Exact(`${units}e-${info.baseScale}`)),
    quoteAmount: bought,
    grossProfit: sold - bought,
    netProfit: pairs.sizeNetUnits(row, size) * quoteUnit,
    spreadPct: pairs.sizeNet(row, size) * 100,
    confidence,
    levelsUsed: pairs.sizeBuyLevels(row, size) + pairs.sizeSellLevels(row, size),
    requiredQuote: pairs.sizeCostUnits(row, size) * quoteUnit,
  };
}
