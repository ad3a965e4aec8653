// Goal: files of every known format become the rows they hold, every line that is none is named, and what is unknown is refused.
// Method: files are written here in each format; the development set, where it is there, is imported whole and counted.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { Catalogue } from '../../src/history/catalogue.js';
import type { ImportHints } from '../../src/history/import/format.js';
import { type ImportReport, importFile } from '../../src/history/import/importer.js';
import type { SeriesName } from '../../src/history/series.js';

let root: string;
let catalogue: Catalogue;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tiercel-import-'));
  catalogue = await Catalogue.open(join(root, 'catalogue'), { memoryLimitMb: 128, threads: 1 });
});

afterEach(() => {
  catalogue.close();
  rmSync(root, { recursive: true, force: true });
});

function file(name: string, content: string | Buffer): string {
  const path = join(root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(content) : content);
  return path;
}

const imported = (path: string, hints: ImportHints = {}): Promise<ImportReport> => importFile({ catalogue }, path, hints);

async function sql(query: string): Promise<readonly unknown[]> {
  await catalogue.makeViews();
  return (await catalogue.database.select(query, 1000)).rows;
}

const HEADER = 'open_time_ms,open,high,low,close,volume,trades,quote_volume';
const ROW = '1677628800000,23133.2,23146.4,23133.2,23146,0.2683339,12,';
const L2 = 'exchange,symbol,timestamp,local_timestamp,is_snapshot,side,price,amount';

describe('klines with a header', () => {
  it('take venue and symbol from the name and the interval from the path', async () => {
    const report = await imported(file('klines-1m-x/kraken_btcusd.csv.gz', `${HEADER}\n${ROW}\n`));
    expect(report).toMatchObject({ rows: 1, malformedCount: 0, series: [{ rows: 1, added: 1 }] });
    expect(report.series[0]?.name).toEqual({ kind: 'klines', interval: '1m', venue: 'kraken', symbol: 'BTCUSD' });
    expect(await sql('SELECT open, close, volume, trades, quote_volume FROM klines')).toEqual([
      { open: 23133.2, close: 23146, volume: 0.2683339, trades: 12, quote_volume: null },
    ]);
  });

  it('are the same again when they are imported again, plain or zipped', async () => {
    await imported(file('a/klines-1m/kraken_btcusd.csv.gz', `${HEADER}\n${ROW}\n`));
    const report = await imported(file('b/klines-1m/kraken_btcusd.csv', `${HEADER}\n${ROW}\n`));
    expect(report.series).toMatchObject([{ added: 0, replaced: 0 }]);
  });

  it('name every line that is none', async () => {
    const lines = [
      HEADER,
      ROW,
      '1677628860000,1,2,x,1,0,,',
      '',
      '1677628920000,1,2',
      '1677628980000,nan,2,1,1,0,,',
      '12,1,2,1,1,0,,',
      '1677629040000,1,2,1,1,1_000,,',
      '1677629100000,1,2,1,1.5,0,,',
    ];
    const report = await imported(file('klines-1m/kraken_btcusd.csv', `${lines.join('\n')}\n`));
    expect(report).toMatchObject({ rows: 8, malformedCount: 6, series: [{ rows: 2 }] });
    expect(report.malformed).toEqual([
      { line: 3, reason: 'field 4 is no number', text: '1677628860000,1,2,x,1,0,,' },
      { line: 4, reason: 'the line is empty', text: '' },
      { line: 5, reason: 'expected 8 fields, found 3', text: '1677628920000,1,2' },
      { line: 6, reason: 'field 2 is no number', text: '1677628980000,nan,2,1,1,0,,' },
      { line: 7, reason: 'field 1 is no time', text: '12,1,2,1,1,0,,' },
      { line: 8, reason: 'field 6 is no number', text: '1677629040000,1,2,1,1,1_000,,' },
    ]);
  });

  it('are read with line ends of Windows as well', async () => {
    const report = await imported(file('klines-1m/kraken_btcusd.csv', `${HEADER}\r\n${ROW}\r\n`));
    expect(report).toMatchObject({ rows: 1, malformedCount: 0 });
  });

  it('must say of what they are', async () => {
    await expect(imported(file('btc.csv', `${HEADER}\n${ROW}\n`))).rejects.toThrow(
      'does not say its interval; say it with --interval',
    );
    const report = await imported(join(root, 'btc.csv'), { interval: '5m', venue: 'x', symbol: 'BTC/USD' });
    expect(report.series[0]?.name).toEqual({ kind: 'klines', interval: '5m', venue: 'x', symbol: 'BTC/USD' });
  });
});

