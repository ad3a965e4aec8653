// Regimes of the spread and of the market, where there is data: a regime does not go on over days that are missing.
import type { AlignedMarketData } from '../../src/history/quality/align.js';
import type { MeanReversionMetrics } from '../../src/research/optimizer/mean-reversion.js';
import { SpreadAnalyzer } from '../../src/research/optimizer/spread-analyzer.js';
import type { SpreadRegime } from '../../src/research/optimizer/spread-regimes.js';
import { MarketRegimeAnalyzer } from '../../src/research/regimes/market-regime-analyzer.js';
import type { ForecastComparison } from '../../src/research/regimes/regime-forecast.js';
import { regimeName } from '../../src/research/regimes/regime-names.js';
import type { RegimeSection } from '../../src/research/reports/report-data.js';
import type { MarketFrame } from '../../src/research/thresholds/market-frame.js';

/** Levels that the spread kept to, in order of time. */
export function regimesOf(frame: MarketFrame): SpreadRegime[] {
  return new SpreadAnalyzer(frame).detectSpreadRegimes();
}

/** How the spread returns in the longest stretch without a gap. */
export function reversionOf(frame: MarketFrame): MeanReversionMetrics {
  return new SpreadAnalyzer(frame).meanReversion();
}

/** Kinds of market by what was known at each moment, and whether the next one could be foretold. */
export interface MarketRegimes {
  readonly section: RegimeSection;
  readonly forecast: ForecastComparison;
}

/** Rows that a picture leaves out between two that it shows. */
const SHOWN_EVERY = 10;

/** Regimes of BTC in dollars at Coinbase, told by the minute from the past alone. */
export function marketRegimes(aligned: AlignedMarketData): MarketRegimes {
  const series = aligned.exchangeData['coinbase']?.['BTCUSD'];
  if (series === undefined) throw new Error('there are no klines of BTCUSD at coinbase in this data');
  const alone = { ...aligned, exchangeData: { coinbase: { BTCUSD: series } } };
  const analyzer = new MarketRegimeAnalyzer();
  const conditions = analyzer.classifyMarketConditions(alone);
  const spans = analyzer.spansOf(conditions, alone).map((span) => ({ ...span, regime: regimeName(span.regime) }));
  const lengths = new Map<(typeof spans)[number]['regime'], number>();
  for (const { regime, fromMs, toMs } of spans) lengths.set(regime, (lengths.get(regime) ?? 0) + toMs - fromMs);
  const allMs = [...lengths.values()].reduce((sum, ms) => sum + ms, 0);
  const shown = [...aligned.timestamps.keys()].filter((minute) => minute % SHOWN_EVERY === 0);
  const section: RegimeSection = {
    name: 'BTC/USD at Coinbase',
    note: 'By volatility against that of the day before, and by how straight prices went; each is told from the past alone.',
    axis: 'USD',
    tsMs: shown.map((minute) => aligned.timestamps[minute] as number),
    values: shown.map((minute) => (Number.isNaN(series.close[minute]) ? null : (series.close[minute] as number))),
    spans,
    shares: [...lengths].map(([regime, ms]) => ({ regime, share: ms / allMs })),
  };
  return { section, forecast: analyzer.scoreForecast(conditions) };
}
