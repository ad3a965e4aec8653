// Goal: the dashboard in a real browser, over a real server with a made-up engine behind it: it shows what it is told, follows
// it, survives the loss of the engine, and says nothing on the console.
import { createServer } from 'node:net';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ControlAnswer, ControlRequest, OperatorSnapshot } from '../../src/ops/messages.js';
import { type OperatorServer, startOperatorServer } from '../../src/ops/operator-server.js';
import { FakeBooks, fakeSnapshot } from '../ops/fake-engine.js';
import { fakeTrading, haltedTrading } from '../ops/fake-trading.js';
import { expectText, OVERFLOWING, picture, testBrowser } from './browser.js';

const HISTORY_STEPS = 1200;
const TIMEOUT_MS = 60_000;

const browser = testBrowser();
let server: OperatorServer;
let page: Page;
let complaints: string[];
let asked: ControlRequest[];
let controlAnswer: ControlAnswer | null;

beforeEach(async () => {
  server = await startServer(await freePort());
  for (let step = 0; step < HISTORY_STEPS; step++) server.update(fakeSnapshot(step));
  asked = [];
  controlAnswer = { ok: true, message: 'Trading is stopped; 2 open orders cancelled.' };
  ({ page, complaints } = await browser.open(`http://127.0.0.1:${server.port}/`, 1280, 800));
  await page.locator('#venue-rows tr').first().waitFor();
}, TIMEOUT_MS);
afterEach(async () => {
  await page.close();
  server.close();
});

/** A port that is named, unlike port 0, can be listened on again while old connections to it fade. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

function startServer(port: number): Promise<OperatorServer> {
  const control = async (request: ControlRequest): Promise<ControlAnswer | null> => {
    asked.push(request);
    return controlAnswer;
  };
  return startOperatorServer({ host: '127.0.0.1', port, books: new FakeBooks(), control });
}

function texts(selector: string): Promise<string[]> {
  return page.locator(selector).allTextContents();
}

function withFound(step: number, found: number): OperatorSnapshot {
  const snapshot = fakeSnapshot(step);
  return { ...snapshot, opportunities: { ...snapshot.opportunities, found } };
}

test('shows venues, opportunities and latencies, and follows the engine', { timeout: TIMEOUT_MS }, async () => {
  const last = fakeSnapshot(HISTORY_STEPS - 1);
  expect(await page.locator('#venue-rows tr').count()).toBe(last.venues.length);
  expect(await texts('#venue-rows .state')).toEqual(last.venues.map(({ state }) => state));
  expect(await texts('#venue-rows .state.bad')).toEqual(['GAP']);
  const { list, recent } = last.opportunities;
  expect(await texts('#opportunity-rows th')).toEqual([...list, ...recent].map(({ symbol }) => symbol));
  expect(await texts('#opportunity-rows tr:first-child td:nth-child(4)')).toEqual([list[0]?.buyPrice]);
  expect(await page.locator('#opportunity-rows tr.closed').count()).toBe(recent.length);
  expect(await texts('#latency-rows th')).toEqual(['Decision', 'Decode']);
  expect(await page.locator('#latency-chart canvas').count()).toBe(1);
  expect(await page.locator('#frames-chart canvas').count()).toBe(1);

  const synced = last.venues.map((status) => ({ ...status, state: 'SYNCED' as const, synced: status.symbols }));
  server.update({ ...withFound(HISTORY_STEPS, 9876), venues: synced });
  await expectText(page, '#opportunities-count', '18 open · 9,876 found since the start');
  await expectText(page, '#venues-count', '8 of 8 synced');
  expect(await page.locator('#banner').isVisible()).toBe(false);
  expect(await texts('#venue-rows .state.bad')).toEqual([]);
  await expectText(page, '#book-facts .good', 'SYNCED');
  await picture(page, 'dashboard');
  expect(complaints).toEqual([]);
});

test('the book panel shows the chosen book, exactly, and keeps asking', { timeout: TIMEOUT_MS }, async () => {
  await expectText(page, '#book-rows tr:first-child td:nth-child(3)', '63011.87');
  await page.selectOption('#book-feed', 'kraken spot');
  await page.fill('#book-symbol', 'PEPE/USDT');
  await page.press('#book-symbol', 'Enter');
  await expectText(page, '#book-rows tr:first-child td:nth-child(4)', '0.0000112301');
  const sequence = (await texts('#book-facts dd'))[1];
  await expect.poll(async () => (await texts('#book-facts dd'))[1], { timeout: 10_000 }).not.toBe(sequence);

  await page.selectOption('#book-feed', 'gateio futures');
  await expect.poll(() => page.inputValue('#book-symbol')).toBe('PEPE_USDT');

  await page.fill('#book-symbol', 'NO-SUCH');
  await page.press('#book-symbol', 'Enter');
  await expectText(page, '#book-message', 'There is no book of NO-SUCH here.');
  expect(await page.locator('#book-rows tr').count()).toBe(0);

  const second = fakeSnapshot(HISTORY_STEPS - 1).opportunities.list[1];
  await page.locator('#opportunity-rows button').nth(1).click();
  await expectText(page, '#book-rows tr:first-child td:nth-child(3)', '3120.39');
  expect(await page.inputValue('#book-feed')).toBe(`${second?.buyVenue} ${second?.market}`);
  expect(complaints).toEqual([]);
});

test('says that the engine is gone, and comes back by itself', { timeout: TIMEOUT_MS }, async () => {
  const { port } = server;
  server.close();
  await page.locator('#banner').waitFor({ state: 'visible' });
  expect(await page.textContent('#banner')).toBe('Connection to the engine lost. Trying again; what you see is old.');
  await picture(page, 'dashboard-lost');
  server = await startServer(port);
  server.update(withFound(1, 77));
  await expectText(page, '#opportunities-count', '18 open · 77 found since the start');
  await page.locator('#banner').waitFor({ state: 'hidden' });
});

test('says that the engine is silent when it stops reporting', { timeout: TIMEOUT_MS }, async () => {
  await page.locator('#banner').waitFor({ state: 'visible' });
  expect(await page.textContent('#banner')).toBe('The engine is silent; what you see is old.');
  server.update(fakeSnapshot(HISTORY_STEPS));
  await page.locator('#banner').waitFor({ state: 'hidden' });
  expect(complaints).toEqual([]);
});

/** Shows trading, and waits until the page does. */
async function showTrading(trading: OperatorSnapshot['trading']): Promise<void> {
  server.update(fakeSnapshot(HISTORY_STEPS, { trading }));
  if (trading !== null) await expectText(page, '#trading-state', trading.state);
}

