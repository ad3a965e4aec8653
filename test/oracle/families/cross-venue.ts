import { BOOK_ASK_PRICE, BOOK_BID_PRICE } from '../../../assembly/memory/layout.js';
import { KernelError } from '../../../src/domain/errors.js';
import type { Family } from '../family.js';
import type { ReferenceBook } from '../reference.js';

interface Venue extends Pick<ReferenceBook, 'bids' | 'asks'> {
  readonly name: string;
  readonly takerFee: string;
}

interface Pair {
  readonly buy: string;
  readonly sell: string;
  readonly grossPct: number;
  readonly netPct: number;
}

/** Most decimals of any price (column 0) or quantity (column 1): the scale that the venues of an instrument share. */
function decimals(venues: readonly Venue[], column: 0 | 1): number {
  const texts = venues.flatMap(({ bids, asks }) => [...bids, ...asks].map((level) => level[column]));
  return Math.max(0, ...texts.map((text) => text.split('.')[1]?.length ?? 0));
}

/** Family `cross_venue`: the best pair from the scan, all pairs by the kernel's spread functions from the books' touches. */
export const crossVenue: Family = (books, _file, reference) => {
  const input = reference.input as unknown as { readonly type: string; readonly venues: readonly Venue[] };
  if (input.type !== 'touch') return { skipped: `cross_venue/${input.type}` };
  const { venues } = input;
  const scale = { priceDecimals: decimals(venues, 0), qtyDecimals: decimals(venues, 1) };
  venues.forEach(({ name, bids, asks }, index) => {
    if (!books.load(index, { bids, asks, ...scale })) throw new KernelError(`the book of ${name} exceeds 2^53 units`, { name });
  });
  const { kernel, scanner } = books;
  scanner.setRow(
    0,
    venues.map(({ takerFee }, index) => ({ book: books.book(index), takerFee: Number(takerFee), basePerUnit: 1 })),
  );
  scanner.scanAll(0, Number.POSITIVE_INFINITY);
  const nameOf = (index: number): string => venues[index]?.name ?? '';
  const best = scanner.hasPair(0)
    ? {
        buy: nameOf(scanner.buyVenue(0)),
        sell: nameOf(scanner.sellVenue(0)),
        grossPct: scanner.gross(0) * 100,
        netPct: scanner.net(0) * 100,
      }
    : null;
  const pairs: Pair[] = [];
  venues.forEach((buy, i) => {
    venues.forEach((sell, j) => {
      const ask = kernel.float64At(books.book(i) + BOOK_ASK_PRICE);
      const bid = kernel.float64At(books.book(j) + BOOK_BID_PRICE);
      if (i === j || ask === 0 || bid === 0) return;
      pairs.push({
        buy: buy.name,
        sell: sell.name,
        grossPct: kernel.exports.grossSpread(ask, bid) * 100,
        netPct: kernel.exports.netSpread(ask, Number(buy.takerFee), bid, Number(sell.takerFee)) * 100,
      });
    });
  });
  return { got: { best, pairs } };
};
