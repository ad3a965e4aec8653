// Goal: books made up from bars stand as the model says, only once their bars have closed, and by nothing that comes later.
// Method: random bars and models against the plainest way to write the model down; a history against its own beginning.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LevelText, readBook } from '../../../src/kernel/book-view.js';
import { BUY, SELL } from '../../../src/kernel/pricing.js';
import { BacktestEngine } from '../../../src/research/backtest/backtest-engine.js';
import { type BacktestMarket, rowMarket } from '../../../src/research/backtest/backtest-market.js';
import {
  DEFAULT_KLINE_MODEL,
  type KlineBookModel,
  type KlineColumns,
  type KlineSeries,
  klineSource,
} from '../../../src/research/backtest/kline-books.js';
import { tradable } from '../../../src/sim/lab/instrument.js';
import { Budget } from '../../../src/strategy/capital.js';
import type { MarketView } from '../../../src/strategy/market-view.js';
import type { BookInfo } from '../../../src/strategy/universe.js';
import { setup } from './history.js';

const MINUTE_US = 60e6;
const START_US = 1_700_000_040e6;

/** A bar that opens `minute` minutes after the start; a volume of NaN was not told. */
interface Bar {
  readonly minute: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

interface Book {
  readonly bids: readonly (readonly number[])[];
  readonly asks: readonly (readonly number[])[];
}

const market = (tickSize = '0.0001', contractSize = '1'): BacktestMarket =>
  rowMarket(
    (['mexc', 'gateio'] as const).map((venue) => tradable({ venue, takerFeeBps: 5, contractSize, rules: { tickSize } })),
    { levels: 16, thread: { levelsMax: 16 } },
  );

function columns(bars: readonly Bar[]): KlineColumns {
  const column = (of: (bar: Bar) => number): number[] => bars.map(of);
  return {
    openUs: column(({ minute }) => START_US + minute * MINUTE_US),
    ...{ high: column(({ high }) => high), low: column(({ low }) => low) },
    ...{ close: column(({ close }) => close), volume: column(({ volume }) => volume) },
  };
}

/** Bars in chunks of a size. */
function seriesOf(info: BookInfo, bars: readonly Bar[], size: number): KlineSeries {
  let from = 0;
  return {
    info,
    intervalUs: MINUTE_US,
    async next() {
      if (from >= bars.length) return null;
      const part = bars.slice(from, from + size);
      from += size;
      return columns(part);
    },
  };
}

/** The model, written down as it is told: prices in ticks, sizes in lots of a hundredth. */
function assumed(bars: readonly Bar[], model: KlineBookModel, tick: number, contractSize: number): Book {
  let average = Number.NaN;
  for (const { volume } of bars) {
    if (Number.isNaN(average)) average = volume;
    else if (!Number.isNaN(volume)) average += (volume - average) * model.volumeWeight;
  }
  const { close = 0, high = 0, low = 0 } = bars.at(-1) ?? {};
  const middle = close * 1e4;
  const half = Math.max(middle * model.halfSpreadBps * 1e-4, (high - low) * 1e4 * model.rangeShare);
  const best = average * model.depthShare * (100 / contractSize);
  const [bids, asks]: [number[][], number[][]] = [[], []];
  let [bid, ask] = [Number.POSITIVE_INFINITY, 0];
  let depth = best;
  for (let level = 0; level < model.levels; level++) {
    const away = half + middle * model.stepBps * 1e-4 * level;
    bid = Math.min(bid - tick, Math.floor((middle - away) / tick) * tick);
    ask = Math.max(ask + tick, bid + tick, Math.ceil((middle + away) / tick) * tick);
    const size = Math.floor(depth);
    depth *= model.growth;
    if (!(size > 0)) continue;
    if (bid > 0) bids.push([bid, size]);
    asks.push([ask, size]);
  }
  return { bids, asks };
}

const bar = (minutes: number) =>
  fc.record({
    minute: fc.integer({ min: 0, max: minutes - 1 }),
    close: fc.double({ min: 0.001, max: 5, noNaN: true }),
    above: fc.double({ min: 0, max: 0.2, noNaN: true }),
    below: fc.double({ min: 0, max: 0.2, noNaN: true }),
    volume: fc.oneof(fc.double({ min: 0, max: 1e5, noNaN: true }), fc.constant(Number.NaN)),
  });
const bars = (minutes: number): fc.Arbitrary<Bar[]> =>
  fc.uniqueArray(bar(minutes), { selector: ({ minute }) => minute, maxLength: minutes }).map((all) =>
    all
      .toSorted((a, b) => a.minute - b.minute)
      .map(({ minute, close, above, below, volume }) => ({
        ...{ minute, close, volume },
        ...{ high: close * (1 + above), low: close * (1 - below) },
      })),
  );
const models: fc.Arbitrary<KlineBookModel> = fc.record({
  levels: fc.integer({ min: 1, max: 12 }),
  halfSpreadBps: fc.double({ min: 0, max: 50, noNaN: true }),
  rangeShare: fc.double({ min: 0, max: 0.5, noNaN: true }),
  stepBps: fc.double({ min: 0, max: 2_000, noNaN: true }),
  depthShare: fc.double({ min: 0, max: 0.1, noNaN: true }),
  growth: fc.double({ min: 0.5, max: 2, noNaN: true }),
  volumeWeight: fc.double({ min: 0.01, max: 1, noNaN: true }),
});

/** Every book after each moment at which bars close: [microseconds, the books]. */
async function played(
  { kernel, universe }: BacktestMarket,
  all: readonly (readonly Bar[])[],
  model: KlineBookModel,
  size: number,
) {
  const source = klineSource(
    universe.books.map((info, place) => seriesOf(info, all[place] ?? [], size)),
    model,
  )(kernel);
  const seen: { readonly atUs: number; readonly books: readonly Book[] }[] = [];
  for (;;) {
    if (source.nextUs === Number.POSITIVE_INFINITY && !(await source.load())) break;
    const atUs = source.nextUs;
    source.play();
    const books = universe.books.map(({ book }): Book => {
      const view = readBook(kernel, kernel.plan.books[book] ?? 0, 16);
      const units = ([price, qty]: LevelText): number[] => [Math.round(Number(price) * 1e4), Math.round(Number(qty) * 100)];
      return { bids: view?.bids.map(units) ?? [], asks: view?.asks.map(units) ?? [] };
    });
    seen.push({ atUs, books });
  }
  return { seen, events: source.events };
}

describe('books made up from bars', () => {
  it('stand as the model says at every close, in the order of closes, wherever chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(bars(12), { minLength: 2, maxLength: 2 }),
        models,
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(['0.0001', '1'], ['0.01', '1'], ['0.0001', '10']),
        async (all, model, size, [tickSize = '1', contractSize = '1']) => {
          const { seen, events } = await played(market(tickSize, contractSize), all, model, size);
          const minutes = [...new Set(all.flat().map(({ minute }) => minute))].toSorted((a, b) => a - b);
          expect(seen.map(({ atUs }) => atUs)).toEqual(minutes.map((minute) => START_US + (minute + 1) * MINUTE_US));
          let levels = 0;
          for (const [index, minute] of minutes.entries()) {
            const expected = all.map((own) => {
              const closed = own.filter((one) => one.minute <= minute);
              return assumed(closed, model, Number(tickSize) * 1e4, Number(contractSize));
            });
            expect(seen[index]?.books).toEqual(expected);
            all.forEach((own, place) => {
              const book = expected[place];
              if (own.some((one) => one.minute === minute)) levels += (book?.bids.length ?? 0) + (book?.asks.length ?? 0);
            });
          }
          expect(events).toBe(levels);
        },
      ),
    );
  });

  it('are the same up to a moment, whatever bars come after it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(bars(8), { minLength: 2, maxLength: 2 }),
        fc.array(bars(8), { minLength: 2, maxLength: 2 }),
        fc.integer({ min: 1, max: 8 }),
        async (all, others, until) => {
          const changed = all.map((own, place) => [
            ...own.filter(({ minute }) => minute < until),
            ...(others[place] ?? []).filter(({ minute }) => minute >= until),
          ]);
          const before = ({ atUs }: { readonly atUs: number }): boolean => atUs <= START_US + until * MINUTE_US;
          const [one, two] = [
            await played(market(), all, DEFAULT_KLINE_MODEL, 3),
            await played(market(), changed, DEFAULT_KLINE_MODEL, 5),
          ];
          expect(one.seen.filter(before)).toEqual(two.seen.filter(before));
        },
      ),
    );
  });

  it('are seen by a strategy when the bar has closed and not before', async () => {
    const made = market();
    const seen: (readonly [number, number])[] = [];
    const strategy = {
      onMarket: ({ nowUs, views }: MarketView) => {
        if (views.bidPriceUnits(0) > 0)
          seen.push([nowUs, (views.levelPriceUnits(0, SELL, 0) + views.levelPriceUnits(0, BUY, 0)) / 2e4]);
      },
    };
    const closes = [2, 2.5, 3, 2.2];
    const all = closes.map((close, minute): Bar => ({ minute, close, high: close * 1.01, low: close * 0.99, volume: 1_000 }));
    await new BacktestEngine({
      market: made,
      source: klineSource(made.universe.books.map((info) => seriesOf(info, all, 2))),
      epochOffsetUs: 0,
      setup: setup(made.universe, { strategies: [{ name: 'watcher', strategy, budget: new Budget(1) }], idleMs: 10_000 }),
    }).run();
    for (const [atUs, mid] of seen) {
      const closed = Math.floor((atUs - START_US) / MINUTE_US) - 1;
      expect(mid).toBeCloseTo(closes[closed] ?? Number.NaN, 3);
    }
    expect(new Set(seen.map(([, mid]) => mid.toFixed(2)))).toEqual(new Set(closes.map((close) => close.toFixed(2))));
  });

  it('need a model that can be used', () => {
    expect(() => klineSource([], { ...DEFAULT_KLINE_MODEL, levels: 0 })).toThrow('cannot be used');
    expect(() => klineSource([], { ...DEFAULT_KLINE_MODEL, volumeWeight: 0 })).toThrow('cannot be used');
    const { kernel } = market();
    expect(() => klineSource([], { ...DEFAULT_KLINE_MODEL, levels: 17 })(kernel)).toThrow('no room');
  });
});
