import type { TradableInstrument } from '../domain/instrument.js';
import type { Ticker } from '../domain/market-data.js';
import type { Market, VenueId } from '../domain/venue.js';
import { samePrice } from './price-identity.js';
import { SpreadHistory } from './spread-history.js';
import { tierOf } from './tiers.js';

/** What one market of a venue lists, with its newest prices. */
export interface VenueListings {
  readonly venue: VenueId;
  readonly instruments: readonly TradableInstrument[];
  readonly tickers: readonly Ticker[];
}

export interface DiscoveryOptions {
  readonly market: Market;
  /** Only this quote asset. */
  readonly quote: string;
  /** Least 24 h volume in the quote asset, on each of the venues. */
  readonly quoteVolumeMin: number;
  /** Least typical spread between two of the venues, in percent. */
  readonly typicalSpreadPctMin: number;
  /** Samples that the spread history of an instrument keeps. */
  readonly samplesMax: number;
}

export const DEFAULT_DISCOVERY: DiscoveryOptions = {
  market: 'spot',
  quote: 'USDT',
  quoteVolumeMin: 10_000,
  typicalSpreadPctMin: 1,
  samplesMax: 1_440,
};

/** One venue's side of a discovered instrument. */
export interface SymbolListing {
  readonly venue: VenueId;
  readonly symbol: string;
  readonly instrument: TradableInstrument;
  readonly price: string;
  readonly quoteVolume24h: number;
}

/** A thin instrument that at least two venues trade. */
export interface ArbitrageSymbol {
  readonly base: string;
  readonly quote: string;
  /** Median of the greatest difference between two of its venues, in percent of the lower price, and that of the newest sample. */
  readonly typicalSpreadPct: number;
  readonly currentSpreadPct: number;
  readonly spreadSamples: number;
  /** Two or more, those with the larger volume first. */
  readonly listings: readonly SymbolListing[];
}

/** An instrument that is left out, and why. */
export interface LeftOut {
  readonly base: string;
  readonly quote: string;
  readonly reason: string;
}

interface Candidate {
  readonly base: string;
  readonly quote: string;
  readonly listings: readonly SymbolListing[];
  readonly currentSpreadPct: number;
  readonly history: SpreadHistory;
}

/**
 * Finds third-tier instruments on any set of venues, from their own metadata and tickers. An instrument is the same on two venues when
 * its canonical assets are, and when its prices agree: names alone prove nothing.
 */
export class TierThreeSymbolDiscovery {
  private readonly histories = new Map<string, SpreadHistory>();
  private candidates: readonly Candidate[] = [];
  private refused: LeftOut[] = [];

  constructor(private readonly options: DiscoveryOptions = DEFAULT_DISCOVERY) {}

  /** Takes a round of tickers: brings prices and volumes up to date and adds one sample to the spread histories. */
  observe(venues: readonly VenueListings[]): void {
    this.refused = [];
    this.candidates = [...this.grouped(venues)].flatMap(([key, listings]) => this.candidate(key, listings) ?? []);
  }

  /** What deserves to be traded, the widest typical spread first. */
  discoverArbitrageSymbols(): ArbitrageSymbol[] {
    return this.filterByTier(this.candidates.map(toSymbol))
      .filter((symbol) => this.deserves(symbol) === null)
      .toSorted((a, b) => b.typicalSpreadPct - a.typicalSpreadPct || (a.base < b.base ? -1 : 1));
  }

  /** Only the third tier: no majors, no stablecoins, no leveraged tokens, nothing that is traded well. */
  filterByTier(symbols: readonly ArbitrageSymbol[]): ArbitrageSymbol[] {
    return symbols.filter((symbol) => tierOf(symbol.base, smallestVolume(symbol)) === 3);
  }

  /** Whether at least two of the venues trade it, as the same asset. */
  validateCrossExchangeAvailability(base: string): boolean {
    return this.candidates.some((candidate) => candidate.base === base && candidate.listings.length > 1);
  }

  /** Everything that was left out, and why. */
  leftOut(): LeftOut[] {
    const filtered = this.candidates.map(toSymbol).flatMap((symbol): LeftOut[] => {
      const { base, quote } = symbol;
      const tier = tierOf(base, smallestVolume(symbol));
      const reason = tier === 'excluded' ? 'no asset of its own price' : tier !== 3 ? `tier ${tier}` : this.deserves(symbol);
      return reason === null ? [] : [{ base, quote, reason }];
    });
    return [...this.refused, ...filtered];
  }

  /** Why an instrument of the third tier is left out all the same; null when it is not. */
  private deserves(symbol: ArbitrageSymbol): string | null {
    const volume = smallestVolume(symbol);
    const { quoteVolumeMin, typicalSpreadPctMin } = this.options;
    if (volume < quoteVolumeMin) return `24 h volume ${Math.round(volume)} is below ${quoteVolumeMin}`;
    if (symbol.typicalSpreadPct < typicalSpreadPctMin)
      return `typical spread ${symbol.typicalSpreadPct.toFixed(3)} % is below ${typicalSpreadPctMin} %`;
    return null;
  }

  private grouped(venues: readonly VenueListings[]): Map<string, SymbolListing[]> {
    const { market, quote } = this.options;
    const groups = new Map<string, SymbolListing[]>();
    for (const { venue, instruments, tickers } of venues) {
      const bySymbol = new Map(tickers.map((ticker) => [ticker.symbol, ticker]));
      for (const instrument of instruments) {
        const ticker = bySymbol.get(instrument.symbol);
        if (instrument.market !== market || instrument.quote !== quote || ticker === undefined) continue;
        const group = groups.get(instrument.base) ?? [];
        groups.set(instrument.base, group);
        if (group.some((listing) => listing.venue === venue)) continue;
        const quoteVolume24h = ticker.quoteVolume24h === null ? 0 : Number(ticker.quoteVolume24h);
        group.push({ venue, symbol: instrument.symbol, instrument, price: ticker.last, quoteVolume24h });
      }
    }
    return groups;
  }

  private candidate(base: string, listings: readonly SymbolListing[]): Candidate | null {
    const { quote, samplesMax } = this.options;
    if (listings.length < 2) return null;
    const { same, refused } = samePrice(listings);
    for (const { listing, reason } of refused) this.refused.push({ base, quote, reason: `${listing.venue}: ${reason}` });
    if (same.length < 2) return null;
    const history = this.histories.get(base) ?? new SpreadHistory(samplesMax);
    this.histories.set(base, history);
    const prices = same.map(({ price }) => Number(price));
    const lowest = Math.min(...prices);
    const currentSpreadPct = (100 * (Math.max(...prices) - lowest)) / lowest;
    history.add(currentSpreadPct);
    return { base, quote, listings: same.toSorted((a, b) => b.quoteVolume24h - a.quoteVolume24h), currentSpreadPct, history };
  }
}

function toSymbol({ base, quote, listings, currentSpreadPct, history }: Candidate): ArbitrageSymbol {
  return { base, quote, listings, currentSpreadPct, typicalSpreadPct: history.typicalPct(), spreadSamples: history.count() };
}

function smallestVolume({ listings }: ArbitrageSymbol): number {
  return Math.min(...listings.map(({ quoteVolume24h }) => quoteVolume24h));
}
