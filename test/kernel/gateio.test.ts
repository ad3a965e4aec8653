import { beforeEach, describe, expect, test } from 'vitest';
import {
  BOOK_FUNDING_RATE,
  BOOK_INDEX_PRICE,
  BOOK_MARK_PRICE,
  BOOK_NEXT_FUNDING_US,
  BOOK_RULE_REPLACE,
  BOOK_TICKER_ASK_PRICE,
  BOOK_TICKER_ASK_QTY,
  BOOK_TICKER_BID_PRICE,
  BOOK_TICKER_BID_QTY,
  BOOK_TICKER_SEQUENCE,
  DECODER_GATEIO_FUTURES,
  DECODER_GATEIO_SPOT,
  STATE_GAP,
  STATE_MALFORMED,
  STATE_SYNCED,
  STATUS_APPLIED,
  STATUS_BUFFER,
  STATUS_EVENT,
  STATUS_GAP,
  STATUS_MALFORMED,
  STATUS_OTHER_CHANNEL,
  STATUS_SNAPSHOT,
  STATUS_STALE,
  STATUS_UNKNOWN,
  STATUS_UNKNOWN_SYMBOL,
} from '../../assembly/memory/layout.js';
import { dataFolder, payloadOf, readCapture } from '../property/captured.js';
import { survivesTruncation, TestFeed } from './test-feed.js';

const SYMBOL = 'BTC_USDT';
const TICKER = [BOOK_TICKER_BID_PRICE, BOOK_TICKER_BID_QTY, BOOK_TICKER_ASK_PRICE, BOOK_TICKER_ASK_QTY, BOOK_TICKER_SEQUENCE];

const MARKS = [BOOK_MARK_PRICE, BOOK_INDEX_PRICE, BOOK_FUNDING_RATE, BOOK_NEXT_FUNDING_US];

const spotFeed = (rule = 0): TestFeed =>
  new TestFeed(DECODER_GATEIO_SPOT, [{ symbol: SYMBOL, priceScale: 2, qtyScale: 8, rule }]);
const futuresFeed = (rule = 0): TestFeed =>
  new TestFeed(DECODER_GATEIO_FUTURES, [{ symbol: SYMBOL, priceScale: 1, qtyScale: 1, rule }]);

