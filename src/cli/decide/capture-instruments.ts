// What is known of the instruments of a capture. Where it holds the venue's own list, that counts. Where it does not, the rules are
// taken from the numbers that were sent, and are no more than a fair guess:
//   tick and lot     one unit of the last decimal that any price or quantity of the capture uses
//   least quantity   one lot
//   least value      5 of the quote asset on spot, 100 on futures
//   fees             the venues' published fees of an account without volume (FEES_BPS below)
//   contract         a perpetual of one base unit, funded every eight hours, with a leverage of 20; of Binance only, since elsewhere a
//                    contract may be any amount
import { InvalidInputError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { Market, VenueId } from '../../domain/venue.js';
import { type CaptureRecord, payloadBytes } from '../../feeds/capture/format.js';
import { isSnapshotUrl, type Origin } from '../../feeds/capture/origin.js';
import type { SymbolSurvey } from '../../feeds/capture/survey.js';
import { feedProtocol } from '../../venues/registry.js';

/** Taker and maker fees in basis points. */
const FEES_BPS: Readonly<Record<VenueId, Readonly<Record<Market, readonly [number, number]>>>> = {
  binance: { spot: [10, 10], futures: [5, 2] },
  coinbase: { spot: [60, 40], futures: [60, 40] },
  kraken: { spot: [40, 25], futures: [5, 2] },
  mexc: { spot: [5, 0], futures: [4, 0] },
  gateio: { spot: [20, 20], futures: [5, 2] },
};
const MIN_QUOTE: Readonly<Record<Market, string>> = { spot: '5', futures: '100' };
/** Longer names first, so that USDT is not read as USD. */
const QUOTES = ['USDT', 'USDC', 'FDUSD', 'TUSD', 'BUSD', 'USD', 'EUR', 'GBP', 'BTC', 'ETH', 'BNB'];
const CANONICAL: Readonly<Record<string, string>> = { XBT: 'BTC', XDG: 'DOGE' };

/** Gathers the venues' lists of instruments out of a capture. */
export class CapturedLists {
  private readonly answers = new Map<string, unknown>();

  see(record: CaptureRecord, origin: Origin | undefined): void {
    if (record.kind !== 'http' || record.url === null || origin === undefined || isSnapshotUrl(record.url)) return;
    const { pathname } = new URL(record.url, 'http://venue');
    const path = feedProtocol(origin.venue, origin.market).metadataPaths.find((known) => known.split('?')[0] === pathname);
    if (path === undefined) return;
    try {
      this.answers.set(`${origin.venue} ${origin.market} ${path}`, JSON.parse(payloadBytes(record).toString('utf8')));
    } catch (cause) {
      throw new InvalidInputError(`the list of instruments in the capture (${record.url}) is not JSON`, {}, { cause });
    }
  }

  /** The venue's instruments by symbol; none where the capture does not hold the whole list. */
  instruments({ venue, market }: Origin): ReadonlyMap<string, TradableInstrument> {
    const protocol = feedProtocol(venue, market);
    const answers = protocol.metadataPaths.map((path) => this.answers.get(`${venue} ${market} ${path}`));
    if (answers.includes(undefined)) return new Map();
    return new Map(protocol.instruments(answers).map((instrument) => [instrument.symbol, instrument]));
  }
}

/**
 * What can be guessed of an instrument; see the head of this file.
 * @throws InvalidInputError for futures whose contract size nothing tells
 */
export function guessedInstrument({ venue, market }: Origin, survey: SymbolSurvey): TradableInstrument {
  const { symbol, priceDecimals, qtyDecimals } = survey;
  if (market === 'futures' && venue !== 'binance') {
    throw new InvalidInputError(
      `the capture does not say how much a contract of ${symbol} is; record ${venue} futures together with its list of contracts`,
      { venue, symbol },
    );
  }
  const { base, quote } = assetsOf(symbol);
  const [takerFeeBps, makerFeeBps] = FEES_BPS[venue][market];
  const tickSize = step(priceDecimals);
  const lotSize = step(qtyDecimals);
  const common = { venue, symbol, base, quote, contractSize: '1' };
  return {
    ...common,
    market,
    requestName: symbol,
    aliases: [],
    priceDecimals,
    qtyDecimals,
    takerFeeBps,
    makerFeeBps,
    rules: {
      tickSize,
      lotSize,
      minQty: lotSize,
      maxQty: null,
      maxMarketQty: null,
      minQuoteAmount: MIN_QUOTE[market],
      maxQuoteAmount: null,
      quoteStep: null,
    },
    contract:
      market === 'spot'
        ? null
        : {
            venue,
            symbol,
            underlying: { base, quote },
            contractType: 'perpetual',
            settlementDate: null,
            contractSize: '1',
            tickSize,
            fundingInterval: 8,
            maxLeverage: 20,
          },
  };
}

/** Base and quote asset of a venue's name for a pair: "BTCUSDT", "BTC-USD", "XBT/USD", "BTC_USDT". */
export function assetsOf(symbol: string): { readonly base: string; readonly quote: string } {
  const [left = '', right] = symbol.toUpperCase().split(/[-_/]/);
  const quote = right ?? QUOTES.find((known) => left.length > known.length && left.endsWith(known)) ?? '';
  const base = right === undefined ? left.slice(0, left.length - quote.length) : left;
  return { base: CANONICAL[base] ?? base, quote };
}

function step(decimals: number): string {
  return decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`;
}
