import { expect, test } from 'vitest';
import { CHECKSUM_ENFORCE } from '../../assembly/memory/layout.js';
import type { TradableInstrument } from '../../src/domain/instrument.js';
import { buildUniverse } from '../../src/market/universe.js';
import { tradable } from '../../src/sim/lab/instrument.js';
import { binanceSpot } from '../../src/venues/binance/feed.js';
import { gateioSpot } from '../../src/venues/gateio/feed.js';
import { krakenSpot } from '../../src/venues/kraken/feed.js';

const OPTIONS = { symbolsMax: 100, quotes: [], levels: 1200, checksumPolicy: CHECKSUM_ENFORCE };

function listing(symbol: string, base: string, quote: string, priceDecimals = 2, qtyDecimals = 4): TradableInstrument {
  return { ...tradable({ venue: 'binance', base, quote, priceDecimals, qtyDecimals }), symbol };
}

const feeds = (binance: TradableInstrument[], kraken: TradableInstrument[], gate: TradableInstrument[]) => [
  { protocol: binanceSpot(), instruments: binance },
  { protocol: krakenSpot(), instruments: kraken },
  { protocol: gateioSpot(), instruments: gate },
];

test('a row needs two venues, takes the finest scale of any of them, and those on most venues come first', () => {
  const universe = buildUniverse(
    feeds(
      [listing('AAAUSDT', 'AAA', 'USDT', 2, 4), listing('BTCUSDT', 'BTC', 'USDT', 2, 5), listing('ONEUSDT', 'ONE', 'USDT')],
      [listing('BTC/USDT', 'BTC', 'USDT', 1, 8), listing('AAA/USD', 'AAA', 'USD')],
      [listing('BTC_USDT', 'BTC', 'USDT', 1, 6), listing('AAA_USDT', 'AAA', 'USDT', 4, 1)],
    ),
    OPTIONS,
  );
  expect(universe.rows).toEqual([
    { market: 'spot', base: 'BTC', quote: 'USDT', priceScale: 2, qtyScale: 8, books: [0, 1, 2] },
    { market: 'spot', base: 'AAA', quote: 'USDT', priceScale: 4, qtyScale: 4, books: [3, 4] },
  ]);
  expect(universe.books.map(({ instrument, feed, row }) => [instrument.symbol, feed, row])).toEqual([
    ['BTCUSDT', 0, 0],
    ['BTC/USDT', 1, 0],
    ['BTC_USDT', 2, 0],
    ['AAAUSDT', 0, 1],
    ['AAA_USDT', 2, 1],
  ]);
  expect(universe.books[0]?.request).toMatchObject({ names: ['BTCUSDT', 'btcusdt'], capacity: 1200, depth: 0 });
  expect(universe.books[1]?.request).toMatchObject({ capacity: 200, depth: 100 });
  expect(universe.books[1]?.request.names).toContain('XBT/USDT');
});

test('the number of rows is bounded, quotes are chosen and never merged', () => {
  const all = feeds(
    [listing('AAAUSDT', 'AAA', 'USDT'), listing('BBBUSDT', 'BBB', 'USDT')],
    [listing('AAA/USD', 'AAA', 'USD'), listing('AAA/USDT', 'AAA', 'USDT')],
    [listing('BBB_USDT', 'BBB', 'USDT'), listing('AAA_USDT', 'AAA', 'USDT')],
  );
  expect(buildUniverse(all, { ...OPTIONS, symbolsMax: 1 }).rows.map(({ base }) => base)).toEqual(['AAA']);
  expect(buildUniverse(all, { ...OPTIONS, quotes: ['USD'] }).rows).toEqual([]);
});

test('what does not fit exact units, or is listed twice, is left out with the reason', () => {
  const universe = buildUniverse(
    feeds(
      [listing('AAAUSDT', 'AAA', 'USDT', 18, 2), listing('BBBUSDT', 'BBB', 'USDT')],
      [listing('AAA/USDT', 'AAA', 'USDT'), listing('BBB/USDT', 'BBB', 'USDT'), listing('B2/USDT', 'BBB', 'USDT')],
      [listing('AAA_USDT', 'AAA', 'USDT'), listing('BBB_USDT', 'BBB', 'USDT', 2, 18)],
    ),
    OPTIONS,
  );
  expect(universe.rejected.map(({ instrument, reason }) => [instrument.symbol, reason])).toEqual([
    ['AAAUSDT', 'prices with 18 decimals do not fit; 15 is the limit'],
    ['B2/USDT', 'the venue lists BBB/USDT as BBB/USDT already'],
    ['BBB_USDT', 'quantities with 18 decimals do not fit; 12 is the limit'],
  ]);
  expect(universe.rows.map(({ base, books }) => [base, books.length])).toEqual([
    ['BBB', 2],
    ['AAA', 2],
  ]);
});