describe('Gate.io spot', () => {
  const rest =
    '{"id":33012345678,"current":1767225600123,"update":1767225600110,"asks":[["60000.1","0.52"]],"bids":[["60000","1.3"],["59990.5","2"]]}';
  const delta = (first: number, last: number, members = '"b":[["60000","1.1"],["59990.5","0"]],"a":[]'): string =>
    `{"time":1767225600,"time_ms":1767225600140,"channel":"spot.order_book_update","event":"update","result":{"t":1767225600138,"e":"depthUpdate","E":1767225600,"s":"BTC_USDT","U":${first},"u":${last},${members},"l":"100"}}`;
  let feed: TestFeed;

  beforeEach(() => {
    feed = spotFeed();
  });

  test('joins the stream to the snapshot by its id', () => {
    expect(feed.frame(delta(33012345679, 33012345684))).toBe(STATUS_BUFFER);
    expect(feed.snapshot(SYMBOL, rest)).toBe(STATUS_SNAPSHOT);
    expect(feed.frame(delta(33012345670, 33012345678))).toBe(STATUS_STALE);
    expect(feed.frame(delta(33012345679, 33012345684))).toBe(STATUS_APPLIED);
    expect(feed.copy(SYMBOL)).toEqual({
      bids: [[6000000, 110000000]],
      asks: [[6000010, 52000000]],
      state: STATE_SYNCED,
      sequence: 33012345684,
      exchangeUs: 1767225600138000,
    });
    // Overlapping backwards is normal, and an empty frame advances the id too.
    expect(feed.frame(delta(33012345680, 33012345690, '"b":[],"a":[]'))).toBe(STATUS_APPLIED);
    expect(feed.frame(delta(33012345691, 33012345692))).toBe(STATUS_APPLIED);
    expect(feed.frame(delta(33012345694, 33012345695))).toBe(STATUS_GAP);
    expect(feed.copy(SYMBOL)).toMatchObject({ state: STATE_GAP, sequence: 33012345692 });
    expect(feed.frame(delta(33012345696, 33012345697))).toBe(STATUS_BUFFER);
  });

  test('a full frame replaces the book at once', () => {
    feed.snapshot(SYMBOL, rest);
    const whole = delta(0, 33012349999, '"full":true,"b":[["59000","1"]],"a":[["59000.5","2"]]').replace('"U":0,', '');
    expect(feed.frame(whole)).toBe(STATUS_SNAPSHOT);
    expect(feed.copy(SYMBOL)).toMatchObject({
      bids: [[5900000, 100000000]],
      asks: [[5900050, 200000000]],
      sequence: 33012349999,
    });
    expect(feed.frame(delta(33012350000, 33012350000, '"b":[],"a":[]'))).toBe(STATUS_APPLIED);
  });

  test('obu brings its own book and must follow on exactly', () => {
    const obu = (members: string): string =>
      `{"channel":"spot.obu","result":{"t":1767225600220,${members},"s":"ob.BTC_USDT.50"},"time_ms":1767225600221}`;
    expect(feed.frame(obu('"U":1,"u":2,"b":[],"a":[]'))).toBe(STATUS_STALE);
    expect(feed.frame(obu('"full":true,"u":33012345700,"b":[["60000","1.1"]],"a":[["60000.1","0.5"]]'))).toBe(STATUS_SNAPSHOT);
    expect(feed.frame(obu('"U":33012345701,"u":33012345709,"b":[["60000","0"],["59999","3"]]'))).toBe(STATUS_APPLIED);
    expect(feed.copy(SYMBOL)).toMatchObject({ bids: [[5999900, 300000000]], asks: [[6000010, 50000000]], sequence: 33012345709 });
    expect(feed.frame(obu('"U":33012345710,"u":33012345712'))).toBe(STATUS_APPLIED);
    expect(feed.frame(obu('"U":33012345705,"u":33012345712'))).toBe(STATUS_STALE);
    expect(feed.frame(obu('"U":33012345712,"u":33012345715'))).toBe(STATUS_GAP);
    expect(feed.frame(obu('"U":1,"u":2').replace('ob.BTC_USDT.50', 'BTC_USDT'))).toBe(STATUS_MALFORMED);
    expect(feed.frame(obu('"U":1,"u":2').replace('ob.BTC_USDT.50', 'ob.BTC_USDT.x'))).toBe(STATUS_UNKNOWN_SYMBOL);
  });

  test('order_book is for books that are replaced whole, and only for those', () => {
    const whole =
      '{"time":1767225600,"time_ms":1767225600141,"channel":"spot.order_book","event":"update","result":{"t":1767225600139,"lastUpdateId":33012345684,"s":"BTC_USDT","l":"20","bids":[["60000","1.1"]],"asks":[["60000.1","0.5"]]}}';
    expect(feed.frame(whole)).toBe(STATUS_OTHER_CHANNEL);
    const replaced = spotFeed(BOOK_RULE_REPLACE);
    expect(replaced.frame(whole)).toBe(STATUS_SNAPSHOT);
    expect(replaced.copy(SYMBOL)).toMatchObject({ bids: [[6000000, 110000000]], sequence: 33012345684 });
    expect(replaced.frame(delta(33012345685, 33012345686))).toBe(STATUS_OTHER_CHANNEL);
  });

  test('any key order and white space give the same book', () => {
    feed.snapshot(
      SYMBOL,
      '\n{ "bids" : [ [ "60000" , "1.3" ] ,["59990.5","2"]], "asks":[["60000.1","0.52"]],"id" : 33012345678 }',
    );
    const shuffled =
      '{"result" : {"a":[ ],"b":[ ["60000" ,"1.1"],["59990.5","0"] ],"u":33012345684, "U":33012345679,"s":"BTC_USDT","t":1767225600138},"event":"update", "channel":"spot.order_book_update"}';
    expect(feed.frame(shuffled)).toBe(STATUS_APPLIED);
    expect(feed.copy(SYMBOL)).toMatchObject({ bids: [[6000000, 110000000]], asks: [[6000010, 52000000]], sequence: 33012345684 });
  });

  test('a frame cut anywhere changes nothing', () => {
    feed.snapshot(SYMBOL, rest);
    expect(survivesTruncation(feed, SYMBOL, Buffer.from(delta(33012345679, 33012345684)))).toBe(true);
  });

  test('a bad level leaves the book untouched, and out of step', () => {
    feed.snapshot(SYMBOL, rest);
    const before = feed.copy(SYMBOL);
    for (const bad of [
      '"b":[["60000","1.1"],["59990.5"]],"a":[]',
      '"b":[["60000","1.1"]],"a":{}',
      '"b":[["60000","1.1"],["-1","1"]],"a":[]',
      '"b":[["60000 ","1.1"]],"a":[]',
    ]) {
      expect(feed.frame(delta(33012345679, 33012345684, bad))).toBe(STATUS_MALFORMED);
      expect(feed.copy(SYMBOL)).toEqual({ ...before, state: STATE_MALFORMED });
      feed.snapshot(SYMBOL, rest);
    }
    expect(feed.snapshot(SYMBOL, rest.replace('"id":33012345678,', ''))).toBe(STATUS_MALFORMED);
  });

  test('trades and tickers', () => {
    const trade =
      '{"time":1767225600,"time_ms":1767225600142,"channel":"spot.trades","event":"update","result":{"id":7001234567,"id_market":501234,"create_time":1767225600,"create_time_ms":"1767225600123.456","side":"sell","currency_pair":"BTC_USDT","amount":"0.01","price":"60000","range":"1-2"}}';
    expect(feed.frame(trade)).toBe(STATUS_EVENT);
    expect(feed.trades()).toEqual([{ priceUnits: 6000000, qtyUnits: 1000000, id: 7001234567, tsUs: 1767225600123456, side: -1 }]);
    expect(feed.frame(trade.replace('BTC_USDT', 'XYZ_USDT'))).toBe(STATUS_UNKNOWN_SYMBOL);
    expect(feed.frame(trade.replace('"sell"', '"none"'))).toBe(STATUS_MALFORMED);
    const ticker =
      '{"time":1767225600,"channel":"spot.book_ticker","event":"update","result":{"t":1767225600123,"u":33012345700,"s":"BTC_USDT","b":"60000","B":"1.3","a":"","A":"0"}}';
    expect(feed.frame(ticker)).toBe(STATUS_EVENT);
    expect(TICKER.map((word) => feed.field(SYMBOL, word))).toEqual([6000000, 130000000, 0, 0, 33012345700]);
  });

  test.each([
    '{"time":1767225600,"id":17,"channel":"spot.order_book_update","event":"subscribe","payload":["BTC_USDT","100ms"],"result":{"status":"success"}}',
    '{"time":1767225600,"time_ms":1767225600123,"channel":"spot.pong","event":"","result":null}',
    '{"channel":"futures.order_book_update","event":"update","result":{"s":"BTC_USDT"}}',
    '{"type":"upgrade","msg":"soon"}',
  ])('is not for the kernel: %s', (frame) => {
    expect(feed.frame(frame)).toBe(STATUS_UNKNOWN);
  });

  test.runIf(dataFolder !== undefined)('recorded samples get the verdict that fits each', () => {
    const books = [SYMBOL, 'TLOS_BTC', 'ETC_ETH'].map((symbol) => ({ symbol, priceScale: 8, qtyScale: 6 }));
    const samples = new TestFeed(DECODER_GATEIO_SPOT, books);
    expect(readCapture('gate-spot.samples.tardis-node').map((line) => samples.frame(payloadOf(line)))).toEqual([
      STATUS_UNKNOWN,
      STATUS_UNKNOWN,
      STATUS_UNKNOWN,
      STATUS_UNKNOWN,
      STATUS_EVENT,
      STATUS_EVENT,
      STATUS_BUFFER,
      STATUS_UNKNOWN,
      STATUS_STALE,
    ]);
    const verdicts = readCapture('gate.samples.crypto-msg-parser')
      .filter((line) => line.kind === 'ws')
      .map((line) => samples.frame(payloadOf(line)));
    expect(new Set(verdicts)).toEqual(new Set([STATUS_UNKNOWN, STATUS_BUFFER, STATUS_OTHER_CHANNEL, STATUS_EVENT]));
  });
});

