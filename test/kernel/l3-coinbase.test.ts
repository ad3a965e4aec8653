import { describe, expect, test } from 'vitest';
import {
  BOOK_APPLIED,
  BOOK_SEQUENCE,
  BOOK_TRADES,
  DECODER_COINBASE_FULL,
  STATE_GAP,
  STATUS_APPLIED,
  STATUS_BUFFER,
  STATUS_GAP,
  STATUS_MALFORMED,
  STATUS_SNAPSHOT,
  STATUS_STALE,
  STATUS_UNKNOWN,
} from '../../assembly/memory/layout.js';
import { dataFolder, payloadOf, readCapture, readData } from '../property/captured.js';
import { unitsToText } from '../twin/decimal.js';
import { Rig, type RigBook } from './kraken-rig.js';
import { readStore } from './l3-store-view.js';

const ETH: RigBook = { symbol: 'ETH-USD', priceScale: 2, qtyScale: 8, capacity: 20, orders: 20 };
const id = (number: number): string => `7b1f0c1e-0001-4000-8000-00000000000${number}`;

const SNAPSHOT = `{"sequence":1000,"auction_mode":false,"bids":[["3100.10","1.5","${id(1)}"],["3100.10","0.5","${id(2)}"]],"asks":[["3100.20","0.75","${id(3)}"]],"time":"2026-01-01T00:00:00.1Z"}`;

function synced(): Rig {
  const rig = new Rig(DECODER_COINBASE_FULL, [ETH]);
  expect(rig.snapshot('ETH-USD', SNAPSHOT)).toBe(STATUS_SNAPSHOT);
  return rig;
}

const full = (type: string, sequence: number, members: string): string =>
  `{"type":"${type}","time":"2026-01-01T00:00:00.000100Z","product_id":"ETH-USD","sequence":${sequence},${members}}`;

describe('Coinbase full channel', () => {
  test('the life of orders', () => {
    const rig = synced();
    const received = `"order_id":"${id(4)}","size":"2.00","price":"3100.20","side":"buy","order_type":"limit"`;
    expect(rig.frame(full('received', 1001, received))).toBe(STATUS_APPLIED);
    const match = `"trade_id":900101,"maker_order_id":"${id(3)}","taker_order_id":"${id(4)}","size":"0.75","price":"3100.20","side":"sell"`;
    expect(rig.frame(full('match', 1002, match))).toBe(STATUS_APPLIED);
    expect(rig.kernel.event(0)).toMatchObject({ priceUnits: 310020, qtyUnits: 75_000_000, id: 900101, side: 1 });
    expect(
      rig.frame(
        full('done', 1003, `"order_id":"${id(3)}","reason":"filled","side":"sell","price":"3100.20","remaining_size":"0"`),
      ),
    ).toBe(STATUS_APPLIED);
    expect(rig.frame(full('open', 1004, `"order_id":"${id(4)}","side":"buy","price":"3100.20","remaining_size":"1.25"`))).toBe(
      STATUS_APPLIED,
    );
    expect(rig.sides('ETH-USD')).toEqual({
      bids: [
        [310020, 125_000_000],
        [310010, 200_000_000],
      ],
      asks: [],
    });
    expect(rig.field('ETH-USD', BOOK_SEQUENCE)).toBe(1004);
    expect(rig.field('ETH-USD', BOOK_TRADES)).toBe(1);
  });

  test('an order is removed by its id, wherever it stands by now', () => {
    const rig = synced();
    const change = `"order_id":"${id(1)}","side":"buy","reason":"modify_order","old_price":"3100.10","new_price":"3099.00","old_size":"1.5","new_size":"1"`;
    expect(rig.frame(full('change', 1001, change))).toBe(STATUS_APPLIED);
    expect(rig.sides('ETH-USD').bids).toEqual([
      [310010, 50_000_000],
      [309900, 100_000_000],
    ]);
    expect(
      rig.frame(
        full('done', 1002, `"order_id":"${id(1)}","reason":"canceled","side":"buy","price":"3100.10","remaining_size":"1"`),
      ),
    ).toBe(STATUS_APPLIED);
    expect(rig.sides('ETH-USD').bids).toEqual([[310010, 50_000_000]]);
  });

  test('a change of a market order, and of one that is not there, only counts', () => {
    const rig = synced();
    expect(
      rig.frame(full('change', 1001, `"order_id":"${id(1)}","side":"buy","old_funds":"5","new_funds":"3","price":null`)),
    ).toBe(STATUS_APPLIED);
    expect(rig.frame(full('change', 1002, `"order_id":"${id(9)}","side":"buy","price":"1","old_size":"5","new_size":"3"`))).toBe(
      STATUS_APPLIED,
    );
    expect(rig.sides('ETH-USD').bids).toEqual([[310010, 200_000_000]]);
  });

  test('sequences: buffered before the snapshot, then exactly one after the other', () => {
    const rig = new Rig(DECODER_COINBASE_FULL, [ETH]);
    const done = (sequence: number): string => full('done', sequence, `"order_id":"${id(8)}","reason":"canceled","side":"buy"`);
    expect(rig.frame(done(1000))).toBe(STATUS_BUFFER);
    rig.snapshot('ETH-USD', SNAPSHOT);
    expect(rig.frame(done(1000))).toBe(STATUS_STALE);
    expect(rig.frame(done(1001))).toBe(STATUS_APPLIED);
    expect(rig.frame('{"type":"heartbeat","sequence":1005,"last_trade_id":1,"product_id":"ETH-USD"}')).toBe(STATUS_UNKNOWN);
    expect(rig.frame(done(1003))).toBe(STATUS_GAP);
    expect(rig.state('ETH-USD')).toBe(STATE_GAP);
  });

  test('the level3 channel, by its documented schema', () => {
    const rig = synced();
    const time = '"2026-01-01T00:00:00.000100Z"';
    expect(rig.frame('{"type":"level3","schema":{"noop":["type","product_id","sequence","time"]}}')).toBe(STATUS_UNKNOWN);
    expect(rig.frame(`["noop","ETH-USD","1001",${time}]`)).toBe(STATUS_APPLIED);
    expect(rig.frame(`["open","ETH-USD","1002","${id(5)}","sell","3100.30","1.25",${time}]`)).toBe(STATUS_APPLIED);
    expect(rig.frame(`["match","ETH-USD","1003","${id(3)}","${id(6)}","3100.20","0.25",${time}]`)).toBe(STATUS_APPLIED);
    expect(rig.kernel.event(0)).toMatchObject({ qtyUnits: 25_000_000, id: 0, side: 1 });
    expect(rig.frame(`["change","ETH-USD","1004","${id(5)}","3100.30","1",${time}]`)).toBe(STATUS_APPLIED);
    expect(rig.frame(`["done","ETH-USD","1005","${id(2)}",${time}]`)).toBe(STATUS_APPLIED);
    expect(rig.sides('ETH-USD')).toEqual({
      bids: [[310010, 150_000_000]],
      asks: [
        [310020, 50_000_000],
        [310030, 100_000_000],
      ],
    });
    expect(rig.frame('["open","ETH-USD","1006"]')).toBe(STATUS_MALFORMED);
    expect(rig.frame('["other","ETH-USD"]')).toBe(STATUS_UNKNOWN);
  });

  test('a snapshot that is damaged anywhere changes nothing', () => {
    const rig = synced();
    const before = readStore(rig.kernel, rig.book('ETH-USD'));
    for (let length = 0; length < SNAPSHOT.length; length++)
      expect(rig.snapshot('ETH-USD', SNAPSHOT.slice(0, length))).not.toBe(STATUS_SNAPSHOT);
    expect(rig.snapshot('ETH-USD', SNAPSHOT.replace('"0.75"', '"-0.75"'))).toBe(STATUS_MALFORMED);
    expect(readStore(rig.kernel, rig.book('ETH-USD'))).toEqual(before);
  });
});

