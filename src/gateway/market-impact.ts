import { Decimal, plainText } from '../domain/decimal.js';
import { InvalidInputError } from '../domain/errors.js';
import type { OrderBookSnapshot } from '../domain/market-data.js';
import type { Side } from '../domain/order.js';
import { exactVwap } from '../kernel/pricing-exact.js';

/** What taking an amount from a book would cost. Decimals are plain texts, null where nothing would be filled. */
export interface ExecutionPrice {
  readonly averagePrice: string | null;
  /** The last price taken. */
  readonly worstPrice: string | null;
  /** Base units or contracts, and their value. */
  readonly filledQty: string;
  readonly filledQuote: string;
  readonly levelsUsed: number;
  /** Whether the book holds the whole amount. */
  readonly full: boolean;
}

/** How far an order would move the price, in basis points of the best price; null where the book is too thin or empty. */
export interface MarketImpact {
  /** Average price against the best. */
  readonly averageBps: string | null;
  /** Worst price against the best. */
  readonly worstBps: string | null;
  readonly full: boolean;
}

/**
 * Walks a book for a market order.
 * @param amount base units, or contracts on futures
 * @throws InvalidInputError unless the amount is a decimal above 0
 */
export function calculateExecutionPrice(snapshot: OrderBookSnapshot, side: Side, amount: string): ExecutionPrice {
  const walk = exactVwap(side === 'buy' ? snapshot.asks : snapshot.bids, 'base', amount);
  if (walk === 'INVALID_AMOUNT') throw new InvalidInputError(`amount "${amount}" is no decimal above 0`, { amount });
  return {
    averagePrice: walk.averagePrice === null ? null : plainText(walk.averagePrice),
    worstPrice: walk.worstPrice === null ? null : plainText(walk.worstPrice),
    filledQty: plainText(walk.filledBase),
    filledQuote: plainText(walk.filledQuote),
    levelsUsed: walk.levelsUsed,
    full: walk.full,
  };
}

/** What a market order would move. @throws InvalidInputError unless the amount is a decimal above 0 */
export function estimateMarketImpact(snapshot: OrderBookSnapshot, side: Side, amount: string): MarketImpact {
  const { averagePrice, worstPrice, full } = calculateExecutionPrice(snapshot, side, amount);
  const best = (side === 'buy' ? snapshot.asks : snapshot.bids)[0]?.[0];
  const away = (price: string | null): string | null =>
    best === undefined || price === null ? null : plainText(new Decimal(price).sub(best).abs().div(best).mul(10_000));
  return { averageBps: full ? away(averagePrice) : null, worstBps: full ? away(worstPrice) : null, full };
}
