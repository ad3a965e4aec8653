import { z } from 'zod';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { OrderRules, TradableInstrument } from '../../domain/instrument.js';
import { plainDecimal } from '../answer.js';
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
  min_base_amount: plainDecimal.nullish(),
  min_quote_amount: plainDecimal.nullish(),
  max_base_amount: plainDecimal.nullish(),
  max_quote_amount: plainDecimal.nullish(),
  market_order_max_stock: plainDecimal.nullish(),
});

const Contract = z.object({
  name: z.string().regex(/^.+_.+$/),
  type: z.string(),
  quanto_multiplier: plainDecimal,
  order_price_round: plainDecimal,
  maker_fee_rate: decimal.default('0.0002'),
  taker_fee_rate: decimal.default('0.0005'),
  order_size_min: plainDecimal.default('1'),
  order_size_max: plainDecimal.nullish(),
  market_order_size_max: plainDecimal.nullish(),
  leverage_max: plainDecimal.default('1'),
  funding_interval: z.number().default(28_800),
  in_delisting: z.boolean().default(false),
  status: z.string().default('trading'),
});

/** Some contracts are quoted with decimals whose step is not published; orders of whole contracts are always taken. */
const CONTRACT_QTY_DECIMALS = 4;
const SECONDS_PER_HOUR = 3_600;
/** Decimals of quote amounts, where a pair does not say. */
const QUOTE_DECIMALS = 8;

/** Reads `GET /spot/currency_pairs`. @throws VenueProtocolError */
export function spotInstruments(answers: readonly unknown[]): TradableInstrument[] {
  return readRows('gateio', Pair, parseMetadata('gateio', Rows, answers[0]))
    .filter((row) => row.trade_status === 'tradable')
    .map((row) => {
      const feeBps = Number((Number(row.fee) * 100).toFixed(6)); // the list has percent
      return {
        venue: 'gateio',
        market: 'spot',
        symbol: row.id,
        requestName: row.id,
        aliases: [],
        base: canonicalAsset('gateio', row.base),
        quote: canonicalAsset('gateio', row.quote),
        priceDecimals: row.precision,
        qtyDecimals: row.amount_precision,
        contractSize: '1',
        takerFeeBps: feeBps,
        makerFeeBps: feeBps,
        rules: spotRules(row),
        contract: null,
      };
    });
}

function spotRules(row: z.infer<typeof Pair>): OrderRules {
  const lotSize = powerOfTen(-row.amount_precision);
  return {
    tickSize: powerOfTen(-row.precision),
    lotSize,
    minQty: row.min_base_amount ?? lotSize,
    maxQty: bound(row.max_base_amount),
    maxMarketQty: bound(row.market_order_max_stock),
    minQuoteAmount: row.min_quote_amount ?? '0',
    maxQuoteAmount: bound(row.max_quote_amount),
    quoteStep: powerOfTen(-Math.min(QUOTE_DECIMALS, row.precision + row.amount_precision)),
  };
}

/** Reads the pages of `GET /futures/usdt/contracts`; an inverse contract has a multiplier of 0. @throws VenueProtocolError */
export function futuresInstruments(answers: readonly unknown[]): TradableInstrument[] {
  const rows = new Map<string, z.infer<typeof Contract>>();
  for (const answer of answers) {
    for (const row of readRows('gateio', Contract, parseMetadata('gateio', Rows, answer))) rows.set(row.name, row);
  }
  return [...rows.values()]
    .filter((row) => row.status === 'trading' && !row.in_delisting && row.type === 'direct' && row.quanto_multiplier !== '0')
    .map(futuresInstrument);
}

function futuresInstrument(row: z.infer<typeof Contract>): TradableInstrument {
  const cut = row.name.lastIndexOf('_');
  const base = canonicalAsset('gateio', row.name.slice(0, cut));
  const quote = canonicalAsset('gateio', row.name.slice(cut + 1));
  return {
    venue: 'gateio',
    market: 'futures',
    symbol: row.name,
    requestName: row.name,
    aliases: [],
    base,
    quote,
    priceDecimals: decimalsOfStep(row.order_price_round),
    qtyDecimals: CONTRACT_QTY_DECIMALS,
    contractSize: row.quanto_multiplier,
    takerFeeBps: feeBpsOfFraction(row.taker_fee_rate),
    makerFeeBps: feeBpsOfFraction(row.maker_fee_rate),
    rules: {
      tickSize: row.order_price_round,
      lotSize: '1',
      minQty: row.order_size_min === '0' ? '1' : row.order_size_min,
      maxQty: bound(row.order_size_max),
      maxMarketQty: bound(row.market_order_size_max),
      minQuoteAmount: '0',
      maxQuoteAmount: null,
      quoteStep: null,
    },
    contract: {
      venue: 'gateio',
      symbol: row.name,
      underlying: { base, quote },
      contractType: 'perpetual',
      settlementDate: null,
      contractSize: row.quanto_multiplier,
      tickSize: row.order_price_round,
      fundingInterval: row.funding_interval / SECONDS_PER_HOUR,
      maxLeverage: Number(row.leverage_max),
    },
  };
}

/** A bound of 0 is none. */
function bound(value: string | null | undefined): string | null {
  return value === null || value === undefined || value === '0' ? null : value;
}

function powerOfTen(exponent: number): string {
  return plainText(new Decimal(10).pow(exponent));
}
