import type { SeededRandom } from '../../domain/random.js';
import { type Market, VENUES, type VenueId, type VenueInstrument } from '../../domain/venue.js';
import { FairPrice } from './fair-price.js';
import { inventTickers } from './tickers.js';

/** Real names and round prices of assets that every venue lists; the rest of the market is invented. */
const MAJORS: readonly (readonly [string, number])[] = [
  ['BTC', 64_000],
  ['ETH', 3_100],
  ['SOL', 145],
  ['XRP', 0.52],
  ['DOGE', 0.125],
  ['ADA', 0.38],
  ['AVAX', 27.5],
  ['LINK', 13.2],
  ['LTC', 71],
  ['DOT', 5.9],
];

/** Taker and maker fees in basis points, as the venues' lists have them for a new account. */
const FEES: Record<VenueId, Record<Market, readonly [number, number]>> = {
  binance: { spot: [10, 10], futures: [5, 2] },
  coinbase: { spot: [60, 40], futures: [60, 40] },
  kraken: { spot: [40, 25], futures: [5, 2] },
  mexc: { spot: [5, 0], futures: [2, 0] },
  gateio: { spot: [20, 20], futures: [5, 2] },
};
/** How long a venue takes to follow the common price. */
const LAG_US: Record<VenueId, number> = { binance: 20e3, coinbase: 60e3, kraken: 120e3, mexc: 150e3, gateio: 100e3 };
/** About what the largest order may be worth. */
const MAX_NOTIONAL = 1e7;
const FUTURES_VENUES: readonly VenueId[] = ['binance', 'mexc', 'gateio'];

/** One instrument of the simulated market: what its metadata says, and how its book looks. */
export interface SimulatedInstrument extends VenueInstrument {
  readonly makerFeeBps: number;
  /** Smallest price step in units of 10^-priceDecimals. */
  readonly tickUnits: number;
  /** Smallest order value in the quote asset. */
  readonly minNotional: number;
  /** Bounds of an order's quantity in units of 10^-qtyDecimals. */
  readonly minQtyUnits: number;
  readonly maxQtyUnits: number;
  /** Decimals that amounts of market orders by value may have. */
  readonly quoteDecimals: number;
  /** Futures; 0, "0" and 0 on spot. The rate is the share of a position's value that its margin must not fall below. */
  readonly maxLeverage: number;
  readonly maintenanceRate: string;
  readonly fundingIntervalHours: number;
  readonly shape: BookShape;
}

/** The habits of one book. */
export interface BookShape {
  /** Levels a side usually has. */
  readonly levels: number;
  /** Mean distance between levels, and half the usual spread, as fractions of the price. */
  readonly gap: number;
  readonly halfSpread: number;
  /** What a level is worth in the quote asset. */
  readonly notionalMin: number;
  readonly notionalMax: number;
  /** How long the book takes to follow the common price. */
  readonly lagUs: number;
  /** Share of all updates, relative to other books. */
  readonly activity: number;
}

/** An asset, its common price, and where it is listed. */
export interface Asset {
  readonly base: string;
  readonly major: boolean;
  readonly fair: FairPrice;
  readonly instruments: readonly SimulatedInstrument[];
}

/** An instrument that is not invented: a recording tells what it is. */
export interface GivenInstrument {
  readonly venue: VenueId;
  readonly market: Market;
  readonly symbol: string;
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
  /** In the quote asset, about. */
  readonly price: number;
}

const QUOTES = ['USDT', 'USDC', 'FDUSD', 'USD', 'EUR', 'BTC', 'ETH'];

/** The asset of a given instrument; its fees, bounds and margins are those of an invented one at that price. */
export function givenAsset({ symbol, ...given }: GivenInstrument, random: SeededRandom): Asset {
  const plain = symbol.replace(/[-_/]/, '').replace(/^XBT/, 'BTC');
  const quote = QUOTES.find((candidate) => plain.endsWith(candidate)) ?? 'USDT';
  const base = plain.slice(0, -quote.length);
  const { venue, market, price, priceDecimals, qtyDecimals } = given;
  const invented = instrument(venue, market, base, price, true, random);
  const maxQtyUnits =
    10 ** Math.min(15, Math.ceil(Math.log10(MAX_NOTIONAL / price / Number(invented.contractSize)) + qtyDecimals));
  const own = { ...invented, symbol, quote, priceDecimals, qtyDecimals, tickUnits: 1, maxQtyUnits };
  return { base, major: true, fair: new FairPrice(price, 1e-4, random), instruments: [own] };
}