test('shows what trading does, and nothing of it where nothing is traded', { timeout: TIMEOUT_MS }, async () => {
  expect(await page.locator('#trading').isVisible()).toBe(false);
  const trading = fakeTrading();
  await showTrading(trading);
  expect(await texts('#trading-mode')).toEqual(['paper']);
  expect((await texts('#trading-facts dd')).slice(0, 5)).toEqual([
    '-41.25 / -100',
    '1.2% / 10.0%',
    '2,680 / 3,000',
    '2 / 40',
    'none',
  ]);
  expect(await texts('#positions tbody tr:last-child :is(th, td)')).toEqual([
    'basis',
    'Gate.io',
    'futures',
    'SOL_USDT',
    '-7.5',
    '142.66',
    '-0.4125 USDT',
  ]);
  expect(await texts('#orders tbody td:nth-child(6)')).toEqual(['12000000 / 81000000', '0 / 7.5']);
  expect(await page.locator('#executions tbody tr').count()).toBe(trading.executions.length);
  expect(await texts('#executions tbody tr:nth-child(4) td:nth-child(4)')).toEqual([
    'buy mexc 7.5   sell gateio 0 of 7.5   hedge sell mexc 7.5',
  ]);
  expect(await texts('#profit tbody td:nth-child(2)')).toEqual(['87.2021 USDT', '-3.8668 USDT']);
  expect(await texts('#refusals tbody th')).toEqual(['stale book', 'symbol exposure']);
  expect(await texts('#drifts .empty')).toEqual(['none']);
  expect(await page.locator('#trading-halt').isVisible()).toBe(false);
  expect(await page.locator('#trading-clear').isDisabled()).toBe(true);
  await picture(page, 'dashboard-trading');

  await showTrading(haltedTrading());
  expect(await texts('#trading-halt li')).toEqual([
    '2026-11-18 11:07:41 daily-loss: lost 104.2 of at most 100 USDT',
    '2026-11-18 11:08:15 manual: looking into it (anna)',
  ]);
  expect(await texts('#drifts tbody td')).toEqual(['PEPE spot', '81000000', '80000000']);
  expect(await page.locator('#trading-clear').isEnabled()).toBe(true);
  await picture(page, 'dashboard-halted');
  await showTrading(null);
  await page.locator('#trading').waitFor({ state: 'hidden' });
  expect(complaints).toEqual([]);
});

