import { Decimal } from 'decimal.js';

/** Decimals of 60 digits: the references carry 40. */
const Exact = Decimal.clone({ precision: 60 });

/** Price and quantity as decimal texts. */
export type TextLevel = readonly [price: string, qty: string];
/** Both sides, best level first. */
export interface TextBook {
  readonly bids: readonly TextLevel[];
  readonly asks: readonly TextLevel[];
}
export type TakerSide = 'buy' | 'sell';
export type AmountMode = 'base' | 'quote';

export interface Walk {
  readonly filledBase: Decimal;
  readonly filledQuote: Decimal;
  readonly avgPrice: Decimal | null;
  readonly worstPrice: Decimal | null;
  readonly levelsUsed: number;
  readonly full: boolean;
}

/** The levels that a taker of `side` would take. */
export function takenSide(book: TextBook, side: TakerSide): readonly TextLevel[] {
  return side === 'buy' ? book.asks : book.bids;
}

/** Takes an amount of base or of quote from one side, best level first; 'INVALID_AMOUNT' unless it is a positive number. */
export function walk(levels: readonly TextLevel[], mode: AmountMode, amount: string): Walk | 'INVALID_AMOUNT' {
  const target = positive(amount);
  if (target === undefined) return 'INVALID_AMOUNT';
  let filledBase = new Exact(0);
  let filledQuote = new Exact(0);
  let left = target;
  let levelsUsed = 0;
  let worstPrice: Decimal | null = null;
  for (const [priceText, qtyText] of levels) {
    if (left.isZero()) break;
    const price = new Exact(priceText);
    const qty = new Exact(qtyText);
    if (qty.isZero()) continue;
    const whole = mode === 'base' ? qty : price.times(qty);
    const part = Exact.min(whole, left);
    const isWhole = part.eq(whole);
    filledBase = filledBase.plus(isWhole ? qty : mode === 'base' ? part : part.div(price));
    filledQuote = filledQuote.plus(mode === 'base' ? price.times(part) : part);
    left = left.minus(part);
    levelsUsed++;
    worstPrice = price;
  }
  const avgPrice = filledBase.isZero() ? null : filledQuote.div(filledBase);
  return { filledBase, filledQuote, avgPrice, worstPrice, levelsUsed, full: left.isZero() };
}

/** Mean of both best prices; null when a side is empty. */
export function midPrice(book: TextBook): Decimal | null {
  const bid = book.bids[0];
  const ask = book.asks[0];
  return bid === undefined || ask === undefined ? null : new Exact(bid[0]).plus(ask[0]).div(2);
}

export interface Slippage {
  readonly bestBps: Decimal | null;
  readonly midBps: Decimal | null;
  readonly worstBps: Decimal | null;
  readonly full: boolean;
}

/** Cost of the filled part against the best price and against mid, in basis points, positive when it costs money. */
export function slippage(book: TextBook, side: TakerSide, mode: AmountMode, amount: string): Slippage | 'INVALID_AMOUNT' {
  const levels = takenSide(book, side);
  const walked = walk(levels, mode, amount);
  if (walked === 'INVALID_AMOUNT') return walked;
  const bps = (price: Decimal | null, reference: Decimal | null): Decimal | null => {
    if (price === null || reference === null) return null;
    const ratio = price.div(reference);
    return (side === 'buy' ? ratio.minus(1) : new Exact(1).minus(ratio)).times(10_000);
  };
  const best = levels[0] === undefined ? null : new Exact(levels[0][0]);
  return {
    bestBps: bps(walked.avgPrice, best),
    midBps: bps(walked.avgPrice, midPrice(book)),
    worstBps: bps(walked.worstPrice, best),
    full: walked.full,
  };
}

export interface DepthSide {
  readonly base: Decimal;
  readonly quote: Decimal;
  readonly levels: number;
}

