// Goal: each regime is told where it was planted, from the past alone; trades are judged by the regime that was known when they began.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CalculationError } from '../../../src/domain/calculation-error.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { emptyColumns, type KlineColumns } from '../../../src/history/kline-columns.js';
import { type AlignedMarketData, alignKlines } from '../../../src/history/quality/align.js';
import { MarketRegime } from '../../../src/history/quality/market-condition.js';
import { backtestResult } from '../../../src/research/analysis/performance-metrics.js';
import { MarketRegimeAnalyzer } from '../../../src/research/regimes/market-regime-analyzer.js';
import { REGIME_RULES, regimeOf, windowFigures } from '../../../src/research/regimes/regime-rules.js';
import { DAY_MS, run, START_MS, trade } from '../analysis/runs.js';

const MINUTE_MS = 60_000;
const rules = { windowRows: 20, usualRows: 200, stepRows: 5 };
const analyzer = new MarketRegimeAnalyzer(rules);

function klines(closes: readonly number[]): KlineColumns {
  const columns = emptyColumns(closes.length);
  closes.forEach((close, at) => {
    columns.openMs[at] = START_MS + at * MINUTE_MS;
    for (const name of ['open', 'high', 'low', 'close'] as const) columns[name][at] = close;
    columns.volume[at] = 2;
    columns.quoteVolume[at] = 2 * close;
  });
  return columns;
}

function market(...exchanges: readonly (readonly number[])[]): AlignedMarketData {
  const data = Object.fromEntries(exchanges.map((closes, at) => [`exchange-${at}`, { 'BTC/USDT': klines(closes) }]));
  return alignKlines(data, { intervalMs: MINUTE_MS });
}

/** Prices whose steps are plus and minus by turns, each stretch with its own size and drift. */
function path(stretches: readonly { rows: number; size: number; drift?: number }[]): number[] {
  let log = Math.log(100);
  return stretches.flatMap(({ rows, size, drift = 0 }) =>
    Array.from({ length: rows }, (_, row) => {
      log += (row % 2 === 0 ? size : -size) + drift;
      return Math.exp(log);
    }),
  );
}

/** Regimes of the windows that end within some rows. */
function regimesIn(data: AlignedMarketData, from: number, to: number): MarketRegime[] {
  const at = (row: number): number => START_MS + row * MINUTE_MS;
  return analyzer
    .classifyMarketConditions(data)
    .filter(({ timestamp }) => timestamp >= at(from) && timestamp < at(to))
    .map(({ regime }) => regime);
}

describe('rules', () => {
  it('measure a window as one does by hand', () => {
    const logs = Float64Array.of(0, 0.03, -0.01, Number.NaN, 0.02, 0.05);
    // Returns known among the last four: -0.04 and 0.03.
    expect(windowFigures(logs, 5, 4)).toEqual({
      volatility: expect.closeTo(Math.sqrt((0.0016 + 0.0009) / 2), 12),
      move: expect.closeTo(-0.01, 12),
      efficiency: expect.closeTo(1 / 7, 12),
      returns: 2,
    });
    expect(windowFigures(Float64Array.of(0, 0, 0), 2, 2)).toEqual({ volatility: 0, move: 0, efficiency: 0, returns: 2 });
  });

  it('put the breaks before the storms, the storms before trends, and trends before calm', () => {
    const regime = (volatility: number, efficiency: number, move: number): MarketRegime =>
      regimeOf({ volatility, efficiency, move, returns: 25 }, 1, REGIME_RULES);
    expect(regime(4.1, 0.9, 5)).toBe(MarketRegime.CRISIS);
    expect(regime(1, 0.9, -25.1)).toBe(MarketRegime.CRISIS);
    expect(regime(2.1, 0.9, 5)).toBe(MarketRegime.HIGH_VOLATILITY);
    expect(regime(1, 0.5, 5)).toBe(MarketRegime.TRENDING_UP);
    expect(regime(1, 0.5, -5)).toBe(MarketRegime.TRENDING_DOWN);
    expect(regime(0.4, 0.1, 1)).toBe(MarketRegime.LOW_VOLATILITY);
    expect(regime(1, 0.1, 1)).toBe(MarketRegime.RANGING);
  });

  it('are refused when they are none', () => {
    for (const bad of [{ windowRows: 3 }, { usualRows: 10 }, { stepRows: 0 }, { windowRows: 20.5 }]) {
      expect(() => new MarketRegimeAnalyzer({ ...rules, ...bad }).classifyMarketConditions(market([1, 2]))).toThrow(
        CalculationError,
      );
    }
  });
});

