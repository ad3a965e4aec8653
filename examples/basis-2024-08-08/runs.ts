// Backtests of the basis strategy over the recorded books: as one would run it, and otherwise, to learn what stands in its way.
import type { Catalogue } from '../../src/history/catalogue.js';
import { BacktestEngine } from '../../src/research/backtest/backtest-engine.js';
import type { EngineResult } from '../../src/research/backtest/backtest-types.js';
import { fixedLatency } from '../../src/research/backtest/latency.js';
import { RiskConfigSchema } from '../../src/risk/config.js';
import { DEFAULT_COST_SETTINGS } from '../../src/strategy/cost-model.js';
import { makeStrategies } from '../../src/strategy/registry.js';
import { basisMarket, booksSource, type RecordedSpan } from './market.js';

/** A way to trade the basis. */
export interface BasisRun {
  readonly name: string;
  readonly meaning: string;
  /** Of the usual taker fees. */
  readonly feeShare: number;
  /** What messages take to the venue, and as long back. */
  readonly latencyMs: number;
  readonly parameters: Readonly<Record<string, number>>;
}

const SIZE_QUOTE = 2_000;
/** Positions are closed after so long, so that rounds end within the recording. */
const HOLD_HOURS = 15 / 3600;
const FORCED = { maxPositionQuote: SIZE_QUOTE, minNetBps: -1000, maxHoldHours: HOLD_HOURS };

export const RUNS: readonly BasisRun[] = [
  {
    name: 'as configured',
    meaning: 'usual taker fees, opens only for an expected net of 5 bps',
    ...{ feeShare: 1, latencyMs: 20, parameters: { maxPositionQuote: SIZE_QUOTE } },
  },
  {
    name: 'forced',
    meaning: 'opens whatever it costs and closes after 15 s: what a round trip costs',
    ...{ feeShare: 1, latencyMs: 20, parameters: FORCED },
  },
  {
    name: 'forced, 200 ms',
    meaning: 'the same with messages that take ten times as long',
    ...{ feeShare: 1, latencyMs: 200, parameters: FORCED },
  },
  {
    name: 'no fees',
    meaning: 'nobody pays a fee, opens for any expected profit and closes after 15 s',
    ...{ feeShare: 0, latencyMs: 20, parameters: { ...FORCED, minNetBps: 0.1 } },
  },
];

/** Runs one of them over a span. */
export function runBasis(catalogue: Catalogue, span: RecordedSpan, run: BasisRun): Promise<EngineResult> {
  const market = basisMarket(run.feeShare);
  const parameters = { ...run.parameters };
  return new BacktestEngine({
    ...{ market, source: booksSource(catalogue, market, span), epochOffsetUs: 0, runId: run.name.replaceAll(/\W+/g, '-') },
    setup: {
      strategies: makeStrategies([{ kind: 'basis', budgetQuote: 3 * SIZE_QUOTE, parameters }], market.universe),
      decisions: {
        options: { minNet: 0, maxQuoteAgeUs: 5_000_000, fullScanIntervalUs: 100_000 },
        sizing: { multipliers: [1, 2, 5, 10], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
        costs: DEFAULT_COST_SETTINGS,
      },
      risk: RiskConfigSchema.parse({
        orderQuoteMax: 2 * SIZE_QUOTE,
        exposureQuoteMax: { symbol: 4 * SIZE_QUOTE, venue: 20 * SIZE_QUOTE, strategy: 8 * SIZE_QUOTE, total: 20 * SIZE_QUOTE },
        unhedged: { quoteMax: 2 * SIZE_QUOTE, quoteSecondsMax: 10 * SIZE_QUOTE },
        openQuoteMax: { venue: 8 * SIZE_QUOTE, total: 8 * SIZE_QUOTE },
      }),
      endowment: { quote: '20000', inventory: '20000' },
      modelsOf: () => ({ latency: fixedLatency(run.latencyMs, run.latencyMs) }),
      ...{ reactionUs: 50, idleMs: 50, patienceMs: 30_000 },
    },
  }).run();
}

/** What the rounds of a run cost, from its ledger. */
export interface MeasuredCosts {
  readonly rounds: number;
  /** Quote value of all fills. */
  readonly turnover: number;
  readonly fees: number;
  readonly net: number;
  /** Net, fees, and what is left of net without fees (spreads crossed, prices that moved), in basis points of a position. */
  readonly netBps: number;
  readonly feesBps: number;
  readonly pricesBps: number;
  /** Milliseconds from a decision to the last fill that it led to, on average. */
  readonly fillMs: number;
}

/** A round has four fills of about the same value, so that a position is a quarter of the turnover. */
export function costsOf({ trades, strategies }: EngineResult): MeasuredCosts {
  const sum = (of: 'turnover' | 'fees' | 'net'): number => strategies.reduce((total, row) => total + Number(row[of]), 0);
  const [turnover, fees, net] = [sum('turnover'), sum('fees'), sum('net')];
  const bps = (amount: number): number => (turnover === 0 ? 0 : (amount / (turnover / 4)) * 1e4);
  const took = trades.reduce((total, { tsUs, endUs }) => total + (endUs - tsUs) / 1000, 0);
  return {
    rounds: Math.floor(trades.length / 2),
    ...{ turnover, fees, net },
    netBps: bps(net),
    feesBps: bps(-fees),
    pricesBps: bps(net + fees),
    fillMs: trades.length === 0 ? 0 : took / trades.length,
  };
}
