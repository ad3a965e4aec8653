import type { RiskBook, RiskUniverse } from './instruments.js';

/** Changes after which the sums are counted afresh, so that the errors of their additions do not pile up. */
const RECOUNT_AFTER = 65_536;

/**
 * What a unit of each book and symbol is worth in the reference currency, at the last price that was told. A book of which no price was
 * told yet is valued at its symbol's: what is held there is not worth nothing.
 */
export class Valuation {
  readonly ofBook: Float64Array;
  readonly ofSymbol: Float64Array;
  private readonly told: Uint8Array;

  constructor(private readonly market: RiskUniverse) {
    this.ofBook = new Float64Array(market.books.length);
    this.ofSymbol = new Float64Array(market.symbols.length);
    this.told = new Uint8Array(market.books.length);
  }

  /** Whether a price of the book itself was told. */
  isTold(book: number): boolean {
    return this.told[book] === 1;
  }

  /** @param priceUnits of the book; what is not above zero is no price */
  mark(book: number, priceUnits: number): void {
    const known = this.market.books[book];
    if (known === undefined || known.quoteUnit === 0 || !(priceUnits > 0)) return;
    const value = priceUnits * known.quoteUnit;
    const ofSymbol = value / known.symbolUnits;
    this.ofBook[book] = value;
    this.told[book] = 1;
    this.ofSymbol[known.symbol] = ofSymbol;
    for (const other of this.market.symbols[known.symbol]?.books ?? []) {
      const unit = this.market.books[other];
      if (unit !== undefined && unit.quoteUnit !== 0 && !this.isTold(other)) this.ofBook[other] = ofSymbol * unit.symbolUnits;
    }
  }
}

/**
 * Positions and open orders of one owner (a strategy, or all together) and what they would be worth if the open orders filled in the
 * worst way. Units are whole numbers, so that taking back what was added leaves no trace. Spot positions of a symbol are netted over
 * the venues, except in the sum of a venue; futures always count in full. Nothing here allocates after construction.
 */
export class Exposure {
  /** Signed quantity units that were filled, and open to buy and to sell; index: book. */
  readonly position: Float64Array;
  readonly buys: Float64Array;
  readonly sells: Float64Array;
  /** Signed symbol units filled in all markets; index: symbol. */
  readonly net: Float64Array;
  /** Reference currency. */
  readonly ofSymbol: Float64Array;
  readonly ofVenue: Float64Array;
  /** Futures by the account that holds their margin: their value, and the initial margin of it. */
  readonly futuresOfAccount: Float64Array;
  readonly marginOfAccount: Float64Array;
  total = 0;
  private readonly ofBook: Float64Array;
  private readonly spotOfSymbol: Float64Array;
  private readonly spotNet: Float64Array;
  private readonly spotBuys: Float64Array;
  private readonly spotSells: Float64Array;
  private changes = 0;

  constructor(
    private readonly market: RiskUniverse,
    private readonly valuation: Valuation,
  ) {
    const books = market.books.length;
    const symbols = market.symbols.length;
    const venues = market.venues.length;
    this.position = new Float64Array(books);
    this.buys = new Float64Array(books);
    this.sells = new Float64Array(books);
    this.ofBook = new Float64Array(books);
    this.net = new Float64Array(symbols);
    this.ofSymbol = new Float64Array(symbols);
    this.spotOfSymbol = new Float64Array(symbols);
    this.spotNet = new Float64Array(symbols);
    this.spotBuys = new Float64Array(symbols);
    this.spotSells = new Float64Array(symbols);
    this.ofVenue = new Float64Array(venues);
    this.futuresOfAccount = new Float64Array(market.universe.accounts.length);
    this.marginOfAccount = new Float64Array(market.universe.accounts.length);
  }

  /** Changes a book: signed units filled, and units open to buy and to sell. */
  add(book: number, position: number, buys: number, sells: number): void {
    const known = this.market.books[book];
    if (known === undefined) return;
    this.position[book] = at(this.position, book) + position;
    this.buys[book] = at(this.buys, book) + buys;
    this.sells[book] = at(this.sells, book) + sells;
    const { symbol, symbolUnits } = known;
    this.net[symbol] = at(this.net, symbol) + position * symbolUnits;
    if (!known.isFutures) {
      this.spotNet[symbol] = at(this.spotNet, symbol) + position * symbolUnits;
      this.spotBuys[symbol] = at(this.spotBuys, symbol) + buys * symbolUnits;
      this.spotSells[symbol] = at(this.spotSells, symbol) + sells * symbolUnits;
    }
    this.value(known);
    if (++this.changes % RECOUNT_AFTER === 0) this.recount();
  }

  /** Values a book again after its price was told. */
  revalue(book: number): void {
    const known = this.market.books[book];
    if (known !== undefined) this.value(known);
  }

  /** Most units that the book may come to hold, either way. */
  worstUnits(book: number): number {
    return worst(at(this.position, book), at(this.buys, book), at(this.sells, book));
  }

  /** Reference currency of what was filled and is not balanced by another position of the symbol. */
  unhedged(symbol: number): number {
    return Math.abs(at(this.net, symbol)) * at(this.valuation.ofSymbol, symbol);
  }

  private value({ info: { book, quoteAccount }, symbol, venue, isFutures, marginFraction }: RiskBook): void {
    const worth = this.worstUnits(book) * at(this.valuation.ofBook, book);
    const change = worth - at(this.ofBook, book);
    this.ofBook[book] = worth;
    this.ofVenue[venue] = at(this.ofVenue, venue) + change;
    if (isFutures) {
      this.futuresOfAccount[quoteAccount] = at(this.futuresOfAccount, quoteAccount) + change;
      this.marginOfAccount[quoteAccount] = at(this.marginOfAccount, quoteAccount) + change * marginFraction;
      this.addToSymbol(symbol, change);
    }
    const spot =
      worst(at(this.spotNet, symbol), at(this.spotBuys, symbol), at(this.spotSells, symbol)) *
      at(this.valuation.ofSymbol, symbol);
    this.addToSymbol(symbol, spot - at(this.spotOfSymbol, symbol));
    this.spotOfSymbol[symbol] = spot;
  }

  private addToSymbol(symbol: number, change: number): void {
    this.ofSymbol[symbol] = at(this.ofSymbol, symbol) + change;
    this.total += change;
  }

  private recount(): void {
    this.ofBook.fill(0);
    this.ofSymbol.fill(0);
    this.spotOfSymbol.fill(0);
    this.ofVenue.fill(0);
    this.futuresOfAccount.fill(0);
    this.marginOfAccount.fill(0);
    this.total = 0;
    for (const known of this.market.books) this.value(known);
  }
}

const at = (values: Float64Array, index: number): number => values[index] ?? 0;

function worst(position: number, buys: number, sells: number): number {
  return Math.max(Math.abs(position + buys), Math.abs(position - sells));
}
