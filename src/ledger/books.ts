import { type Decimal, Exact } from '../domain/decimal.js';
import type { Market, VenueId } from '../domain/venue.js';
import { type AccountBalance, Accounts, accountOf, type Posting, sumsByAsset } from './accounts.js';
import type { BooksState } from './books-state.js';
import type { EntryOf, JournalEntry } from './entries.js';
import { OrderedLots } from './ordered-lots.js';
import { Position, type PositionFee } from './position.js';

/** What an entry did to profit, with everything that it may be summed by. */
export interface ProfitChange {
  readonly sequence: number;
  readonly tsUs: number;
  readonly strategy: string;
  readonly venue: VenueId;
  readonly market: Market;
  /** Canonical pair. */
  readonly symbol: string;
  /** The quote asset, in which the amounts are. */
  readonly asset: string;
  /** Profit of what was closed, before fees and funding. */
  readonly realised: Decimal;
  readonly fees: Decimal;
  readonly funding: Decimal;
  /** Value of the fill. */
  readonly turnover: Decimal;
  readonly isFill: boolean;
}

/** What came of an entry. */
export interface Booking {
  readonly postings: readonly Posting[];
  readonly profit: ProfitChange | null;
}

/** What a strategy has open: of a pair on spot, over all venues; of a contract at its venue. */
export interface OpenPosition {
  readonly strategy: string;
  /** Null on spot. */
  readonly venue: VenueId | null;
  readonly market: Market;
  readonly symbol: string;
  readonly position: Position;
}

type Traded = EntryOf<'fill'> | EntryOf<'fee'> | EntryOf<'funding'>;

/** Microseconds of a day. */
export const DAY_US = 86_400_000_000;
/** Fills whose repetition is noticed. A repetition comes within minutes; `verify` knows all. */
const FILLS_REMEMBERED = 131_072;
const ZERO = new Exact(0);

/**
 * Balances, positions and profit, from the entries of a journal and from nothing else. Every entry that moves money becomes postings
 * that add up to nothing in each asset. Spot positions are kept first in, first out, over all venues, for a pair is often bought at
 * one and sold at another; futures by average cost, as venues do, so that holdings are what they report. Profit of a spot fill is
 * counted at the venue that closed. A transfer belongs to a venue and to no strategy. A fill told twice counts once.
 */
export class Books {
  private readonly accounts = new Accounts();
  private readonly positions = new Map<string, OpenPosition>();
  /** Positions of contracts as their venues see them: over all strategies, by the venue's time. */
  private readonly venuePositions = new Map<string, OrderedLots>();
  private readonly fills = new Set<string>();

  /**
   * Books an entry. @returns null for one that moves nothing
   * @throws LedgerError unbalanced, CalculationError for amounts that make no sense
   */
  book(entry: JournalEntry): Booking | null {
    const booking = this.bookingOf(entry);
    if (booking === null) return null;
    this.accounts.post(booking.postings);
    return booking;
  }

  /** What they have come to, to be made again from. */
  state(): BooksState {
    return {
      accounts: [...this.accounts.all()].map(({ account, asset, amount }) => {
        const { kind, strategy, venue, market, symbol } = account;
        return [kind, strategy, venue, market, symbol, asset, amount.toFixed()];
      }),
      positions: [...this.positions.values()].map(({ strategy, venue, market, symbol, position }) => {
        return [strategy, venue, market, symbol, position.state()];
      }),
      venuePositions: [...this.venuePositions].map(([contract, position]) => [contract, position.state()]),
    };
  }

  /** Makes empty books again what `state` told. @param fills by their keys, those that may be told again */
  restore({ accounts, positions, venuePositions }: BooksState, fills: Iterable<string>): void {
    for (const [kind, strategy, venue, market, symbol, asset, amount] of accounts)
      this.accounts.restore({ account: { kind, strategy, venue, market, symbol }, asset, amount: new Exact(amount) });
    for (const [strategy, venue, market, symbol, state] of positions) {
      const position = Position.restored(market === 'spot' ? 'fifo' : 'average', state);
      this.positions.set(positionKey(strategy, venue, market, symbol), { strategy, venue, market, symbol, position });
    }
    for (const [contract, state] of venuePositions) this.venuePositions.set(contract, OrderedLots.restored(state));
    for (const key of fills) this.fills.add(key);
  }

  /** What a venue should have of an asset. */
  holding(venue: VenueId, market: Market, asset: string): Decimal {
    return this.accounts.balance(accountOf('holding', { venue, market }), asset);
  }

  /** Contracts that a venue should report, signed. */
  contracts(venue: VenueId, symbol: string): Decimal {
    return this.accounts.balance(accountOf('contracts', { venue, market: 'futures', symbol }), contractAsset(venue, symbol));
  }

