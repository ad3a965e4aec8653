import { beforeEach, describe, expect, test } from 'vitest';
import {
  BOOK_RULE_REPLACE,
  BOOK_TICKER_ASK_PRICE,
  BOOK_TICKER_ASK_QTY,
  BOOK_TICKER_BID_PRICE,
  BOOK_TICKER_BID_QTY,
  BOOK_TICKER_SEQUENCE,
  DECODER_MEXC_SPOT,
  STATE_MALFORMED,
  STATUS_APPLIED,
  STATUS_BUFFER,
  STATUS_EVENT,
  STATUS_GAP,
  STATUS_MALFORMED,
  STATUS_OTHER_CHANNEL,
  STATUS_PRECISION,
  STATUS_SNAPSHOT,
  STATUS_STALE,
  STATUS_UNKNOWN,
  STATUS_UNKNOWN_SYMBOL,
} from '../../assembly/memory/layout.js';
import { dataFolder, payloadOf, readCapture } from '../property/captured.js';
import { encodePush } from '../twin/decoders/mexc-proto.js';
import { survivesTruncation, TestFeed } from './test-feed.js';

const SYMBOL = 'BTCUSDT';
const TICKER = [BOOK_TICKER_BID_PRICE, BOOK_TICKER_BID_QTY, BOOK_TICKER_ASK_PRICE, BOOK_TICKER_ASK_QTY, BOOK_TICKER_SEQUENCE];

/** From the protocol notes: one ask 60000.10 x 0.5, one bid 60000.00 x 0, versions 1001 to 1003, sent 1767225600123. */
const VECTOR = Buffer.from(
  '0a2f73706f74407075626c69632e61676772652e64657074682e76332e6170692e7062403130306d7340425443555344541a074254435553445430fbd0eab6b733' +
    'ca13550a0f0a0836303030302e31301203302e35120d0a0836303030302e30301201301a2773706f74407075626c69632e61676772652e64657074682e76332e61' +
    '70692e7062403130306d732204313030312a0431303033',
  'hex',
);

const depth = (from: string, to: string, bids: object[] = [], asks: object[] = [], symbol: string | undefined = SYMBOL): Buffer =>
  encodePush({
    channel: `spot@public.aggre.depth.v3.api.pb@100ms@${SYMBOL}`,
    symbol,
    sendTime: 1767225600123,
    publicAggreDepths: { asks, bids, eventType: 'x', fromVersion: from, toVersion: to, lastOrderCreateTime: 1767225600100 },
  });
const rest =
  '{"lastUpdateId":1000,"bids":[["60000.00","0.51200000"]],"asks":[["60000.20","1.02000000"]],"timestamp":1767225600120}';

