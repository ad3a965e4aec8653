import { InvalidInputError } from '../../domain/errors.js';
import type { SimulatedBook } from '../market/book.js';
import type { SimulatedMarket } from '../market/market.js';
import { Funding } from './funding.js';
import { fairMoney } from './money.js';
import { Tape, type TapeLength } from './tape.js';
import type { BookTerms } from './terms.js';
import type { Money } from './types.js';

/** What a venue publishes besides its books: marks, trades and klines, funding. */
export class Figures {
  readonly funding: Funding;
  private readonly tapes = new Map<SimulatedBook, Tape>();

  /** @param pay is called for each perpetual at each funding payment */
  constructor(
    private readonly market: SimulatedMarket,
    seed: number,
    private readonly terms: ReadonlyMap<SimulatedBook, BookTerms>,
    pay: (book: SimulatedBook, rate: string, timeUs: number) => void,
    tapeKept?: TapeLength,
  ) {
    for (const [book, itsTerms] of terms) this.tapes.set(book, new Tape(book, itsTerms, seed, market.nowUs(), tapeKept));
    this.funding = new Funding(market, seed, this.tapes, (book) => this.markPrice(book), pay);
  }

  /** The market's fair price; the middle of the book where the background comes from outside. */
  markPrice(book: SimulatedBook): Money {
    const terms = this.terms.get(book);
    if (!book.isDriven || terms === undefined) return fairMoney(this.market.fairPrice(book), book.instrument.priceDecimals);
    const bid = terms.price(book.bids.best()?.priceUnits ?? book.lastTrade.priceUnits);
    const ask = terms.price(book.asks.best()?.priceUnits ?? book.lastTrade.priceUnits);
    return (bid + ask) / 2n;
  }

  /**
   * The trades of one of the venue's books.
   * @throws InvalidInputError when it is another venue's
   */
  tape(book: SimulatedBook): Tape {
    const tape = this.tapes.get(book);
    if (tape === undefined)
      throw new InvalidInputError(`no book ${book.instrument.symbol} here`, { venue: book.instrument.venue });
    return tape;
  }
}