  /** What those contracts cost in the quote asset, negative for a short position. */
  contractsCost(venue: VenueId, symbol: string): Decimal {
    return this.venuePositions.get(contractAsset(venue, symbol))?.openCost ?? ZERO;
  }

  /** Balances of all accounts. */
  balances(): IterableIterator<AccountBalance> {
    return this.accounts.all();
  }

  /** What strategies have, or had, open. */
  openPositions(): IterableIterator<OpenPosition> {
    return this.positions.values();
  }

  /** Assets whose balances over all accounts do not add up to nothing: always none. */
  unbalanced(): ReturnType<typeof sumsByAsset> {
    return sumsByAsset(this.accounts.all());
  }

  private bookingOf(entry: JournalEntry): Booking | null {
    switch (entry.kind) {
      case 'fill':
        return this.isRepeated(entry) ? null : this.bookTraded(entry);
      case 'fee':
      case 'funding':
        return this.bookTraded(entry);
      case 'transfer':
        return moved('transfers', entry, entry.asset, entry.amount);
      case 'reconciliation': {
        const { venue, market, asset, adjustment } = entry;
        if (venue === null || market === null || asset === null) return null;
        return moved('adjustments', { venue, market }, asset, adjustment);
      }
      default:
        return null;
    }
  }

  private isRepeated(fill: EntryOf<'fill'>): boolean {
    const key = fillKey(fill);
    if (this.fills.has(key)) return true;
    this.fills.add(key);
    if (this.fills.size > FILLS_REMEMBERED) for (const oldest of this.fills.keys()) return !this.fills.delete(oldest);
    return false;
  }

  /** The changes of the position are the postings: what it holds, what that cost, what was realised, and what fees are worth. */
  private bookTraded(entry: Traded): Booking {
    const { strategy, venue, market, base, quote } = entry;
    const { position, symbol } = this.positionOf(entry);
    const before = sumsOf(position);
    const fee = feeOf(entry);
    apply(position, entry, fee);
    const after = sumsOf(position);
    const change = (key: keyof PositionSums): Decimal => after[key].minus(before[key]);
    const realised = change('realised');
    const postings: Posting[] = [];
    const post = (account: Posting['account'], asset: string, amount: Decimal): void => {
      if (!amount.isZero()) postings.push({ account, asset, amount });
    };
    const own = { strategy, market, symbol, venue: market === 'spot' ? null : venue };
    const byVenue = { strategy, venue, market, symbol };
    const holding = accountOf('holding', { venue, market });
    post(accountOf('profit', byVenue), quote, realised.neg());
    post(accountOf('funding', byVenue), quote, change('funding').neg());
    if (market === 'spot') {
      post(holding, base, change('quantity'));
      post(accountOf('position', own), base, change('quantity').neg());
      post(accountOf('position', own), quote, change('cost'));
      // Fees in third assets are posted in those.
      const spent = fee.isThird ? ZERO : change('fees');
      post(accountOf('fees', byVenue), quote, spent);
      post(holding, quote, realised.plus(change('funding')).minus(change('cost')).minus(spent));
    } else {
      const atVenue = this.realisedAtVenue(entry);
      const contracts = entry.kind === 'fill' ? signedQuantity(entry) : ZERO;
      const name = contractAsset(venue, entry.symbol);
      post(accountOf('contracts', { venue, market, symbol: entry.symbol }), name, contracts);
      post(accountOf('position', own), name, contracts.neg());
      post(accountOf('netting', { venue, market, symbol: entry.symbol }), quote, realised.minus(atVenue));
      post(holding, quote, atVenue.plus(change('funding')));
    }
    if (fee.told !== null && (fee.isThird || market === 'futures')) {
      post(accountOf('fees', byVenue), fee.told.asset, fee.told.amount);
      post(holding, fee.told.asset, fee.told.amount.neg());
    }
    const isFill = entry.kind === 'fill';
    return {
      postings,
      profit: {
        sequence: entry.sequence,
        tsUs: entry.tsUs,
        strategy,
        venue,
        market,
        symbol: pairOf(entry),
        asset: quote,
        realised,
        fees: change('fees'),
        funding: change('funding'),
        turnover: isFill ? new Exact(entry.quantity).mul(entry.contractSize).mul(entry.price) : ZERO,
        isFill,
      },
    };
  }

  private positionOf(entry: Traded): OpenPosition {
    const { strategy, market } = entry;
    const isSpot = market === 'spot';
    const venue = isSpot ? null : entry.venue;
    const symbol = isSpot ? pairOf(entry) : entry.symbol;
    const key = positionKey(strategy, venue, market, symbol);
    const known = this.positions.get(key);
    if (known !== undefined) return known;
    const made = { strategy, venue, market, symbol, position: new Position(isSpot ? 'fifo' : 'average') };
    this.positions.set(key, made);
    return made;
  }