/** What rests within `pct` percent of mid or of each side's best price, limits included. */
export function depthWithin(
  book: TextBook,
  reference: 'mid' | 'best',
  pct: string,
): { bid: DepthSide | null; ask: DepthSide | null } {
  const mid = midPrice(book);
  const side = (levels: readonly TextLevel[], isBid: boolean): DepthSide | null => {
    const best = levels[0] === undefined ? null : new Exact(levels[0][0]);
    const from = reference === 'mid' ? mid : best;
    if (from === null) return null;
    const share = new Exact(pct).div(100);
    const limit = from.times(isBid ? new Exact(1).minus(share) : share.plus(1));
    const within = levels.filter(([price]) => (isBid ? limit.lte(price) : limit.gte(price)));
    return { base: sumQty(within), quote: sumQuote(within), levels: within.length };
  };
  return { bid: side(book.bids, true), ask: side(book.asks, false) };
}

/** (B - A) / (B + A) over the quantities of the first n levels; null when there is nothing. */
export function imbalance(book: TextBook, levels: number): Decimal | null {
  const bids = sumQty(book.bids.slice(0, levels));
  const asks = sumQty(book.asks.slice(0, levels));
  return bids.plus(asks).isZero() ? null : bids.minus(asks).div(bids.plus(asks));
}

/** Each side's average price weighted with the other side's quantity, over the first n levels; null when a side is empty. */
export function microprice(book: TextBook, levels: number): Decimal | null {
  const bids = book.bids.slice(0, levels);
  const asks = book.asks.slice(0, levels);
  const bidQty = sumQty(bids);
  const askQty = sumQty(asks);
  if (bidQty.isZero() || askQty.isZero()) return null;
  const bidPrice = sumQuote(bids).div(bidQty);
  const askPrice = sumQuote(asks).div(askQty);
  return askPrice.times(bidQty).plus(bidPrice.times(askQty)).div(bidQty.plus(askQty));
}

/** Quantities weighted with their nearness to mid, bids against asks, in [-1, 1]; null when a side is empty. */
export function pressure(book: TextBook, levels: number): Decimal | null {
  const mid = midPrice(book);
  if (mid === null) return null;
  const weight = (side: readonly TextLevel[]): Decimal =>
    side.slice(0, levels).reduce((sum, [price, qty]) => {
      return sum.plus(new Exact(qty).times(mid).div(new Exact(price).minus(mid).abs()));
    }, new Exact(0));
  const bids = weight(book.bids);
  const asks = weight(book.asks);
  return bids.minus(asks).div(bids.plus(asks));
}

/** One venue of a cross-venue comparison; the fee is a fraction, charged in quote. */
export interface TouchVenue extends TextBook {
  readonly name: string;
  readonly takerFee: string;
}

export interface TouchPair {
  readonly buy: string;
  readonly sell: string;
  readonly grossPct: Decimal;
  readonly netPct: Decimal;
}

/** All ordered pairs (buy at i, sell at j) with their spreads at the touch, and the best: net, then gross, then i, then j. */
export function crossVenueTouch(venues: readonly TouchVenue[]): { best: TouchPair | null; pairs: TouchPair[] } {
  const pairs: TouchPair[] = [];
  let best: TouchPair | null = null;
  for (const buy of venues) {
    for (const sell of venues) {
      const ask = buy.asks[0]?.[0];
      const bid = sell.bids[0]?.[0];
      if (buy === sell || ask === undefined || bid === undefined) continue;
      const cost = new Exact(ask).times(new Exact(1).plus(buy.takerFee));
      const proceeds = new Exact(bid).times(new Exact(1).minus(sell.takerFee));
      const pair = {
        buy: buy.name,
        sell: sell.name,
        grossPct: new Exact(bid).minus(ask).div(ask).times(100),
        netPct: proceeds.minus(cost).div(cost).times(100),
      };
      pairs.push(pair);
      if (best === null || pair.netPct.gt(best.netPct) || (pair.netPct.eq(best.netPct) && pair.grossPct.gt(best.grossPct)))
        best = pair;
    }
  }
  return { best, pairs };
}

function positive(text: string): Decimal | undefined {
  try {
    const value = new Exact(text);
    return value.isFinite() && value.gt(0) ? value : undefined;
  } catch {
    return undefined;
  }
}

function sumQty(levels: readonly TextLevel[]): Decimal {
  return levels.reduce((sum, [, qty]) => sum.plus(qty), new Exact(0));
}

function sumQuote(levels: readonly TextLevel[]): Decimal {
  return levels.reduce((sum, [price, qty]) => sum.plus(new Exact(price).times(qty)), new Exact(0));
}
