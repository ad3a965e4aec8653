import { describe, expect, test } from 'vitest';
import {
  BOOK_CHECKSUM_BAD,
  BOOK_CHECKSUM_GOOD,
  BOOK_EXCHANGE_US,
  BOOK_SEQUENCE,
  BOOK_TRADE_BUY_QTY,
  BOOK_TRADE_SELL_QTY,
  BOOK_TRADES,
  CHECKSUM_OFF,
  CHECKSUM_REPORT,
  DECODER_KRAKEN,
  STATE_CHECKSUM,
  STATE_MALFORMED,
  STATE_SYNCED,
  STATUS_APPLIED,
  STATUS_CHECKSUM,
  STATUS_EVENT,
  STATUS_MALFORMED,
  STATUS_PRECISION,
  STATUS_SNAPSHOT,
  STATUS_STALE,
  STATUS_UNKNOWN,
  STATUS_UNKNOWN_SYMBOL,
} from '../../assembly/memory/layout.js';
import { checksumOf, krakenChecksumText, type TextLevel } from '../twin/kraken-checksum.js';
import { Rig, type RigBook } from './kraken-rig.js';

const BTC: RigBook = { symbol: 'BTC/USD', priceScale: 1, qtyScale: 8, depth: 10, capacity: 40 };

// Kraken's own example, "Book checksum (v2)".
const GUIDE_ASKS: TextLevel[] = [
  ['45285.2', '0.00100000'],
  ['45286.4', '1.54571953'],
  ['45286.6', '1.54571109'],
  ['45289.6', '1.54560911'],
  ['45290.2', '0.15890660'],
  ['45291.8', '1.54553491'],
  ['45294.7', '0.04454749'],
  ['45296.1', '0.35380000'],
  ['45297.5', '0.09945542'],
  ['45299.5', '0.18772827'],
];
const GUIDE_BIDS: TextLevel[] = [
  ['45283.5', '0.10000000'],
  ['45283.4', '1.54582015'],
  ['45282.1', '0.10000000'],
  ['45281.0', '0.10000000'],
  ['45280.3', '1.54592586'],
  ['45279.0', '0.07990000'],
  ['45277.6', '0.03310103'],
  ['45277.5', '0.30000000'],
  ['45277.3', '1.54602737'],
  ['45276.6', '0.15445238'],
];

const records = (levels: readonly TextLevel[]): string =>
  levels.map(([price, qty]) => `{"price":${price},"qty":${qty}}`).join(',');

function v2(type: 'snapshot' | 'update', bids: readonly TextLevel[], asks: readonly TextLevel[], checksum: number): string {
  const levels = `"bids":[${records(bids)}],"asks":[${records(asks)}]`;
  return `{"channel":"book","type":"${type}","data":[{"symbol":"BTC/USD",${levels},"checksum":${checksum},"timestamp":"2026-01-01T00:00:00.150123Z"}]}`;
}

/** Checksum of levels as texts, best first. */
const sumOf = (asks: readonly TextLevel[], bids: readonly TextLevel[]): number => checksumOf(krakenChecksumText(asks, bids));

function synced(book: RigBook = BTC): Rig {
  const rig = new Rig(DECODER_KRAKEN, [book]);
  expect(rig.frame(v2('snapshot', GUIDE_BIDS, GUIDE_ASKS, 3310070434))).toBe(STATUS_SNAPSHOT);
  return rig;
}

