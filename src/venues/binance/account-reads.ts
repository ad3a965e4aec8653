import { z } from 'zod';
import type { Balance, FeeTier } from '../../domain/account.js';
import { Decimal, plainText } from '../../domain/decimal.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { Fill, Side } from '../../domain/order.js';
import type { Market } from '../../domain/venue.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { feeBpsOfFraction } from '../metadata.js';
import type { Dialogue, Params } from '../trading.js';
import { privateRead, ROOTS } from './calls.js';
import { serverTime } from './market-reads.js';
import { sideText } from './orders.js';

const FILLS_PER_PAGE = 1000;
const DAY_MS = 86_400_000;
/** The longest stretch that one request for fills may name. */
const FILL_WINDOW_MS: Readonly<Record<Market, number>> = { spot: DAY_MS, futures: 7 * DAY_MS };

/** Spot says `isBuyer` and `isMaker`, futures `side` and `maker`. */
const FillRow = z
  .object({
    symbol: z.string(),
    id: z.number().int(),
    orderId: idText,
    price: plainDecimal,
    qty: plainDecimal,
    commission: plainDecimal,
    commissionAsset: z.string(),
    time: z.number(),
    isBuyer: z.boolean().optional(),
    isMaker: z.boolean().optional(),
    side: sideText.optional(),
    maker: z.boolean().optional(),
  })
  .refine((row) => row.isBuyer !== undefined || row.side !== undefined, { message: 'neither isBuyer nor side', path: ['side'] });
const FillRows = z.array(FillRow);

/**
 * All fills of a symbol from a moment on. By time only as far as the first fill, since each request covers a limited stretch; from
 * there on by id, which has no such limit.
 */
export function* fills(market: Market, instrument: TradableInstrument, sinceMs: number): Dialogue<readonly Fill[]> {
  const windowMs = FILL_WINDOW_MS[market];
  const untilMs = yield* serverTime(market);
  for (let fromMs = sinceMs; fromMs <= untilMs; fromMs += windowMs) {
    const found = yield* fillPage(market, instrument, [
      ['startTime', String(fromMs)],
      ['endTime', String(fromMs + windowMs - 1)],
    ]);
    if (found.length === 0) continue;
    const whole = found.length < FILLS_PER_PAGE && fromMs + windowMs > untilMs;
    return whole ? found : [...found, ...(yield* fillsAfter(market, instrument, found))];
  }
  return [];
}

function* fillsAfter(market: Market, instrument: TradableInstrument, found: readonly Fill[]): Dialogue<Fill[]> {
  const all: Fill[] = [];
  let last = found[found.length - 1];
  while (last !== undefined) {
    const next: Fill[] = yield* fillPage(market, instrument, [['fromId', String(BigInt(last.tradeId) + 1n)]]);
    all.push(...next);
    last = next.length < FILLS_PER_PAGE ? undefined : next[next.length - 1];
  }
  return all;
}

/** What the account holds; on futures the wallet, without what open positions would bring. */
export function* balances(market: Market): Dialogue<readonly Balance[]> {
  return market === 'spot' ? yield* spotBalances() : yield* futuresBalances();
}

/** The account's fees for an instrument. */
export function* feeTier(market: Market, instrument: TradableInstrument): Dialogue<FeeTier> {
  const path = market === 'spot' ? '/api/v3/account/commission' : '/fapi/v1/commissionRate';
  const answer = yield privateRead(path, 20, [['symbol', instrument.requestName]]);
  if (market === 'futures') {
    const { makerCommissionRate, takerCommissionRate } = readAnswer('binance', path, FuturesCommission, answer);
    return { makerFeeBps: feeBpsOfFraction(makerCommissionRate), takerFeeBps: feeBpsOfFraction(takerCommissionRate) };
  }
  const { standardCommission, specialCommission, taxCommission } = readAnswer('binance', path, SpotCommission, answer);
  const parts = [standardCommission, specialCommission, taxCommission];
  const total = (name: 'maker' | 'taker'): number =>
    feeBpsOfFraction(plainText(parts.reduce((sum, part) => sum.add(part?.[name] ?? 0), new Decimal(0))));
  return { makerFeeBps: total('maker'), takerFeeBps: total('taker') };
}

const Rates = z.object({ maker: plainDecimal, taker: plainDecimal });
const SpotCommission = z.object({
  standardCommission: Rates,
  specialCommission: Rates.optional(),
  taxCommission: Rates.optional(),
});
const FuturesCommission = z.object({ makerCommissionRate: plainDecimal, takerCommissionRate: plainDecimal });
const SpotAccount = z.object({ balances: z.array(z.object({ asset: z.string(), free: plainDecimal, locked: plainDecimal })) });
const FuturesWallet = z.array(z.object({ asset: z.string(), balance: plainDecimal, availableBalance: plainDecimal }));

function* spotBalances(): Dialogue<Balance[]> {
  const answer = yield privateRead('/api/v3/account', 20, [['omitZeroBalances', 'true']]);
  return readAnswer('binance', '/api/v3/account', SpotAccount, answer).balances.map(({ asset, free, locked }) =>
    spotBalance(asset, free, locked),
  );
}

/** A balance of the spot wallet from its two parts. */
export function spotBalance(asset: string, free: string, locked: string): Balance {
  const total = plainText(new Decimal(free).add(locked));
  return { venue: 'binance', asset: canonicalAsset('binance', asset), total, available: free };
}

function* futuresBalances(): Dialogue<Balance[]> {
  const rows = readAnswer('binance', '/fapi/v3/balance', FuturesWallet, yield privateRead('/fapi/v3/balance', 5));
  return rows.map(({ asset, balance, availableBalance }) => {
    return { venue: 'binance', asset: canonicalAsset('binance', asset), total: balance, available: availableBalance };
  });
}

function* fillPage(market: Market, instrument: TradableInstrument, more: Params): Dialogue<Fill[]> {
  const path = `${ROOTS[market]}/${market === 'spot' ? 'myTrades' : 'userTrades'}`;
  const answer = yield privateRead(path, market === 'spot' ? 20 : 5, [
    ['symbol', instrument.requestName],
    ...more,
    ['limit', String(FILLS_PER_PAGE)],
  ]);
  const rows = readAnswer('binance', path, FillRows, answer).map((row): Fill => {
    const side: Side = row.side ?? (row.isBuyer === true ? 'buy' : 'sell');
    return {
      venue: 'binance',
      market,
      symbol: row.symbol,
      tradeId: String(row.id),
      venueOrderId: row.orderId,
      clientOrderId: null,
      side,
      price: row.price,
      quantity: row.qty,
      fee: row.commission,
      feeAsset: canonicalAsset('binance', row.commissionAsset),
      liquidity: (row.isMaker ?? row.maker) === true ? 'maker' : 'taker',
      timeMs: row.time,
    };
  });
  return rows.sort((left, right) => Number(BigInt(left.tradeId) - BigInt(right.tradeId)));
}
