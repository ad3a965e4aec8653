import { KLINE_VENUES, type KlineSpan, SyntheticBars } from './kline-year.js';

interface Level {
  readonly price: number;
  readonly quantity: number;
}

interface Book {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

const FEE = 5e-4;
const LEVELS = 5;
const NET_MIN = 0.002;

/**
 * The usual way: an object for each bar and each level, books in a Map under texts, and every pair of venues walked level by level while
 * it pays. It finds what there is to trade; it has no orders, funds, limits, ledger or time.
 * @returns what it found, so that none of it can be left out
 */
export function plainKlines({ firstSymbol, symbols, minutes, seed }: KlineSpan): number {
  const books = new Map<string, Book>();
  const series = Array.from({ length: symbols }, (_, place) =>
    KLINE_VENUES.map((venue, at) => ({
      ...{ venue, symbol: `S${firstSymbol + place}USDT`, volume: Number.NaN, left: 0, place: 0 },
      bars: new SyntheticBars(firstSymbol + place, at, minutes, seed),
    })),
  );
  let found = 0;
  for (let minute = 0; minute < minutes; minute++) {
    for (const venues of series) {
      for (const one of venues) {
        if (one.left === 0) {
          one.left = one.bars.fill();
          one.place = 0;
        }
        const { openUs, high, low, close, volume } = one.bars;
        const at = one.place++;
        one.left--;
        const [openMs, highest, lowest] = [(openUs[at] ?? 0) / 1000, high[at] ?? 0, low[at] ?? 0];
        const bar = { openMs, high: highest, low: lowest, close: close[at] ?? 0, volume: volume[at] ?? 0 };
        one.volume = Number.isNaN(one.volume) ? bar.volume : one.volume + (bar.volume - one.volume) * 0.1;
        books.set(`${one.venue} ${one.symbol}`, bookOf(bar, one.volume));
      }
      for (const buy of venues) for (const sell of venues) if (buy !== sell) found += profitOf(books, buy, sell);
    }
  }
  return found;
}

function bookOf(
  { high, low, close }: { readonly high: number; readonly low: number; readonly close: number },
  volume: number,
): Book {
  const half = Math.max(close * 1e-4, (high - low) * 0.05);
  const side = (sign: number): Level[] =>
    Array.from({ length: LEVELS }, (_, level) => ({
      price: close + sign * (half + close * 2e-4 * level),
      quantity: volume * 0.02 * 1.5 ** level,
    }));
  return { bids: side(-1), asks: side(1) };
}

interface Named {
  readonly venue: string;
  readonly symbol: string;
}

function profitOf(books: ReadonlyMap<string, Book>, buy: Named, sell: Named): number {
  const { asks = [] } = books.get(`${buy.venue} ${buy.symbol}`) ?? {};
  const { bids = [] } = books.get(`${sell.venue} ${sell.symbol}`) ?? {};
  let profit = 0;
  for (const [level, ask] of asks.entries()) {
    const bid = bids[level];
    if (bid === undefined || bid.price * (1 - FEE) < ask.price * (1 + FEE) * (1 + NET_MIN)) break;
    profit += Math.min(ask.quantity, bid.quantity) * (bid.price * (1 - FEE) - ask.price * (1 + FEE));
  }
  return profit;
}
