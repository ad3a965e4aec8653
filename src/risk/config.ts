import { z } from 'zod';
import { LEVERAGE_CAP } from '../strategy/hedged/margin-terms.js';

/** Nothing may stay unhedged for longer, whatever is configured. */
export const UNHEDGED_SECONDS_CAP = 60;

/**
 * Limits of the risk check, with defaults for orders of 5 to 100 USDT: ten times what venues ask for at least. Amounts are in the
 * reference currency (see `rates`), and an amount or count exactly at its limit is still allowed.
 */
export const RiskConfigSchema = z.strictObject({
  /** Reference currency in one unit of each quote asset. What is quoted in any other asset is not traded. */
  rates: z.record(z.string().min(1), z.number().positive()).default({ USDT: 1, USDC: 1, USD: 1 }),
  /** Value of one leg at its limit price. */
  orderQuoteMax: z.number().positive().default(120),
  /**
   * What the positions would be worth if the open orders filled in the worst way. Per symbol, strategy and in total spot positions
   * of one asset are netted over the venues, per venue they are not, so that trading in one direction for long reaches the venue's
   * limit; futures positions always count in full.
   */
  exposureQuoteMax: z
    .strictObject({
      symbol: z.number().positive().default(500),
      venue: z.number().positive().default(20_000),
      strategy: z.number().positive().default(2_000),
      total: z.number().positive().default(5_000),
    })
    .prefault({}),
  /** Value of all open orders together, and at one venue. */
  openQuoteMax: z
    .strictObject({ venue: z.number().positive().default(500), total: z.number().positive().default(1_000) })
    .prefault({}),
  openOrdersMax: z.int().min(1).max(256).default(16),
  /** Orders in any window of `windowMs`. */
  orderRate: z
    .strictObject({
      orders: z.int().min(1).max(4096).default(40),
      windowMs: z.number().positive().max(3_600_000).default(10_000),
    })
    .prefault({}),
  /**
   * Distance of a limit price from the median mid price of the symbol's other fresh venues. Third-tier spreads are some percent wide
   * and are what is traded; the band keeps out prices that are wrong.
   */
  priceBandBps: z.number().positive().max(5000).default(1000),
  /** A book received earlier is not traded on. */
  bookAgeMsMax: z.number().positive().max(60_000).default(5000),
  /** A decision on another version of the book than the one in sight is refused. */
  sameVersion: z.boolean().default(true),
  /** Loss of a UTC day at which everything but closing stops until a person clears it. */
  dailyLossQuoteMax: z.number().positive().default(50),
  /** Profit of a UTC day after which nothing is opened until the next; null for no target. */
  dailyProfitTargetQuote: z.number().positive().nullable().default(null),
  /** Fall of the equity from its peak that stops likewise. */
  drawdownFractionMax: z.number().positive().max(1).default(0.05),
  /** What an opening order must leave on its account, by asset; 0 for assets that are not named. */
  balanceFloors: z.record(z.string().min(1), z.number().min(0)).default({ USDT: 10, USDC: 10, USD: 10 }),
  unhedged: z
    .strictObject({
      /** Less than this is carried as inventory and is no matter of time. */
      dustQuote: z.number().min(0).default(12),
      quoteMax: z.number().positive().default(250),
      /** Value times time, and time, for which a symbol may be unhedged in one go. */
      quoteSecondsMax: z.number().positive().default(1_500),
      secondsMax: z.number().positive().max(UNHEDGED_SECONDS_CAP).default(15),
    })
    .prefault({}),
  /** So many faults of one venue within the window stop all opening. */
  venueErrors: z
    .strictObject({ count: z.int().min(1).max(1000).default(8), windowMs: z.number().positive().max(3_600_000).default(60_000) })
    .prefault({}),
  futures: z
    .strictObject({
      /** Leverage that positions are margined with, set at each venue before the first one. */
      leverage: z.int().min(1).max(LEVERAGE_CAP).default(3),
      /** Initial margin over the margin balance of a venue. */
      marginUseMax: z.number().positive().max(1).default(0.5),
      /** Distance of the liquidation price as a fraction of the mark price. */
      liquidationBufferMin: z.number().min(0).max(1).default(0.15),
      /** Assumed of every contract, since venues publish them in tiers: fractions of the notional. */
      maintenanceRate: z.number().min(0).max(0.5).default(0.01),
      liquidationFeeRate: z.number().min(0).max(0.1).default(0.005),
      /** Funding that all positions may pay until the next payment, in all. */
      fundingQuoteMax: z.number().positive().default(1),
      /** Positions are reduced when their margin takes more than this part of the margin balance, at the prices of now. */
      deleverageMarginUse: z.number().positive().default(0.75),
      /** Positions are reduced when all of them are to pay more than this at their next funding. */
      deleverageFundingQuote: z.number().positive().default(3),
      /** Part of a position that one automatic reduction leaves. */
      deleverageTo: z.number().min(0).max(0.9).default(0.5),
    })
    .prefault({}),
});

export type RiskConfig = z.infer<typeof RiskConfigSchema>;
