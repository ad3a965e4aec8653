import { beforeEach, describe, expect, test } from 'vitest';
import {
  BOOK_TICKER_ASK_PRICE,
  BOOK_TICKER_ASK_QTY,
  BOOK_TICKER_BID_PRICE,
  BOOK_TICKER_BID_QTY,
  BOOK_TICKER_SEQUENCE,
  BOOK_TRADES,
  DECODER_COINBASE_ADVANCED,
  DECODER_COINBASE_EXCHANGE,
  STATE_MALFORMED,
  STATE_PRECISION,
  STATE_SYNCED,
  STATUS_APPLIED,
  STATUS_CROSSED,
  STATUS_EVENT,
  STATUS_MALFORMED,
  STATUS_PRECISION,
  STATUS_SNAPSHOT,
  STATUS_STALE,
  STATUS_UNKNOWN,
  STATUS_UNKNOWN_SYMBOL,
} from '../../assembly/memory/layout.js';
import { dataFolder, payloadOf, readCapture } from '../property/captured.js';
import { survivesTruncation, TestFeed } from './test-feed.js';

const JAN_1_2026_US = Date.UTC(2026, 0, 1) * 1000;

describe('Coinbase Exchange', () => {
  let feed: TestFeed;
  const snapshot =
    '{"type":"snapshot","product_id":"ETH-USD","bids":[["3100.10","1.50000000"],["3100.00","2"]],"asks":[["3100.20","0.75000000"]],"time":"2026-01-01T00:00:00.100000Z"}';
  const update =
    '{"type":"l2update","product_id":"ETH-USD","time":"2026-01-01T00:00:00.150123Z","changes":[["buy","3100.10","0.00000000"],["sell","3100.25","2.10000000"],["sell","3100.25","2.2"]]}';

  beforeEach(() => {
    feed = new TestFeed(DECODER_COINBASE_EXCHANGE, [{ symbol: 'ETH-USD', priceScale: 2, qtyScale: 8 }]);
  });

  test('a snapshot and its updates make the book; the sequence counts them', () => {
    expect(feed.frame(update)).toBe(STATUS_STALE);
    expect(feed.frame(snapshot)).toBe(STATUS_SNAPSHOT);
    expect(feed.copy('ETH-USD')).toEqual({
      bids: [
        [310010, 150000000],
        [310000, 200000000],
      ],
      asks: [[310020, 75000000]],
      state: STATE_SYNCED,
      sequence: 0,
      exchangeUs: JAN_1_2026_US + 100_000,
    });
    expect(feed.frame(update)).toBe(STATUS_APPLIED);
    expect(feed.copy('ETH-USD')).toEqual({
      bids: [[310000, 200000000]],
      asks: [
        [310020, 75000000],
        [310025, 220000000],
      ],
      state: STATE_SYNCED,
      sequence: 1,
      exchangeUs: JAN_1_2026_US + 150_123,
    });
  });

  test('a time in the year 1 is no time', () => {
    feed.frame(snapshot);
    expect(feed.frame(update.replace('2026-01-01T00:00:00.150123Z', '0001-01-01T00:00:00.000000Z'))).toBe(STATUS_APPLIED);
    expect(feed.copy('ETH-USD').exchangeUs).toBe(JAN_1_2026_US + 100_000);
  });

  test.each([
    ['2026-01-01T00:00:00Z', 0],
    ['2026-01-01T00:00:59.5Z', 59_500_000],
    ['2026-01-01T00:00:00.123456789Z', 123_456],
    ['2026-01-01 01:02:03.000001+00:00', 3_723_000_001],
    ['2026-01-31T00:00:00.000Z', 30 * 86_400_000_000],
    ['2028-02-29T23:59:00.000Z', 789 * 86_400_000_000 + 86_340_000_000],
  ])('reads the time %s', (text, us) => {
    feed.frame(snapshot.replace(',"time":"2026-01-01T00:00:00.100000Z"', ''));
    feed.frame(update.replace('2026-01-01T00:00:00.150123Z', text));
    expect(feed.copy('ETH-USD').exchangeUs).toBe(JAN_1_2026_US + us);
  });

  test.each([
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00:0Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00.1234567890Z',
    '2026-01-01T00:00:00+01:00',
    '2026-01-01T00:00:00.5',
    'soon',
  ])('takes %s for no time', (text) => {
    feed.frame(snapshot.replace(',"time":"2026-01-01T00:00:00.100000Z"', ''));
    expect(feed.frame(update.replace('2026-01-01T00:00:00.150123Z', text))).toBe(STATUS_APPLIED);
    expect(feed.copy('ETH-USD').exchangeUs).toBe(0);
  });

  test('any key order and white space give the same book', () => {
    feed.frame(
      ' { "asks" : [ [ "3100.20" , "0.75" ] ],\n"bids":[["3100.10","1.5"] , ["3100.00" ,"2"]],"product_id":"ETH-USD","type":"snapshot"} ',
    );
    feed.frame(
      '{"changes":[["buy","3100.10","0"],[ "sell" , "3100.25","2.2"]],"extra":{"a":[1,null]},"product_id":"ETH-USD","type":"l2update"}\r\n',
    );
    const { bids, asks, sequence } = feed.copy('ETH-USD');
    expect([bids, asks, sequence]).toEqual([
      [[310000, 200000000]],
      [
        [310020, 75000000],
        [310025, 220000000],
      ],
      1,
    ]);
  });

  test.each([
    ['a malformed size', '"1.50000000"', '"0.-10000"'],
    ['a negative size', '"1.50000000"', '"-1.5"'],
    ['a price of zero', '"3100.10"', '"0"'],
    ['a missing size', '["3100.10","1.50000000"]', '["3100.10"]'],
    ['a missing side', '"asks"', '"tasks"'],
  ])('a snapshot with %s is malformed as a whole', (_, from, to) => {
    feed.frame(snapshot);
    expect(feed.frame(snapshot.replace(from, to))).toBe(STATUS_MALFORMED);
    expect(feed.copy('ETH-USD')).toMatchObject({ state: STATE_MALFORMED, asks: [[310020, 75000000]] });
    expect(feed.frame(update)).toBe(STATUS_STALE);
    expect(feed.frame(snapshot)).toBe(STATUS_SNAPSHOT);
  });

  test('an update with one bad change applies none of it', () => {
    feed.frame(snapshot);
    const before = feed.copy('ETH-USD');
    expect(feed.frame(update.replace('"sell","3100.25","2.2"', '"hold","3100.25","2.2"'))).toBe(STATUS_MALFORMED);
    expect(feed.copy('ETH-USD')).toEqual({ ...before, state: STATE_MALFORMED });
    feed.frame(snapshot);
    expect(feed.frame(update.replace('3100.25","2.2"', '3100.255","2.2"'))).toBe(STATUS_PRECISION);
    expect(feed.copy('ETH-USD')).toEqual({ ...before, state: STATE_PRECISION });
  });

  test('a frame cut anywhere changes nothing', () => {
    feed.frame(snapshot);
    expect(survivesTruncation(feed, 'ETH-USD', Buffer.from(update))).toBe(true);
    expect(survivesTruncation(feed, 'ETH-USD', Buffer.from(snapshot))).toBe(true);
  });

  test('a match names the maker, so the taker did the opposite', () => {
    const match =
      '{"type":"match","trade_id":900101,"sequence":1002,"maker_order_id":"7b1f","taker_order_id":"7b1e","time":"2026-01-01T00:00:00.000100Z","product_id":"ETH-USD","size":"0.75","price":"3100.20","side":"sell"}';
    expect(feed.frame(match)).toBe(STATUS_EVENT);
    expect(feed.trades()).toEqual([{ priceUnits: 310020, qtyUnits: 75000000, id: 900101, tsUs: JAN_1_2026_US + 100, side: 1 }]);
    expect(feed.frame(match.replace('"sell"', '"buy"'))).toBe(STATUS_EVENT);
    expect(feed.trades()[0]?.side).toBe(-1);
    // It repeats an old trade on subscribing.
    expect(feed.frame(match.replace('"match"', '"last_match"'))).toBe(STATUS_UNKNOWN);
    expect(feed.frame(match.replace('"sell"', '"both"'))).toBe(STATUS_MALFORMED);
    expect(feed.field('ETH-USD', BOOK_TRADES)).toBe(2);
  });

  test('a ticker may lack its sizes', () => {
    const ticker =
      '{"type":"ticker","sequence":51000124000,"product_id":"ETH-USD","price":"3100.20","best_bid":"3100.10","best_ask":"3100.2","side":"buy"}';
    const words = [BOOK_TICKER_BID_PRICE, BOOK_TICKER_BID_QTY, BOOK_TICKER_ASK_PRICE, BOOK_TICKER_ASK_QTY, BOOK_TICKER_SEQUENCE];
    expect(feed.frame(ticker)).toBe(STATUS_EVENT);
    expect(words.map((word) => feed.field('ETH-USD', word))).toEqual([310010, 0, 310020, 0, 51000124000]);
    expect(feed.frame(ticker.replace('"side"', '"best_bid_size":"1.5","best_ask_size":"0.75","side"'))).toBe(STATUS_EVENT);
    expect(words.map((word) => feed.field('ETH-USD', word))).toEqual([310010, 150000000, 310020, 75000000, 51000124000]);
  });

  test.each([
    [
      '{"type":"heartbeat","sequence":51000123999,"last_trade_id":900100,"product_id":"ETH-USD","time":"2026-01-01T00:00:01.000000Z"}',
      STATUS_UNKNOWN,
    ],
    [
      '{"type":"subscriptions","channels":[{"name":"level2_batch","product_ids":["ETH-USD"],"account_ids":null}]}',
      STATUS_UNKNOWN,
    ],
    ['{"type":"error","message":"Failed to subscribe","reason":"ETH-XXX is not a valid product"}', STATUS_UNKNOWN],
    ['["open","ETH-USD","1004"]', STATUS_UNKNOWN],
    [snapshot.replace('ETH-USD', 'XXX-USD'), STATUS_UNKNOWN_SYMBOL],
    [update.replace('"product_id"', '"product"'), STATUS_MALFORMED],
  ])('answers %s with its verdict', (frame, status) => {
    expect(feed.frame(frame)).toBe(status);
  });

  test.runIf(dataFolder !== undefined)('recorded samples get the verdict that fits each', () => {
    const books = ['BTC-USD', 'BTC-EUR', 'ETC-GBP', 'BAT-USDC'].map((symbol) => ({ symbol, priceScale: 8, qtyScale: 8 }));
    const verdicts = (name: string): number[] => {
      const samples = new TestFeed(DECODER_COINBASE_EXCHANGE, books);
      return readCapture(name).map((line) => samples.frame(payloadOf(line)));
    };
    expect(verdicts('coinbase-exchange.samples.tardis-node')).toEqual([
      STATUS_EVENT,
      STATUS_STALE,
      STATUS_STALE,
      STATUS_SNAPSHOT,
      STATUS_EVENT,
      STATUS_EVENT,
    ]);
    expect(verdicts('coinbase-exchange.samples.crypto-msg-parser')).toEqual([
      STATUS_UNKNOWN,
      STATUS_SNAPSHOT,
      STATUS_CROSSED,
      STATUS_UNKNOWN,
    ]);
    expect(new Set(verdicts('coinbase-exchange.samples.full-2017'))).toEqual(new Set([STATUS_UNKNOWN]));
  });
});

