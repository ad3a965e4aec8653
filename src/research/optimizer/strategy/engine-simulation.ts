import type { TradableInstrument } from '../../../domain/instrument.js';
import { ROW_ASK, ROW_BID } from '../../../kernel/row-door.js';
import { RiskConfigSchema } from '../../../risk/config.js';
import { tradable } from '../../../sim/lab/instrument.js';
import { DEFAULT_COST_SETTINGS } from '../../../strategy/cost-model.js';
import { makeStrategies } from '../../../strategy/registry.js';
import { BacktestEngine } from '../../backtest/backtest-engine.js';
import { rowMarket } from '../../backtest/backtest-market.js';
import type { EngineResult } from '../../backtest/backtest-types.js';
import { columnHistory, EVENT_SNAPSHOT, EventBuilder } from '../../backtest/event-columns.js';
import { fixedLatency } from '../../backtest/latency.js';
import { type MarketFrame, rowAt, sliceFrame } from '../../thresholds/market-frame.js';
import type { Span, StrategyOutcome } from './outcome.js';
import type { Parameters } from './parameter-space.js';
import type { ThresholdHistory } from './threshold-strategy.js';

/** Value of the spot leg of a position, in the quote asset, and what each account begins with. */
const POSITION_QUOTE = 100;
const ENDOWMENT_QUOTE = 100_000;
const LATENCY_MS = 20;
const REACTION_US = 50;
const STEP_MS_MIN = 50;
const MINUTE_US = 60_000_000;
/** Digits of a price before its last tick. */
const PRICE_DIGITS = 8;
/** Lots of a position. */
const LOTS_DIGITS = 4;
const DECIMALS_MAX = 10;
/** That a side of a book holds: one is shown. */
const LEVELS = 4;

/**
 * Simulates thresholds in full: the delta strategy itself in the live engine, its orders on paper venues after a latency, its profit by
 * the ledger. The books are the touch that the frame has, with the quantities that it has, or as many as are wanted where it has none.
 * Returns are of the equity, open positions at the middle of their books, as a fraction of a position.
 * @throws InvalidInputError when the span holds no row with a touch
 */