describe('v2 book', () => {
  test("Kraken's example has Kraken's checksum", () => {
    const rig = synced();
    expect(rig.checksum('BTC/USD')).toBe(3310070434);
    expect(rig.field('BTC/USD', BOOK_CHECKSUM_GOOD)).toBe(1);
    expect(rig.state('BTC/USD')).toBe(STATE_SYNCED);
    expect(rig.field('BTC/USD', BOOK_EXCHANGE_US)).toBe(Date.UTC(2026, 0, 1) * 1000 + 150123);
  });

  test('an update is applied, cut and counted', () => {
    const rig = synced();
    const bids: TextLevel[] = [['45284.0', '12.00000000'], ...GUIDE_BIDS.slice(0, 9)];
    expect(rig.frame(v2('update', [['45284.0', '12.00000000']], [], sumOf(GUIDE_ASKS, bids)))).toBe(STATUS_APPLIED);
    expect(rig.field('BTC/USD', BOOK_SEQUENCE)).toBe(1);
    expect(rig.sides('BTC/USD').bids).toHaveLength(10);
    expect(rig.sides('BTC/USD').bids[0]).toEqual([452840, 1_200_000_000]);
  });

  test('members in any order, with white space, give the same', () => {
    const rig = synced();
    const asks: TextLevel[] = [['45285.2', '7.00000000'], ...GUIDE_ASKS.slice(1)];
    const frame = ` { "data" : [ { "asks" : [ { "qty" : 7.00000000 , "price" : 45285.2 } ] , "checksum" : ${sumOf(asks, GUIDE_BIDS)} ,
      "bids" : [ ] , "symbol" : "BTC/USD" } ] , "type" : "update" , "channel" : "book" } `;
    expect(rig.frame(frame)).toBe(STATUS_APPLIED);
    expect(rig.sides('BTC/USD').asks[0]).toEqual([452852, 700_000_000]);
  });

  test('zeros beyond the scale are part of the checksum', () => {
    const rig = new Rig(DECODER_KRAKEN, [BTC]);
    const bids: TextLevel[] = [['45284.00000', '12.0000000000']];
    expect(rig.frame(v2('snapshot', bids, [], sumOf([], bids)))).toBe(STATUS_SNAPSHOT);
  });

  test('a bad checksum takes the book out of trading until the next snapshot', () => {
    const rig = synced();
    expect(rig.frame(v2('update', [['45284.0', '1.00000000']], [], 1))).toBe(STATUS_CHECKSUM);
    expect(rig.state('BTC/USD')).toBe(STATE_CHECKSUM);
    expect(rig.field('BTC/USD', BOOK_CHECKSUM_BAD)).toBe(1);
    expect(rig.frame(v2('update', [], [], 1))).toBe(STATUS_STALE);
    expect(rig.frame(v2('snapshot', GUIDE_BIDS, GUIDE_ASKS, 3310070434))).toBe(STATUS_SNAPSHOT);
    expect(rig.state('BTC/USD')).toBe(STATE_SYNCED);
  });

  test('a bad checksum is only counted, or not even looked at, as the book was told', () => {
    const reporting = synced({ ...BTC, policy: CHECKSUM_REPORT });
    expect(reporting.frame(v2('update', [['45284.0', '1.00000000']], [], 1))).toBe(STATUS_APPLIED);
    expect(reporting.field('BTC/USD', BOOK_CHECKSUM_BAD)).toBe(1);
    const off = synced({ ...BTC, policy: CHECKSUM_OFF });
    expect(off.frame(v2('update', [['45284.0', '1.00000000']], [], 1))).toBe(STATUS_APPLIED);
    expect(off.field('BTC/USD', BOOK_CHECKSUM_BAD)).toBe(0);
  });

  test('an empty book learns its decimals from the first update', () => {
    const rig = new Rig(DECODER_KRAKEN, [BTC]);
    expect(rig.frame(v2('snapshot', [], [], 0))).toBe(STATUS_SNAPSHOT);
    const bids: TextLevel[] = [['45284.0', '12.00000000']];
    expect(rig.frame(v2('update', bids, [], sumOf([], bids)))).toBe(STATUS_APPLIED);
  });

  test('updates before the snapshot are stale, other channels and symbols are not ours', () => {
    const rig = new Rig(DECODER_KRAKEN, [BTC]);
    expect(rig.frame(v2('update', [], [], 0))).toBe(STATUS_STALE);
    expect(rig.frame(v2('update', [], [], 0).replace('BTC/USD', 'ETH/USD'))).toBe(STATUS_UNKNOWN_SYMBOL);
    expect(rig.frame('{"channel":"heartbeat"}')).toBe(STATUS_UNKNOWN);
    expect(rig.frame('{"method":"pong","req_id":7}')).toBe(STATUS_UNKNOWN);
    expect(rig.frame('{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":1}]}')).toBe(STATUS_UNKNOWN);
  });

  test('a frame cut anywhere changes nothing', () => {
    const rig = synced();
    const before = rig.sides('BTC/USD');
    const frame = Buffer.from(v2('update', [['45284.0', '1.00000000']], [['45285.2', '0.00000000']], 1));
    for (let length = 0; length < frame.length; length++) {
      rig.frame(frame.subarray(0, length));
      expect(rig.sides('BTC/USD')).toEqual(before);
    }
    expect(rig.state('BTC/USD')).toBe(STATE_MALFORMED);
  });

  test.each([
    ['a missing checksum', v2('update', [], [], 1).replace('"checksum":1,', ''), STATUS_MALFORMED],
    ['a missing side', v2('update', [], [], 1).replace('"bids":[],', ''), STATUS_MALFORMED],
    ['an unknown type', v2('update', [], [], 1).replace('update', 'other'), STATUS_MALFORMED],
    ['a price of zero', v2('update', [['0.0', '1.00000000']], [], 1), STATUS_MALFORMED],
    ['a number with a leading zero', v2('update', [['045284.0', '1.00000000']], [], 1), STATUS_MALFORMED],
    ['a negative quantity', v2('update', [['45284.0', '-1.00000000']], [], 1), STATUS_MALFORMED],
    ['a price finer than the scale', v2('update', [['45284.01', '1.00000000']], [], 1), STATUS_PRECISION],
  ])('%s is refused', (_, frame, status) => {
    const rig = synced();
    const before = rig.sides('BTC/USD');
    expect(rig.frame(frame)).toBe(status);
    expect(rig.sides('BTC/USD')).toEqual(before);
  });
});

