import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { InvalidInputError, VenueProtocolError } from '../../src/domain/errors.js';
import { binanceFutures, binanceSpot } from '../../src/venues/binance/feed.js';
import { coinbaseSpot } from '../../src/venues/coinbase/feed.js';
import type { FeedProtocol } from '../../src/venues/contract.js';
import { gateioFutures, gateioSpot } from '../../src/venues/gateio/feed.js';
import { canonicalAsset } from '../../src/venues/identity.js';
import { krakenSpot } from '../../src/venues/kraken/feed.js';
import { decimalsOfStep } from '../../src/venues/metadata.js';
import { mexcFutures } from '../../src/venues/mexc/futures-feed.js';
import { mexcSpot } from '../../src/venues/mexc/spot-feed.js';
import { FEEDS, feedProtocol, hasFeed } from '../../src/venues/registry.js';

describe('what the venues answer', () => {
  const cases: readonly (readonly [FeedProtocol, string, unknown])[] = [
    [binanceSpot(), '{"result":null,"id":7}', { kind: 'acknowledged', requestId: 7, symbols: [] }],
    [binanceSpot(), '{"code":2,"msg":"Invalid request: x","id":7}', { kind: 'refused', requestId: 7, atomic: true }],
    [binanceSpot(), '{"error":{"code":3,"msg":"Invalid JSON"},"id":null}', { kind: 'error', reason: '3 Invalid JSON' }],
    [binanceSpot(), '{"e":"serverShutdown","E":1}', { kind: 'closing' }],
    [
      coinbaseSpot(),
      '{"type":"subscriptions","channels":[{"name":"level2_50","product_ids":["A-USD"]},{"name":"matches","product_ids":["B-USD"]}]}',
      { kind: 'acknowledged', symbols: ['A-USD'] },
    ],
    [
      coinbaseSpot(),
      '{"type":"error","message":"Failed to subscribe","reason":"ETH-XXX is not a valid product"}',
      { kind: 'refused', symbols: ['ETH-XXX'], atomic: true },
    ],
    [coinbaseSpot(), '{"type":"heartbeat","sequence":1,"product_id":"A-USD"}', { kind: 'alive' }],
    [
      krakenSpot(),
      '{"method":"subscribe","req_id":11,"result":{"channel":"book","depth":10,"symbol":"ETH/USD"},"success":true}',
      { kind: 'acknowledged', requestId: 11, symbols: ['ETH/USD'] },
    ],
    [
      krakenSpot(),
      '{"error":"Currency pair not supported ETH/XYZ","method":"subscribe","req_id":11,"success":false,"symbol":"ETH/XYZ"}',
      { kind: 'refused', requestId: 11, symbols: ['ETH/XYZ'], atomic: false },
    ],
    [krakenSpot(), '{"channel":"heartbeat"}', { kind: 'alive' }],
    [
      mexcSpot(),
      '{"id":3,"code":0,"msg":"spot@public.aggre.depth.v3.api.pb@100ms@AUSDT,spot@public.aggre.depth.v3.api.pb@100ms@BUSDT"}',
      { kind: 'acknowledged', requestId: 3, symbols: ['AUSDT', 'BUSDT'] },
    ],
    [
      mexcSpot(),
      '{"id":0,"code":0,"msg":"Not Subscribed successfully! [spot@public.aggre.depth.v3.api.pb@100ms@AUSDT].  Reason： Blocked! "}',
      { kind: 'refused', requestId: null, symbols: ['AUSDT'], atomic: false },
    ],
    [mexcSpot(), '{"id":0,"code":0,"msg":"PONG"}', { kind: 'alive' }],
    [mexcFutures(), '{"channel":"rs.sub.depth","data":"success","ts":1}', { kind: 'acknowledged', requestId: null, symbols: [] }],
    [
      mexcFutures(),
      '{"channel":"rs.error","data":"Contract [NOPE_USDT] not exists","ts":1}',
      { kind: 'refused', symbols: ['NOPE_USDT'] },
    ],
    [mexcFutures(), '{"channel":"pong","data":1,"ts":1}', { kind: 'alive' }],
    [
      gateioFutures(),
      '{"id":5,"channel":"futures.obu","event":"subscribe","payload":["ob.BTC_USDT.400"],"result":{"status":"success"}}',
      { kind: 'acknowledged', requestId: 5, symbols: ['BTC_USDT'] },
    ],
    [
      gateioSpot(),
      '{"id":5,"channel":"spot.obu","event":"subscribe","payload":["ob.BTC_USDT.400"],"error":{"code":2,"message":"Alert sub ob.BTC_USDT.400"},"result":{"status":"fail"}}',
      { kind: 'error' },
    ],
    [gateioSpot(), '{"type":"upgrade","msg":"restart"}', { kind: 'closing', reason: 'restart' }],
    [gateioFutures(), '{"channel":"futures.system","event":"update","result":{"type":"upgrade","msg":"x"}}', { kind: 'closing' }],
  ];
  test.each(cases)('%# %s', (protocol, text, expected) => {
    expect(protocol.control(text)).toMatchObject(expected as object);
  });

  test('anything else is an error or not ours, and never throws', () => {
    for (const { make } of FEEDS) {
      for (const text of [
        '',
        'nope',
        '1',
        '[]',
        'null',
        '{}',
        '{"id":{}}',
        '{"channels":[null]}',
        '{"error":null,"event":"subscribe"}',
      ]) {
        expect(['error', 'other', 'alive', 'acknowledged']).toContain(make().control(text).kind);
      }
    }
  });
});

