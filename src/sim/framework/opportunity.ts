import { ceilToGrid, Decimal, plainText } from '../../domain/decimal.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { Side } from '../../domain/order.js';
import { commonStep } from '../../domain/order-grid.js';
import type { SimulatedBook } from '../market/book.js';
import type { SimulatedMarket } from '../market/market.js';
import type { Seat } from './seat.js';

/** One side of an opportunity: an immediate-or-cancel limit order. Decimals are plain texts. */
export interface OpportunityLeg {
  readonly seat: Seat;
  readonly instrument: TradableInstrument;
  readonly side: Side;
  /** The worst price that is still accepted. */
  readonly price: string;
  /** Base units on spot, contracts on futures. */
  readonly quantity: string;
}

/** Something to buy in one place and to sell in another at the same time, in the same amount. */
export interface Opportunity {
  readonly base: string;
  readonly buy: OpportunityLeg;
  readonly sell: OpportunityLeg;
  /** What is bought and sold, in base units. */
  readonly quantityBase: string;
  /** In the quote asset after both taker fees, if both legs are filled at their prices. */
  readonly expectedProfit: string;
}

/**
 * The smallest opportunity that both places take: the least common amount that keeps the lots and minimums of both.
 * @param prices the worst accepted; the present touches when left out
 * @throws InvalidInputError when the asset is not listed in both places, or a side of a book is empty
 */
export function opportunityBetween(
  base: string,
  buyAt: Seat,
  sellAt: Seat,
  prices: { readonly buy?: string; readonly sell?: string } = {},
): Opportunity {
  const buying = listed(buyAt, base);
  const selling = listed(sellAt, base);
  const buyPrice = prices.buy ?? touchOf(buyAt.book(buying.symbol), 'asks');
  const sellPrice = prices.sell ?? touchOf(sellAt.book(selling.symbol), 'bids');
  const lot = commonStep(baseLot(buying), baseLot(selling));
  const least = Decimal.max(leastBase(buying, buyPrice), leastBase(selling, sellPrice));
  const quantityBase = ceilToGrid(least, lot);
  const leg = (seat: Seat, instrument: TradableInstrument, side: Side, price: string): OpportunityLeg => ({
    seat,
    instrument,
    side,
    price,
    quantity: plainText(new Decimal(quantityBase).div(instrument.contractSize)),
  });
  const cost = new Decimal(quantityBase).mul(buyPrice).mul(new Decimal(buying.takerFeeBps).div(10_000).plus(1));
  const yields = new Decimal(quantityBase).mul(sellPrice).mul(new Decimal(1).sub(new Decimal(selling.takerFeeBps).div(10_000)));
  return {
    base,
    buy: leg(buyAt, buying, 'buy', buyPrice),
    sell: leg(sellAt, selling, 'sell', sellPrice),
    quantityBase,
    expectedProfit: plainText(yields.sub(cost)),
  };
}

/** Two listings of an asset of which the second is to become dearer. */
export interface PlantRequest {
  readonly base: string;
  readonly buyAt: Seat;
  readonly sellAt: Seat;
  /** By how much the bid of the seller shall at least exceed the ask of the buyer, in basis points and after both taker fees. */
  readonly netBps: number;
}

const PLANT_TRIES = 8;

/**
 * Moves the selling venue's background until the spread is there; `unplant` lets it go home.
 * @throws InvalidInputError when the book plays a recording, or the spread cannot be had
 */
export function plant(market: SimulatedMarket, { base, buyAt, sellAt, netBps }: PlantRequest): Opportunity {
  const buying = listed(buyAt, base);
  const selling = listed(sellAt, base);
  const book = sellAt.book(selling.symbol);
  if (book.isDriven)
    throw new InvalidInputError(`${sellAt.name} ${selling.symbol} plays a recording`, { symbol: selling.symbol });
  const grossBps = netBps + buying.takerFeeBps + selling.takerFeeBps;
  for (let tries = 0; tries < PLANT_TRIES; tries++) {
    const ask = new Decimal(touchOf(buyAt.book(buying.symbol), 'asks'));
    const bid = new Decimal(touchOf(book, 'bids'));
    const missing = ask.mul(1 + grossBps / 10_000).div(bid);
    if (missing.lte(1)) return opportunityBetween(base, buyAt, sellAt);
    book.displacement += missing.ln().toNumber() + tries * 1e-4;
    move(market, book);
  }
  throw new InvalidInputError(`no spread of ${netBps} bps in ${base} between ${buyAt.name} and ${sellAt.name}`, { base });
}

/** Ends what was planted in a place. */
export function unplant(market: SimulatedMarket, seat: Seat, base: string): void {
  const book = seat.book(listed(seat, base).symbol);
  book.displacement = 0;
  move(market, book);
}

/** The best price of a side as text. @throws InvalidInputError when the side is empty */
export function touchOf(book: SimulatedBook, side: 'bids' | 'asks'): string {
  const level = book[side].best();
  if (level === undefined) throw new InvalidInputError(`${book.instrument.symbol} has no ${side}`);
  return decimalText(level.priceUnits, book.instrument.priceDecimals);
}

/** Whole units of a book as decimal text. */
export function decimalText(units: number, decimals: number): string {
  return plainText(new Decimal(units).div(new Decimal(10).pow(decimals)));
}

/** The least quantity of an instrument that its rules let pass at a price, on its grid: base units or contracts. */
export function leastQuantity({ rules, contractSize }: TradableInstrument, price: string): string {
  const byValue = new Decimal(rules.minQuoteAmount).div(new Decimal(price).mul(contractSize));
  return ceilToGrid(Decimal.max(byValue, rules.minQty, rules.lotSize), rules.lotSize);
}

function listed(seat: Seat, base: string): TradableInstrument {
  const found = seat.instrumentOf(base);
  if (found === undefined) throw new InvalidInputError(`${base} is not listed at ${seat.name}`, { base });
  return found;
}

function baseLot({ rules, contractSize }: TradableInstrument): string {
  return plainText(new Decimal(rules.lotSize).mul(contractSize));
}

function leastBase(instrument: TradableInstrument, price: string): Decimal {
  return new Decimal(leastQuantity(instrument, price)).mul(instrument.contractSize);
}

function move(market: SimulatedMarket, book: SimulatedBook): void {
  book.update(Math.log(market.fairPrice(book)), market.elapsedUs(), market.nowUs());
}