describe('Coinbase Advanced Trade', () => {
  let feed: TestFeed;
  const event = (type: string, product: string, updates: string): string =>
    `{"type":"${type}","product_id":"${product}","updates":[${updates}]}`;
  const level = (side: string, price: string, qty: string): string =>
    `{"side":"${side}","event_time":"2026-01-01T00:00:00.050000Z","price_level":"${price}","new_quantity":"${qty}"}`;
  const frame = (sequence: number, ...events: string[]): string =>
    `{"channel":"l2_data","client_id":"","timestamp":"2026-01-01T00:00:00.123456789Z","sequence_num":${sequence},"events":[${events.join(',')}]}`;
  const ethSnapshot = event('snapshot', 'ETH-USD', [level('bid', '3100.10', '1.5'), level('offer', '3100.2', '0.75')].join(','));
  const btcSnapshot = event('snapshot', 'BTC-USD', [level('bid', '60000', '1'), level('offer', '60000.01', '2')].join(','));

  beforeEach(() => {
    feed = new TestFeed(DECODER_COINBASE_ADVANCED, [
      { symbol: 'ETH-USD', priceScale: 2, qtyScale: 8 },
      { symbol: 'BTC-USD', priceScale: 2, qtyScale: 8 },
    ]);
  });

  test('events of one frame go each to its own book', () => {
    expect(feed.frame(frame(6, event('update', 'ETH-USD', level('bid', '1', '1'))))).toBe(STATUS_STALE);
    expect(feed.frame(frame(7, ethSnapshot, btcSnapshot))).toBe(STATUS_SNAPSHOT);
    expect(feed.results()).toEqual([
      { symbol: 'ETH-USD', status: STATUS_SNAPSHOT },
      { symbol: 'BTC-USD', status: STATUS_SNAPSHOT },
    ]);
    const updates = [
      event('update', 'BTC-USD', [level('bid', '60000', '0'), level('bid', '59999.5', '3')].join(',')),
      event('update', 'SOL-USD', level('bid', '1.23456789', '0')),
      event('update', 'ETH-USD', level('offer', '3100.15', '4')),
    ];
    expect(feed.frame(frame(9, ...updates))).toBe(STATUS_APPLIED);
    expect(feed.copy('BTC-USD')).toEqual({
      bids: [[5999950, 300000000]],
      asks: [[6000001, 200000000]],
      state: STATE_SYNCED,
      sequence: 9,
      exchangeUs: JAN_1_2026_US + 123_456,
    });
    expect(feed.copy('ETH-USD').asks).toEqual([
      [310015, 400000000],
      [310020, 75000000],
    ]);
    expect(feed.sequenceLast).toBe(9);
  });

  test('key order and white space do not matter', () => {
    const spaced = `{"events":[ {"updates" : [ {"new_quantity":"1.5", "price_level" : "3100.10","side":"bid"} ,{"price_level":"3100.2","x":[{}],"side":"offer","new_quantity":"0.75"}],
      "type":"snapshot","product_id":"ETH-USD"}],"sequence_num": 7,"timestamp":"2026-01-01T00:00:00Z","channel":"l2_data"}`;
    expect(feed.frame(spaced)).toBe(STATUS_SNAPSHOT);
    expect(feed.copy('ETH-USD')).toMatchObject({ bids: [[310010, 150000000]], asks: [[310020, 75000000]], sequence: 7 });
  });

  test('one bad event leaves all books of its frame untouched, and out of step', () => {
    feed.frame(frame(1, ethSnapshot, btcSnapshot));
    const before = [feed.copy('ETH-USD'), feed.copy('BTC-USD')];
    const good = event('update', 'BTC-USD', level('bid', '60000', '0'));
    for (const bad of [
      event('update', 'ETH-USD', level('ask', '3100.15', '4')),
      event('change', 'ETH-USD', level('offer', '3100.15', '4')),
      event('update', 'ETH-USD', '{"side":"bid","price_level":"1"}'),
      event('update', 'ETH-USD', level('bid', '1', '-4')),
      `{"type":"update","product_id":"ETH-USD"}`,
    ]) {
      expect(feed.frame(frame(2, good, bad))).toBe(STATUS_MALFORMED);
      expect([feed.copy('ETH-USD'), feed.copy('BTC-USD')]).toEqual(before.map((book) => ({ ...book, state: STATE_MALFORMED })));
      feed.frame(frame(1, ethSnapshot, btcSnapshot));
    }
  });

  test('a frame cut anywhere changes nothing', () => {
    feed.frame(frame(1, ethSnapshot, btcSnapshot));
    const update = Buffer.from(frame(2, event('update', 'ETH-USD', level('offer', '3100.15', '4'))));
    expect(survivesTruncation(feed, 'ETH-USD', update)).toBe(true);
  });

  test('trades of updates are told, with the side of the taker; those of snapshots are old', () => {
    const trade = (product: string, id: number, side: string): string =>
      `{"trade_id":"${id}","product_id":"${product}","price":"3100.2","size":"0.75","side":"${side}","time":"2026-01-01T00:00:00.000001Z"}`;
    const trades = (type: string, ...list: string[]): string =>
      `{"channel":"market_trades","client_id":"","timestamp":"2026-01-01T00:00:00Z","sequence_num":12,"events":[{"type":"${type}","trades":[${list.join(',')}]}]}`;
    expect(feed.frame(trades('snapshot', trade('ETH-USD', 1, 'BUY')))).toBe(STATUS_EVENT);
    expect(feed.trades()).toEqual([]);
    expect(feed.sequenceLast).toBe(12);
    expect(
      feed.frame(trades('update', trade('ETH-USD', 3, 'BUY'), trade('SOL-USD', 9, 'BUY'), trade('BTC-USD', 2, 'SELL'))),
    ).toBe(STATUS_EVENT);
    expect(feed.trades().map(({ id, side, tsUs }) => [id, side, tsUs])).toEqual([
      [3, -1, JAN_1_2026_US + 1],
      [2, 1, JAN_1_2026_US + 1],
    ]);
    expect(feed.frame(trades('update', trade('SOL-USD', 9, 'BUY')))).toBe(STATUS_UNKNOWN_SYMBOL);
    expect(feed.frame(trades('update', trade('ETH-USD', 4, 'BUY'), trade('ETH-USD', 5, 'buyer')))).toBe(STATUS_MALFORMED);
    expect(feed.trades()).toEqual([]);
    expect(feed.field('ETH-USD', BOOK_TRADES)).toBe(1);
  });

  test.each(['ticker', 'candles', 'heartbeats', 'subscriptions'])('the channel %s is not for the kernel', (channel) => {
    expect(
      feed.frame(
        `{"channel":"${channel}","timestamp":"2026-01-01T00:00:00Z","sequence_num":3,"events":[{"type":"update","x":[]}]}`,
      ),
    ).toBe(STATUS_UNKNOWN);
  });
});
