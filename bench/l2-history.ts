import { SeededRandom } from '../src/domain/random.js';
import { ROW_ASK, ROW_BID } from '../src/kernel/row-door.js';
import { type BacktestMarket, rowMarket } from '../src/research/backtest/backtest-market.js';
import type { BacktestOptions } from '../src/research/backtest/backtest-types.js';
import {
  columnHistory,
  EVENT_DELTA,
  EVENT_SNAPSHOT,
  EventBuilder,
  type EventColumns,
} from '../src/research/backtest/event-columns.js';
import { RiskConfigSchema } from '../src/risk/config.js';
import { tradable } from '../src/sim/lab/instrument.js';
import { DEFAULT_COST_SETTINGS } from '../src/strategy/cost-model.js';
import { makeStrategies } from '../src/strategy/registry.js';

/** How large the history is. */
export interface L2Size {
  readonly messages: number;
  /** Changed levels in one message: a fifth to two times as many as depth channels of liquid pairs send in 100 ms. */
  readonly rowsPerMessage: number;
  readonly seed: number;
}

const START_US = 1_700_000_000e6;
const LEVELS = 200;
const VENUES = ['mexc', 'gateio'] as const;
/** Every message is 10 ms after the one before, of the other venue. */
const STEP_US = 10_000;

/**
 * Level changes of one pair at two venues, most of them near the top, round a price that walks; now and then the venues stand apart, so
 * that there is something to trade.
 */
export function l2History({ messages, rowsPerMessage, seed }: L2Size): EventBuilder {
  const random = new SeededRandom(seed);
  const builder = new EventBuilder(messages, messages * rowsPerMessage + LEVELS * 4);
  const books = VENUES.map(() => ({ bids: new Map<number, number>(), asks: new Map<number, number>(), mid: 1_000_000 }));
  books.forEach((book, place) => {
    for (let level = 1; level <= LEVELS; level++) {
      for (const [side, held, price] of [
        [ROW_BID, book.bids, book.mid - level * 10],
        [ROW_ASK, book.asks, book.mid + level * 10],
      ] as const) {
        held.set(price, 1);
        builder.row(side, price, 1_000 + random.below(9_000));
      }
    }
    builder.end(EVENT_SNAPSHOT, place, START_US + place, START_US);
  });
  let walk = 1_000_000;
  for (let message = 0; message < messages; message++) {
    const place = message % VENUES.length;
    const book = books[place] as (typeof books)[number];
    walk += (random.below(3) - 1) * 10;
    // A second in fifty the second venue is three percent dearer.
    const isApart = place === 1 && message % 5_000 > 4_900;
    const target = walk + (isApart ? Math.round(walk * 0.003) * 10 : 0);
    const atUs = START_US + 1_000 + message * STEP_US;
    let rows = 0;
    const put = (side: number, held: Map<number, number>, price: number, qty: number): void => {
      if (qty === 0) held.delete(price);
      else held.set(price, qty);
      builder.row(side, price, qty);
      rows++;
    };
    // What the new price would cross goes first.
    for (const price of book.bids.keys()) if (price >= target) put(ROW_BID, book.bids, price, 0);
    for (const price of book.asks.keys()) if (price <= target) put(ROW_ASK, book.asks, price, 0);
    book.mid = target;
    while (rows < rowsPerMessage) {
      const away = (1 + Math.floor(random.next() ** 2 * 60)) * 10;
      const qty = random.next() < 0.3 ? 0 : 1_000 + random.below(9_000);
      if (random.next() < 0.5) put(ROW_BID, book.bids, target - away, away === 10 ? qty + 500 : qty);
      else put(ROW_ASK, book.asks, target + away, away === 10 ? qty + 500 : qty);
    }
    builder.end(EVENT_DELTA, place, atUs, atUs);
  }
  return builder;
}

export function l2Market(): BacktestMarket {
  return rowMarket(VENUES.map((venue) => tradable({ venue, takerFeeBps: 5, priceDecimals: 4, qtyDecimals: 2 })));
}

/** A backtest of an invented history, for a pool. */
export function l2BacktestOf(size: L2Size): BacktestOptions {
  return l2Backtest(l2History(size));
}

/** A backtest of that history, with the three-tier strategy and everything that goes with it. */
export function l2Backtest(columns: EventColumns): BacktestOptions {
  const market = l2Market();
  return {
    market,
    source: columnHistory(columns),
    epochOffsetUs: 0,
    setup: {
      strategies: makeStrategies([{ kind: 'three-tier', budgetQuote: 1_000, parameters: { minNetBps: 50 } }], market.universe),
      decisions: {
        options: { minNet: 0, maxQuoteAgeUs: 5_000_000, fullScanIntervalUs: 100_000 },
        sizing: { multipliers: [1, 2], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
        costs: DEFAULT_COST_SETTINGS,
      },
      risk: RiskConfigSchema.parse({}),
      endowment: { quote: '1000', inventory: '1000' },
      ...{ reactionUs: 50, idleMs: 50, patienceMs: 30_000 },
    },
  };
}
