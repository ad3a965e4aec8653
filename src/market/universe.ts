import type { TradableInstrument } from '../domain/instrument.js';
import type { Market, VenueInstrument } from '../domain/venue.js';
import type { BookRequest } from '../kernel/plan.js';
import type { FeedProtocol } from '../venues/contract.js';

/** One feed with what its venue lists. */
export interface UniverseFeed {
  readonly protocol: FeedProtocol;
  readonly instruments: readonly TradableInstrument[];
}

export interface UniverseOptions {
  /** Rows of each market at most: those on the most venues first. */
  readonly symbolsMax: number;
  /** Only these quote assets; an empty list takes all. */
  readonly quotes: readonly string[];
  /** Levels a side of a book holds where the channel carries the whole book. */
  readonly levels: number;
  /** CHECKSUM_... */
  readonly checksumPolicy: number;
}

/** One book to follow. */
export interface UniverseBook {
  readonly instrument: TradableInstrument;
  /** Index into the feeds that the universe was built from. */
  readonly feed: number;
  /** Index into the rows. */
  readonly row: number;
  readonly request: BookRequest;
}

/** One instrument that at least two venues trade. */
export interface UniverseRow {
  readonly market: Market;
  readonly base: string;
  readonly quote: string;
  /** Shared by all its books: units can be compared. */
  readonly priceScale: number;
  readonly qtyScale: number;
  /** Indices into the books, one a venue, in the order of the feeds. */
  readonly books: readonly number[];
}

/** An instrument that is left out although it was asked for, and why. */
export interface RejectedInstrument {
  readonly instrument: TradableInstrument;
  readonly reason: string;
}

export interface Universe {
  readonly rows: readonly UniverseRow[];
  readonly books: readonly UniverseBook[];
  readonly rejected: readonly RejectedInstrument[];
}

/**
 * Most decimals that are taken. What metadata does not say is how large the values get; with as many decimals as this a price is far
 * below one, and so fits 2^53 units. A single value that does not fit is an error of its book when it comes, never a rounding.
 */
const PRICE_DECIMALS_MAX = 15;
const QTY_DECIMALS_MAX = 12;
const VENUES_MIN = 2;

interface Listing {
  readonly feed: number;
  readonly instrument: TradableInstrument;
}

/**
 * Finds what can be compared: the same base and quote asset in the same market at two venues or more. Quotes are never merged: a
 * dollar is no USDT and no USDC, and their difference is not a spread that can be earned without conversion.
 */
export function buildUniverse(feeds: readonly UniverseFeed[], options: UniverseOptions): Universe {
  const rejected: RejectedInstrument[] = [];
  const groups = groupListings(feeds, options, rejected);
  const rows: UniverseRow[] = [];
  const books: UniverseBook[] = [];
  const taken = new Map<Market, number>();
  // Stable: among instruments on equally many venues, those that the venues list first come first.
  for (const group of groups.toSorted((a, b) => b.length - a.length)) {
    const [first] = group;
    if (first === undefined || group.length < VENUES_MIN) continue;
    const { market, base, quote } = first.instrument;
    const count = taken.get(market) ?? 0;
    if (count >= options.symbolsMax) continue;
    taken.set(market, count + 1);
    const priceScale = Math.max(...group.map(({ instrument }) => instrument.priceDecimals));
    const qtyScale = Math.max(...group.map(({ instrument }) => instrument.qtyDecimals));
    const indices = group.map(({ feed, instrument }) => {
      const protocol = (feeds[feed] as UniverseFeed).protocol;
      const request = bookRequest(protocol, feed, instrument, priceScale, qtyScale, options);
      return books.push({ instrument, feed, row: rows.length, request }) - 1;
    });
    rows.push({ market, base, quote, priceScale, qtyScale, books: indices });
  }
  return { rows, books, rejected };
}

function groupListings(feeds: readonly UniverseFeed[], options: UniverseOptions, rejected: RejectedInstrument[]): Listing[][] {
  const groups = new Map<string, Listing[]>();
  feeds.forEach(({ instruments }, feed) => {
    for (const instrument of instruments) {
      const { market, base, quote } = instrument;
      if (options.quotes.length > 0 && !options.quotes.includes(quote)) continue;
      const reason = precisionReason(instrument);
      if (reason !== null) {
        rejected.push({ instrument, reason });
        continue;
      }
      const key = `${market} ${base} ${quote}`;
      const group = groups.get(key) ?? [];
      groups.set(key, group);
      const twin = group.find((listing) => listing.feed === feed);
      if (twin === undefined) group.push({ feed, instrument });
      else rejected.push({ instrument, reason: `the venue lists ${base}/${quote} as ${twin.instrument.symbol} already` });
    }
  });
  return [...groups.values()];
}

/** Why an instrument's numbers do not fit whole units below 2^53; null when they do. */
function precisionReason({ priceDecimals, qtyDecimals }: VenueInstrument): string | null {
  if (priceDecimals > PRICE_DECIMALS_MAX)
    return `prices with ${priceDecimals} decimals do not fit; ${PRICE_DECIMALS_MAX} is the limit`;
  if (qtyDecimals > QTY_DECIMALS_MAX)
    return `quantities with ${qtyDecimals} decimals do not fit; ${QTY_DECIMALS_MAX} is the limit`;
  return null;
}

function bookRequest(
  protocol: FeedProtocol,
  feed: number,
  instrument: TradableInstrument,
  priceScale: number,
  qtyScale: number,
  options: UniverseOptions,
): BookRequest {
  return {
    feed,
    names: [instrument.symbol, ...protocol.aliases(instrument.symbol)],
    priceScale,
    qtyScale,
    // Within one message new levels may come before the old ones go, so a book that is cut needs room for more than its depth.
    capacity: protocol.depth === 0 ? options.levels : protocol.depth * 2,
    depth: protocol.depth,
    rule: protocol.rule,
    checksumPolicy: options.checksumPolicy,
    orders: 0,
  };
}