describe('v1 book', () => {
  const array = (levels: readonly TextLevel[]): string =>
    levels.map(([price, qty]) => `["${price}","${qty}","1617666423.690142"]`).join(',');
  const snapshot = `[320,{"as":[${array(GUIDE_ASKS)}],"bs":[${array(GUIDE_BIDS)}]},"book-10","BTC/USD"]`;

  function syncedV1(): Rig {
    const rig = new Rig(DECODER_KRAKEN, [BTC]);
    expect(rig.frame(snapshot)).toBe(STATUS_SNAPSHOT);
    return rig;
  }

  test('one object or two, plain or spread out', () => {
    const rig = syncedV1();
    const asks: TextLevel[] = [['45285.2', '3.00000000'], ...GUIDE_ASKS.slice(1)];
    const first = sumOf(asks, GUIDE_BIDS);
    expect(rig.frame(`[320,{"a":[["45285.2","3.00000000","1617666423.690142","r"]],"c":"${first}"},"book-10","BTC/USD"]`)).toBe(
      STATUS_APPLIED,
    );
    const bids: TextLevel[] = [['45283.5', '4.00000000'], ...GUIDE_BIDS.slice(1)];
    const second = sumOf(GUIDE_ASKS, bids);
    const both = `{"a":[${array(GUIDE_ASKS.slice(0, 1))}]},{"b":[${array(bids.slice(0, 1))}],"c":"${second}"}`;
    expect(rig.frame(`[320,${both},"book-10","BTC/USD"]`)).toBe(STATUS_APPLIED);
    const spread = `[ 320 , { "c" : "${first}" , "b" : [${array(GUIDE_BIDS.slice(0, 1))}] , "a" : [${array(asks.slice(0, 1))}] } , "book-10" , "BTC/USD" ] `;
    expect(rig.frame(spread)).toBe(STATUS_APPLIED);
    expect(rig.field('BTC/USD', BOOK_CHECKSUM_GOOD)).toBe(3);
    expect(rig.sides('BTC/USD').asks[0]).toEqual([452852, 300_000_000]);
  });

  test('an empty snapshot is one', () => {
    const rig = new Rig(DECODER_KRAKEN, [BTC]);
    expect(rig.frame('[320,{"as":[],"bs":[]},"book-25","BTC/USD"]')).toBe(STATUS_SNAPSHOT);
    expect(rig.sides('BTC/USD')).toEqual({ bids: [], asks: [] });
  });

  test.each([
    ['no checksum', '[320,{"b":[["45283.5","4.0","1.0"]]},"book-10","BTC/USD"]', STATUS_MALFORMED],
    ['a snapshot and an update in one', '[320,{"as":[],"bs":[]},{"b":[],"c":"1"},"book-10","BTC/USD"]', STATUS_MALFORMED],
    ['no payload', '[320,"book-10","BTC/USD"]', STATUS_MALFORMED],
    ['a ticker', '[320,{"a":["1",2,"3"]},"ticker","BTC/USD"]', STATUS_UNKNOWN],
    ['another symbol', '[320,{"b":[],"c":"1"},"book-10","ETH/USD"]', STATUS_UNKNOWN_SYMBOL],
    ['something else altogether', '["book-10","BTC/USD"', STATUS_MALFORMED],
  ])('%s', (_, frame, status) => {
    const rig = syncedV1();
    const before = rig.sides('BTC/USD');
    expect(rig.frame(frame)).toBe(status);
    expect(rig.sides('BTC/USD')).toEqual(before);
  });

  test('a frame cut anywhere changes nothing', () => {
    const rig = syncedV1();
    const before = rig.sides('BTC/USD');
    const frame = Buffer.from(
      `[320,{"b":[["45283.5","4.00000000","1617666423.690142"]],"c":"${sumOf(GUIDE_ASKS, GUIDE_BIDS)}"},"book-10","BTC/USD"]`,
    );
    for (let length = 0; length < frame.length; length++) {
      rig.frame(frame.subarray(0, length));
      expect(rig.sides('BTC/USD')).toEqual(before);
    }
  });
});

