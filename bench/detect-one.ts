import { SeededRandom } from '../src/domain/random.js';
import { makeDecisionEngine } from '../src/engine/decision-engine.js';
import { DEFAULT_SIGNAL_RULES } from '../src/kernel/signal-plan.js';
import { type Level, Rig } from '../src/sim/lab/rig.js';
import { DEFAULT_COST_SETTINGS } from '../src/strategy/cost-model.js';
import { makeStrategies } from '../src/strategy/registry.js';
import type { BookInfo } from '../src/strategy/universe.js';
import { type BenchResult, compared, percentile, type Suite, sink } from './measure.js';
import { ObjectMarket } from './object-market.js';

const VENUES = ['binance', 'coinbase', 'kraken', 'mexc', 'gateio'] as const;
const LEVELS = 20;
const FEE_BPS = 10;
const AGE_US = 1e12;
/** Time between two turns, and before the first one: long enough for the history that the second stage asks for. */
const STEP_US = 1000;
const WARM_US = 1_500_000;

/** Everything is believed at first sight, so that each change goes through all stages to an intent. */
const STRATEGIES = [
  {
    kind: 'hifa',
    budgetQuote: 1e9,
    parameters: {
      signal: { minStrength: 0 },
      context: { minScore: 0, minBuckets: 2, maxVolatilityBps: 1000 },
      risk: { maxRisk: 1, vetoAt: 1, maxSpreadBps: 1000, maxSlippageBps: 1000 },
      plan: { cooldownMs: 0, maxOpenRows: 1024, pairConfirmMs: 0 },
    },
  },
  {
    kind: 'three-tier',
    budgetQuote: 1e9,
    parameters: { confirmMs: 0, confirmations: 0, minConfidence: 0, rowCooldownMs: 0, pairCooldownMs: 0, noteMs: 0 },
  },
];

/**
 * One changed symbol of 1000 on five venues: from the turn's begin (the changed book copied, its row scanned and sized, four stages of
 * the pipeline, the three-tier strategy) to its end, intents emitted. And the heap that a turn leaves behind in which a book changes
 * and nobody finds anything.
 */
export const detectOneSuite: Suite = {
  ids: ['detect.one.p50', 'detect.one.p99', 'allocation.bytes.per.turn'],
  run: async (effort) => {
    const rows = effort.quick ? 20 : 1000;
    const bench = new OneChange(rows);
    const rounds = effort.quick ? 30 : 6000;
    // Only what is compiled counts; a cold engine is warmed by a replay of its last session.
    for (let round = 0; round < rounds; round++) bench.change(round % rows);
    const own = Array.from({ length: rounds }, (_, round) => bench.change(round % rows));
    const plain = Array.from({ length: rounds }, (_, round) => bench.plain(round % rows));
    const name = 'pair and sizes alone, over objects';
    const at = (share: number, suffix: string): BenchResult =>
      compared(`detect.one.${suffix}`, 'us', percentile(own, share), name, percentile(plain, share));
    return [at(0.5, 'p50'), at(0.99, 'p99'), bench.allocation(effort.quick ? 200 : 20_000)];
  },
};

class OneChange {
  private readonly rig: Rig;
  private readonly engine;
  private readonly objects: ObjectMarket;
  private readonly mids: number[] = [];
  private intents = 0;

