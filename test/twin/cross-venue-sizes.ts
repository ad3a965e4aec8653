import { Decimal } from 'decimal.js';
import { commonStep } from '../../src/domain/order-grid.js';
import { roundCost } from '../../src/domain/trade-cost.js';
import { type TextBook, walk } from './pricing.js';

/** Decimals of 60 digits: two spreads that differ at all differ within them. */
const Exact = Decimal.clone({ precision: 60 });

/** A venue of one instrument: its book, taker fee and order limits. Fee as a fraction; amounts as decimal texts. */
export interface SizedVenue extends TextBook {
  readonly name: string;
  readonly takerFee: string;
  readonly lotStep: string;
  readonly minQty: string;
  readonly minNotional: string;
  readonly maxQty?: string;
}

export interface SizesInput {
  readonly venues: readonly SizedVenue[];
  readonly rounding: 'down' | 'up';
  readonly multipliers: readonly number[];
}

export interface VenuePair {
  readonly buy: string;
  readonly sell: string;
  readonly grossPct: Decimal;
  readonly netPct: Decimal;
}

/** What a feasible size costs and earns. */
export interface SizeFigures {
  readonly buyAvgPrice: Decimal | null;
  readonly sellAvgPrice: Decimal | null;
  readonly buyLevels: number;
  readonly sellLevels: number;
  readonly buyFee: Decimal;
  readonly sellFee: Decimal;
  readonly buyCost: string;
  readonly sellProceeds: string;
  readonly netProfit: string;
  readonly netSpreadPct: string | null;
}

/** Why a size is not feasible; what could be filled when a book is too thin. */
export interface SizeRefusal {
  readonly reason: 'off_grid' | 'below_minimum' | 'above_maximum' | 'too_thin';
  readonly failing: readonly string[];
  readonly availableBuyBase?: Decimal;
  readonly availableSellBase?: Decimal;
}

export type PricedSize = {
  readonly multiplier: number;
  readonly targetQuote: Decimal;
  readonly commonLot: string;
  readonly baseAmount: Decimal;
} & (({ readonly feasible: true } & SizeFigures) | ({ readonly feasible: false } & SizeRefusal));

export interface SizesOutput {
  readonly best: VenuePair | null;
  readonly pairs: readonly VenuePair[];
  readonly sizes: readonly PricedSize[];
}

/** Prices all sizes of the best venue pair by the definition of the reference files, in exact decimals. */
export function crossVenueSizes({ venues, rounding, multipliers }: SizesInput): SizesOutput {
  const pairs = venues.flatMap((buy) => venues.flatMap((sell) => (buy === sell ? [] : spread(buy, sell))));
  const best = pairs.reduce<VenuePair | null>(
    (leader, pair) => (leader === null || isBetter(pair, leader) ? pair : leader),
    null,
  );
  const buy = venues.find(({ name }) => name === best?.buy);
  const sell = venues.find(({ name }) => name === best?.sell);
  if (buy === undefined || sell === undefined) return { best, pairs, sizes: [] };
  return { best, pairs, sizes: multipliers.map((multiplier) => priceSize(buy, sell, rounding, multiplier)) };
}

/** The pair of two venues' touches, if it has both. */
function spread(buy: SizedVenue, sell: SizedVenue): VenuePair[] {
  const [ask, bid] = [buy.asks[0]?.[0], sell.bids[0]?.[0]];
  if (ask === undefined || bid === undefined) return [];
  const paid = new Exact(buy.takerFee).plus(1).mul(ask);
  const earned = new Exact(1).minus(sell.takerFee).mul(bid);
  const pct = (proceeds: Decimal, cost: Decimal): Decimal => proceeds.minus(cost).mul(100).div(cost);
  return [{ buy: buy.name, sell: sell.name, grossPct: pct(new Exact(bid), new Exact(ask)), netPct: pct(earned, paid) }];
}

/** Ties go to the pair that comes first. */
function isBetter(pair: VenuePair, leader: VenuePair): boolean {
  return pair.netPct.gt(leader.netPct) || (pair.netPct.eq(leader.netPct) && pair.grossPct.gt(leader.grossPct));
}

function priceSize(buy: SizedVenue, sell: SizedVenue, rounding: 'down' | 'up', multiplier: number): PricedSize {
  const [ask, bid] = [new Exact(buy.asks[0]?.[0] ?? 0), new Exact(sell.bids[0]?.[0] ?? 0)];
  const targetQuote = Exact.max(buy.minNotional, sell.minNotional).mul(multiplier);
  const commonLot = commonStep(buy.lotStep, sell.lotStep);
  const lots = targetQuote.div(ask.mul(commonLot)).toDecimalPlaces(0, rounding === 'down' ? Exact.ROUND_FLOOR : Exact.ROUND_CEIL);
  const baseAmount = lots.mul(commonLot);
  const size = { multiplier, targetQuote, commonLot, baseAmount };
  const refuse = (refusal: SizeRefusal): PricedSize => ({ ...size, feasible: false, ...refusal });

  if (baseAmount.isZero()) return refuse({ reason: 'off_grid', failing: [] });
  const small = [...belowMinimum('buy', buy, baseAmount, ask), ...belowMinimum('sell', sell, baseAmount, bid)];
  if (small.length > 0) return refuse({ reason: 'below_minimum', failing: small });
  const large = [...aboveMaximum('buy', buy, baseAmount), ...aboveMaximum('sell', sell, baseAmount)];
  if (large.length > 0) return refuse({ reason: 'above_maximum', failing: large });
  const bought = walk(buy.asks, 'base', baseAmount.toFixed());
  const sold = walk(sell.bids, 'base', baseAmount.toFixed());
  if (bought === 'INVALID_AMOUNT' || sold === 'INVALID_AMOUNT') throw new RangeError(`size ${baseAmount.toFixed()}`);
  if (!bought.full || !sold.full) {
    const failing = [...(bought.full ? [] : ['buy']), ...(sold.full ? [] : ['sell'])];
    return refuse({ reason: 'too_thin', failing, availableBuyBase: bought.filledBase, availableSellBase: sold.filledBase });
  }
  const legOf = (side: 'buy' | 'sell', quote: Decimal, feeFraction: string) =>
    ({ side, quote: quote.toFixed(), feeFraction, slippageFraction: '0' }) as const;
  const cost = roundCost({
    legs: [legOf('buy', bought.filledQuote, buy.takerFee), legOf('sell', sold.filledQuote, sell.takerFee)],
    funding: '0',
    rebalance: '0',
  });
  return {
    ...size,
    feasible: true,
    buyAvgPrice: bought.avgPrice,
    sellAvgPrice: sold.avgPrice,
    buyLevels: bought.levelsUsed,
    sellLevels: sold.levelsUsed,
    buyFee: bought.filledQuote.mul(buy.takerFee),
    sellFee: sold.filledQuote.mul(sell.takerFee),
    buyCost: cost.buyCost,
    sellProceeds: cost.sellProceeds,
    netProfit: cost.net,
    netSpreadPct: cost.netPct,
  };
}

function belowMinimum(side: string, venue: SizedVenue, base: Decimal, price: Decimal): string[] {
  const failing: string[] = [];
  if (base.lt(venue.minQty)) failing.push(`${side}.minQty`);
  if (base.mul(price).lt(venue.minNotional)) failing.push(`${side}.minNotional`);
  return failing;
}

function aboveMaximum(side: string, { maxQty }: SizedVenue, base: Decimal): string[] {
  return maxQty !== undefined && base.gt(maxQty) ? [`${side}.maxQty`] : [];
}