describe('trades', () => {
  test('v2: every trade of the frame, by the side of its taker', () => {
    const rig = new Rig(DECODER_KRAKEN, [BTC]);
    const trade = (side: string, price: string, qty: string, id: number): string =>
      `{"symbol":"BTC/USD","side":"${side}","price":${price},"qty":${qty},"ord_type":"limit","trade_id":${id},"timestamp":"2026-01-01T00:00:00.000001Z"}`;
    const frame = `{"channel":"trade","type":"update","data":[${trade('buy', '45283.5', '0.5', 7)},${trade('sell', '45283.4', '2', 8)}]}`;
    expect(rig.frame(frame)).toBe(STATUS_EVENT);
    expect(rig.kernel.eventCount).toBe(2);
    expect(rig.kernel.event(1)).toMatchObject({
      priceUnits: 452834,
      qtyUnits: 200_000_000,
      id: 8,
      side: -1,
      tsUs: Date.UTC(2026, 0, 1) * 1000 + 1,
    });
    expect(rig.field('BTC/USD', BOOK_TRADES)).toBe(2);
    expect(rig.field('BTC/USD', BOOK_TRADE_BUY_QTY)).toBe(50_000_000);
    expect(rig.field('BTC/USD', BOOK_TRADE_SELL_QTY)).toBe(200_000_000);
  });

  test('v1', () => {
    const rig = new Rig(DECODER_KRAKEN, [BTC]);
    expect(rig.frame('[321,[["57126.70000","0.02063928","1616333924.737428","b","m",""]],"trade","BTC/USD"]')).toBe(STATUS_EVENT);
    expect(rig.kernel.event(0)).toMatchObject({
      priceUnits: 571267,
      qtyUnits: 2_063_928,
      id: 0,
      side: 1,
      tsUs: 1616333924737428,
    });
  });

  test('one bad trade and none is counted', () => {
    const rig = new Rig(DECODER_KRAKEN, [BTC]);
    expect(rig.frame('[321,[["1.0","2","3.0","b"],["1.0","2","3.0","x"]],"trade","BTC/USD"]')).toBe(STATUS_MALFORMED);
    expect(rig.field('BTC/USD', BOOK_TRADES)).toBe(0);
    expect(rig.kernel.eventCount).toBe(0);
  });
});
