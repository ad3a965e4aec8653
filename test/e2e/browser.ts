import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';

const TIMEOUT_MS = 60_000;
const ARGUMENTS = [
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
export const OVERFLOWING = `[document.documentElement, ...document.querySelectorAll('.scroll, section, header')]
  .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
  .map(({ id, className }) => id + ' ' + className)`;

/** A page, and all that it complained about so far: its console, errors, dialogs, and requests that failed. */
export interface OpenedPage {
  readonly page: Page;
  readonly complaints: string[];
}

/** One browser for all tests of a file. */
export interface TestBrowser {
  /** @param url what to open, @param width and @param height of the window in pixels */
  open(url: string, width: number, height: number): Promise<OpenedPage>;
  /** Opens a page from a file of its own; to ask for anything else than the file is a complaint. */
  openHtml(html: string, width: number): Promise<OpenedPage>;
}

/** Starts a browser before the tests of a file and ends it after them. `TIERCEL_CHROMIUM` names another one than the system's. */
export function testBrowser(): TestBrowser {
  let browser: Browser;
  let folder: string;
  let files = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tiercel-page-'));
    browser = await chromium.launch({ executablePath: process.env.TIERCEL_CHROMIUM ?? '/usr/bin/chromium', args: ARGUMENTS });
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true });
  });

  async function blank(width: number, height: number): Promise<OpenedPage> {
    const page = await browser.newPage({ viewport: { width, height } });
    page.setDefaultTimeout(10_000);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
    page.on('dialog', async (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    return { page, complaints };
  }

  return {
    open: async (url, width, height) => {
      const opened = await blank(width, height);
      await opened.page.goto(url);
      return opened;
    },
    openHtml: async (html, width) => {
      const path = join(folder, `${++files}.html`);
      writeFileSync(path, html);
      const opened = await blank(width, 900);
      opened.page.on('request', (request) => {
        if (!/^(file|data):/.test(request.url())) opened.complaints.push(`asked for: ${request.url()}`);
      });
      await opened.page.goto(pathToFileURL(path).href);
      return opened;
    },
  };
}

/** Waits until the element shows exactly this text. */
export async function expectText(page: Page, selector: string, text: string): Promise<void> {
  await expect.poll(() => page.locator(selector).textContent(), { timeout: 10_000 }).toBe(text);
}

/** Keeps a picture of the whole page in the folder `TIERCEL_SCREENSHOTS`, if there is one. */
export async function picture(page: Page, name: string): Promise<void> {
  const folder = process.env.TIERCEL_SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png`, fullPage: true });
}
