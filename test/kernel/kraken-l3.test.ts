import { describe, expect, test } from 'vitest';
import {
  BOOK_CHECKSUM_GOOD,
  BOOK_SEQUENCE,
  DECODER_KRAKEN_L3,
  FEED_OVERSIZED,
  STATE_CHECKSUM,
  STATE_MALFORMED,
  STATE_PRECISION,
  STATUS_APPLIED,
  STATUS_CHECKSUM,
  STATUS_MALFORMED,
  STATUS_OVERSIZED,
  STATUS_PRECISION,
  STATUS_SNAPSHOT,
  STATUS_STALE,
} from '../../assembly/memory/layout.js';
import { checksumOf, krakenL3ChecksumText, type TextQueue } from '../twin/kraken-checksum.js';
import { Rig, type RigBook } from './kraken-rig.js';
import { readStore } from './l3-store-view.js';

const ETH: RigBook = { symbol: 'ETH/USD', priceScale: 2, qtyScale: 8, depth: 3, capacity: 20, orders: 40 };

// The vector of our protocol notes.
const ASKS: TextQueue[] = [
  ['101.5', ['0.20000000', '1.5']],
  ['102.0', ['0.00400000']],
];
const BIDS: TextQueue[] = [['101.4', ['2.00000000', '0.35']]];

const stamp = (nanoseconds: number): string => `2026-01-01T00:00:00.${String(nanoseconds).padStart(9, '0')}Z`;

function order(id: string, price: string, qty: string, nanoseconds: number, event?: string): string {
  const head = event === undefined ? '' : `"event":"${event}",`;
  return `{${head}"order_id":"${id}","limit_price":${price},"order_qty":${qty},"timestamp":"${stamp(nanoseconds)}"}`;
}

function frame(type: 'snapshot' | 'update', bids: readonly string[], asks: readonly string[], checksum: number): string {
  return `{"channel":"level3","type":"${type}","data":[{"symbol":"ETH/USD","checksum":${checksum},"timestamp":"${stamp(0)}","bids":[${bids.join(',')}],"asks":[${asks.join(',')}]}]}`;
}

const sumOf = (asks: readonly TextQueue[], bids: readonly TextQueue[]): number => checksumOf(krakenL3ChecksumText(asks, bids));

/** The vector as orders A, B, C (asks) and X, Y (bids), at nanoseconds 1, 2, 3. */
function synced(book: RigBook = ETH): Rig {
  const rig = new Rig(DECODER_KRAKEN_L3, [book]);
  const asks = [order('A', '101.5', '0.20000000', 1), order('B', '101.5', '1.5', 2), order('C', '102.0', '0.00400000', 3)];
  const bids = [order('X', '101.4', '2.00000000', 1), order('Y', '101.4', '0.35', 2)];
  expect(rig.frame(frame('snapshot', bids, asks, 2490539304))).toBe(STATUS_SNAPSHOT);
  return rig;
}

/** Ids of a queue, in its order. */
function queue(rig: Rig, price: number): string[] {
  const found = readStore(rig.kernel, rig.book('ETH/USD')).queues.find((one) => one.price === price);
  return found?.orders.map(({ id }) => id) ?? [];
}

