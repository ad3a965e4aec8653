import type { SimulatedBook } from '../../market/book.js';
import type { EngineFill, EngineOrder } from '../../matching/types.js';
import { pairId, restName } from './metadata.js';

/** Books under all names that a pair has: its key, which is its altname here, its old and its new name on the WebSocket. */
export class Pairs {
  readonly bySymbol: ReadonlyMap<string, SimulatedBook>;
  private readonly byName: ReadonlyMap<string, SimulatedBook>;

  constructor(readonly books: readonly SimulatedBook[]) {
    this.bySymbol = new Map(books.map((book) => [book.instrument.symbol, book]));
    this.byName = new Map(
      books.flatMap((book) => {
        const { base, quote, symbol } = book.instrument;
        return [pairId(book.instrument), `${restName(base)}/${quote}`, symbol].map((name) => [name, book] as const);
      }),
    );
  }

  find(name: string): SimulatedBook | undefined {
    return this.byName.get(name);
  }

  /** The id of a fill, unique over all pairs: both sides of a trade share its number, but never the account. */
  tradeId({ tradeId, order }: EngineFill): string {
    const book = this.books.indexOf(order.book);
    return `T${grouped(book.toString(36).padStart(5, '0') + tradeId.toString(36).padStart(11, '0'))}`;
  }
}

const ORDER_ID = /^O([0-9A-Z]{5})-([0-9A-Z]{5})-([0-9A-Z]{6})$/;

/** The id under which the venue knows an order. */
export function orderTxid({ id }: Pick<EngineOrder, 'id'>): string {
  return `O${grouped(id.toString(36).padStart(16, '0'))}`;
}

/** The order's number by its id; null when no order can have that id. */
export function orderNumber(txid: string): number | null {
  const [, ...parts] = ORDER_ID.exec(txid) ?? [];
  return parts.length === 0 ? null : Number.parseInt(parts.join(''), 36);
}

/** The id of the number-th entry of the ledger. */
export function ledgerId(number: number): string {
  return `L${grouped(number.toString(36).padStart(16, '0'))}`;
}

function grouped(text: string): string {
  const upper = text.toUpperCase();
  return `${upper.slice(0, 5)}-${upper.slice(5, 10)}-${upper.slice(10)}`;
}
