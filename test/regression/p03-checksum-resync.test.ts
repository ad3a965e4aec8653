import { expect, test } from 'vitest';
import { BOOK_CHECKSUM_BAD, FEED_DISCONNECTS } from '../../assembly/memory/layout.js';
import { krakenSpot } from '../../src/venues/kraken/feed.js';
import { SessionRig } from '../feeds/session-rig.js';

const snapshot = (symbol: string): string =>
  `{"channel":"book","type":"snapshot","data":[{"symbol":"${symbol}","bids":[{"price":9.90,"qty":1.00}],"asks":[{"price":10.10,"qty":2.00}]}]}`;
const badUpdate = (symbol: string): string =>
  `{"channel":"book","type":"update","data":[{"symbol":"${symbol}","bids":[{"price":9.91,"qty":1.00}],"asks":[],"checksum":1,"timestamp":"2026-01-01T00:00:00.000000Z"}]}`;

// P3: checksum faults ended the caller's loop, or the whole connection.
test('P3: a bad checksum resynchronises that one book by itself, and is counted', () => {
  const rig = new SessionRig(krakenSpot({ trades: false }), ['AAA/USD', 'BBB/USD']);
  rig.pass(250);
  rig.open();
  rig.transport.sent.splice(0);
  rig.frame(snapshot('AAA/USD'));
  rig.frame(snapshot('BBB/USD'));
  expect([rig.isSynced('AAA/USD'), rig.isSynced('BBB/USD')]).toEqual([true, true]);

  rig.frame(badUpdate('AAA/USD'));
  expect([rig.isSynced('AAA/USD'), rig.isSynced('BBB/USD')]).toEqual([false, true]);
  expect(rig.kernel.float64At(rig.book('AAA/USD').address + BOOK_CHECKSUM_BAD)).toBe(1);
  const sent = rig.transport.sent.map(({ text }) => JSON.parse(text) as { method: string; params: { symbol: string[] } });
  expect(sent.map(({ method, params }) => [method, params.symbol])).toEqual([
    ['unsubscribe', ['AAA/USD']],
    ['subscribe', ['AAA/USD']],
  ]);
  rig.frame(snapshot('AAA/USD'));
  expect(rig.isSynced('AAA/USD')).toBe(true);
  expect(rig.counter(FEED_DISCONNECTS)).toBe(0);
});
