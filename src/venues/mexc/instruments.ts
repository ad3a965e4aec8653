import { z } from 'zod';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import { plainDecimal } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { decimalsOfStep, feeBpsOfFraction, parseMetadata, readRows } from '../metadata.js';

const SpotAnswer = z.object({ symbols: z.array(z.unknown()) });

const SpotRow = z.object({
  symbol: z.string().min(1),
  status: z.union([z.string(), z.number()]).transform(String),
  baseAsset: z.string().min(1),
  quoteAsset: z.string().min(1),
  baseAssetPrecision: z.int().min(0),
  quoteAssetPrecision: z.int().min(0),
  quotePrecision: z.int().min(0).optional(),
  baseSizePrecision: plainDecimal.default('0'),
  quoteAmountPrecision: plainDecimal.default('0'),
  quoteAmountPrecisionMarket: plainDecimal.default('0'),
  maxQuoteAmount: plainDecimal.optional(),
  maxQuoteAmountMarket: plainDecimal.optional(),
  makerCommission: plainDecimal.default('0'),
  takerCommission: plainDecimal.default('0.0005'),
  isSpotTradingAllowed: z.boolean().default(true),
});
type SpotRow = z.infer<typeof SpotRow>;

/** Reads `GET /api/v3/exchangeInfo`. @throws VenueProtocolError */
export function spotInstruments(answers: readonly unknown[]): TradableInstrument[] {
  const { symbols } = parseMetadata('mexc', SpotAnswer, answers[0]);
  return readRows('mexc', SpotRow, symbols)
    .filter((row) => row.status === '1' && row.isSpotTradingAllowed)
    .map(spotInstrument);
}

/** There are no filters: steps are powers of ten, and the least values stand in fields that are named after precisions. */
function spotInstrument(row: SpotRow): TradableInstrument {
  const lotSize = powerOfTen(-row.baseAssetPrecision);
  return {
    venue: 'mexc',
    market: 'spot',
    symbol: row.symbol,
    requestName: row.symbol,
    aliases: [],
    base: canonicalAsset('mexc', row.baseAsset),
    quote: canonicalAsset('mexc', row.quoteAsset),
    priceDecimals: row.quoteAssetPrecision,
    qtyDecimals: Math.max(row.baseAssetPrecision, decimalsOfStep(row.baseSizePrecision)),
    contractSize: '1',
    takerFeeBps: feeBpsOfFraction(row.takerCommission),
    makerFeeBps: feeBpsOfFraction(row.makerCommission),
    rules: {
      tickSize: powerOfTen(-row.quoteAssetPrecision),
      lotSize,
      minQty: row.baseSizePrecision === '0' ? lotSize : row.baseSizePrecision,
      maxQty: null,
      maxMarketQty: null,
      minQuoteAmount: most(row.quoteAmountPrecision, row.quoteAmountPrecisionMarket),
      maxQuoteAmount: least(row.maxQuoteAmount, row.maxQuoteAmountMarket),
      quoteStep: powerOfTen(-(row.quotePrecision ?? row.quoteAssetPrecision)),
    },
    contract: null,
  };
}

const ContractAnswer = z.object({
  success: z.literal(true),
  data: z.union([z.array(z.unknown()), z.unknown().transform((row) => [row])]),
});

const ContractRow = z.object({
  symbol: z.string().min(1),
  baseCoin: z.string().min(1),
  quoteCoin: z.string().min(1),
  settleCoin: z.string().min(1),
  contractSize: plainDecimal,
  priceUnit: plainDecimal,
  volUnit: plainDecimal,
  minVol: plainDecimal.default('1'),
  maxVol: plainDecimal.optional(),
  limitMaxVol: plainDecimal.optional(),
  priceScale: z.int().min(0).default(0),
  volScale: z.int().min(0).default(0),
  makerFeeRate: plainDecimal.default('0'),
  takerFeeRate: plainDecimal.default('0.0002'),
  maxLeverage: z.int().positive().default(1),
  futureType: z.int().default(1),
  state: z.int().default(0),
  isHidden: z.boolean().default(false),
});
type ContractRow = z.infer<typeof ContractRow>;

const FundingRows = z.object({ data: z.array(z.unknown()) });
const FundingRow = z.object({ symbol: z.string(), collectCycle: z.number().positive() });

/** What contracts pay at that are not in the list of funding rates. */
const FUNDING_HOURS = 8;

/**
 * Reads `GET /api/v1/contract/detail` and, where it is given, `GET /api/v1/contract/funding_rate`, which alone tells the funding
 * interval; only live linear perpetuals.
 * @throws VenueProtocolError
 */
export function futuresInstruments(answers: readonly unknown[]): TradableInstrument[] {
  const { data } = parseMetadata('mexc', ContractAnswer, answers[0]);
  const hours = new Map<string, number>();
  for (const row of FundingRows.safeParse(answers[1]).data?.data ?? []) {
    const parsed = FundingRow.safeParse(row).data;
    if (parsed !== undefined) hours.set(parsed.symbol, parsed.collectCycle);
  }
  return readRows('mexc', ContractRow, data as unknown[])
    .filter((row) => row.state === 0 && row.futureType === 1 && !row.isHidden && row.settleCoin === row.quoteCoin)
    .map((row) => futuresInstrument(row, hours.get(row.symbol) ?? FUNDING_HOURS));
}

function futuresInstrument(row: ContractRow, fundingInterval: number): TradableInstrument {
  const base = canonicalAsset('mexc', row.baseCoin);
  const quote = canonicalAsset('mexc', row.quoteCoin);
  return {
    venue: 'mexc',
    market: 'futures',
    symbol: row.symbol,
    requestName: row.symbol,
    aliases: [],
    base,
    quote,
    priceDecimals: Math.max(row.priceScale, decimalsOfStep(row.priceUnit)),
    qtyDecimals: Math.max(row.volScale, decimalsOfStep(row.volUnit)),
    contractSize: row.contractSize,
    takerFeeBps: feeBpsOfFraction(row.takerFeeRate),
    makerFeeBps: feeBpsOfFraction(row.makerFeeRate),
    rules: {
      tickSize: row.priceUnit,
      lotSize: row.volUnit,
      minQty: row.minVol,
      maxQty: least(row.maxVol, row.limitMaxVol),
      maxMarketQty: row.maxVol ?? null,
      minQuoteAmount: '0',
      maxQuoteAmount: null,
      quoteStep: null,
    },
    contract: {
      venue: 'mexc',
      symbol: row.symbol,
      underlying: { base, quote },
      contractType: 'perpetual',
      settlementDate: null,
      contractSize: row.contractSize,
      tickSize: row.priceUnit,
      fundingInterval,
      maxLeverage: row.maxLeverage,
    },
  };
}

function powerOfTen(exponent: number): string {
  return plainText(new Decimal(10).pow(exponent));
}

function most(left: string, right: string): string {
  return new Decimal(left).gt(right) ? left : right;
}

/** The smaller bound of those that are set; a bound of 0 is none. */
function least(...bounds: readonly (string | undefined)[]): string | null {
  let smallest: string | null = null;
  for (const bound of bounds) {
    if (bound !== undefined && bound !== '0' && (smallest === null || new Decimal(bound).lt(smallest))) smallest = bound;
  }
  return smallest;
}
