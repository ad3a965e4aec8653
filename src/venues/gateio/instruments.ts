import { z } from 'zod';
import type { VenueInstrument } from '../../domain/venue.js';
import { canonicalAsset } from '../identity.js';
import { decimal, decimalsOfStep, feeBpsOfFraction, parseMetadata, readRows } from '../metadata.js';

const Rows = z.array(z.unknown());

const Pair = z.object({
  id: z.string().min(1),
  base: z.string().min(1),
  quote: z.string().min(1),
  fee: decimal.default('0.2'),
  precision: z.int().min(0),
  amount_precision: z.int().min(0),
  trade_status: z.string(),
});

const Contract = z.object({
  name: z.string().regex(/^.+_.+$/),
  type: z.string(),
  quanto_multiplier: decimal,
  order_price_round: decimal,
  taker_fee_rate: decimal.default('0.0005'),
  in_delisting: z.boolean().default(false),
  status: z.string().default('trading'),
});

/** Sizes are whole contracts, but some contracts are quoted with decimals whose step is not published. */
const CONTRACT_QTY_DECIMALS = 4;

/** Reads `GET /spot/currency_pairs`. @throws VenueProtocolError */
export function spotInstruments(answers: readonly unknown[]): VenueInstrument[] {
  return readRows('gateio', Pair, parseMetadata('gateio', Rows, answers[0]))
    .filter((row) => row.trade_status === 'tradable')
    .map((row) => ({
      venue: 'gateio',
      market: 'spot',
      symbol: row.id,
      base: canonicalAsset('gateio', row.base),
      quote: canonicalAsset('gateio', row.quote),
      priceDecimals: row.precision,
      qtyDecimals: row.amount_precision,
      contractSize: '1',
      takerFeeBps: Number((Number(row.fee) * 100).toFixed(6)), // the list has percent
    }));
}

/** Reads the pages of `GET /futures/usdt/contracts`; an inverse contract has a multiplier of 0. @throws VenueProtocolError */
export function futuresInstruments(answers: readonly unknown[]): VenueInstrument[] {
  const rows = new Map<string, z.infer<typeof Contract>>();
  for (const answer of answers) {
    for (const row of readRows('gateio', Contract, parseMetadata('gateio', Rows, answer))) rows.set(row.name, row);
  }
  return [...rows.values()]
    .filter((row) => row.status === 'trading' && !row.in_delisting && row.type === 'direct' && Number(row.quanto_multiplier) > 0)
    .map((row) => {
      const cut = row.name.lastIndexOf('_');
      return {
        venue: 'gateio',
        market: 'futures',
        symbol: row.name,
        base: canonicalAsset('gateio', row.name.slice(0, cut)),
        quote: canonicalAsset('gateio', row.name.slice(cut + 1)),
        priceDecimals: decimalsOfStep(row.order_price_round),
        qtyDecimals: CONTRACT_QTY_DECIMALS,
        contractSize: row.quanto_multiplier,
        takerFeeBps: feeBpsOfFraction(row.taker_fee_rate),
      };
    });
}
