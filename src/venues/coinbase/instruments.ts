import { z } from 'zod';
import type { TradableInstrument } from '../../domain/instrument.js';
import { plainDecimal } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { decimalsOfStep, parseMetadata, readRows } from '../metadata.js';

/** Fees of an account without volume, in basis points: the list of products does not carry them. */
const FEES_BPS = { taker: 60, maker: 40 };

/** The sizes were taken out of the list in 2022, when the least value came to bind limit orders as well. */
const Row = z.object({
  id: z.string().regex(/^[^-]+-[^-]+$/),
  base_currency: z.string().min(1),
  quote_currency: z.string().min(1),
  quote_increment: plainDecimal,
  base_increment: plainDecimal,
  base_min_size: plainDecimal.optional(),
  base_max_size: plainDecimal.optional(),
  min_market_funds: plainDecimal.default('0'),
  status: z.string().default('online'),
  trading_disabled: z.boolean().default(false),
  cancel_only: z.boolean().default(false),
  auction_mode: z.boolean().default(false),
});
type Row = z.infer<typeof Row>;

/** Reads `GET /products`. @throws VenueProtocolError */
export function instruments(answers: readonly unknown[]): TradableInstrument[] {
  return readRows('coinbase', Row, parseMetadata('coinbase', z.array(z.unknown()), answers[0]))
    .filter(isTraded)
    .map((row) => ({
      venue: 'coinbase',
      market: 'spot',
      symbol: row.id,
      requestName: row.id,
      aliases: [],
      base: canonicalAsset('coinbase', row.base_currency),
      quote: canonicalAsset('coinbase', row.quote_currency),
      priceDecimals: decimalsOfStep(row.quote_increment),
      qtyDecimals: decimalsOfStep(row.base_increment),
      contractSize: '1',
      takerFeeBps: FEES_BPS.taker,
      makerFeeBps: FEES_BPS.maker,
      rules: {
        tickSize: row.quote_increment,
        lotSize: row.base_increment,
        minQty: row.base_min_size ?? row.base_increment,
        maxQty: row.base_max_size ?? null,
        maxMarketQty: null,
        minQuoteAmount: row.min_market_funds,
        maxQuoteAmount: null,
        quoteStep: row.quote_increment,
      },
      contract: null,
    }));
}

/** An auction's book may be crossed, and products such as BTCAUCTION-USD claim to trade BTC: the id tells. */
function isTraded(row: Row): boolean {
  if (row.id !== `${row.base_currency}-${row.quote_currency}`) return false;
  return row.status === 'online' && !row.trading_disabled && !row.cancel_only && !row.auction_mode;
}
