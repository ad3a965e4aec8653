// Goal: on real candles of three venues around the break of USDC, holes are told as holes, storms where they were, and the forecast of
// the next regime is better than persistence.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { emptyColumns, type KlineColumns } from '../../../src/history/kline-columns.js';
import { alignKlines } from '../../../src/history/quality/align.js';
import { MarketRegime } from '../../../src/history/quality/market-condition.js';
import { MarketRegimeAnalyzer } from '../../../src/research/regimes/market-regime-analyzer.js';

const data = process.env['TIERCEL_DATA'];

function candles(file: string): KlineColumns {
  const path = join(data ?? '', 'history/klines-1m-202303', file);
  const rows = gunzipSync(readFileSync(path)).toString('utf8').trim().split('\n').slice(1);
  const columns = emptyColumns(rows.length);
  rows.forEach((line, row) => {
    const [openMs, open, high, low, close, volume] = line.split(',').map(Number);
    for (const [name, value] of Object.entries({ openMs, open, high, low, close, volume })) {
      columns[name as keyof KlineColumns][row] = value ?? Number.NaN;
    }
  });
  return columns;
}

describe.skipIf(data === undefined)('March 2023 (needs TIERCEL_DATA)', () => {
  it('has regimes on the days that are there, and a forecast that is worth something', () => {
    const market = alignKlines(
      {
        coinbase: { BTC: candles('coinbase_btcusd.csv.gz') },
        kraken: { BTC: candles('kraken_btcusd.csv.gz') },
        'binance-us': { BTC: candles('binance-us_btcusdt.csv.gz') },
      },
      { intervalMs: 60_000 },
    );
    const analyzer = new MarketRegimeAnalyzer();
    const conditions = analyzer.classifyMarketConditions(market);
    const days = new Map<string, Set<MarketRegime>>();
    for (const { timestamp, regime } of conditions) {
      const day = new Date(timestamp).toISOString().slice(8, 10);
      days.set(day, (days.get(day) ?? new Set()).add(regime));
    }
    // Days 11 to 13 and 17 to 20 are missing; a window reaches half an hour into the first minutes of such a day.
    for (const day of ['12', '13', '18', '19', '20']) expect(days.has(day)).toBe(false);
    // The consumer prices of the 14th, and the fall of the 9th.
    for (const day of ['09', '14']) expect(days.get(day)).toContain(MarketRegime.CRISIS);
    expect(days.get('02')).not.toContain(MarketRegime.CRISIS);
    const { isBetter } = analyzer.scoreForecast(conditions);
    expect(isBetter).toBe(true);
  });
});
