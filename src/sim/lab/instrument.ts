import type { FuturesContract, OrderRules, TradableInstrument } from '../../domain/instrument.js';
import type { Market, VenueId } from '../../domain/venue.js';

/** What a test says of an instrument; everything else is usual. */
export interface InstrumentSpec {
  readonly venue: VenueId;
  readonly market?: Market;
  readonly base?: string;
  readonly quote?: string;
  readonly priceDecimals?: number;
  readonly qtyDecimals?: number;
  readonly contractSize?: string;
  readonly takerFeeBps?: number;
  readonly makerFeeBps?: number;
  readonly rules?: Partial<OrderRules>;
  readonly contract?: Partial<FuturesContract>;
}

const step = (decimals: number): string => (decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`);

/** An instrument with everything that trading it takes. */
export function tradable(spec: InstrumentSpec): TradableInstrument {
  const { venue, market = 'spot', base = 'ABC', quote = 'USDT', priceDecimals = 4, qtyDecimals = 2 } = spec;
  const contractSize = spec.contractSize ?? '1';
  const symbol = `${base}${quote}${market === 'futures' ? '-PERP' : ''}`;
  const tickSize = spec.rules?.tickSize ?? step(priceDecimals);
  const contract: FuturesContract = {
    venue,
    symbol,
    underlying: { base, quote },
    contractType: 'perpetual',
    settlementDate: null,
    contractSize,
    tickSize,
    fundingInterval: 8,
    maxLeverage: 20,
    ...spec.contract,
  };
  return {
    venue,
    market,
    symbol,
    base,
    quote,
    priceDecimals,
    qtyDecimals,
    contractSize,
    takerFeeBps: spec.takerFeeBps ?? 10,
    makerFeeBps: spec.makerFeeBps ?? 10,
    requestName: symbol,
    aliases: [],
    rules: {
      tickSize,
      lotSize: step(qtyDecimals),
      minQty: step(qtyDecimals),
      maxQty: null,
      maxMarketQty: null,
      minQuoteAmount: '5',
      maxQuoteAmount: null,
      quoteStep: null,
      ...spec.rules,
    },
    contract: market === 'futures' ? contract : null,
  };
}
