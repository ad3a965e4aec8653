// Goal: whatever comes, in whatever order: the queue keeps its bound and drops the stale first, the ranking is one and the same,
// and no two plans count on the same funds.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Decimal, Exact } from '../../../src/domain/decimal.js';
import { Rig } from '../../../src/sim/lab/rig.js';
import { OpportunityQueue } from '../../../src/strategy/three-tier/opportunity-queue.js';
import { OpportunityPrioritizer } from '../../../src/strategy/three-tier/prioritizer.js';
import { threeTierDefinition } from '../../../src/strategy/three-tier/three-tier-strategy.js';
import type { ArbitrageOpportunity, SizedOpportunity } from '../../../src/strategy/three-tier/types.js';

const ROWS = 12;
const SIZE = 4;
const WAIT_US = 100;

const step = fc.oneof(
  fc.record({
    kind: fc.constant('offer' as const),
    row: fc.nat(ROWS - 1),
    score: fc.integer({ min: 0, max: 5 }),
    afterUs: fc.nat(40),
  }),
  fc.record({ kind: fc.constant('take' as const), row: fc.constant(0), score: fc.constant(0), afterUs: fc.nat(40) }),
  fc.record({ kind: fc.constant('remove' as const), row: fc.nat(ROWS - 1), score: fc.constant(0), afterUs: fc.nat(40) }),
);

/** The queue as it is described, slowly: what waits, the best first. */
class Model {
  waiting: { row: number; score: number; sinceUs: number }[] = [];
  stale = 0;
  worst = 0;
  refused = 0;

  offer(row: number, score: number, nowUs: number): void {
    const isKnown = this.waiting.some((entry) => entry.row === row);
    if (isKnown) this.remove(row);
    else if (this.waiting.length === SIZE) this.dropStale(nowUs);
    this.waiting.push({ row, score, sinceUs: nowUs });
    this.waiting.sort((a, b) => b.score - a.score || a.row - b.row);
    if (this.waiting.length <= SIZE) return;
    if (this.waiting.pop()?.row === row) this.refused++;
    else this.worst++;
  }
  take(nowUs: number): number {
    this.dropStale(nowUs);
    return this.waiting.shift()?.row ?? -1;
  }
  remove(row: number): void {
    this.waiting = this.waiting.filter((entry) => entry.row !== row);
  }
  private dropStale(nowUs: number): void {
    const fresh = this.waiting.filter(({ sinceUs }) => nowUs - sinceUs <= WAIT_US);
    this.stale += this.waiting.length - fresh.length;
    this.waiting = fresh;
  }
}

test('the queue does what its slow model does, within its bound', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const queue = new OpportunityQueue(ROWS, SIZE, WAIT_US);
      const model = new Model();
      let nowUs = 0;
      for (const { kind, row, score, afterUs } of steps) {
        nowUs += afterUs;
        if (kind === 'take') expect(queue.take(nowUs)).toBe(model.take(nowUs));
        else if (kind === 'remove') {
          queue.remove(row);
          model.remove(row);
        } else {
          queue.offer(row, score, nowUs);
          model.offer(row, score, nowUs);
        }
        expect(queue.length).toBeLessThanOrEqual(SIZE);
        expect([queue.length, queue.droppedStale, queue.droppedWorst, queue.refused]).toEqual([
          model.waiting.length,
          model.stale,
          model.worst,
          model.refused,
        ]);
        for (let each = 0; each < ROWS; each++) expect(queue.has(each)).toBe(model.waiting.some((entry) => entry.row === each));
      }
    }),
  );
});

const VENUES = ['mexc', 'gateio', 'binance'] as const;
const sized = (buy: number, sell: number): fc.Arbitrary<SizedOpportunity> =>
  fc
    .record({
      units: fc.integer({ min: 1, max: 500 }),
      net: fc.integer({ min: 1, max: 20 }),
      levels: fc.integer({ min: 2, max: 6 }),
      sure: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ units, net, levels, sure }) => ({
      symbol: 'ABC/USDT',
      buyExchange: VENUES[buy] ?? '',
      sellExchange: VENUES[sell] ?? '',
      buyPrice: 1,
      sellPrice: 1.1,
      orderAmount: new Exact(units).div(100).toFixed(),
      quoteAmount: units / 100,
      grossProfit: net,
      netProfit: net,
      spreadPct: 1,
      confidence: sure / 4,
      levelsUsed: levels,
      requiredQuote: units / 100,
    }));
const opportunity = fc
  .record({ row: fc.nat(5), buy: fc.nat(2), away: fc.integer({ min: 1, max: 2 }), rate: fc.integer({ min: 1, max: 4 }) })
  .chain(({ row, buy, away, rate }) =>
    fc.array(sized(buy, (buy + away) % 3), { minLength: 1, maxLength: 4 }).map(
      (sizes): Omit<ArbitrageOpportunity, 'id'> => ({
        row,
        symbol: 'ABC/USDT',
        baseAsset: row % 2 === 0 ? 'ABC' : 'DEF',
        quoteAsset: 'USDT',
        timestamp: 0,
        sizedOpportunities: sizes,
        bestOpportunity: sizes.reduce((best, size) => (size.netProfit > best.netProfit ? size : best)),
        successRate: rate / 4,
      }),
    ),
  );
