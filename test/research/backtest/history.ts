// A small invented history for backtests: one asset at three venues, whose books follow one price and now and then stand apart for a
// while, so that there is something to trade.
import { SeededRandom } from '../../../src/domain/random.js';
import { ROW_ASK, ROW_BID } from '../../../src/kernel/row-door.js';
import { type BacktestMarket, rowMarket } from '../../../src/research/backtest/backtest-market.js';
import type { BacktestOptions } from '../../../src/research/backtest/backtest-types.js';
import {
  columnHistory,
  EVENT_DELTA,
  EVENT_SNAPSHOT,
  EventBuilder,
  type EventColumns,
} from '../../../src/research/backtest/event-columns.js';
import type { TradingSetup } from '../../../src/research/backtest/paper-trading.js';
import { RiskConfigSchema } from '../../../src/risk/config.js';
import { tradable } from '../../../src/sim/lab/instrument.js';
import { DEFAULT_COST_SETTINGS } from '../../../src/strategy/cost-model.js';
import { makeStrategies } from '../../../src/strategy/registry.js';
import type { HostedStrategy } from '../../../src/strategy/strategy.js';
import type { StrategyUniverse } from '../../../src/strategy/universe.js';

export const START_US = 1_700_000_000_000_000;
const STEP_US = 100_000;
const LEVELS = 8;
const PRICE = 10_000;

export function market(): BacktestMarket {
  const venues = [
    { venue: 'mexc', takerFeeBps: 5 },
    { venue: 'gateio', takerFeeBps: 20 },
    { venue: 'binance', takerFeeBps: 10 },
  ] as const;
  return rowMarket(venues.map(tradable));
}

/** How a history goes. */
export interface HistoryOptions {
  readonly seed?: number;
  readonly seconds?: number;
  /** How long venues stand apart, in steps of 100 ms, and by what share. */
  readonly apartSteps?: number;
  readonly apart?: number;
}

/** Books as whole snapshots once a second and as changes in between. Prices in units of 10^-4, quantities of 10^-2. */
export function history({ seed = 1, seconds = 60, apartSteps = 4, apart = 0.03 }: HistoryOptions = {}): EventColumns {
  const random = new SeededRandom(seed);
  const builder = new EventBuilder();
  let mid = PRICE;
  const offsets = [0, 0, 0];
  let apartLeft = 0;
  for (let step = 0; step < seconds * 10; step++) {
    mid += random.below(5) - 2;
    if (apartLeft > 0 && --apartLeft === 0) offsets.fill(0);
    if (step > 50 && apartLeft === 0 && random.next() < 0.03) {
      apartLeft = apartSteps;
      offsets[random.below(3)] = Math.round(mid * apart) * (random.next() < 0.5 ? 1 : -1);
    }
    for (let book = 0; book < 3; book++) {
      const atUs = START_US + step * STEP_US + book * 7_000;
      const middle = mid + (offsets[book] ?? 0);
      const isSnapshot = step % 10 === 0 || random.next() < 0.5;
      for (let level = 0; level < LEVELS; level++) {
        if (!isSnapshot && level > 0) break;
        const qty = 50_000 + random.below(50_000);
        builder.row(ROW_BID, middle - 20 - level * 3, qty);
        builder.row(ROW_ASK, middle + 20 + level * 3, qty);
      }
      // A change that would cross the levels of before is told as a whole book.
      builder.end(EVENT_SNAPSHOT, book, atUs, atUs);
    }
  }
  return builder;
}

/** The same events from the one on that is received at a moment or later. */
export function kinds(columns: EventColumns): readonly number[] {
  return [...columns.kind.subarray(0, columns.count)].filter((kind) => kind === EVENT_SNAPSHOT || kind === EVENT_DELTA);
}

/** A setup as a run would have it, with small sizes. */
export function setup(universe: StrategyUniverse, more: Partial<TradingSetup> = {}): TradingSetup {
  const parameters = { maxRowQuote: 20, minNetBps: 50 };
  return {
    strategies: makeStrategies([{ kind: 'three-tier', budgetQuote: 200, parameters }], universe),
    decisions: {
      options: { minNet: 0, maxQuoteAgeUs: 5_000_000, fullScanIntervalUs: 100_000 },
      sizing: { multipliers: [1, 2], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
      costs: DEFAULT_COST_SETTINGS,
    },
    risk: RiskConfigSchema.parse({ exposureQuoteMax: { symbol: 5_000, venue: 50_000, strategy: 20_000, total: 50_000 } }),
    endowment: { quote: '500', inventory: '500' },
    ...{ reactionUs: 50, idleMs: 50, patienceMs: 30_000 },
    ...more,
  };
}

export interface ScenarioOptions {
  readonly columns?: EventColumns;
  readonly setup?: Partial<TradingSetup>;
  strategies?(universe: StrategyUniverse): readonly HostedStrategy[];
}

/** A backtest of that history. */
export function scenario({ columns = history(), setup: more, strategies }: ScenarioOptions = {}): BacktestOptions {
  const made = market();
  const hosted = strategies === undefined ? {} : { strategies: strategies(made.universe) };
  return {
    market: made,
    source: columnHistory(columns),
    epochOffsetUs: 0,
    setup: setup(made.universe, { ...more, ...hosted }),
  };
}
