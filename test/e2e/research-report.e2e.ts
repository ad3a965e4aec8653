// Goal: the page of a research report in a real browser: every section draws, what is hovered explains itself, names stay texts,
// nothing is loaded, the page fits a narrow window, and says nothing on the console.
import { expect, test } from 'vitest';
import { gateResults } from '../../src/research/analysis/scenarios.js';
import { htmlReport } from '../../src/research/reports/html-report.js';
import type { ResearchReport } from '../../src/research/reports/report-data.js';
import { picture, testBrowser } from './browser.js';

const START_MS = Date.UTC(2023, 2, 1);
const HOSTILE = '</script><img src="https://example.invalid/x" onerror="alert(1)">';
const tsMs = Array.from({ length: 100 }, (_, hour) => START_MS + hour * 3_600_000);
const wave = tsMs.map((_, at) => Math.sin(at / 5));
const endMs = tsMs.at(-1) ?? 0;
const metrics = { winRate: 0.6, avgTradeReturn: 0.001, sharpeRatio: null };
const scores = {
  liquidityScore: 0.9,
  feeCompetitiveness: 0.8,
  apiReliability: 1,
  executionQuality: 0.7,
  arbitrageSuitability: 0.8,
};

const report: ResearchReport = {
  title: HOSTILE,
  figures: [{ name: 'Sharpe ratio', text: '1.23', meaning: HOSTILE }],
  warnings: [HOSTILE],
  equity: {
    quote: 'USDT',
    curves: [{ name: HOSTILE, chart: { tsMs, equity: wave.map((value) => 100 + value), drawdownPct: wave.map(() => 0) } }],
  },
  spread: {
    name: HOSTILE,
    ...{ tsMs, entryPct: wave, exitPct: wave.map((value) => value + 0.1) },
    thresholds: [{ fromMs: START_MS, entryPct: 0.5, exitPct: -0.5 }],
    trades: [{ entryMs: tsMs[8] ?? 0, exitMs: tsMs[24] ?? 0, entryPct: 1, exitPct: -1, profitPct: 1.8 }],
  },
  regimes: {
    ...{ name: 'BTC/USDT', axis: 'price, USDT', tsMs, values: wave },
    spans: [{ fromMs: START_MS, toMs: endMs, regime: 'CRISIS' }],
    shares: [{ regime: 'CRISIS', share: 1 }],
  },
  regimePerformance: [{ regime: 'CRISIS', timeShare: 1, trades: 3, profit: -2, metrics }],
  sweep: { entries: [0.1, 0.2], exits: [0, 0.1], profit: [1, null, 2, -1], trades: [3, null, 2, 9], best: 2, unit: '%' },
  pareto: { xLabel: 'drawdown, %', yLabel: 'profit, %', points: [{ x: 1, y: 2, isFront: true, label: HOSTILE }] },
  venues: {
    rankings: [{ exchange: HOSTILE, overallScore: 0.85, supportedInstruments: 3, ...scores }],
    criteriaWeights: { liquidity: 0.35, fees: 0.25, reliability: 0.2, execution: 0.2 },
    ...{ overallScores: { [HOSTILE]: 0.85 }, recommendations: [HOSTILE] },
  },
  scenarios: {
    outcomes: [
      {
        ...{ name: 'balanced', riskPct: 3, totalReturn: 0.2, isPassed: false },
        gates: gateResults({ sharpeRatio: 2, winRate: 0.5, maxDrawdown: 0.1 }),
      },
    ],
  },
  walkForward: {
    ...{ parameterNames: ['entry threshold %'], unit: '%' },
    folds: [{ testFromMs: START_MS, testToMs: endMs, parameters: [0.25], inSample: 2, outOfSample: null }],
  },
  tables: [{ title: HOSTILE, columns: [{ name: 'cause' }], rows: [[HOSTILE]] }],
};

const browser = testBrowser();

test.each([1280, 700])('the page at a width of %d', async (width) => {
  const { page, complaints } = await browser.openHtml(htmlReport(report), width);
  expect(await page.title()).toBe(HOSTILE);
  expect(await page.locator('section > h2').allTextContents()).toEqual([
    ...[
      'Result',
      'What to be careful about',
      'Equity',
      'Drawdown',
      `Spread: ${HOSTILE}`,
      'Regimes: BTC/USDT',
      'Performance by regime',
    ],
    ...['Sweep of the thresholds', 'Pareto front', 'Venue scorecard', 'Scenarios and their gates', 'Walk-forward', HOSTILE],
  ]);
  expect(await page.locator('img').count()).toBe(0);
  const painted = `[...document.querySelectorAll('.uplot canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value) => value > 0);
  })`;
  expect(await page.evaluate(painted)).toEqual([true, true, true, true, true]);
  await picture(page, `research-report-${width}`);
  await page.locator('.u-over').nth(3).hover();
  expect(await page.locator('.u-legend').nth(3).textContent()).toMatch(/regime.*crisis/);
  // The third cell: entered at 0.2, left at 0.
  await page.locator('svg rect').nth(2).hover();
  expect(await page.textContent('#tooltip')).toBe('enter at 0.2 %, leave at 0 %\nprofit 2.0000 %, 2 trades');
  expect(await page.locator('.good').allTextContents()).toEqual(['pass 2.00 (+0.50)', 'pass 10.00 % (+5.00)']);
  expect(await page.locator('.bad').allTextContents()).toEqual(['fail 50.00 % (-5.00)', 'does not pass']);
  expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true);
  expect(complaints).toEqual([]);
  await page.close();
});

test('a report of next to nothing', async () => {
  const { page, complaints } = await browser.openHtml(htmlReport({ title: 'Nothing' }), 900);
  expect(await page.locator('section').count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.close();
});
