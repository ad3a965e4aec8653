// Goal: a capture becomes the books and trades that its frames say, as the feeds' own kernel reads them.
// Method: recorded frames of the development set; their verification counts trades, and the best prices at the end are those of the book.
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { importCapture } from '../../../src/feeds/capture/capture-import.js';
import { verifyCapture } from '../../../src/feeds/capture/verify.js';
import { Catalogue } from '../../../src/history/catalogue.js';
import { importFile } from '../../../src/history/import/importer.js';
import { reportEvents } from '../../../src/history/quality/event-report.js';
import type { SeriesName } from '../../../src/history/series.js';

let root: string;
let catalogue: Catalogue;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tiercel-capture-'));
  catalogue = await Catalogue.open(join(root, 'catalogue'), { memoryLimitMb: 256, threads: 1 });
});

afterEach(() => {
  catalogue.close();
  rmSync(root, { recursive: true, force: true });
});

describe('the import of a capture', () => {
  it('reads snapshot and changes of a stream, and says nothing while the book is not in sync', async () => {
    const frame = (ms: number, message: unknown): string =>
      JSON.stringify({
        t: ms,
        dir: 'in',
        kind: 'ws',
        conn: 'wss://ws-feed.exchange.coinbase.com',
        url: null,
        raw: JSON.stringify(message),
      });
    const ms = Date.parse('2026-01-01T00:00:00Z');
    const lines = [
      frame(ms, {
        type: 'l2update',
        product_id: 'BTC-USD',
        changes: [['buy', '9.50', '1']],
        time: '2026-01-01T00:00:00.000000Z',
      }),
      frame(ms + 10, {
        type: 'snapshot',
        product_id: 'BTC-USD',
        bids: [
          ['10.00', '1.5'],
          ['9.00', '2'],
        ],
        asks: [['10.50', '3']],
      }),
      frame(ms + 20, {
        type: 'l2update',
        product_id: 'BTC-USD',
        changes: [['buy', '10.00', '0']],
        time: '2026-01-01T00:00:00.015000Z',
      }),
      frame(ms + 30, {
        type: 'l2update',
        product_id: 'BTC-USD',
        changes: [['buy', '8.00', '4']],
        time: '2026-01-01T00:00:00.025000Z',
      }),
    ];
    lines.push(
      JSON.stringify({
        ...JSON.parse(lines[3] ?? ''),
        t: ms + 40,
        raw: '{"type":"l2update","product_id":"BTC-USD","changes":[["buy","x","1"]]}',
      }),
    );
    const path = join(root, 'coinbase-exchange.test.ndjson');
    writeFileSync(path, `${lines.join('\n')}\n`);
    const report = await importFile({ catalogue, captures: importCapture }, path);
    expect(report).toMatchObject({
      format: 'capture',
      rows: 5,
      malformedCount: 1,
      malformed: [{ line: 5, reason: 'malformed' }],
    });
    await catalogue.makeViews();
    const quotes = await catalogue.database.rows('SELECT ts_us, exchange_us, bid_price, bid_amount, ask_price FROM quotes');
    expect(quotes).toEqual([
      { ts_us: String((ms + 10) * 1000), exchange_us: null, bid_price: '10', bid_amount: '1.5', ask_price: '10.5' },
      {
        ts_us: String((ms + 20) * 1000),
        exchange_us: String((ms + 15) * 1000),
        bid_price: '9',
        bid_amount: '2',
        ask_price: '10.5',
      },
    ]);
    const books = await catalogue.database.rows('SELECT bid_prices, bid_amounts FROM book_snapshots');
    expect(books).toEqual([
      { bid_prices: ['10', '9'], bid_amounts: ['1.5', '2'] },
      { bid_prices: ['9'], bid_amounts: ['2'] },
      { bid_prices: ['9', '8'], bid_amounts: ['2', '4'] },
    ]);
    expect((await importFile({ catalogue, captures: importCapture }, path)).series.every(({ added }) => added === 0)).toBe(true);
  });

  it('refuses one without times', async () => {
    const path = join(root, 'x.ndjson');
    writeFileSync(path, '{"t":null,"dir":"in","kind":"ws","conn":"binance","url":null,"raw":"{}"}\n');
    await expect(importFile({ catalogue, captures: importCapture }, path)).rejects.toThrow('has no receive time');
  });

  const capture = join(process.env.TIERCEL_DATA ?? '', 'captures', 'binance-usdm.cryptofeed-20210722.ndjson.gz');
  it.skipIf(process.env.TIERCEL_DATA === undefined || !existsSync(capture))(
    'agrees with its verification (needs TIERCEL_DATA)',
    async () => {
      const report = await importFile({ catalogue, captures: importCapture }, capture);
      const verified = await verifyCapture(capture);
      const symbols = verified.feeds.flatMap(({ symbols: all }) => all);
      expect(report.rows).toBe(verified.lines);
      for (const { symbol, trades, aggTrades } of symbols) {
        const stored = report.series.find(({ name }) => name.kind === 'trades' && name.symbol === symbol);
        const counted = [trades?.count ?? 0, aggTrades?.count ?? 0];
        expect(stored?.rows ?? 0, symbol).toBe(counted[0] === 0 ? counted[1] : counted[0]);
      }
      const quotes = report.series.filter(({ name }) => name.kind === 'quotes');
      expect(quotes.length).toBeGreaterThan(0);
      for (const { name } of quotes)
        expect(await reportEvents(catalogue, name as SeriesName)).toMatchObject({ crossed: 0, badPrices: 0 });
    },
    120_000,
  );
});
