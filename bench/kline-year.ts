import { SeededRandom } from '../src/domain/random.js';
import { type BacktestMarket, rowMarket } from '../src/research/backtest/backtest-market.js';
import type { BacktestOptions } from '../src/research/backtest/backtest-types.js';
import { type KlineSeries, klineSource } from '../src/research/backtest/kline-books.js';

import { paceOfBars } from '../src/research/backtest/pace.js';
import { RiskConfigSchema } from '../src/risk/config.js';
import { tradable } from '../src/sim/lab/instrument.js';
import { DEFAULT_COST_SETTINGS } from '../src/strategy/cost-model.js';
import { makeStrategies } from '../src/strategy/registry.js';
import type { BookInfo } from '../src/strategy/universe.js';

/** Which part of the history is played: every symbol is by itself, whoever plays it. */
export interface KlineSpan {
  readonly firstSymbol: number;
  readonly symbols: number;
  readonly minutes: number;
  readonly seed: number;
}

export const MINUTES_OF_YEAR = 525_600;
export const KLINE_VENUES = ['mexc', 'gateio'] as const;
const MINUTE_MS = 60_000;
const MINUTE_US = MINUTE_MS * 1000;
const START_US = Date.parse('2025-01-01T00:00:00Z') * 1000;
/** Bars that a series holds at a time. */
const CHUNK = 1_440;
/** How often a symbol's venues stand apart for a minute, and by how much. */
const APART_SHARE = 4e-4;
const APART = 0.012;

/** One-minute bars of one symbol at one venue round a walk that its venues share, made as they are asked for: the same for the same seed. */
export class SyntheticBars {
  readonly openUs = new Float64Array(CHUNK);
  readonly high = new Float64Array(CHUNK);
  readonly low = new Float64Array(CHUNK);
  readonly close = new Float64Array(CHUNK);
  readonly volume = new Float64Array(CHUNK);
  private readonly shared: SeededRandom;
  private readonly own: SeededRandom;
  private walk = 1;
  private minute = 0;

  constructor(
    symbol: number,
    private readonly venue: number,
    private readonly minutes: number,
    seed: number,
  ) {
    this.shared = new SeededRandom(seed).fork(`symbol ${symbol}`);
    this.own = this.shared.fork(`venue ${venue}`);
  }

  /** The next bars in the columns of this object. @returns how many; 0 at the end */
  fill(): number {
    const count = Math.min(CHUNK, this.minutes - this.minute);
    const { shared, own, venue } = this;
    for (let at = 0; at < count; at++) {
      const draw = shared.next();
      // Pulled back to 1, so that a year's prices stay in sight of each other.
      this.walk += (draw - 0.5) * 0.002 + (1 - this.walk) * 1e-4;
      const lot = shared.next();
      const apart = venue === 1 && lot < APART_SHARE ? (lot < APART_SHARE / 2 ? APART : -APART) : 0;
      const range = own.next();
      const close = this.walk * (1 + apart + (range - 0.5) * 4e-4);
      this.openUs[at] = START_US + (this.minute + at) * MINUTE_US;
      this.close[at] = close;
      this.high[at] = close * (1 + range * 5e-4);
      this.low[at] = close * (1 - range * 5e-4);
      this.volume[at] = 20_000 * (0.5 + range);
    }
    this.minute += count;
    return count;
  }
}

function seriesOf(info: BookInfo, symbol: number, { minutes, seed }: KlineSpan): KlineSeries {
  const bars = new SyntheticBars(symbol, KLINE_VENUES.indexOf(info.instrument.venue as 'mexc'), minutes, seed);
  return {
    info,
    intervalUs: MINUTE_US,
    next: () => {
      const count = bars.fill();
      if (count === 0) return Promise.resolve(null);
      const column = (all: Float64Array): Float64Array => (count === CHUNK ? all : all.subarray(0, count));
      const { openUs, high, low, close, volume } = bars;
      return Promise.resolve({
        ...{ openUs: column(openUs), high: column(high), low: column(low) },
        ...{ close: column(close), volume: column(volume) },
      });
    },
  };
}

function klineMarket({ firstSymbol, symbols }: KlineSpan): BacktestMarket {
  const instruments = Array.from({ length: symbols }, (_, place) =>
    KLINE_VENUES.map((venue) =>
      tradable({ venue, base: `S${firstSymbol + place}`, takerFeeBps: 5, priceDecimals: 4, qtyDecimals: 2 }),
    ),
  );
  return rowMarket(instruments.flat(), { levels: 8, viewLevels: 8, thread: { levelsMax: 64 } });
}

/** The live engine over synthetic bars, with the three-tier strategy and everything that goes with it. */
export function klineBacktest(span: KlineSpan): BacktestOptions {
  const market = klineMarket(span);
  const { equityMs, setup } = paceOfBars(MINUTE_MS);
  const { universe } = market;
  return {
    market,
    source: klineSource(universe.books.map((info) => seriesOf(info, Number(info.instrument.base.slice(1)), span))),
    epochOffsetUs: 0,
    equityMs,
    setup: {
      strategies: makeStrategies([{ kind: 'three-tier', budgetQuote: 1_000, parameters: { minNetBps: 20 } }], universe),
      decisions: {
        options: { minNet: 0, maxQuoteAgeUs: 5e6, fullScanIntervalUs: 60 * MINUTE_US },
        sizing: { multipliers: [1, 2], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
        costs: DEFAULT_COST_SETTINGS,
      },
      risk: RiskConfigSchema.parse({}),
      endowment: { quote: '100000', inventory: '100000' },
      reactionUs: 50,
      ...setup,
    },
  };
}