  constructor(rowCount: number) {
    const random = new SeededRandom(23);
    this.rig = new Rig({
      rows: Array.from({ length: rowCount }, (_, row) =>
        VENUES.map((venue) => ({ venue, base: `S${row}`, takerFeeBps: FEE_BPS, priceDecimals: 4, qtyDecimals: 2 })),
      ),
      memory: { signals: DEFAULT_SIGNAL_RULES },
    });
    const { rig } = this;
    const { kernel, universe } = rig;
    const clock = { monotonicUs: () => rig.nowUs, epochUs: () => rig.nowUs };
    const parts = makeDecisionEngine({
      kernel,
      universe,
      strategies: makeStrategies(STRATEGIES, universe),
      options: { minNet: 0.002, maxQuoteAgeUs: AGE_US, fullScanIntervalUs: AGE_US },
      sizing: { multipliers: [1, 2, 5, 10], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
      costs: DEFAULT_COST_SETTINGS,
      clock,
      histogram: kernel.plan.histograms[0] ?? 0,
      emit: ({ id, strategy, legs, legCount }) => {
        this.intents++;
        for (let leg = 0; leg < legCount; leg++) {
          const book = legs[leg]?.book ?? 0;
          parts.host.tell(strategy, { intent: id, leg, book, filledUnits: 0, filledQuoteUnits: 0, feeQuote: 0, isFinal: true });
        }
      },
      raise: () => undefined,
    });
    this.engine = parts.engine;
    for (const { account } of universe.accounts) parts.capital.setBalance(account, 2 ** 52);
    const books = universe.books.map((info) => {
      this.mids.push(info.place === 0 ? 1 + random.next() * 3 : (this.mids[info.book - info.place] ?? 1));
      const sides = { bids: this.side(info, -1, 10), asks: this.side(info, 1, 10) };
      rig.setBook(info, sides.bids, sides.asks);
      return sides;
    });
    this.objects = new ObjectMarket(books, VENUES.length, FEE_BPS * 1e-4);
    this.turn();
    rig.nowUs += WARM_US;
  }

  /** One book of a row becomes cheap and lopsided; the turn that sees it is timed; then it is as before. @returns microseconds */
  change(row: number): number {
    const { rig } = this;
    const info = this.bookOf(row);
    const mid = this.mids[info.book] ?? 1;
    const cheap = (part: number): string => (mid * part).toFixed(4);
    const lowBids = Array.from({ length: 8 }, (_, level): Level => [cheap(0.959 - level * 0.0005), '500']);
    rig.update(info, [...this.side(info, -1, 0), ...lowBids], [[cheap(0.96), '60']]);
    const before = this.intents;
    const startUs = process.hrtime.bigint();
    this.turn();
    const us = Number(process.hrtime.bigint() - startUs) / 1000;
    if (this.intents === before) throw new Error(`row ${row}: no intent`);
    const noBids = lowBids.map(([price]): Level => [price, '0']);
    rig.update(info, [...this.side(info, -1, 10), ...noBids], [[cheap(0.96), '0']]);
    this.turn();
    return us;
  }

  /** The plain way to find a row's pair and price its sizes. @returns microseconds */
  plain(row: number): number {
    const startUs = process.hrtime.bigint();
    if (this.objects.decide(row)) sink.total++;
    return Number(process.hrtime.bigint() - startUs) / 1000;
  }

  /** Heap of turns in which one book changes and nothing is found. */
  allocation(turns: number): BenchResult {
    if (globalThis.gc === undefined) throw new Error('run with --expose-gc, as npm run bench does');
    const { kernel, universe } = this.rig;
    const touch = (turn: number): void => {
      // A version of the book without a change of it: what a frame leaves behind on this thread is not the turn's.
      kernel.exports.setState(kernel.plan.books[turn % universe.books.length] ?? 0, 2);
      this.rig.nowUs += STEP_US;
    };
    const growth = (withTurns: boolean): number => {
      globalThis.gc?.();
      const before = process.memoryUsage().heapUsed;
      for (let turn = 0; turn < turns; turn++) {
        touch(turn);
        if (withTurns) this.engine.turnAt(this.rig.nowUs, this.rig.nowUs, false);
      }
      return process.memoryUsage().heapUsed - before;
    };
    growth(true);
    const bytes = Math.max(0, (growth(true) - growth(false)) / turns);
    const value = Math.round(bytes * 100) / 100;
    const baselineValue = this.plainAllocation(turns);
    return {
      id: 'allocation.bytes.per.turn',
      value,
      unit: 'bytes',
      baseline: 'pair and sizes over objects',
      baselineValue,
      ratio: baselineValue / Math.max(value, 1),
    };
  }

  private plainAllocation(turns: number): number {
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    for (let turn = 0; turn < turns; turn++) if (this.objects.decide(turn % this.rig.universe.rows.length)) sink.total++;
    return (process.memoryUsage().heapUsed - before) / turns;
  }

  private turn(): void {
    this.rig.nowUs += STEP_US;
    this.engine.turnAt(this.rig.nowUs, this.rig.nowUs, false);
  }

  private bookOf(row: number): BookInfo {
    const info = this.rig.universe.rows[row]?.books[row % VENUES.length];
    if (info === undefined) throw new RangeError(`there is no row ${row}`);
    return info;
  }

  private side({ book }: BookInfo, sign: 1 | -1, qty: number): Level[] {
    const mid = this.mids[book] ?? 1;
    return Array.from({ length: LEVELS }, (_, level) => [
      (mid * (1 + sign * (0.0005 + level * 0.0004))).toFixed(4),
      qty === 0 ? '0' : (qty + ((book + level) % 5)).toFixed(2),
    ]);
  }
}
