import type { Market } from '../../../domain/venue.js';
import type { SimulatedBook } from '../../market/book.js';
import type { SimulatedInstrument } from '../../market/instruments.js';
import { toMoney } from '../../matching/money.js';
import type { MatchingEngine, Money } from '../../matching/types.js';
import { fixedText, paddedText } from '../decimal-text.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { paddedMoney } from '../money-text.js';
import { ApiFailure, invalidSymbol, missing } from './failures.js';

/** Names and values of a request, from its query and body or its frame. */
export type Params = ReadonlyMap<string, string>;

/** One market of the venue with what all its interfaces work on. */
export class Exchange {
  readonly engine: MatchingEngine;
  readonly books: readonly SimulatedBook[];
  private readonly bySymbol: ReadonlyMap<string, SimulatedBook>;
  private idsMade = 0;

  constructor(
    readonly market: Market,
    private readonly dependencies: FrontDependencies,
  ) {
    this.engine = dependencies.engine;
    this.books = dependencies.market.booksOf('binance', market);
    this.bySymbol = new Map(this.books.map((book) => [book.instrument.symbol, book]));
  }

  /** Milliseconds since the epoch by the venue's clock. */
  nowMs(): number {
    return epochMs(this.dependencies.clock);
  }

  find(symbol: string): SimulatedBook | undefined {
    return this.bySymbol.get(symbol);
  }

  /** The book of the parameter `symbol`. @throws ApiFailure */
  book(params: Params): SimulatedBook {
    const symbol = required(params, 'symbol');
    const book = this.bySymbol.get(symbol);
    if (book === undefined) throw invalidSymbol();
    return book;
  }

  /** The book of `symbol`, or all books when there is none. @throws ApiFailure */
  chosen(params: Params): readonly SimulatedBook[] {
    return (params.get('symbol') ?? '') === '' ? this.books : [this.book(params)];
  }

  /** A client id of the venue's making. */
  newId(): string {
    return `v${(++this.idsMade).toString(36).padStart(21, '0')}`;
  }
}

/** A parameter that must be there. @throws ApiFailure */
export function required(params: Params, name: string): string {
  const value = params.get(name) ?? '';
  if (value === '') throw missing(name);
  return value;
}

/** A whole number that may be there. @throws ApiFailure */
export function optionalInteger(params: Params, name: string): number | null {
  const text = params.get(name) ?? '';
  if (text === '') return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new ApiFailure(-1100, `Illegal characters found in parameter '${name}'; legal range is '^[0-9]{1,20}$'.`);
  return value;
}

/** `limit`, cut to what the venue gives at once. @throws ApiFailure */
export function limitOf(params: Params, usual: number, most: number): number {
  const limit = optionalInteger(params, 'limit') ?? usual;
  if (limit < 1) throw new ApiFailure(-1130, "Data sent for parameter 'limit' is not valid.");
  return Math.min(limit, most);
}

/** Spot texts always carry eight decimals, futures texts the instrument's own. */
export function priceText({ market, priceDecimals }: SimulatedInstrument, units: number): string {
  return market === 'spot' ? paddedText(units, priceDecimals, 8) : fixedText(units, priceDecimals);
}

export function quantityText({ market, qtyDecimals }: SimulatedInstrument, units: number): string {
  return market === 'spot' ? paddedText(units, qtyDecimals, 8) : fixedText(units, qtyDecimals);
}

/** Amounts carry eight decimals, and more where there is more to tell. */
export function amountText(amount: Money): string {
  return paddedMoney(amount, 8);
}

/** A fraction, such as a funding rate. */
export function rateText(rate: string): string {
  return amountText(toMoney(rate));
}

/** Microseconds as the milliseconds of the wire. */
export function msOf(us: number): number {
  return Math.floor(us / 1000);
}
