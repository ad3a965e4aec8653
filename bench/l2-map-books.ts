import { ROW_BID } from '../src/kernel/row-door.js';
import type { EventColumns } from '../src/research/backtest/event-columns.js';

/** Levels that a decision sees. */
const LEVELS = 20;

/** A side as most write it first: a Map of prices, sorted when it is looked at. */
class MapSide {
  private readonly levels = new Map<number, number>();

  /** @param sign 1 for bids, -1 for asks */
  constructor(private readonly sign: number) {}

  set(price: number, qty: number): void {
    if (qty === 0) this.levels.delete(price);
    else this.levels.set(price, qty);
  }

  /** The best levels, the best first. */
  top(): [number, number][] {
    return [...this.levels].sort(([a], [b]) => (b - a) * this.sign).slice(0, LEVELS);
  }
}

/**
 * The same history through such books: after every message the levels that a decision would see, and the spread between both venues.
 * @returns messages with a spread
 */
export function playMapBooks({ count, book, rowsEnd, side, priceUnits, qtyUnits }: EventColumns, venues: number): number {
  const books = Array.from({ length: venues }, () => ({ bids: new MapSide(1), asks: new MapSide(-1), bid: 0, ask: Infinity }));
  let spreads = 0;
  for (let event = 0; event < count; event++) {
    const own = books[book[event] ?? 0];
    if (own === undefined) continue;
    for (let row = event === 0 ? 0 : (rowsEnd[event - 1] ?? 0); row < (rowsEnd[event] ?? 0); row++)
      (side[row] === ROW_BID ? own.bids : own.asks).set(priceUnits[row] ?? 0, qtyUnits[row] ?? 0);
    own.bid = own.bids.top()[0]?.[0] ?? 0;
    own.ask = own.asks.top()[0]?.[0] ?? Infinity;
    for (const other of books) if (other !== own && (other.bid > own.ask || own.bid > other.ask)) spreads++;
  }
  return spreads;
}
