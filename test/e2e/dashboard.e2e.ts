// Goal: the dashboard in a real browser, over a real server with a made-up engine behind it: it shows what it is told, follows
// it, survives the loss of the engine, and says nothing on the console.
// TIERCEL_CHROMIUM names another browser; TIERCEL_SCREENSHOTS a folder that gets pictures.
import { createServer } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { OperatorSnapshot } from '../../src/ops/messages.js';
import { type OperatorServer, startOperatorServer } from '../../src/ops/operator-server.js';
import { FakeBooks, fakeSnapshot } from '../ops/fake-engine.js';

const BROWSER_ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Runs in the page: names what is wider than its place. */
const OVERFLOWING = `[document.documentElement, ...document.querySelectorAll('.scroll, section, header')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  .map(({ id, className }) => id + ' ' + className)`;
const HISTORY_STEPS = 1200;
const TIMEOUT_MS = 60_000;

let browser: Browser;
let server: OperatorServer;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  const executablePath = process.env.TIERCEL_CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: BROWSER_ARGUMENTS });
}, TIMEOUT_MS);
afterAll(() => browser.close());

beforeEach(async () => {
  server = await startServer(await freePort());
  for (let step = 0; step < HISTORY_STEPS; step++) server.update(fakeSnapshot(step));
  complaints = [];
  page = await openPage(1280, 800);
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
  return startOperatorServer({ host: '127.0.0.1', port, books: new FakeBooks() });
}

async function openPage(width: number, height: number): Promise<Page> {
  const opened = await browser.newPage({ viewport: { width, height } });
  opened.setDefaultTimeout(10_000);
  opened.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  opened.on('pageerror', (error) => complaints.push(String(error)));
  opened.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
  await opened.goto(`http://127.0.0.1:${server.port}/`);
  await opened.locator('#venue-rows tr').first().waitFor();
  return opened;
}

/** Waits until the element shows exactly this text. */
async function shows(selector: string, text: string): Promise<void> {
  await expect.poll(() => page.locator(selector).textContent(), { timeout: 10_000 }).toBe(text);
}

async function picture(name: string): Promise<void> {
  const folder = process.env.TIERCEL_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
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
  await shows('#opportunities-count', '18 open · 9,876 found since the start');
  await shows('#venues-count', '8 of 8 synced');
  expect(await page.locator('#banner').isVisible()).toBe(false);
  expect(await texts('#venue-rows .state.bad')).toEqual([]);
  await shows('#book-facts .good', 'SYNCED');
  await picture('dashboard');
  expect(complaints).toEqual([]);
});

test('the book panel shows the chosen book, exactly, and keeps asking', { timeout: TIMEOUT_MS }, async () => {
  await shows('#book-rows tr:first-child td:nth-child(3)', '63011.87');
  await page.selectOption('#book-feed', 'kraken spot');
  await page.fill('#book-symbol', 'PEPE/USDT');
  await page.press('#book-symbol', 'Enter');
  await shows('#book-rows tr:first-child td:nth-child(4)', '0.0000112301');
  const sequence = (await texts('#book-facts dd'))[1];
  await expect.poll(async () => (await texts('#book-facts dd'))[1], { timeout: 10_000 }).not.toBe(sequence);

  await page.selectOption('#book-feed', 'gateio futures');
  await expect.poll(() => page.inputValue('#book-symbol')).toBe('PEPE_USDT');

  await page.fill('#book-symbol', 'NO-SUCH');
  await page.press('#book-symbol', 'Enter');
  await shows('#book-message', 'There is no book of NO-SUCH here.');
  expect(await page.locator('#book-rows tr').count()).toBe(0);

  const second = fakeSnapshot(HISTORY_STEPS - 1).opportunities.list[1];
  await page.locator('#opportunity-rows button').nth(1).click();
  await shows('#book-rows tr:first-child td:nth-child(3)', '3120.39');
  expect(await page.inputValue('#book-feed')).toBe(`${second?.buyVenue} ${second?.market}`);
  expect(complaints).toEqual([]);
});

test('says that the engine is gone, and comes back by itself', { timeout: TIMEOUT_MS }, async () => {
  const { port } = server;
  server.close();
  await page.locator('#banner').waitFor({ state: 'visible' });
  expect(await page.textContent('#banner')).toBe('Connection to the engine lost. Trying again; what you see is old.');
  await picture('dashboard-lost');
  server = await startServer(port);
  server.update(withFound(1, 77));
  await shows('#opportunities-count', '18 open · 77 found since the start');
  await page.locator('#banner').waitFor({ state: 'hidden' });
});

test('says that the engine is silent when it stops reporting', { timeout: TIMEOUT_MS }, async () => {
  await page.locator('#banner').waitFor({ state: 'visible' });
  expect(await page.textContent('#banner')).toBe('The engine is silent; what you see is old.');
  server.update(fakeSnapshot(HISTORY_STEPS));
  await page.locator('#banner').waitFor({ state: 'hidden' });
  expect(complaints).toEqual([]);
});

test.each([
  [1920, 1080],
  [1280, 800],
  [800, 900],
])('nothing is cut off at %i x %i', { timeout: TIMEOUT_MS }, async (width, height) => {
  await page.setViewportSize({ width, height });
  await page.locator('#book-rows tr').first().waitFor();
  const overflowing = await page.evaluate<string[]>(OVERFLOWING);
  expect(overflowing).toEqual([]);
  await picture(`dashboard-${width}`);
});
