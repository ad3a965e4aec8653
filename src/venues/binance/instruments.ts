import { z } from 'zod';
import type { Market, VenueInstrument } from '../../domain/venue.js';
import { canonicalAsset } from '../identity.js';
import { decimal, decimalsOfStep, parseMetadata, readRows } from '../metadata.js';

const Answer = z.object({ symbols: z.array(z.unknown()) });

const PriceFilter = z.object({ filterType: z.literal('PRICE_FILTER'), tickSize: decimal });
const LotFilter = z.object({ filterType: z.literal('LOT_SIZE'), stepSize: decimal });
const OtherFilter = z.object({ filterType: z.string() });

const Row = z.object({
  symbol: z.string().min(1),
  status: z.string(),
  baseAsset: z.string().min(1),
  quoteAsset: z.string().min(1),
  isSpotTradingAllowed: z.boolean().default(true),
  contractType: z.string().default(''),
  filters: z.array(z.union([PriceFilter, LotFilter, OtherFilter])),
});

/** Taker fees of an account without volume: the lists do not carry them. */
const TAKER_FEE_BPS: Readonly<Record<Market, number>> = { spot: 10, futures: 5 };

/** Reads `GET /api/v3/exchangeInfo`. @throws VenueProtocolError */
export function spotInstruments(answers: readonly unknown[]): VenueInstrument[] {
  const { symbols } = parseMetadata('binance', Answer, answers[0]);
  return readRows('binance', Row, symbols).flatMap((row) => (row.isSpotTradingAllowed ? instrument('spot', row) : []));
}

/** Reads `GET /fapi/v1/exchangeInfo`; only perpetuals. @throws VenueProtocolError */
export function futuresInstruments(answers: readonly unknown[]): VenueInstrument[] {
  const { symbols } = parseMetadata('binance', Answer, answers[0]);
  return readRows('binance', Row, symbols).flatMap((row) => (row.contractType === 'PERPETUAL' ? instrument('futures', row) : []));
}

/** Prices and quantities on the wire are padded with zeros, so the steps tell how many decimals can be other than zero. */
function instrument(market: Market, row: z.infer<typeof Row>): VenueInstrument[] {
  let tickSize: string | undefined;
  let stepSize: string | undefined;
  for (const filter of row.filters) {
    if ('tickSize' in filter) tickSize = filter.tickSize;
    if ('stepSize' in filter) stepSize = filter.stepSize;
  }
  if (row.status !== 'TRADING' || tickSize === undefined || stepSize === undefined) return [];
  return [
    {
      venue: 'binance',
      market,
      symbol: row.symbol,
      base: canonicalAsset('binance', row.baseAsset),
      quote: canonicalAsset('binance', row.quoteAsset),
      priceDecimals: decimalsOfStep(tickSize),
      qtyDecimals: decimalsOfStep(stepSize),
      contractSize: '1',
      takerFeeBps: TAKER_FEE_BPS[market],
    },
  ];
}