describe('Gate.io futures', () => {
  const rest =
    '{"id":90001234567,"current":1767225600.123,"update":1767225600.110,"asks":[{"p":"60000.1","s":5210}],"bids":[{"p":"60000","s":900}]}';
  const delta = (first: number, last: number, levels: string): string =>
    `{"time":1767225600,"time_ms":1767225600142,"channel":"futures.order_book_update","event":"update","result":{"t":1767225600139,"s":"BTC_USDT","U":${first},"u":${last},${levels},"l":"100"}}`;
  let feed: TestFeed;

  beforeEach(() => {
    feed = futuresFeed();
  });

  test('levels are objects whose sizes are numbers or texts', () => {
    expect(feed.snapshot(SYMBOL, rest)).toBe(STATUS_SNAPSHOT);
    expect(feed.frame(delta(90001234568, 90001234570, '"b":[{"p":"60000","s":880},{"p":"59990.1","s":"12.5"}],"a":[]'))).toBe(
      STATUS_APPLIED,
    );
    expect(feed.frame(delta(90001234571, 90001234571, '"b":[ {"s":7, "x":1,"p":59990.0} ],"a":[{"s":"0","p":"60000.10"}]'))).toBe(
      STATUS_APPLIED,
    );
    expect(feed.copy(SYMBOL)).toMatchObject({
      bids: [
        [600000, 8800],
        [599901, 125],
        [599900, 70],
      ],
      asks: [],
      sequence: 90001234571,
    });
    for (const bad of [
      '{"p":"60000"}',
      '{"p":"60000","s":-1}',
      '{"p":"60000","s":01}',
      '{"p":"60000","s":"1}',
      '{"p":"60000","s":1,"s":2}',
    ]) {
      expect(feed.frame(delta(90001234572, 90001234572, `"b":[${bad}],"a":[]`))).toBe(STATUS_MALFORMED);
      feed.snapshot(SYMBOL, rest);
    }
  });

  test('a frame cut anywhere changes nothing', () => {
    feed.snapshot(SYMBOL, rest);
    expect(
      survivesTruncation(feed, SYMBOL, Buffer.from(delta(90001234568, 90001234570, '"b":[{"p":"60000","s":880}],"a":[]'))),
    ).toBe(true);
  });

  test('a whole book comes as the event "all"', () => {
    const whole =
      '{"time":1767225600,"time_ms":1767225600143,"channel":"futures.order_book","event":"all","result":{"t":1767225600140,"contract":"BTC_USDT","id":90001234575,"asks":[{"p":"60000.1","s":5210}],"bids":[{"p":"60000","s":880}],"l":"20"}}';
    const replaced = futuresFeed(BOOK_RULE_REPLACE);
    expect(replaced.frame(whole)).toBe(STATUS_SNAPSHOT);
    expect(replaced.copy(SYMBOL)).toMatchObject({ bids: [[600000, 8800]], asks: [[600001, 52100]], sequence: 90001234575 });
    expect(replaced.frame(whole.replace('"all"', '"update"'))).toBe(STATUS_UNKNOWN);
  });

  test('a negative size means that the taker sold', () => {
    const trades =
      '{"time":1767225600,"channel":"futures.trades","event":"update","result":[{"size":-12,"id":601234567,"create_time":1767225600,"create_time_ms":1767225600123,"price":"60000.1","contract":"BTC_USDT","is_internal":false},{"contract":"BTC_USDT","size":"3.5","id":601234568,"create_time":1767225601,"price":60000}]}';
    expect(feed.frame(trades)).toBe(STATUS_EVENT);
    expect(feed.trades()).toEqual([
      { priceUnits: 600001, qtyUnits: 120, id: 601234567, tsUs: 1767225600123000, side: -1 },
      { priceUnits: 600000, qtyUnits: 35, id: 601234568, tsUs: 1767225601000000, side: 1 },
    ]);
    expect(feed.frame(trades.replace('"3.5"', '"--3"'))).toBe(STATUS_MALFORMED);
    expect(feed.trades()).toEqual([]);
  });

  test('tickers tell marks and the funding that is due next: of every contract of a frame that is valid, and of none else', () => {
    const row = (contract: string, rate: string, more = ''): string =>
      `{"contract":"${contract}","last":"77175.1","mark_price":"77183.5","funding_rate":"${rate}","funding_rate_indicative":"${rate}","funding_interval":28800,"funding_offset":0,${more}"index_price":"77221.8","t":1789456337802}`;
    const tickers = (...rows: string[]): string =>
      `{"time":1789456337,"time_ms":1789456337808,"channel":"futures.tickers","event":"update","result":[${rows.join(',')}]}`;
    const told = (): number[] => MARKS.map((word) => feed.field(SYMBOL, word));
    expect(feed.frame(tickers(row('ETH_USDT', '0.1'), row(SYMBOL, '0.000072', '"funding_next_apply":1789459200,')))).toBe(
      STATUS_EVENT,
    );
    expect(told()).toEqual([77183.5, 77221.8, 0.000072, 1789459200e6]);
    expect(feed.frame(tickers(row(SYMBOL, '-0.0001')))).toBe(STATUS_EVENT);
    expect(told()).toEqual([77183.5, 77221.8, -0.0001, 1789459200e6]);
    expect(feed.frame(tickers(row(SYMBOL, '0.5'), row(SYMBOL, 'much')))).toBe(STATUS_MALFORMED);
    expect(feed.frame(tickers(row(SYMBOL, '0.5'), '{"mark_price":"1"}'))).toBe(STATUS_MALFORMED);
    expect(feed.frame(tickers(row('ETH_USDT', '0.5')))).toBe(STATUS_UNKNOWN_SYMBOL);
    expect(feed.frame(tickers(`[[${row(SYMBOL, '0.5')}]]`))).toBe(STATUS_MALFORMED);
    expect(feed.frame(tickers(`[${row(SYMBOL, '-0.0001')}]`))).toBe(STATUS_EVENT);
    expect(feed.frame(tickers(row(SYMBOL, '0.5')).replace('"update"', '"subscribe"'))).toBe(STATUS_UNKNOWN);
    const whole = tickers(row(SYMBOL, '0.5'));
    for (let length = 0; length < whole.length; length++) expect(feed.frame(whole.slice(0, length))).not.toBe(STATUS_EVENT);
    expect(told()).toEqual([77183.5, 77221.8, -0.0001, 1789459200e6]);
  });

  test('an empty price in a ticker is an empty side', () => {
    const ticker =
      '{"channel":"futures.book_ticker","event":"update","result":{"t":1767225600123,"u":5,"s":"BTC_USDT","b":"","B":0,"a":"60000.1","A":56231}}';
    expect(feed.frame(ticker)).toBe(STATUS_EVENT);
    expect(TICKER.map((word) => feed.field(SYMBOL, word))).toEqual([0, 0, 600001, 562310, 5]);
  });

  test.runIf(dataFolder !== undefined)('recorded samples get the verdict that fits each', () => {
    const names = [SYMBOL, 'BTC_USD', 'ETH_USDT', 'ZRX_USD', 'XRP_USDT', 'COMP_USDT'];
    const samples = new TestFeed(
      DECODER_GATEIO_FUTURES,
      names.map((symbol) => ({ symbol, priceScale: 4, qtyScale: 1 })),
    );
    const verdicts = (name: string): number[] =>
      readCapture(name)
        .filter((line) => line.dir === 'in')
        .map((line) => samples.frame(payloadOf(line)));
    expect(verdicts('gate-futures.samples.2026')).toEqual([
      STATUS_UNKNOWN,
      STATUS_STALE,
      STATUS_STALE,
      STATUS_BUFFER,
      STATUS_UNKNOWN,
      STATUS_UNKNOWN,
      STATUS_EVENT,
      STATUS_SNAPSHOT,
    ]);
    expect(MARKS.map((word) => samples.field(SYMBOL, word))).toEqual([77183.5, 77221.8, 0.000072, 1789459200e6]);
    expect(samples.copy('ETH_USDT').bids[0]).toEqual([24802700, 27816]);
    expect(verdicts('gate-futures.samples.tardis-node')).toEqual([
      STATUS_OTHER_CHANNEL,
      STATUS_UNKNOWN,
      STATUS_UNKNOWN,
      STATUS_UNKNOWN,
      STATUS_OTHER_CHANNEL,
      STATUS_UNKNOWN,
      STATUS_OTHER_CHANNEL,
      STATUS_UNKNOWN_SYMBOL,
      STATUS_UNKNOWN_SYMBOL,
      STATUS_UNKNOWN_SYMBOL,
      STATUS_EVENT,
      STATUS_UNKNOWN,
      STATUS_EVENT,
      STATUS_EVENT,
    ]);
  });
});
