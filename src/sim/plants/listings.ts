import type { SeededRandom } from '../../domain/random.js';
import { type Market, VENUES, type VenueId } from '../../domain/venue.js';
import { canonicalAsset } from '../../venues/identity.js';
import type { GivenInstrument } from '../market/instruments.js';
import { inventTickers } from '../market/tickers.js';

/** What an asset is there for. */
export type AssetRole =
  | 'plain'
  | 'contract'
  | 'costly'
  | 'coarse'
  | 'other-asset'
  | 'multiplier'
  | 'contract-multiplier'
  | 'signal';

/** One asset against USDT in one market, with the venues that list it. */
export interface PlantedAsset {
  readonly role: AssetRole;
  readonly base: string;
  readonly market: Market;
  /** In the quote asset. */
  readonly price: number;
  readonly listings: readonly PlantedListing[];
}

export interface PlantedListing extends GivenInstrument {
  /** Set where the ticker stands for something else than at the other venues: how many times its price is the others'. */
  readonly strangeFactor: number;
}

const QUOTE = 'USDT';
const SEPARATORS: Record<Market, Record<VenueId, string>> = {
  spot: { binance: '', coinbase: '-', kraken: '/', mexc: '', gateio: '_' },
  futures: { binance: '', coinbase: '-', kraken: '/', mexc: '_', gateio: '_' },
};
const CONTRACT_VENUES: readonly VenueId[] = ['binance', 'mexc', 'gateio'];
/** What an asset of each role may cost. The whole lots of a coarse one are worth more than ten least orders. */
const PRICES: Record<AssetRole, readonly [from: number, to: number]> = {
  plain: [0.002, 90],
  contract: [0.02, 90],
  costly: [0.02, 90],
  coarse: [62, 95],
  'other-asset': [0.02, 9],
  multiplier: [0.002, 0.04],
  'contract-multiplier': [0.002, 0.04],
  signal: [0.02, 90],
};
const ROLES: readonly AssetRole[] = [
  'plain',
  'plain',
  'plain',
  'contract',
  'costly',
  'coarse',
  'other-asset',
  'multiplier',
  'contract-multiplier',
  'signal',
  'signal',
];
/** What a lot is worth at most, in the quote asset. */
const LOT_VALUE_MAX = 0.2;
const TICKERS_SPARE = 20;
const THOUSAND = 1_000;

/** Invents the assets of a seed: few, thin, with the decimals, fees and least orders that venues really have. */
export function inventListings(random: SeededRandom): PlantedAsset[] {
  const tickers = inventTickers(ROLES.length + TICKERS_SPARE, new Set(), random.fork('tickers')).filter(isOrdinary);
  return ROLES.flatMap((role, index) => inventAsset(role, tickers[index] ?? '', random.fork(`${role} ${index}`)));
}

/** Whether every venue calls an asset by this name, and means nothing else by it. */
function isOrdinary(ticker: string): boolean {
  return VENUES.every((venue) => canonicalAsset(venue, ticker) === ticker);
}

/** What is strange about a listing. */
interface Oddity {
  /** How many times the others' price its own is. */
  readonly strangeFactor?: number;
  /** Whether only whole base assets are traded. */
  readonly isCoarse?: boolean;
}

function inventAsset(role: AssetRole, base: string, random: SeededRandom): PlantedAsset[] {
  const [from, to] = PRICES[role];
  const price = from * (to / from) ** random.next();
  // The first of the venues is the odd one.
  const asset = (market: Market, venues: readonly VenueId[], odd: Oddity = {}, multiple = 1): PlantedAsset => {
    const named = { role, base: multiple === 1 ? base : `${multiple}${base}`, market, price: price * multiple };
    return { ...named, listings: venues.map((venue, place) => list(venue, named, place === 0 ? odd : {}, random)) };
  };
  switch (role) {
    case 'plain':
      return [asset('spot', pickSome(VENUES, 4, random))];
    case 'signal':
      return [asset('spot', pickSome(VENUES, 3, random))];
    case 'contract':
      return [asset('futures', CONTRACT_VENUES)];
    case 'costly':
      return [asset('spot', ['coinbase', 'kraken'])];
    case 'coarse':
      return [asset('spot', pick(without('kraken'), 2, random), { isCoarse: true })];
    case 'other-asset': {
      const factor = 10 ** (1 + random.next() * 2);
      return [asset('spot', pickSome(VENUES, 4, random), { strangeFactor: random.next() < 0.5 ? factor : 1 / factor })];
    }
    case 'multiplier': {
      const thousands = pick(VENUES, 2, random);
      return [asset('spot', thousands, {}, THOUSAND), asset('spot', without(...thousands))];
    }
    case 'contract-multiplier':
      return [asset('futures', ['binance'], {}, THOUSAND), asset('futures', ['mexc', 'gateio'])];
  }
}

function list(
  venue: VenueId,
  { role, base, market, price }: Omit<PlantedAsset, 'listings'>,
  { strangeFactor = 1, isCoarse = false }: Oddity,
  random: SeededRandom,
): PlantedListing {
  const own = price * strangeFactor;
  const magnitude = Math.floor(Math.log10(own));
  const isWhole = isCoarse || (market === 'futures' && venue !== 'binance');
  // A spread that is narrower than a tick could not be planted between the two dearest venues.
  const fine = role === 'costly' ? 1 : random.below(2);
  const lotDecimals = Math.max(0, Math.ceil(Math.log10(own / LOT_VALUE_MAX)));
  return {
    venue,
    market,
    symbol: `${base}${SEPARATORS[market][venue]}${QUOTE}`,
    priceDecimals: Math.max(0, Math.min(9, 4 - magnitude + fine)),
    qtyDecimals: isWhole ? 0 : venue === 'kraken' ? Math.max(5, lotDecimals) : lotDecimals + random.below(2),
    price: own,
    strangeFactor,
  };
}

/** So many of the venues, in any order. */
function pick(venues: readonly VenueId[], count: number, random: SeededRandom): VenueId[] {
  const left = [...venues];
  const picked: VenueId[] = [];
  while (picked.length < count) picked.push(...left.splice(random.below(left.length), 1));
  return picked;
}

/** As many of the venues or more, in any order. */
function pickSome(venues: readonly VenueId[], least: number, random: SeededRandom): VenueId[] {
  return pick(venues, least + random.below(venues.length - least + 1), random);
}

function without(...venues: readonly VenueId[]): VenueId[] {
  return VENUES.filter((venue) => !venues.includes(venue));
}