describe('classifying', () => {
  const base = { rows: 200, size: 1e-3 };

  it('finds what was planted, once it has happened', () => {
    const planted = (size: number, drift = 0): MarketRegime[] =>
      regimesIn(market(path([base, { rows: 40, size, drift }])), 220, 240);
    expect(new Set(planted(1e-3))).toEqual(new Set([MarketRegime.RANGING]));
    expect(new Set(planted(2e-4))).toEqual(new Set([MarketRegime.LOW_VOLATILITY]));
    expect(new Set(planted(3e-3))).toEqual(new Set([MarketRegime.HIGH_VOLATILITY]));
    expect(new Set(planted(8e-3))).toEqual(new Set([MarketRegime.CRISIS]));
    expect(new Set(planted(1e-4, 8e-4))).toEqual(new Set([MarketRegime.TRENDING_UP]));
    expect(new Set(planted(1e-4, -8e-4))).toEqual(new Set([MarketRegime.TRENDING_DOWN]));
    expect(new Set(regimesIn(market(path([base, { rows: 40, size: 8e-3 }])), 20, 200))).toEqual(new Set([MarketRegime.RANGING]));
  });

  it('tells a condition the same whatever comes after it', () => {
    const steps = fc.array(fc.double({ min: -0.02, max: 0.02, noNaN: true }), { minLength: 60, maxLength: 160 });
    fc.assert(
      fc.property(steps, steps, fc.integer({ min: 25, max: 60 }), (first, second, cut) => {
        const prices = (returns: readonly number[]): number[] => {
          let log = Math.log(100);
          return returns.map((each) => {
            log += each;
            return Math.exp(log);
          });
        };
        const [own, other] = [prices(first), prices([...first.slice(0, cut), ...second])];
        const known = (closes: readonly number[]): unknown =>
          analyzer
            .classifyMarketConditions(
              market(
                closes,
                closes.map((close, at) => close * (1 + (at % 7) * 1e-4)),
              ),
            )
            .filter(({ timestamp }) => timestamp < START_MS + cut * MINUTE_MS);
        expect(known(own)).toEqual(known(other));
        expect(known(own)).toEqual(known(own.slice(0, cut)));
      }),
      { numRuns: 60 },
    );
  });

  it('measures liquidity and the distance of exchanges', () => {
    const closes = path([{ rows: 30, size: 1e-3 }]);
    const [first] = analyzer.classifyMarketConditions(
      market(
        closes,
        closes.map((close) => close * 1.002),
      ),
    );
    // 20 basis points apart, by their middle.
    const apart = (0.002 / 2.002) * 2 * 1e4;
    expect(first?.arbitrageFavorability).toBeCloseTo(apart / (apart + 20), 9);
    expect(first?.liquidityScore).toBeCloseTo(0.5, 9);
    expect(analyzer.classifyMarketConditions(market(closes))[0]?.arbitrageFavorability).toBe(0);
    expect(analyzer.classifyMarketConditions(market(closes.slice(0, 20)))).toEqual([]);
  });

  it('knows nothing where there is no data, and calls it so', () => {
    const closes = path([{ rows: 300, size: 1e-3 }]).map((close, row) => (row >= 100 && row < 200 ? Number.NaN : close));
    const data = { ...market(closes) };
    const conditions = analyzer.classifyMarketConditions(data);
    const rows = conditions.map(({ timestamp }) => (timestamp - START_MS) / MINUTE_MS);
    // Ten of twenty returns: up to row 109, and from row 210 on, of which row 200 has none.
    expect(rows.filter((row) => row > 90 && row < 220)).toEqual([95, 100, 105, 210, 215]);
    expect(new Set(conditions.map(({ regime }) => regime))).toEqual(new Set([MarketRegime.RANGING]));
    expect(
      analyzer
        .spansOf(conditions, data)
        .map(({ fromMs, toMs }) => [(fromMs - START_MS) / MINUTE_MS, (toMs - START_MS) / MINUTE_MS]),
    ).toEqual([
      [21, 111],
      [211, 301],
    ]);
  });

  it('tells stretches from the moment they are known on', () => {
    const data = market(path([base, { rows: 40, size: 8e-3 }]));
    const conditions = analyzer.classifyMarketConditions(data);
    const spans = analyzer.spansOf(conditions, data);
    expect(spans[0]?.fromMs).toBe(START_MS + 21 * MINUTE_MS);
    // The last condition is of row 235, known when row 236 begins, and holds for five rows.
    expect(spans.at(-1)?.toMs).toBe(START_MS + 241 * MINUTE_MS);
    spans.slice(1).forEach(({ fromMs, regime }, before) => {
      expect(fromMs).toBe(spans[before]?.toMs);
      expect(regime).not.toBe(spans[before]?.regime);
    });
    expect(spans.at(-1)?.regime).toBe(MarketRegime.CRISIS);
  });
});