export async function simulateInEngine(
  { frame, terms, periodUs }: ThresholdHistory,
  parameters: Parameters,
  span: Span,
): Promise<StrategyOutcome> {
  const { entryThresholdPct = Number.NaN, exitThresholdPct = Number.NaN } = parameters;
  const periods = Math.max(1, Math.ceil((span.toUs - span.fromUs) / periodUs));
  const rows = sliceFrame(frame, rowAt(frame, span.fromUs), rowAt(frame, span.toUs));
  if (!(exitThresholdPct < entryThresholdPct)) return { returns: new Float64Array(periods), trades: 0 };
  const [spot, futures] = instrumentsOf(rows, terms.spotFee, terms.futFee);
  const market = rowMarket([spot, futures], { levels: LEVELS, viewLevels: LEVELS });
  const strategy = {
    kind: 'delta',
    budgetQuote: 10 * POSITION_QUOTE,
    parameters: {
      symbol: { base: spot.base, quote: spot.quote },
      basePositionSize: POSITION_QUOTE,
      maxPositionHoldMinutes: terms.maxHoldMinutes,
      ...{ entryThresholdPct, exitThresholdPct },
    },
  };
  const latency = fixedLatency(LATENCY_MS, LATENCY_MS);
  const stepMs = Math.max(STEP_MS_MIN, medianStepUs(rows.tsUs) / 1000);
  const result = await new BacktestEngine({
    market,
    source: columnHistory(eventsOf(rows, spot, futures)),
    epochOffsetUs: 0,
    equityMs: MINUTE_US / 1000,
    setup: {
      strategies: makeStrategies([strategy], market.universe),
      decisions: {
        options: { minNet: 0, maxQuoteAgeUs: 5000 * stepMs, fullScanIntervalUs: 1000 * stepMs },
        sizing: { multipliers: [1], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
        costs: DEFAULT_COST_SETTINGS,
      },
      risk: RiskConfigSchema.parse({}),
      endowment: { quote: String(ENDOWMENT_QUOTE), inventory: '0' },
      modelsOf: () => ({ latency }),
      // Between two rows nothing changes that venues or the engine could see.
      paper: { lookMs: stepMs, bookAgeMsMax: 5 * stepMs },
      ...{ reactionUs: REACTION_US, idleMs: stepMs, patienceMs: MINUTE_US / 1000 },
    },
  }).run();
  return outcomeOf(result, span.fromUs, periodUs, periods);
}

/** A spot instrument and a perpetual with ticks that are fine against the prices, and lots against a position. */
function instrumentsOf(rows: MarketFrame, spotFee: number, futFee: number): readonly [TradableInstrument, TradableInstrument] {
  const price = rows.spotAskPrice.find((value) => value > 0) ?? 1;
  const magnitude = Math.ceil(Math.log10(price));
  const clamped = (decimals: number): number => Math.min(DECIMALS_MAX, Math.max(0, decimals));
  const shared = {
    venue: 'binance',
    base: 'BASE',
    quote: 'USDT',
    priceDecimals: clamped(PRICE_DIGITS - magnitude),
    qtyDecimals: clamped(LOTS_DIGITS + magnitude - Math.floor(Math.log10(POSITION_QUOTE))),
  } as const;
  return [
    tradable({ ...shared, market: 'spot', takerFeeBps: spotFee * 1e4 }),
    tradable({ ...shared, market: 'futures', takerFeeBps: futFee * 1e4 }),
  ];
}

/** Both books of every row, as one level a side; a side without a price is empty. */
function eventsOf(rows: MarketFrame, spot: TradableInstrument, futures: TradableInstrument): EventBuilder {
  const builder = new EventBuilder(2 * rows.tsUs.length, 4 * rows.tsUs.length);
  const sides = [
    {
      book: 0,
      instrument: spot,
      bid: rows.spotBidPrice,
      ask: rows.spotAskPrice,
      bidQty: rows.spotBidQty,
      askQty: rows.spotAskQty,
    },
    {
      book: 1,
      instrument: futures,
      bid: rows.futBidPrice,
      ask: rows.futAskPrice,
      bidQty: rows.futBidQty,
      askQty: rows.futAskQty,
    },
  ] as const;
  for (let row = 0; row < rows.tsUs.length; row++) {
    const atUs = rows.tsUs[row] as number;
    for (const { book, instrument, bid, ask, bidQty, askQty } of sides) {
      addLevel(builder, instrument, ROW_BID, bid[row] as number, bidQty?.[row]);
      addLevel(builder, instrument, ROW_ASK, ask[row] as number, askQty?.[row]);
      builder.end(EVENT_SNAPSHOT, book, atUs, atUs);
    }
  }
  return builder;
}

function addLevel(
  builder: EventBuilder,
  { priceDecimals, qtyDecimals }: TradableInstrument,
  side: number,
  price: number,
  qty: number | undefined,
): void {
  if (!(price > 0)) return;
  const enough = (10 * POSITION_QUOTE) / price;
  const shown = Math.round((qty === undefined || Number.isNaN(qty) ? enough : qty) * 10 ** qtyDecimals);
  if (shown > 0) builder.row(side, Math.round(price * 10 ** priceDecimals), shown);
}

function outcomeOf({ equity, trades }: EngineResult, fromUs: number, periodUs: number, periods: number): StrategyOutcome {
  const returns = new Float64Array(periods);
  let sample = 0;
  let before = equity.equity[0] ?? 0;
  for (let period = 0; period < periods; period++) {
    const endUs = fromUs + (period + 1) * periodUs;
    let now = before;
    for (; sample < equity.tsUs.length && (equity.tsUs[sample] as number) < endUs; sample++)
      now = equity.equity[sample] as number;
    returns[period] = (now - before) / POSITION_QUOTE;
    before = now;
  }
  return { returns, trades: trades.filter(({ purpose }) => purpose === 'close').length };
}

function medianStepUs(tsUs: Float64Array): number {
  const steps = Float64Array.from(
    { length: Math.max(1, tsUs.length - 1) },
    (_, i) => (tsUs[i + 1] ?? 0) - (tsUs[i] as number),
  ).sort();
  return Math.max(1, steps[steps.length >> 1] as number);
}
