// Goal: the page of `tiercel decide` in a real browser: it draws the basis, lists every decision with its numbers, filters them, leads
// from an intent to its decision, and says nothing on the console.
import { expect, test } from 'vitest';
import type { DecideReport } from '../../src/cli/decide/decide-on-captures.js';
import { decidePage } from '../../src/cli/decide/decide-page.js';
import { picture, testBrowser } from './browser.js';

const START_MS = 1_723_161_256_000;
const BOOKS = ['binance spot BTCUSDT', 'binance futures BTCUSDT'] as const;

const decision = (id: number, verdict: string) => ({
  id,
  ms: START_MS + id * 10_000,
  turn: id,
  strategy: 'basis',
  stage: 'entry',
  verdict,
  goesOn: verdict === 'enter',
  row: 'BTC/USDT',
  books: BOOKS,
  figures: { direction: 1, entryBasisBps: 4 + id, expectedNetBps: id, thresholdBps: 5, hoursToExpiry: null },
});

const report: DecideReport = {
  captures: [{ file: 'a', name: '</script><b>a</b>', lines: 12_345, firstMs: START_MS, lastMs: START_MS + 60_000 }],
  books: BOOKS.map((name) => ({ name, rules: 'guessed', takerFeeBps: 10 })),
  strategies: [{ name: 'basis', parameters: {} }],
  turns: 12_345,
  basis: [
    {
      spot: BOOKS[0],
      futures: BOOKS[1],
      roundTripFeeBps: 30,
      points: Array.from({ length: 60 }, (_, second) => ({
        ms: START_MS + second * 1000,
        spotBid: '60000',
        spotAsk: '60000.01',
        futuresBid: '60030',
        futuresAsk: '60030.1',
        midBps: 5 + Math.sin(second / 5),
        longSpotBps: 4.9 + Math.sin(second / 5),
        shortSpotBps: 5.1 + Math.sin(second / 5),
      })),
    },
  ],
  decisions: [decision(1, 'below-threshold'), decision(2, 'enter'), decision(3, 'below-threshold')],
  intents: [
    {
      id: 1,
      ms: START_MS + 20_000,
      turn: 2,
      strategy: 'basis',
      purpose: 'open',
      row: 'BTC/USDT',
      decision: 2,
      expectedNetQuote: 1.25,
      legs: [{ book: BOOKS[0], side: 'buy', base: 0.01, limit: 60_001 }],
    },
  ],
  positions: [{ strategy: 'basis', book: BOOKS[0], base: 0.01 }],
};

const browser = testBrowser();

test.each([1280, 700])('the page at a width of %d', async (width) => {
  const { page, complaints } = await browser.openHtml(decidePage(report), width);
  expect(await page.textContent('#period')).toBe(
    '2024-08-08 23:54:16.000 to 23:55:16.000 UTC, 12,345 turns, 3 decisions, 1 intent',
  );
  expect(await page.textContent('#facts')).toContain('</script><b>a</b>: 12,345 lines');
  const painted = `(() => {
    const canvas = document.querySelector('.uplot canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some((value) => value > 0);
  })()`;
  expect(await page.evaluate(painted)).toBe(true);
  await picture(page, `decide-${width}`);
  expect(await page.textContent('.u-legend')).toMatch(/buy spot, sell futures.*mid.*needed to enter.*fees of a round trip/s);
  expect(await page.locator('#decisions tbody tr').count()).toBe(3);
  expect(await page.textContent('#decision-2')).toMatch(/23:54:36\.000.*enter.*entryBasisBps 6.*hoursToExpiry unknown/s);
  await page.getByLabel('entry below-threshold (2)').uncheck();
  expect(await page.locator('#decisions tbody tr:visible').count()).toBe(1);
  await page.click('#intents a');
  expect(page.url()).toMatch(/#decision-2$/);
  await page.click('summary');
  expect(await page.locator('.points tbody tr').count()).toBe(60);
  expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(true);
  expect(complaints).toEqual([]);
  await page.close();
});