describe('MEXC spot', () => {
  let feed: TestFeed;

  beforeEach(() => {
    feed = new TestFeed(DECODER_MEXC_SPOT, [{ symbol: SYMBOL, priceScale: 2, qtyScale: 8 }]);
  });

  test('the documented vector', () => {
    expect(feed.frame(VECTOR)).toBe(STATUS_BUFFER);
    expect(feed.snapshot(SYMBOL, rest)).toBe(STATUS_SNAPSHOT);
    expect(feed.frame(VECTOR)).toBe(STATUS_APPLIED);
    expect(feed.copy(SYMBOL)).toMatchObject({
      bids: [],
      asks: [
        [6000010, 50000000],
        [6000020, 102000000],
      ],
      sequence: 1003,
      exchangeUs: 1767225600123000,
    });
  });

  test('deltas follow on the versions', () => {
    feed.snapshot(SYMBOL, rest);
    const bid = [{ price: '60000', quantity: '0.000000010' }];
    expect(feed.frame(depth('990', '1000', bid))).toBe(STATUS_STALE);
    expect(feed.frame(depth('999', '1001', bid))).toBe(STATUS_APPLIED);
    expect(feed.frame(depth('1001', '1003'))).toBe(STATUS_APPLIED);
    expect(feed.copy(SYMBOL)).toMatchObject({ bids: [[6000000, 1]], sequence: 1003 });
    expect(feed.frame(depth('1005', '1006', bid))).toBe(STATUS_GAP);
    expect(feed.frame(depth('1007', '1008', bid))).toBe(STATUS_BUFFER);
    feed.snapshot(SYMBOL, rest);
    expect(feed.frame(depth('1002', '1002', bid))).toBe(STATUS_GAP);
  });

  test('the channel names the symbol when its own field does not', () => {
    feed.snapshot(SYMBOL, rest);
    expect(feed.frame(depth('1001', '1001', [], [], undefined))).toBe(STATUS_APPLIED);
    expect(feed.frame(depth('1002', '1002', [], [], 'XYZUSDT'))).toBe(STATUS_UNKNOWN_SYMBOL);
  });

  test('fields in any order, and unknown ones of every wire type, give the same book', () => {
    feed.snapshot(SYMBOL, rest);
    const unknown = Buffer.from('f80701' + 'f90700000000000000ff' + 'fa0703616263' + 'fd0700000000', 'hex');
    const bodyAt = VECTOR.indexOf(Buffer.from('ca1355', 'hex'));
    expect(feed.frame(Buffer.concat([unknown, VECTOR.subarray(bodyAt), unknown, VECTOR.subarray(0, bodyAt)]))).toBe(
      STATUS_APPLIED,
    );
    expect(feed.copy(SYMBOL)).toMatchObject({ bids: [], sequence: 1003 });
  });

  test('a frame cut anywhere changes nothing', () => {
    feed.snapshot(SYMBOL, rest);
    expect(survivesTruncation(feed, SYMBOL, VECTOR)).toBe(true);
  });

  test.each([
    ['a level of the wrong wire type', '0a0f0a08', '080f0a08'],
    ['a price of the wrong wire type', '0a0f0a08', '0a0f0808'],
    ['a group', '2204313030312a', '2304313030312a'],
    ['a length beyond the parent', 'ca13550a0f', 'ca13550a7f'],
    ['a body beyond the frame', 'ca1355', 'ca1356'],
    ['a level without quantity', '1203302e35', '1a03302e35'],
    ['an empty quantity', '120130', '120030'],
    ['a version that is no number', '220431303031', '220431304131'],
    ['a version that runs backwards', '220431303031', '220439303031'],
    ['a field numbered zero', '0a2f', '022f'],
  ])('%s makes the frame malformed and leaves the book as it was', (_, from, to) => {
    feed.snapshot(SYMBOL, rest);
    const before = feed.copy(SYMBOL);
    const frame = Buffer.from(VECTOR.toString('hex').replace(from, to), 'hex');
    expect(frame).not.toEqual(VECTOR);
    expect(feed.frame(frame)).toBe(STATUS_MALFORMED);
    const after = feed.copy(SYMBOL);
    expect([after.bids, after.asks, after.sequence]).toEqual([before.bids, before.asks, before.sequence]);
  });

  test('a varint that does not end is malformed', () => {
    expect(feed.frame(Buffer.from('30ffffffffffffffffffff01', 'hex'))).toBe(STATUS_MALFORMED);
    expect(feed.frame(Buffer.from('30ffff', 'hex'))).toBe(STATUS_MALFORMED);
  });

  test('decimals are exact in any form, or an error', () => {
    const apply = (price: string, quantity: string): number => {
      feed.snapshot(SYMBOL, rest);
      return feed.frame(depth('1001', '1001', [{ price, quantity }]));
    };
    expect(apply('0000059999.10', '1.50000000000000000000')).toBe(STATUS_APPLIED);
    expect(feed.copy(SYMBOL).bids[1]).toEqual([5999910, 150000000]);
    expect(apply('5e4', '90071992.54740992')).toBe(STATUS_APPLIED);
    expect(feed.copy(SYMBOL).bids[1]).toEqual([5000000, 2 ** 53]);
    expect(apply('59999.10', '90071992.54740993')).toBe(STATUS_PRECISION);
    expect(apply('59999.101', '1')).toBe(STATUS_PRECISION);
    for (const [price, quantity] of [
      ['', '1'],
      ['59999.1', ' 1'],
      ['59999.1', '1 '],
      ['59999.1', '1"'],
      ['-5', '1'],
      ['0', '1'],
      ['59999.1', '-1'],
      ['1'.repeat(70), '1'],
    ] as const) {
      expect(apply(price, quantity)).toBe(STATUS_MALFORMED);
      expect(feed.copy(SYMBOL)).toMatchObject({ state: STATE_MALFORMED, bids: [[6000000, 51200000]] });
    }
  });

  test('limit depth is for books that are replaced whole, and only for those', () => {
    const limit = encodePush({
      channel: 'spot@public.limit.depth.v3.api.pb@BTCUSDT@5',
      publicLimitDepths: {
        asks: [{ price: '60000.1', quantity: '1' }],
        bids: [{ price: '60000', quantity: '2' }],
        version: '77',
      },
    });
    expect(feed.frame(limit)).toBe(STATUS_OTHER_CHANNEL);
    const replaced = new TestFeed(DECODER_MEXC_SPOT, [{ symbol: SYMBOL, priceScale: 2, qtyScale: 8, rule: BOOK_RULE_REPLACE }]);
    expect(replaced.frame(limit)).toBe(STATUS_SNAPSHOT);
    expect(replaced.copy(SYMBOL)).toMatchObject({ bids: [[6000000, 200000000]], asks: [[6000010, 100000000]], sequence: 77 });
    expect(replaced.frame(VECTOR)).toBe(STATUS_OTHER_CHANNEL);
  });

  test('of a batch of tickers the last one counts', () => {
    const item = (bid: string): string => {
      const fields = `0a${length(bid)}${hex(bid)}1201311a00220130`;
      return `0a${(fields.length / 2).toString(16).padStart(2, '0')}${fields}`;
    };
    const length = (text: string): string => text.length.toString(16).padStart(2, '0');
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    const batch = `${item('60000')}${item('60000.5')}12023939`;
    const frame = `1a07${hex(SYMBOL)}ba13${(batch.length / 2).toString(16).padStart(2, '0')}${batch}`;
    expect(feed.frame(Buffer.from(frame, 'hex'))).toBe(STATUS_EVENT);
    expect(TICKER.map((word) => feed.field(SYMBOL, word))).toEqual([6000050, 100000000, 0, 0, 99]);
  });

  test('answers in JSON are not for the kernel', () => {
    expect(feed.frame('{"id":0,"code":0,"msg":"PONG"}')).toBe(STATUS_UNKNOWN);
  });

  test.runIf(dataFolder !== undefined)('recorded frames are read to the last byte', () => {
    const samples = new TestFeed(DECODER_MEXC_SPOT, [{ symbol: SYMBOL, priceScale: 2, qtyScale: 8, rule: BOOK_RULE_REPLACE }]);
    const [ticker, deals, limit, kline, ack] = readCapture('mexc-spot.samples.protobuf').map(payloadOf);
    if (!ticker || !deals || !limit || !kline || !ack) throw new Error('five lines expected');
    expect(samples.frame(ticker)).toBe(STATUS_EVENT);
    expect(TICKER.map((word) => samples.field(SYMBOL, word))).toEqual([8427000, 638700, 8427001, 542169969, 82164153436]);
    expect(samples.frame(deals)).toBe(STATUS_EVENT);
    expect(samples.trades()).toEqual([
      { priceUnits: 8427000, qtyUnits: 99829, id: 0, tsUs: 1790281246176000, side: -1 },
      { priceUnits: 8427000, qtyUnits: 19169, id: 0, tsUs: 1790281246177000, side: 1 },
    ]);
    expect(samples.frame(limit)).toBe(STATUS_SNAPSHOT);
    expect(samples.copy(SYMBOL)).toMatchObject({
      bids: [
        [8427000, 638700],
        [8426703, 234800],
        [8426415, 4789506],
        [8426345, 4789506],
        [8426340, 207853100],
      ],
      asks: [
        [8427001, 542169969],
        [8427002, 117646],
        [8427003, 124397],
        [8427005, 122284],
        [8427026, 108947],
      ],
      sequence: 82164155643,
      exchangeUs: 1790281247251000,
    });
    expect(samples.frame(kline)).toBe(STATUS_UNKNOWN);
    expect(samples.frame(ack)).toBe(STATUS_UNKNOWN);
    expect(survivesTruncation(samples, SYMBOL, limit)).toBe(true);
  });

  test.runIf(dataFolder !== undefined)('a recorded delta, encoded again', () => {
    const [line] = readCapture('mexc-spot-decoded.samples.tardis-node');
    feed.snapshot(SYMBOL, rest.replace('1000', '74891313262').replace('60000.20', '70000'));
    expect(feed.frame(encodePush(JSON.parse(line?.raw ?? '{}') as Record<string, unknown>))).toBe(STATUS_APPLIED);
    expect(feed.copy(SYMBOL)).toMatchObject({
      bids: [
        [6175973, 17780],
        [6000000, 51200000],
      ],
      sequence: 74891313263,
    });
  });
});