/** A zip archive of one file. */
function zipOf(name: string, content: string): Buffer {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt16LE(name.length, 28);
  const directoryAt = 30 + name.length + packed.length;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(directoryAt, 16);
  return Buffer.concat([local, Buffer.from(name), packed, entry, Buffer.from(name), end]);
}

describe('public data of Binance', () => {
  const row = (time: string): string => `${time},0.1,0.3,0.05,0.2,36304.2,1637971259999,1.03,79,19523.0,0.55,0`;

  it('may tell milliseconds or microseconds', async () => {
    await imported(file('ADABTC-1m-2021-11-27.csv', `${row('1637971200000')}\n`));
    await imported(file('ADABTC-1m-2025-01-01.csv', `${row('1735689600000000')}\n`));
    expect(await sql('SELECT symbol, venue, ts_us, quote_volume, trades FROM klines ORDER BY ts_us')).toEqual([
      { symbol: 'ADABTC', venue: 'binance', ts_us: '1637971200000000', quote_volume: 1.03, trades: 79 },
      { symbol: 'ADABTC', venue: 'binance', ts_us: '1735689600000000', quote_volume: 1.03, trades: 79 },
    ]);
  });

  it('comes in zip archives', async () => {
    const name = 'ADABTC-1m-2021-11-27';
    const report = await imported(file(`${name}.zip`, zipOf(`${name}.csv`, `${row('1637971200000')}\n`)));
    expect(report).toMatchObject({ rows: 1, malformedCount: 0, series: [{ name: { symbol: 'ADABTC' } }] });
    expect(readdirSync(join(root, 'catalogue', '.tmp'))).toEqual([]);
  });

  it('may have a header, and be of futures', async () => {
    const header =
      'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore';
    const report = await imported(file('futures/um/BTCUSDT-1h-2024-01.csv', `${header}\n${row('1704067200000')}\n`));
    expect(report.series[0]?.name).toEqual({ kind: 'klines', interval: '1h', venue: 'binance-futures', symbol: 'BTCUSDT' });
  });
});

describe('bars of Lean', () => {
  it('are trades or quotes of a day that the path names', async () => {
    const trade = await imported(
      file('crypto_coinbase_minute_btceur_20180404_trade.csv.gz', '0,6060,6060,6048.83,6049.68,6.7\n60000,1,2,1,2,3\n'),
    );
    expect(trade.series[0]?.name).toEqual({ kind: 'klines', interval: '1m', venue: 'coinbase', symbol: 'BTCEUR' });
    const quote = await imported(file('crypto/coinbase/minute/btceur/20180404_quote.csv', '60000,1,2,3,4,5,6,7,8,9,10\n'));
    expect(quote.series[0]?.name).toEqual({ kind: 'quote_bars', interval: '1m', venue: 'coinbase', symbol: 'BTCEUR' });
    expect(await sql('SELECT time, bid_close, bid_amount, ask_open, ask_amount FROM quote_bars')).toEqual([
      { time: '2018-04-04 00:01:00', bid_close: 4, bid_amount: 5, ask_open: 6, ask_amount: 10 },
    ]);
  });

  it('of days have their dates in the rows', async () => {
    await imported(file('crypto_coinbase_daily_btcusd_trade.csv', '20141201 00:00,300,370,300,370,0.05\n'));
    expect(await sql('SELECT bar, time FROM klines')).toEqual([{ bar: '1d', time: '2014-12-01 00:00:00' }]);
  });
});

