import { BOOK_RULE_DELTAS, CHECKSUM_OFF } from '../../../assembly/memory/layout.js';
import type { TradableInstrument } from '../../../src/domain/instrument.js';
import type { SeededRandom } from '../../../src/domain/random.js';
import { type Market, VENUES, type VenueId } from '../../../src/domain/venue.js';
import type { Universe, UniverseBook } from '../../../src/market/universe.js';
import type { GivenInstrument, SimulatedInstrument } from '../../../src/sim/market/instruments.js';

/** What one asset is and where it is traded. */
interface AssetPlan {
  readonly base: string;
  readonly price: number;
  readonly priceDecimals: number;
  /** Decimals of quantities on spot: the least, to which some venues add. */
  readonly qtyDecimals: number;
  /** Decimals of quantities of Binance's contracts; the others count whole contracts. */
  readonly futuresDecimals: number;
}

const ASSETS: readonly AssetPlan[] = [
  { base: 'AAA', price: 1.25, priceDecimals: 4, qtyDecimals: 1, futuresDecimals: 1 },
  { base: 'BBB', price: 20, priceDecimals: 3, qtyDecimals: 2, futuresDecimals: 2 },
];
const FUTURES_VENUES: readonly VenueId[] = ['binance', 'mexc', 'gateio'];
export const QUOTE = 'USDT';
const BOOK_CAPACITY = 100;

/** The instruments of a seed: two assets on spot of most venues, and contracts of the first where they are asked for. */
export function drawListings(random: SeededRandom, withFutures: boolean): GivenInstrument[] {
  return ASSETS.flatMap((asset, index) => {
    const left = [...VENUES];
    const count = 3 + random.below(3);
    while (left.length > count) left.splice(random.below(left.length), 1);
    const spot = left.map((venue) => given(venue, 'spot', asset, asset.qtyDecimals + random.below(3)));
    if (!withFutures || index > 0) return spot;
    const contracts = FUTURES_VENUES.map((venue) =>
      given(venue, 'futures', asset, venue === 'binance' ? asset.futuresDecimals : 0),
    );
    return [...spot, ...contracts];
  });
}

function given(venue: VenueId, market: Market, { base, price, priceDecimals }: AssetPlan, qtyDecimals: number): GivenInstrument {
  return { venue, market, symbol: symbolAt(venue, market, base), priceDecimals, qtyDecimals, price };
}

function symbolAt(venue: VenueId, market: Market, base: string): string {
  if (venue === 'coinbase') return `${base}-${QUOTE}`;
  if (venue === 'kraken') return `${base}/${QUOTE}`;
  return venue === 'gateio' || market === 'futures' ? `${base}_${QUOTE}` : `${base}${QUOTE}`;
}

/** What trading needs to know of an instrument of the simulated market. */
export function tradableOf(instrument: SimulatedInstrument): TradableInstrument {
  const { venue, market, symbol, base, quote, priceDecimals, qtyDecimals, contractSize } = instrument;
  const { tickUnits, minQtyUnits, minNotional, maxLeverage, fundingIntervalHours } = instrument;
  const tickSize = decimalText(tickUnits, priceDecimals);
  return {
    ...{ venue, market, symbol, base, quote, priceDecimals, qtyDecimals, contractSize },
    takerFeeBps: instrument.takerFeeBps,
    makerFeeBps: instrument.makerFeeBps,
    requestName: symbol,
    aliases: [],
    rules: {
      tickSize,
      lotSize: decimalText(1, qtyDecimals),
      minQty: decimalText(minQtyUnits, qtyDecimals),
      maxQty: null,
      maxMarketQty: null,
      minQuoteAmount: String(minNotional),
      maxQuoteAmount: null,
      quoteStep: null,
    },
    contract:
      market === 'spot'
        ? null
        : {
            ...{ venue, symbol, underlying: { base, quote }, contractType: 'perpetual', settlementDate: null },
            ...{ contractSize, tickSize, fundingInterval: fundingIntervalHours, maxLeverage },
          },
  };
}

/** The universe of these instruments: a row for each market and asset. */
export function universeOf(instruments: readonly TradableInstrument[]): Universe {
  const books: UniverseBook[] = [];
  const groups = new Map<string, TradableInstrument[]>();
  for (const instrument of instruments) {
    const key = `${instrument.market} ${instrument.base}`;
    groups.set(key, [...(groups.get(key) ?? []), instrument]);
  }
  const rows = [...groups.values()].map((group, row) => {
    const priceScale = Math.max(...group.map(({ priceDecimals }) => priceDecimals));
    const qtyScale = Math.max(...group.map(({ qtyDecimals }) => qtyDecimals));
    const places = group.map((instrument) => {
      const feed = books.length;
      const request = {
        ...{ feed, names: [instrument.symbol], priceScale, qtyScale, capacity: BOOK_CAPACITY, depth: 0 },
        ...{ rule: BOOK_RULE_DELTAS, checksumPolicy: CHECKSUM_OFF, orders: 0 },
      };
      return books.push({ instrument, feed, row, request }) - 1;
    });
    const { market, base, quote } = group[0] as TradableInstrument;
    return { market, base, quote, priceScale, qtyScale, books: places };
  });
  return { rows, books, rejected: [] };
}

/** Whole units of 10^-decimals as plain decimal text. */
export function decimalText(units: number, decimals: number): string {
  const digits = Math.abs(units)
    .toString()
    .padStart(decimals + 1, '0');
  const sign = units < 0 ? '-' : '';
  return decimals === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