describe('a strategy by regime', () => {
  const spans = [
    { fromMs: START_MS, toMs: START_MS + 2 * DAY_MS, regime: MarketRegime.RANGING },
    { fromMs: START_MS + 2 * DAY_MS, toMs: START_MS + 4 * DAY_MS, regime: MarketRegime.CRISIS },
  ];

  it('has the trades that were entered and the equity that changed in each', () => {
    const result = backtestResult(
      run([100, 110, 121, 60.5, 66.55], [trade(0, 10), trade(1, 11), trade(2, -60.5), trade(3.5, 6.05)]),
    );
    const { regimes, unclassified } = analyzer.analyzeRegimePerformance(result, spans);
    expect(unclassified).toBe(0);
    expect(regimes.map(({ name, trades, profit, timeShare }) => ({ name, trades, profit, timeShare }))).toEqual([
      { name: 'RANGING', trades: 2, profit: 21, timeShare: 0.5 },
      { name: 'CRISIS', trades: 2, profit: -54.45, timeShare: 0.5 },
    ]);
    expect(regimes[0]?.metrics).toMatchObject({ totalReturn: expect.closeTo(0.21, 12), maxDrawdown: 0, winRate: 1 });
    expect(regimes[1]?.metrics).toMatchObject({ totalReturn: expect.closeTo(-0.45, 12), maxDrawdown: 0.5, winRate: 0.5 });
    // Mean -27.225, deviation 66.55 / sqrt(2), two trades.
    expect(regimes[1]?.tStatistic).toBeCloseTo(-27.225 / (66.55 / 2), 9);
    expect(Object.keys(analyzer.withRegimes(result, spans).performanceByRegime)).toEqual(['3', '6']);
    expect(analyzer.analyzeRegimePerformance(result, []).unclassified).toBe(4);
  });

  it('is told to trade where the profit is beyond doubt, and only there', () => {
    const random = new SeededRandom(5);
    const trades = Array.from({ length: 120 }, (_, at) => trade((4 * at) / 121, (at < 60.5 ? 1 : -1) + 0.5 * random.normal()));
    const result = backtestResult(run([100, 101, 102, 101, 100], trades));
    const advice = analyzer.identifyOptimalConditions(analyzer.analyzeRegimePerformance(result, spans));
    expect(advice.trade.map(({ name }) => name)).toEqual(['RANGING']);
    expect(advice.avoid.map(({ name }) => name)).toEqual(['CRISIS']);
    expect(advice.conditions).toBeNull();
    const few = backtestResult(run([100, 101, 102, 101, 100], trades.slice(0, 10)));
    const unsure = analyzer.identifyOptimalConditions(analyzer.analyzeRegimePerformance(few, spans));
    expect(unsure).toMatchObject({
      trade: [],
      avoid: [],
      undecided: [
        { name: 'RANGING', trades: 10 },
        { name: 'CRISIS', trades: 0 },
      ],
    });
  });
});