describe('datasets of Tardis', () => {
  it('keep rows of a moment in order, and prices exactly', async () => {
    const rows = [
      'binance,ETHUSDT,1767225600100000,1767225600123456,true,bid,3100.10,1.5',
      'binance,ETHUSDT,1767225600100000,1767225600123456,true,ask,3100.2,0.000000000000000001',
      'binance,ETHUSDT,1767225600210000,1767225600230111,false,ask,3100.2,0',
      'binance,ETHUSDT,1767225600210000,1767225600230112,false,ask,1e3,1E-7',
    ];
    const report = await imported(file('x.csv.gz', `${L2}\n${rows.join('\n')}\n`));
    expect(report).toMatchObject({ format: 'Tardis incremental_book_L2', rows: 4, malformedCount: 0 });
    expect(await sql('SELECT is_snapshot, side, price, amount FROM incremental_book_L2')).toEqual([
      { is_snapshot: true, side: 'bid', price: '3100.1', amount: '1.5' },
      { is_snapshot: true, side: 'ask', price: '3100.2', amount: '0.000000000000000001' },
      { is_snapshot: false, side: 'ask', price: '3100.2', amount: '0' },
      { is_snapshot: false, side: 'ask', price: '1000', amount: '0.0000001' },
    ]);
  });

  it('of several symbols become several series', async () => {
    const rows = [
      'gate-io,BTC_USDT,1,1767225600230111,7,buy,1,2',
      'gate-io,ETH_USDT,1767225600210000,1767225600230112,8,unknown,3,4',
    ];
    const report = await imported(
      file('trades.csv', `exchange,symbol,timestamp,local_timestamp,id,side,price,amount\n${rows.join('\n')}\n`),
    );
    expect(report.malformed).toMatchObject([{ line: 2, reason: 'field 3 is no time' }]);
    expect(report.series.map(({ name }) => `${name.venue} ${name.symbol}`)).toEqual(['gateio ETH_USDT']);
  });

  it('of quotes, tickers and snapshots have their columns', async () => {
    const first = 'exchange,symbol,timestamp,local_timestamp';
    const at = 'binance-futures,BTCUSDT,1598918403696000,1598918403810979';
    await imported(file('quotes.csv', `${first},ask_amount,ask_price,bid_price,bid_amount\n${at},1,2.50,2,\n`));
    expect(await sql('SELECT ask_amount, ask_price, bid_price, bid_amount FROM quotes')).toEqual([
      { ask_amount: '1', ask_price: '2.5', bid_price: '2', bid_amount: null },
    ]);
    const ticker = 'funding_timestamp,funding_rate,predicted_funding_rate,open_interest,last_price,index_price,mark_price';
    await imported(file('ticker.csv', `${first},${ticker}\n${at},1598918403696000,0.0001,,1,2,3,4\n`));
    expect(await sql('SELECT venue, funding_us, funding_rate, predicted_funding_rate, mark_price FROM funding')).toEqual([
      {
        venue: 'binance-futures',
        funding_us: '1598918403696000',
        funding_rate: 0.0001,
        predicted_funding_rate: null,
        mark_price: 4,
      },
    ]);
    const levels =
      'asks[0].price,asks[0].amount,bids[0].price,bids[0].amount,asks[1].price,asks[1].amount,bids[1].price,bids[1].amount';
    const report = await imported(file('snap.csv', `${first},${levels}\n${at},5,1,4.0,2,6,3,,\n${at},5,1,4,2,6,3,x,\n`));
    expect(report.malformed).toMatchObject([{ line: 3 }]);
    expect(await sql('SELECT ask_prices, ask_amounts, bid_prices, bid_amounts FROM book_snapshots')).toEqual([
      { ask_prices: ['5', '6'], ask_amounts: ['1', '3'], bid_prices: ['4'], bid_amounts: ['2'] },
    ]);
    const name: SeriesName = { kind: 'book_snapshots', interval: null, venue: 'binance-futures', symbol: 'BTCUSDT' };
    for await (const chunk of catalogue.stream(name, { levels: 2, exact: { priceDecimals: 1, amountDecimals: 0 } })) {
      expect([chunk.column('askPrice1')[0], chunk.column('bidPrice0')[0], chunk.column('bidPrice1')[0]]).toEqual([
        60,
        40,
        Number.NaN,
      ]);
    }
  });

  it('may be empty, on a day without data', async () => {
    expect(await imported(file('empty.csv.gz', ''))).toMatchObject({ format: 'empty', rows: 0, series: [] });
  });
});