  /** By how much what the venue itself has realised changes with a fill of a contract, over all strategies. */
  private realisedAtVenue(entry: Traded): Decimal {
    if (entry.kind !== 'fill') return ZERO;
    const key = contractAsset(entry.venue, entry.symbol);
    const lots = this.venuePositions.get(key) ?? new OrderedLots();
    this.venuePositions.set(key, lots);
    const size = new Exact(baseUnits(entry));
    return lots.trade(entry.side === 'buy' ? size : size.neg(), new Exact(entry.price), entry.venueTimeMs) ?? ZERO;
  }
}

/** What is left of a profit: less fees, with funding. */
export function netOf({ realised, fees, funding }: Pick<ProfitChange, 'realised' | 'fees' | 'funding'>): Decimal {
  return realised.minus(fees).plus(funding);
}

/** What tells a fill from all others. */
export function fillKey({
  venue,
  market,
  symbol,
  tradeId,
}: Pick<EntryOf<'fill'>, 'venue' | 'market' | 'symbol' | 'tradeId'>): string {
  return JSON.stringify([venue, market, symbol, tradeId]);
}

/** Canonical pair of an entry's instrument. */
export function pairOf({ base, quote }: Pick<Traded, 'base' | 'quote'>): string {
  return `${base}/${quote}`;
}

/** A fee as a position takes it; of a third asset without a value only what was told. */
export interface BookedFee {
  readonly taken: PositionFee | null;
  readonly told: { readonly asset: string; readonly amount: Decimal } | null;
  /** Neither in the quote nor, on spot, in the base asset. */
  readonly isThird: boolean;
}

/** The fee of an entry, if it tells one. One in the base asset of a contract is worth its price, for contracts are not paid with. */
export function feeOf(entry: Traded): BookedFee {
  if (entry.kind === 'funding') return NO_FEE;
  const [asset, amount] = entry.kind === 'fill' ? [entry.feeAsset, entry.fee] : [entry.asset, entry.amount];
  if (asset === null || amount === null) return NO_FEE;
  const told = { asset, amount: new Exact(amount) };
  if (asset === entry.quote) return { taken: { asset: 'quote', amount }, told, isThird: false };
  const isBase = asset === entry.base;
  const worth = entry.kind === 'fill' ? entry.feeConversion : entry.conversion;
  const conversion = worth ?? (isBase && entry.kind === 'fill' ? entry.price : null);
  if (isBase && entry.market === 'spot' && conversion !== null) {
    return { taken: { asset: 'base', amount, conversion }, told, isThird: false };
  }
  return { taken: conversion === null ? null : { asset: 'other', amount, conversion }, told, isThird: true };
}

const NO_FEE: BookedFee = { taken: null, told: null, isThird: false };

function apply(position: Position, entry: Traded, { taken }: BookedFee): void {
  if (entry.kind === 'funding') position.fund({ amount: entry.amount });
  else if (entry.kind === 'fill') position.fill({ side: entry.side, qty: baseUnits(entry), price: entry.price, fee: taken });
  else if (taken !== null) position.charge(taken);
}

interface PositionSums {
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly realised: Decimal;
  readonly fees: Decimal;
  readonly funding: Decimal;
}

function sumsOf({ quantity, openCost, realisedGross, fees, funding }: Position): PositionSums {
  return { quantity, cost: openCost, realised: realisedGross, fees, funding };
}

/** Base units of a fill. */
export function baseUnits({ quantity, contractSize }: EntryOf<'fill'>): string {
  return new Exact(quantity).mul(contractSize).toFixed();
}

function signedQuantity({ side, quantity }: EntryOf<'fill'>): Decimal {
  return side === 'buy' ? new Exact(quantity) : new Exact(quantity).neg();
}

function positionKey(strategy: string, venue: VenueId | null, market: Market, symbol: string): string {
  return JSON.stringify([strategy, venue, market, symbol]);
}

function contractAsset(venue: VenueId, symbol: string): string {
  return `${venue} ${symbol} contracts`;
}

function moved(
  kind: 'transfers' | 'adjustments',
  { venue, market }: { readonly venue: VenueId; readonly market: Market },
  asset: string,
  text: string,
): Booking | null {
  const amount = new Exact(text);
  if (amount.isZero()) return null;
  return {
    postings: [
      { account: accountOf('holding', { venue, market }), asset, amount },
      { account: accountOf(kind, { venue, market }), asset, amount: amount.neg() },
    ],
    profit: null,
  };
}
