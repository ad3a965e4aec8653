// Goal: the panel of delta thresholds in a real browser: it shows spread, thresholds and every update, follows the engine, lets one choose
// pair and span, is not there where nothing is followed, and says nothing on the console.
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DeltaReport } from '../../src/ops/delta-report.js';
import { type OperatorServer, startOperatorServer } from '../../src/ops/operator-server.js';
import { fakeDelta, fakeSpreads } from '../ops/fake-delta.js';
import { FakeBooks, fakeSnapshot, noControl } from '../ops/fake-engine.js';
import { fakeTrading } from '../ops/fake-trading.js';
import { expectText, OVERFLOWING, picture, testBrowser } from './browser.js';

const TIMEOUT_MS = 60_000;
const { epochUs: END_US } = fakeSnapshot(0);

const browser = testBrowser();
let server: OperatorServer;
let page: Page;
let complaints: string[];

beforeEach(async () => {
  const spreads = fakeSpreads(END_US);
  server = await startOperatorServer({ host: '127.0.0.1', port: 0, books: new FakeBooks(), spreads, control: noControl });
  show(fakeDelta(END_US));
  ({ page, complaints } = await browser.open(`http://127.0.0.1:${server.port}/`, 1440, 900));
  await page.locator('#venue-rows tr').first().waitFor();
}, TIMEOUT_MS);
afterEach(async () => {
  await page.close();
  server.close();
});

function show(report: DeltaReport | null, trading = fakeTrading()): void {
  server.update(fakeSnapshot(0, { delta: report === null ? [] : [report], trading }));
}

/**
 * Runs in the page: counts the pixels of the chart that have about this colour. It reads a copy that may be read as often as one likes:
 * reading the page's own canvas is complained about.
 */
const PIXELS = `(wanted) => {
  const canvas = document.querySelector('#delta-chart canvas');
  if (canvas === null) return 0;
  const copy = document.createElement('canvas');
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext('2d', { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  let count = 0;
  for (let at = 0; at < data.length; at += 4) {
    if (wanted.every((value, channel) => Math.abs(data[at + channel] - value) < 12)) count++;
  }
  return count;
}`;

/** How much of the chart is drawn in a colour. */
function pixels(colour: readonly [number, number, number]): Promise<number> {
  return page.evaluate<number>(`(${PIXELS})(${JSON.stringify(colour)})`);
}

test('shows the spread with its thresholds, every update, and how the search stands', { timeout: TIMEOUT_MS }, async () => {
  await page.locator('#delta-chart canvas').waitFor();
  await expectText(page, '#delta-state', 'waiting');
  await expectText(page, '#delta-note', 'optimised on mexc BTCUSDT / gateio BTC_USDT perpetual, the last 24 h');
  expect(await page.locator('#delta-facts dd').allTextContents()).toEqual([
    ...['0.380 %', '0.140 %', '× 1', '0.67'],
    expect.stringMatching(/^failed \d\d:\d\d:\d\d$/),
    ...['in 3m 40s', '3', '1', '1'],
  ]);
  expect(await page.locator('#delta-rows td:nth-child(2)').allTextContents()).toEqual([
    'failed: the update took longer than 60000 ms',
    'updated',
    'declined: low-confidence',
    'updated',
    'updated',
  ]);
  // Lines in their colours: both spreads, both thresholds, and the mark of what failed.
  await expect.poll(() => pixels([0x4c, 0xc9, 0xf0]), { timeout: 10_000 }).toBeGreaterThan(300);
  for (const colour of [
    [0xb2, 0x8d, 0xff],
    [0xff, 0xc2, 0x4b],
    [0x3d, 0xdc, 0x97],
  ] as const)
    expect(await pixels(colour)).toBeGreaterThan(200);
  expect(await pixels([0xff, 0x6b, 0x6b])).toBeGreaterThan(20);
  await picture(page, 'delta');

  const later = fakeDelta(END_US);
  show({
    ...later,
    schedule: { ...later.schedule, state: 'updating', nextUpdateMs: null },
    parameters: { ...later.parameters, entryThresholdPct: 0.4321 },
  });
  await expectText(page, '#delta-state', 'updating');
  await expectText(page, '#delta-facts .delta-entry', '0.432 %');
  expect(complaints).toEqual([]);
});

test('shows the chosen pair and span, and is gone where nothing is followed', { timeout: TIMEOUT_MS }, async () => {
  await page.locator('#delta-chart canvas').waitFor();
  await expect.poll(() => pixels([0x4c, 0xc9, 0xf0]), { timeout: 10_000 }).toBeGreaterThan(300);
  await page.selectOption('#delta-span', '24');
  await page.selectOption('#delta-pair', '1');
  // The other pair has not been seen yet.
  await expect.poll(() => pixels([0xb2, 0x8d, 0xff]), { timeout: 10_000 }).toBe(0);
  await page.selectOption('#delta-pair', '0');
  await expect.poll(() => pixels([0xb2, 0x8d, 0xff]), { timeout: 10_000 }).toBeGreaterThan(10);
  show(null);
  await page.locator('#delta').waitFor({ state: 'hidden' });
  expect(complaints).toEqual([]);
});

test.each([
  [1920, 1080],
  [1280, 800],
  [800, 900],
])('nothing is cut off at %i x %i', { timeout: TIMEOUT_MS }, async (width, height) => {
  await page.setViewportSize({ width, height });
  await page.locator('#delta-chart canvas').waitFor();
  await page.locator('#book-rows tr').first().waitFor();
  expect(await page.evaluate<string[]>(OVERFLOWING)).toEqual([]);
  await picture(page, `delta-${width}`);
});