describe('trades', () => {
  it('of Kraken are read from its answer without losing a digit', async () => {
    const answer =
      '{"error":[],"result":{"XBTUSDT":[["105433.60000","0.00027625",1762795433.9717445,"b","l","",10218208]],"last":"1762820035982277754"}}';
    const report = await imported(file('answer.json.gz', answer));
    expect(report).toMatchObject({ rows: 1, malformedCount: 0 });
    expect(await sql('SELECT venue, symbol, ts_us, id, side, price, amount FROM trades')).toEqual([
      {
        venue: 'kraken',
        symbol: 'XBTUSDT',
        ts_us: '1762795433971745',
        id: '10218208',
        side: 'buy',
        price: '105433.6',
        amount: '0.00027625',
      },
    ]);
  });

  it('of GoCryptoTrader are read', async () => {
    await imported(file('binance_btcusdt_trades_20201116.csv', '1605499846,15993.5,0.026472,ANY\n'));
    expect(await sql('SELECT venue, symbol, ts_us, side FROM trades')).toEqual([
      { venue: 'binance', symbol: 'BTCUSDT', ts_us: '1605499846000000', side: 'unknown' },
    ]);
  });
});

describe('what is no such file', () => {
  it('is refused with one sentence', async () => {
    const refusals: readonly (readonly [string, string | Buffer, string])[] = [
      ['a.csv', 'a,b,c\n1,2,3\n', 'is of no known format'],
      ['a.json', '{"x":1}', 'no other JSON is known'],
      ['a.bin', Buffer.from([1, 0, 2, 3]), 'is no text'],
      ['a.zip', Buffer.from([0x50, 0x4b, 3, 4, 0, 0]), 'cannot be unzipped'],
      ['capture.ndjson', '{"t":1,"dir":"in","kind":"ws","conn":"x","url":null,"raw":"{}"}\n', 'is a capture'],
    ];
    for (const [name, content, message] of refusals) {
      const refused = imported(file(name, content));
      await expect(refused).rejects.toThrow(InvalidInputError);
      await expect(refused).rejects.toThrow(message);
    }
    await expect(imported(join(root, 'nothing.csv'))).rejects.toThrow('cannot be read');
    const cut = gzipSync(`${HEADER}\n${ROW}\n`.repeat(100)).subarray(0, 60);
    writeFileSync(join(root, 'cut.csv.gz'), cut);
    await expect(imported(join(root, 'cut.csv.gz'))).rejects.toThrow('cannot be read');
    expect(readdirSync(join(root, 'catalogue', '.tmp'))).toEqual([]);
  });
});

const development = process.env.TIERCEL_DATA === undefined ? undefined : join(process.env.TIERCEL_DATA, 'history');
const isThere = development !== undefined && existsSync(development);

describe.skipIf(!isThere)('the development set (TIERCEL_DATA names the folder that has it)', () => {
  it('is imported whole: as many rows as the files have lines, none malformed', async () => {
    const folder = development ?? '';
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(csv|json)(\.gz)?$/.test(name));
    expect(files.length).toBeGreaterThan(40);
    for (const name of files) {
      const report = await imported(join(folder, name));
      expect(report.malformedCount, name).toBe(0);
      expect(report.series, name).toHaveLength(1);
      const content = readFileSync(join(folder, name));
      const text = (name.endsWith('.gz') ? gunzipSync(content) : content).toString('utf8');
      const lines = text.split('\n').filter((line) => line !== '').length;
      const headers = /klines-1m|tardis/.test(name) ? 1 : 0;
      expect(report.rows, name).toBe(name.includes('rest_trades') ? 1000 : lines - headers);
    }
    const [count] = await sql('SELECT count(*)::INTEGER AS rows, count(DISTINCT venue || symbol)::INTEGER AS series FROM klines');
    expect(count).toEqual({ rows: 216_199, series: 16 });
  }, 120_000);
});