describe('Kraken level3', () => {
  test('a snapshot has its checksum, its queues and its ladder', () => {
    const rig = synced();
    expect(rig.checksum('ETH/USD')).toBe(2490539304);
    expect(rig.field('ETH/USD', BOOK_CHECKSUM_GOOD)).toBe(1);
    expect(rig.sides('ETH/USD')).toEqual({
      bids: [[10140, 235_000_000]],
      asks: [
        [10150, 170_000_000],
        [10200, 400_000],
      ],
    });
    expect(queue(rig, 10150)).toEqual(['A', 'B']);
  });

  test('orders are queued by their time, not by their arrival', () => {
    const rig = synced();
    const bids: TextQueue[] = [['101.4', ['2.00000000', '7', '0.35']]];
    expect(rig.frame(frame('update', [order('Z', '101.4', '7', 1, 'add')], [], sumOf(ASKS, bids)))).toBe(STATUS_APPLIED);
    expect(queue(rig, 10140)).toEqual(['X', 'Z', 'Y']);
    expect(rig.field('ETH/USD', BOOK_SEQUENCE)).toBe(1);
  });

  test('a modified order keeps its place, one with another price loses it', () => {
    const rig = synced();
    const fewer: TextQueue[] = [['101.5', ['0.1', '1.5']], ASKS[1] ?? ['', []]];
    expect(rig.frame(frame('update', [], [order('A', '101.5', '0.1', 1, 'modify')], sumOf(fewer, BIDS)))).toBe(STATUS_APPLIED);
    const moved: TextQueue[] = [
      ['101.5', ['1.5']],
      ['102.0', ['0.00400000', '0.1']],
    ];
    expect(rig.frame(frame('update', [], [order('A', '102.0', '0.1', 9, 'modify')], sumOf(moved, BIDS)))).toBe(STATUS_APPLIED);
    expect(queue(rig, 10200)).toEqual(['C', 'A']);
  });

  test('a deletion goes by the event, whatever its quantity says, and an unknown one is harmless', () => {
    const rig = synced();
    const asks: TextQueue[] = [['101.5', ['1.5']], ASKS[1] ?? ['', []]];
    const events = [order('A', '101.5', '0.20000000', 1, 'delete'), '{"event":"delete","order_id":"NOBODY"}'];
    expect(rig.frame(frame('update', [], events, sumOf(asks, BIDS)))).toBe(STATUS_APPLIED);
    expect(readStore(rig.kernel, rig.book('ETH/USD')).orders).toBe(4);
  });

  test('levels beyond the depth go with all of their orders', () => {
    const rig = synced();
    const asks: TextQueue[] = [['101.45', ['1']], ...ASKS];
    expect(rig.frame(frame('update', [], [order('D', '101.45', '1', 5, 'add')], sumOf(asks, BIDS)))).toBe(STATUS_APPLIED);
    const more: TextQueue[] = [['101.41', ['1']], ...asks.slice(0, 2)];
    expect(rig.frame(frame('update', [], [order('E', '101.41', '1', 6, 'add')], sumOf(more, BIDS)))).toBe(STATUS_APPLIED);
    expect(rig.sides('ETH/USD').asks.map(([price]) => price)).toEqual([10141, 10145, 10150]);
    expect(queue(rig, 10200)).toEqual([]);
    expect(readStore(rig.kernel, rig.book('ETH/USD')).orders).toBe(6);
  });

  test('members in any order', () => {
    const rig = synced();
    const bids: TextQueue[] = [['101.4', ['2.00000000']]];
    const spread = `{ "data": [ { "bids": [ {"order_id":"Y", "event":"delete"} ], "asks": [], "checksum": ${sumOf(ASKS, bids)}, "symbol": "ETH/USD" } ], "type": "update", "channel": "level3" }`;
    expect(rig.frame(spread)).toBe(STATUS_APPLIED);
    expect(queue(rig, 10140)).toEqual(['X']);
  });

  test('a bad checksum ends the book until its snapshot', () => {
    const rig = synced();
    expect(rig.frame(frame('update', [], [], 1))).toBe(STATUS_CHECKSUM);
    expect(rig.state('ETH/USD')).toBe(STATE_CHECKSUM);
    expect(rig.frame(frame('update', [], [], 1))).toBe(STATUS_STALE);
  });

  test('a full store is told, and the next snapshot starts afresh', () => {
    const rig = synced({ ...ETH, orders: 6 });
    const added = [order('P', '101.4', '1', 5, 'add'), order('Q', '101.4', '1', 6, 'add')];
    expect(rig.frame(frame('update', added, [], 1))).toBe(STATUS_OVERSIZED);
    expect(rig.state('ETH/USD')).toBe(STATE_MALFORMED);
    expect(rig.kernel.float64At((rig.kernel.plan.feeds[0] ?? 0) + FEED_OVERSIZED)).toBe(1);
    expect(rig.frame(frame('update', [], [], 1))).toBe(STATUS_STALE);
    expect(rig.frame(frame('snapshot', [order('X', '101.4', '1', 1)], [], sumOf([], [['101.4', ['1']]])))).toBe(STATUS_SNAPSHOT);
    expect(readStore(rig.kernel, rig.book('ETH/USD')).orders).toBe(1);
  });

  test('a sum beyond 2^53 units is an error, not a rounding', () => {
    const rig = synced();
    const huge = '90071992.54740991';
    expect(rig.frame(frame('update', [order('P', '99', huge, 5, 'add'), order('Q', '99', huge, 6, 'add')], [], 1))).toBe(
      STATUS_PRECISION,
    );
    expect(rig.state('ETH/USD')).toBe(STATE_PRECISION);
  });

  test.each([
    ['an unknown event', order('A', '101.5', '1', 1, 'other'), STATUS_MALFORMED],
    ['no event', order('A', '101.5', '1', 1), STATUS_MALFORMED],
    ['no id', '{"event":"add","limit_price":1,"order_qty":1,"timestamp":"2026-01-01T00:00:00Z"}', STATUS_MALFORMED],
    ['an id that is too long', order('A'.repeat(37), '101.5', '1', 1, 'add'), STATUS_MALFORMED],
    ['no time', '{"event":"add","order_id":"Q","limit_price":1,"order_qty":1,"timestamp":"soon"}', STATUS_MALFORMED],
    ['a price finer than the scale', order('A', '101.505', '1', 1, 'add'), STATUS_PRECISION],
  ])('%s is refused, and nothing of its frame is applied', (_, bad, status) => {
    const rig = synced();
    const before = readStore(rig.kernel, rig.book('ETH/USD'));
    expect(rig.frame(frame('update', [order('Y', '101.4', '0.35', 2, 'delete')], [bad], 1))).toBe(status);
    expect(readStore(rig.kernel, rig.book('ETH/USD'))).toEqual(before);
  });
});
