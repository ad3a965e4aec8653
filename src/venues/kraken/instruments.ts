import { z } from 'zod';
import type { TradableInstrument } from '../../domain/instrument.js';
import { plainDecimal } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { decimalsOfStep, parseMetadata, readRows } from '../metadata.js';

/** Taker fee of an account without volume where a pair does not say, in percent. */
const TAKER_FEE_PERCENT = '0.4';

const Answer = z.object({ error: z.array(z.string()), result: z.record(z.string(), z.record(z.string(), z.unknown())) });

/** Rows of volume and percent; the first is that of an account without volume. */
const Fees = z.array(z.tuple([plainDecimal, plainDecimal]));

const Row = z.object({
  /** The pair's key in the answer, which private answers name as well. */
  key: z.string().min(1),
  altname: z.string().min(1).optional(),
  wsname: z.string().regex(/^[^/]+\/[^/]+$/),
  pair_decimals: z.int().min(0),
  lot_decimals: z.int().min(0),
  cost_decimals: z.int().min(0).default(5),
  tick_size: plainDecimal.optional(),
  ordermin: plainDecimal.optional(),
  costmin: plainDecimal.default('0'),
  fees: Fees.default([]),
  fees_maker: Fees.optional(),
  status: z.string().default('online'),
});

/** Reads `GET /0/public/AssetPairs`; dark pool pairs have no name on the WebSocket and are left out. @throws VenueProtocolError */
export function instruments(answers: readonly unknown[]): TradableInstrument[] {
  const { result } = parseMetadata('kraken', Answer, answers[0]);
  const rows = Object.entries(result).map(([key, row]) => ({ ...row, key }));
  return readRows('kraken', Row, rows)
    .filter(({ status }) => status === 'online')
    .map(instrument);
}

function instrument(row: z.infer<typeof Row>): TradableInstrument {
  const [base = '', quote = ''] = row.wsname.split('/');
  const tickSize = row.tick_size ?? stepOf(row.pair_decimals);
  const lotSize = stepOf(row.lot_decimals);
  const taker = row.fees[0]?.[1] ?? TAKER_FEE_PERCENT;
  return {
    venue: 'kraken',
    market: 'spot',
    symbol: `${newCode(base)}/${newCode(quote)}`,
    requestName: row.key,
    aliases: [...new Set([row.altname ?? row.key, row.wsname])],
    base: canonicalAsset('kraken', base),
    quote: canonicalAsset('kraken', quote),
    priceDecimals: Math.max(row.pair_decimals, decimalsOfStep(tickSize)),
    qtyDecimals: row.lot_decimals,
    contractSize: '1',
    takerFeeBps: feeBpsOfPercent(taker),
    // Pairs without a list of their own charge makers and takers alike.
    makerFeeBps: feeBpsOfPercent(row.fees_maker?.[0]?.[1] ?? taker),
    rules: {
      tickSize,
      lotSize,
      minQty: row.ordermin ?? lotSize,
      maxQty: null,
      maxMarketQty: null,
      minQuoteAmount: row.costmin,
      maxQuoteAmount: null,
      quoteStep: stepOf(row.cost_decimals),
    },
    contract: null,
  };
}

/** A percentage in basis points. */
export function feeBpsOfPercent(percent: string): number {
  return Number((Number(percent) * 100).toFixed(6));
}

/** Version 2 of the WebSocket interface renamed two assets; all other names are those of `wsname`. */
function newCode(asset: string): string {
  return asset === 'XBT' ? 'BTC' : asset === 'XDG' ? 'DOGE' : asset;
}

function stepOf(decimals: number): string {
  return decimals === 0 ? '1' : `0.${'1'.padStart(decimals, '0')}`;
}