describe.skipIf(dataFolder === undefined)('recorded Coinbase orders', () => {
  test('the real level-3 snapshot of 110,606 orders', () => {
    const name = 'coinbase-exchange.rest-book-l3-20260807';
    const [line] = readCapture(name);
    const expected = JSON.parse(readData(`captures/expected/${name}.json`).toString()) as {
      sequence: number;
      orders: { uniqueOrderIds: number };
      book: { bidLevels: number; askLevels: number; top10: { bids: string[][]; asks: string[][] } };
      top10OrderCounts: { bids: number[]; asks: number[] };
    };
    const rig = new Rig(
      DECODER_COINBASE_FULL,
      [{ symbol: 'BTC-USD', priceScale: 2, qtyScale: 8, capacity: 30_000, orders: 120_000 }],
      1 << 23,
    );
    if (line === undefined) throw new Error('the capture is empty');
    expect(rig.snapshot('BTC-USD', payloadOf(line))).toBe(STATUS_SNAPSHOT);
    expect(rig.field('BTC-USD', BOOK_SEQUENCE)).toBe(expected.sequence);
    const { bids, asks } = rig.sides('BTC-USD');
    expect([bids.length, asks.length]).toEqual([expected.book.bidLevels, expected.book.askLevels]);
    const texts = (side: typeof bids): string[][] =>
      side.slice(0, 10).map(([price, qty]) => [unitsToText(price, 2), unitsToText(qty, 8)]);
    expect(texts(bids)).toEqual(expected.book.top10.bids);
    expect(texts(asks)).toEqual(expected.book.top10.asks);
    const store = readStore(rig.kernel, rig.book('BTC-USD'));
    expect(store.orders).toBe(expected.orders.uniqueOrderIds);
    const counts = (side: typeof bids, of: 'bid' | 'ask'): number[] =>
      side
        .slice(0, 10)
        .map(([price]) => store.queues.find((queue) => queue.price === price && queue.side === of)?.orders.length ?? 0);
    expect(counts(bids, 'bid')).toEqual(expected.top10OrderCounts.bids);
    expect(counts(asks, 'ask')).toEqual(expected.top10OrderCounts.asks);
  });

  test('the samples of 2017 follow one another without a gap', () => {
    const rig = new Rig(DECODER_COINBASE_FULL, [{ ...ETH, symbol: 'BTC-USD' }]);
    rig.snapshot('BTC-USD', '{"sequence":3419023012,"bids":[],"asks":[]}');
    const statuses = readCapture('coinbase-exchange.samples.full-2017').map((line) => rig.frame(payloadOf(line)));
    expect(statuses.filter((status) => status === STATUS_UNKNOWN)).toHaveLength(1);
    expect(rig.field('BTC-USD', BOOK_APPLIED)).toBe(10);
    expect(rig.field('BTC-USD', BOOK_SEQUENCE)).toBe(3419023022);
    expect(rig.sides('BTC-USD')).toEqual({
      bids: [[259325, 20_000_000]],
      asks: [
        [259940, 20_000_000],
        [260222, 10_000_000],
      ],
    });
  });
});