/** Invents the market: assets, and on which venues and with which decimals each is listed. */
export function inventAssets(venues: readonly VenueId[], symbols: number, futuresSymbols: number, random: SeededRandom): Asset[] {
  const majors = MAJORS.slice(0, symbols);
  const taken = new Set(MAJORS.map(([base]) => base));
  const thin = inventTickers(symbols - majors.length, taken, random.fork('tickers'));
  const names = [...majors.map(([base]) => base), ...thin];
  const enabled = VENUES.filter((venue) => venues.includes(venue));
  return names.map((base, index) => {
    const own = random.fork(`asset:${base}`);
    const major = index < majors.length;
    const price = majors[index]?.[1] ?? Math.exp(Math.log(0.002) + own.next() * Math.log(20_000));
    const volatility = major ? 1.5e-4 : 2e-4 + own.next() * 2e-4;
    const instruments = pickVenues(enabled, major, own).map((venue) => instrument(venue, 'spot', base, price, major, own));
    if (index < futuresSymbols) {
      for (const venue of FUTURES_VENUES) {
        if (enabled.includes(venue)) instruments.push(instrument(venue, 'futures', base, price, major, own));
      }
    }
    return { base, major, fair: new FairPrice(price, volatility, random.fork(`price:${base}`)), instruments };
  });
}

function pickVenues(enabled: readonly VenueId[], major: boolean, random: SeededRandom): VenueId[] {
  if (major || enabled.length <= 2) return [...enabled];
  const count = 2 + random.below(enabled.length - 1);
  const left = [...enabled];
  while (left.length > count) left.splice(random.below(left.length), 1);
  return left;
}

function instrument(
  venue: VenueId,
  market: Market,
  base: string,
  price: number,
  major: boolean,
  random: SeededRandom,
): SimulatedInstrument {
  const magnitude = Math.floor(Math.log10(price));
  const extra = major ? 1 + random.below(2) : random.below(5) === 0 ? -1 : random.below(2);
  const priceDecimals = Math.max(0, Math.min(8, 4 - magnitude + extra));
  const contracts = market === 'futures' && venue !== 'binance';
  const baseDecimals = Math.max(0, magnitude + 1);
  const [takerFeeBps, makerFeeBps] = FEES[venue][market];
  const qtyDecimals = contracts ? 0 : quantityDecimals(venue, price, baseDecimals, random);
  const contractSize = contracts ? powerOfTen(Math.max(-4, -magnitude)) : '1';
  const futures = market === 'futures';
  return {
    venue,
    market,
    base,
    quote: 'USDT',
    symbol: symbolAt(venue, market, base),
    priceDecimals,
    qtyDecimals,
    contractSize,
    takerFeeBps,
    makerFeeBps,
    // MEXC spot and Gate.io spot publish decimals only, so their ticks are powers of ten.
    tickUnits:
      (contracts || venue === 'binance' || venue === 'coinbase') && priceDecimals > 4 - magnitude && random.below(5) === 0
        ? 5
        : 1,
    minNotional: minNotional(venue, market),
    minQtyUnits: 1,
    maxQtyUnits: 10 ** Math.min(15, Math.ceil(Math.log10(MAX_NOTIONAL / price / Number(contractSize)) + qtyDecimals)),
    quoteDecimals: 8,
    // Kept below the inverse of the greatest leverage, so that no position is liquidated as it is opened.
    maxLeverage: futures ? (major ? 125 : 50) : 0,
    maintenanceRate: futures ? (major ? '0.004' : '0.01') : '0',
    fundingIntervalHours: futures ? 8 : 0,
    shape: shape(venue, major, random),
  };
}

/** Contracts of MEXC and Gate.io are bounded by their number alone. */
function minNotional(venue: VenueId, market: Market): number {
  if (market === 'futures') return venue === 'binance' ? 1 : 0;
  return { binance: 5, coinbase: 1, kraken: 0.5, mexc: 1, gateio: 3 }[venue];
}

function quantityDecimals(venue: VenueId, price: number, baseDecimals: number, random: SeededRandom): number {
  if (venue === 'kraken') return price < 0.01 ? 5 : 8;
  return Math.min(8, baseDecimals + random.below(3));
}

function symbolAt(venue: VenueId, market: Market, base: string): string {
  if (venue === 'coinbase') return `${base}-USDT`;
  if (venue === 'kraken') return `${base}/USDT`;
  if (venue === 'gateio' || (venue === 'mexc' && market === 'futures')) return `${base}_USDT`;
  return `${base}USDT`;
}

function powerOfTen(exponent: number): string {
  return exponent >= 0 ? `1${'0'.repeat(exponent)}` : `0.${'0'.repeat(-exponent - 1)}1`;
}

function shape(venue: VenueId, major: boolean, random: SeededRandom): BookShape {
  const lagUs = LAG_US[venue] * (0.5 + random.next());
  if (major) {
    return {
      levels: 60 + random.below(30),
      gap: 0.5e-4 + random.next() * 0.5e-4,
      halfSpread: 0.2e-4 + random.next() * 0.6e-4,
      notionalMin: 300,
      notionalMax: 40_000,
      lagUs,
      activity: 12,
    };
  }
  return {
    levels: 20 + random.below(25),
    gap: 4e-4 + random.next() * 8e-4,
    halfSpread: 4e-4 + random.next() * 8e-4,
    notionalMin: 20,
    notionalMax: 2_000,
    lagUs,
    activity: 0.3 + random.next() * 1.4,
  };
}