test('what a venue or a strategy says is text, never markup', { timeout: TIMEOUT_MS }, async () => {
  const hostile = '<img src=x onerror="document.title=1"><script>document.title=2</script>';
  const halted = haltedTrading();
  const [position] = halted.positions;
  await showTrading({
    ...halted,
    positions: position === undefined ? [] : [{ ...position, symbol: hostile, strategy: hostile }],
    halt: { level: 'everything', reasons: [{ trigger: 'manual', text: hostile, epochUs: 0 }] },
    refusals: [{ reason: hostile, count: 1 }],
  });
  expect(await texts('#positions tbody th')).toEqual([hostile]);
  expect(await texts('#refusals tbody th')).toEqual([hostile]);
  expect(await texts('#trading-halt li')).toEqual([`1970-01-01 00:00:00 manual: ${hostile}`]);
  expect(await page.locator('#trading :is(img, script)').count()).toBe(0);
  expect(await page.title()).toBe('Tiercel');
  expect(complaints).toEqual([]);
});

test('stops and clears after a question, and says what became of it', { timeout: TIMEOUT_MS }, async () => {
  await showTrading(fakeTrading());
  await page.click('#trading-stop');
  await page.click('#control-cancel');
  await page.locator('#control').waitFor({ state: 'hidden' });
  expect(asked).toEqual([]);

  await page.click('#trading-stop');
  await page.click('#control-confirm');
  expect(asked).toEqual([]);
  await page.fill('#control [name=reason]', 'looks odd');
  await page.fill('#control [name=by]', 'anna');
  await picture(page, 'dashboard-stop');
  await page.click('#control-confirm');
  await expectText(page, '#trading-message', 'Trading is stopped; 2 open orders cancelled.');
  expect(await page.locator('#control').isVisible()).toBe(false);

  await showTrading(haltedTrading());
  controlAnswer = { ok: false, message: 'Remove the file STOP first: it stops trading.' };
  await page.click('#trading-clear');
  expect(await page.locator('#control [name=reason]').isVisible()).toBe(false);
  await page.click('#control-confirm');
  await expectText(page, '#control-trouble', 'Remove the file STOP first: it stops trading.');
  await picture(page, 'dashboard-clear-refused');
  expect(await page.locator('#control').isVisible()).toBe(true);
  expect(asked).toEqual([
    { kind: 'stop', reason: 'looks odd', by: 'anna' },
    { kind: 'clear', by: 'anna' },
  ]);
  await page.click('#control-cancel');
  await showTrading(fakeTrading({ state: 'blocked', reason: 'mexc holds 5 SOL that nothing explains' }));
  await expectText(page, '#trading-reason', 'mexc holds 5 SOL that nothing explains');
  await page.click('#trading-clear');
  await expectText(page, '#control-title', 'Take over what the venues hold?');
  // The refusal is an answer with a status of its own, which browsers always write down.
  expect(complaints).toEqual([expect.stringContaining('409 (Conflict)')]);
});

test.each([
  [1920, 1080, null],
  [1280, 800, null],
  [800, 900, null],
  [1920, 1080, haltedTrading()],
  [1280, 800, haltedTrading()],
  [800, 900, haltedTrading()],
] as const)('nothing is cut off at %i x %i, trading or not', { timeout: TIMEOUT_MS }, async (width, height, trading) => {
  await page.setViewportSize({ width, height });
  await page.locator('#book-rows tr').first().waitFor();
  await showTrading(trading);
  const overflowing = await page.evaluate<string[]>(OVERFLOWING);
  expect(overflowing).toEqual([]);
  await picture(page, `dashboard-${width}${trading === null ? '' : '-trading'}`);
});
