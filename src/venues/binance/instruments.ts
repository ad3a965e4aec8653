import { z } from 'zod';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { FuturesContract, OrderRules, TradableInstrument } from '../../domain/instrument.js';
import type { Market } from '../../domain/venue.js';
import { plainDecimal } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { decimalsOfStep, parseMetadata, readRows } from '../metadata.js';

const Answer = z.object({ symbols: z.array(z.unknown()) });

const PriceFilter = z.object({ filterType: z.literal('PRICE_FILTER'), tickSize: plainDecimal });
const LotFilter = z.object({
  filterType: z.enum(['LOT_SIZE', 'MARKET_LOT_SIZE']),
  minQty: plainDecimal,
  maxQty: plainDecimal,
  stepSize: plainDecimal,
});
/** Spot says `minNotional`, futures `notional`. */
const NotionalFilter = z.object({
  filterType: z.enum(['NOTIONAL', 'MIN_NOTIONAL']),
  minNotional: plainDecimal.optional(),
  notional: plainDecimal.optional(),
  maxNotional: plainDecimal.optional(),
});
const OtherFilter = z.object({ filterType: z.string() });

const Row = z.object({
  symbol: z.string().min(1),
  status: z.string(),
  baseAsset: z.string().min(1),
  quoteAsset: z.string().min(1),
  isSpotTradingAllowed: z.boolean().default(true),
  quotePrecision: z.number().int().nonnegative().default(8),
  quoteOrderQtyMarketAllowed: z.boolean().default(false),
  contractType: z.string().default(''),
  filters: z.array(z.union([PriceFilter, LotFilter, NotionalFilter, OtherFilter])),
});
type Row = z.infer<typeof Row>;

const FundingInfo = z.array(z.object({ symbol: z.string(), fundingIntervalHours: z.number().positive() }));
const Brackets = z.array(
  z.object({ symbol: z.string(), brackets: z.array(z.object({ initialLeverage: z.number().int().positive() })) }),
);

/** Fees of an account without volume, in basis points: the lists do not carry them. */
const FEES_BPS: Readonly<Record<Market, { readonly taker: number; readonly maker: number }>> = {
  spot: { taker: 10, maker: 10 },
  futures: { taker: 5, maker: 2 },
};

/** The interval of contracts that `fundingInfo` does not list. */
const FUNDING_HOURS = 8;
/** What every account may use without asking for more, for want of the brackets that only keys can read. */
const LEVERAGE_OF_ALL = 20;

/** Reads `GET /api/v3/exchangeInfo`. @throws VenueProtocolError */
export function spotInstruments(answers: readonly unknown[]): TradableInstrument[] {
  const { symbols } = parseMetadata('binance', Answer, answers[0]);
  return readRows('binance', Row, symbols).flatMap((row) => (row.isSpotTradingAllowed ? instrument('spot', row, null) : []));
}

/**
 * Reads `GET /fapi/v1/exchangeInfo` and, where they are given, `fundingInfo` and the account's `leverageBracket`; only perpetuals.
 * @throws VenueProtocolError
 */
export function futuresInstruments(answers: readonly unknown[]): TradableInstrument[] {
  const { symbols } = parseMetadata('binance', Answer, answers[0]);
  const funding = answers[1] === undefined ? [] : parseMetadata('binance', FundingInfo, answers[1]);
  const brackets = answers[2] === undefined ? [] : parseMetadata('binance', Brackets, answers[2]);
  const hours = new Map(funding.map(({ symbol, fundingIntervalHours }) => [symbol, fundingIntervalHours]));
  const leverages = new Map(
    brackets.map((row) => [row.symbol, Math.max(1, ...row.brackets.map(({ initialLeverage }) => initialLeverage))]),
  );
  return readRows('binance', Row, symbols).flatMap((row) => {
    if (row.contractType !== 'PERPETUAL') return [];
    const terms = {
      fundingInterval: hours.get(row.symbol) ?? FUNDING_HOURS,
      maxLeverage: leverages.get(row.symbol) ?? LEVERAGE_OF_ALL,
    };
    return instrument('futures', row, terms);
  });
}

/** Prices and quantities on the wire are padded with zeros, so the steps tell how many decimals can be other than zero. */
function instrument(
  market: Market,
  row: Row,
  terms: Pick<FuturesContract, 'fundingInterval' | 'maxLeverage'> | null,
): TradableInstrument[] {
  const rules = row.status === 'TRADING' ? orderRules(market, row) : null;
  if (rules === null) return [];
  const base = canonicalAsset('binance', row.baseAsset);
  const quote = canonicalAsset('binance', row.quoteAsset);
  const contract: FuturesContract | null =
    terms === null
      ? null
      : {
          venue: 'binance',
          symbol: row.symbol,
          underlying: { base, quote },
          contractType: 'perpetual',
          settlementDate: null,
          contractSize: '1',
          tickSize: rules.tickSize,
          ...terms,
        };
  return [
    {
      venue: 'binance',
      market,
      symbol: row.symbol,
      requestName: row.symbol,
      aliases: [],
      base,
      quote,
      priceDecimals: decimalsOfStep(rules.tickSize),
      qtyDecimals: decimalsOfStep(rules.lotSize),
      contractSize: '1',
      takerFeeBps: FEES_BPS[market].taker,
      makerFeeBps: FEES_BPS[market].maker,
      rules,
      contract,
    },
  ];
}

/** Null when the row lacks a tick or a step. A bound of 0 is none. */
function orderRules(market: Market, row: Row): OrderRules | null {
  let tickSize: string | undefined;
  let lot: z.infer<typeof LotFilter> | undefined;
  let marketLot: z.infer<typeof LotFilter> | undefined;
  let notional: Partial<z.infer<typeof NotionalFilter>> | undefined;
  for (const filter of row.filters) {
    if ('tickSize' in filter) tickSize = filter.tickSize;
    else if ('stepSize' in filter && filter.filterType === 'LOT_SIZE') lot = filter;
    else if ('stepSize' in filter) marketLot = filter;
    else if ('minNotional' in filter || 'notional' in filter) notional = filter;
  }
  if (tickSize === undefined || lot === undefined) return null;
  return {
    tickSize,
    lotSize: lot.stepSize,
    minQty: lot.minQty,
    maxQty: bound(lot.maxQty),
    maxMarketQty: bound(marketLot?.maxQty),
    minQuoteAmount: notional?.minNotional ?? notional?.notional ?? '0',
    maxQuoteAmount: bound(notional?.maxNotional),
    quoteStep: market === 'spot' && row.quoteOrderQtyMarketAllowed ? plainText(new Decimal(10).pow(-row.quotePrecision)) : null,
  };
}

function bound(most: string | undefined): string | null {
  return most === undefined || most === '0' ? null : most;
}