const opportunities = fc
  .array(opportunity, { maxLength: 12 })
  .map((list): ArbitrageOpportunity[] => list.map((each, id) => ({ ...each, id: id + 1 })));
const settings = { complexityPenalty: 0.05, maxRowQuote: 4, queueSize: 4, queueUs: 100 };
const prioritizer = new OpportunityPrioritizer(6, settings);

describe('OpportunityPrioritizer', () => {
  test('ranks everything once, in an order that does not depend on the one in which it came', () => {
    fc.assert(
      fc.property(opportunities, fc.nat(), (list, turn) => {
        const ranked = prioritizer.rankOpportunities(list);
        expect(ranked.map(({ rank }) => rank)).toEqual(list.map((_, index) => index + 1));
        expect(new Set(ranked.map(({ opportunity: { id } }) => id)).size).toBe(list.length);
        for (let index = 1; index < ranked.length; index++) {
          expect(ranked[index - 1]?.score).toBeGreaterThanOrEqual(ranked[index]?.score ?? 0);
        }
        const at = list.length === 0 ? 0 : turn % list.length;
        expect(prioritizer.rankOpportunities([...list.slice(at), ...list.slice(0, at)].reverse())).toEqual(ranked);
      }),
    );
  });

  test('a plan never takes more of an account than it holds, a row once and within its cap, and tells of all that it leaves', () => {
    const amount = fc.integer({ min: 0, max: 800 }).map((units) => new Exact(units).div(100).toFixed());
    const balances = fc.record(
      Object.fromEntries(VENUES.map((venue) => [venue, fc.record({ USDT: amount, ABC: amount, DEF: amount })])),
    );
    fc.assert(
      fc.property(opportunities, balances, (list, held) => {
        const before = structuredClone(held);
        const plan = prioritizer.optimizePortfolioAllocation(list, held);
        expect(held).toEqual(before);
        const taken = new Map<string, Decimal>();
        for (const { reservations, sized: size, opportunity: each } of plan.steps) {
          expect(size.requiredQuote).toBeLessThanOrEqual(settings.maxRowQuote);
          expect(prioritizer.checkExecutionFeasibility(each, held, size)).toBe(true);
          for (const { exchange, asset, amount: part } of reservations) {
            const key = `${exchange} ${asset}`;
            taken.set(key, new Exact(part).plus(taken.get(key) ?? 0));
          }
        }
        for (const [key, sum] of taken) {
          const [venue = '', asset = ''] = key.split(' ');
          expect(sum.lte((held[venue] as Record<string, string>)[asset] ?? '0')).toBe(true);
        }
        expect(new Set(plan.steps.map(({ opportunity: { row } }) => row)).size).toBe(plan.steps.length);
        expect(plan.steps.length + plan.skipped.length).toBe(list.length);
      }),
    );
  });
});

test('plans of one turn never count on the same funds, whatever the balances', () => {
  const bases = ['AAA', 'BBB', 'CCC', 'DDD'];
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 450 }), fc.array(fc.nat(60), { minLength: 4, maxLength: 4 }), (quote, held) => {
      const rig = new Rig({
        rows: bases.map((base) => [
          { venue: 'mexc', base },
          { venue: 'gateio', base },
        ]),
        assumeFills: true,
      });
      rig.run(rig.make(threeTierDefinition));
      rig.setBalance(rig.book('mexc').quoteAccount, quote);
      bases.forEach((base, index) => {
        const sell = rig.book('gateio', 'spot', base);
        rig.setBalance(sell.baseAccount, held[index] ?? 0);
        rig.setBook(rig.book('mexc', 'spot', base), [['0.9900', '1000']], [['1.0000', '1000']]);
        rig.setBook(sell, [['1.0500', '1000']], [['1.2000', '1000']]);
      });
      rig.turn();
      rig.turn(4000);
      for (const { account } of rig.universe.accounts) expect(rig.capital.balance(account)).toBeGreaterThanOrEqual(0);
      const spent = rig.intents.reduce((sum, { legs }) => sum + ((legs[0]?.targetUnits ?? 0) / 100) * 1.0005 * 1.001, 0);
      expect(spent).toBeLessThanOrEqual(quote);
      for (const { row, legs } of rig.intents) expect(-(legs[1]?.targetUnits ?? 0) / 100).toBeLessThanOrEqual(held[row] ?? 0);
      // A fill moves the balance a turn before its reservation is given back: for so long it counts twice.
      const isEnough = quote >= 2 * 4 * 50 * 1.0005 * 1.001 && held.every((base) => base >= 5);
      if (isEnough) expect(rig.intents).toHaveLength(4);
    }),
    { numRuns: 30 },
  );
});