test.each(FEEDS)(
  '$venue $market: every symbol is on one book connection, within the limit, and in one request for each',
  ({ make }) => {
    const protocol = make();
    const symbols = Array.from({ length: 1000 }, (_, i) => `S${i}`);
    const plans = protocol.plan(symbols).filter(({ kind }) => kind === 'books');
    expect(plans.flatMap((plan) => plan.symbols)).toEqual(symbols);
    for (const plan of plans) {
      expect(plan.symbols.length).toBeLessThanOrEqual(protocol.limits.symbolsPerConnection);
      expect(plan.url).toMatch(/^wss:\/\//);
      const requests = protocol.subscribe('books', plan.symbols, 1, 1_767_225_600_000);
      expect(new Set(requests.flatMap((request) => request.symbols))).toEqual(new Set(plan.symbols));
      const ids = requests
        .map(({ text }) => JSON.parse(text) as { id?: number; req_id?: number })
        .map(({ id, req_id }) => id ?? req_id);
      if (ids[0] !== undefined) expect(ids).toEqual(requests.map((_, i) => i + 1));
    }
  },
);

test('the registry knows its feeds and refuses others', () => {
  expect(FEEDS).toHaveLength(8);
  expect(hasFeed('coinbase', 'futures')).toBe(false);
  expect(() => feedProtocol('coinbase', 'futures')).toThrow(InvalidInputError);
  const endpoints = { rest: 'http://127.0.0.1:1', wsPublic: 'ws://127.0.0.1:1' };
  expect(feedProtocol('binance', 'spot', { endpoints }).plan(['A'])[0]?.url).toBe('ws://127.0.0.1:1/stream');
});

describe('metadata', () => {
  test('steps tell the decimals that matter', () => {
    expect(['0.01000000', '1', '10', '0.0500', '1e-7', '2.5E-3', '1.00'].map(decimalsOfStep)).toEqual([2, 0, 0, 2, 7, 4, 0]);
  });

  test('P16: assets are what they are, not what a venue calls them', () => {
    expect(canonicalAsset('kraken', 'XBT')).toBe('BTC');
    expect(canonicalAsset('kraken', 'XDG')).toBe('DOGE');
    expect(canonicalAsset('binance', '1000PEPE')).toBe('1000PEPE');
    expect(canonicalAsset('mexc', 'PEPE1000')).toBe('1000PEPE');
    expect(canonicalAsset('binance', '1MBABYDOGE')).toBe('1000000BABYDOGE');
    expect(canonicalAsset('binance', '1INCH')).toBe('1INCH');
    expect(canonicalAsset('mexc', 'GAS')).not.toBe(canonicalAsset('binance', 'GAS'));
  });

  test('MEXC contracts, as documented', () => {
    const row = {
      symbol: 'BTC_USDT',
      baseCoin: 'BTC',
      quoteCoin: 'USDT',
      settleCoin: 'USDT',
      contractSize: 0.0001,
      priceUnit: 0.1,
      volUnit: 1,
      priceScale: 1,
      volScale: 0,
      takerFeeRate: 0.0002,
      futureType: 1,
      state: 0,
      isHidden: false,
    };
    const answer = { success: true, code: 0, data: [row, { ...row, symbol: 'BTC_USD', settleCoin: 'BTC' }, { symbol: 'ODD' }] };
    expect(mexcFutures().instruments([answer])).toMatchObject([
      {
        venue: 'mexc',
        market: 'futures',
        symbol: 'BTC_USDT',
        base: 'BTC',
        quote: 'USDT',
        priceDecimals: 1,
        qtyDecimals: 0,
        contractSize: '0.0001',
        takerFeeBps: 2,
      },
    ]);
  });

  test('MEXC spot, as documented', () => {
    const row = {
      symbol: 'BTCUSDT',
      status: '1',
      baseAsset: 'BTC',
      quoteAsset: 'USDT',
      baseAssetPrecision: 8,
      quoteAssetPrecision: 2,
      baseSizePrecision: '0.000001',
      takerCommission: '0.0005',
      isSpotTradingAllowed: true,
    };
    expect(mexcSpot().instruments([{ symbols: [row, { ...row, status: '2' }] }])).toMatchObject([
      { symbol: 'BTCUSDT', priceDecimals: 2, qtyDecimals: 8, takerFeeBps: 5 },
    ]);
  });

  test('an answer that is no metadata is a clear error', () => {
    for (const { make } of FEEDS)
      expect(() => make().instruments([{ code: -1003, msg: 'Too many requests' }, []])).toThrow(VenueProtocolError);
  });
});

describe('recorded metadata', () => {
  const folder = process.env['TIERCEL_DATA'] ?? '';
  const captures = [folder, join(folder, 'captures')].find((path) => existsSync(join(path, 'MANIFEST.md')));
  const skip = captures === undefined;
  if (skip) console.log('skipped: recorded metadata (set TIERCEL_DATA to the folder with the captures)');
  const answer = (file: string, part: string): unknown => {
    const bytes = readFileSync(join(captures ?? '', file));
    const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
    for (const line of text.split('\n')) {
      if (!line.includes(part)) continue;
      const record = JSON.parse(line) as { kind: string; url: string | null; raw: string };
      if (record.kind === 'http' && record.url?.includes(part) === true) return JSON.parse(record.raw);
    }
    throw new Error(`${file} has no answer of ${part}`);
  };

  test.skipIf(skip)('of five venues is read', () => {
    const binance = binanceSpot().instruments([answer('binance-spot.cryptofeed-20210417.ndjson.gz', 'exchangeInfo')]);
    expect(binance.find(({ symbol }) => symbol === 'BTCUSDT')).toMatchObject({
      base: 'BTC',
      quote: 'USDT',
      priceDecimals: 2,
      qtyDecimals: 6,
    });
    const futures = binanceFutures().instruments([answer('binance-usdm.cryptofeed-20210722.ndjson.gz', 'exchangeInfo')]);
    expect(futures.find(({ symbol }) => symbol === 'BTCUSDT')).toMatchObject({
      market: 'futures',
      priceDecimals: 2,
      qtyDecimals: 3,
    });
    const coinbase = coinbaseSpot().instruments([answer('coinbase-exchange.cryptofeed-20210417.ndjson.gz', '/products')]);
    expect(coinbase.find(({ symbol }) => symbol === 'BTC-USD')).toMatchObject({ priceDecimals: 2, qtyDecimals: 8 });
    const kraken = krakenSpot().instruments([answer('kraken-spot.rest-assetpairs-20210417.ndjson', 'AssetPairs')]);
    expect(kraken.find(({ symbol }) => symbol === 'BTC/USD')).toMatchObject({
      base: 'BTC',
      quote: 'USD',
      priceDecimals: 1,
      qtyDecimals: 8,
    });
    const gate = gateioSpot().instruments([answer('gate-spot.cryptofeed-20210422.ndjson.gz', 'currency_pairs')]);
    expect(gate.find(({ symbol }) => symbol === 'BTC_USDT')).toMatchObject({ quote: 'USDT', takerFeeBps: 20 });
    const perpetuals = gateioFutures().instruments([answer('gate-futures.cryptofeed-20230524.ndjson.gz', 'contracts'), []]);
    expect(perpetuals.find(({ symbol }) => symbol === 'BTC_USDT')).toMatchObject({ contractSize: '0.0001', priceDecimals: 1 });
  });
});
