import { expect, test } from 'vitest';
import { STATE_BROKEN, STATE_SYNCED } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { binanceSpot } from '../../src/venues/binance/feed.js';
import { ModelVenue } from '../feeds/model-venue.js';
import { SessionRig } from '../feeds/session-rig.js';

// P1: a snapshot older than the first buffered delta leaves a hole that no later check would show.
test('P1: a snapshot older than the first delta is never traded on; it is fetched again until it joins', () => {
  const rig = new SessionRig(binanceSpot(), ['AAAUSDT']);
  const venue = new ModelVenue('AAAUSDT', new SeededRandom(1));
  rig.pass(250);
  rig.open();
  const old = venue.binanceSnapshot();
  venue.binanceDelta(); // lost before the subscription stood
  rig.frame(venue.binanceDelta());
  expect(rig.transport.asked).toHaveLength(1);
  rig.snapshot('AAAUSDT', old);
  expect(rig.isSynced('AAAUSDT')).toBe(false);
  rig.frame(venue.binanceDelta());
  expect(rig.transport.asked).toHaveLength(2);
  rig.snapshot('AAAUSDT', old);
  expect(rig.isSynced('AAAUSDT')).toBe(false);
  rig.pass(1_000);
  expect(rig.transport.asked).toHaveLength(3);
  rig.snapshot('AAAUSDT', venue.binanceSnapshot());
  expect(rig.state('AAAUSDT')).toBe(STATE_SYNCED);
  expect(rig.read('AAAUSDT')).toEqual({ sequence: venue.sequence, sides: venue.sides });
});

test('P1: a venue whose snapshots never join ends in a broken book and an alert, and is tried again later', () => {
  const rig = new SessionRig(binanceSpot(), ['AAAUSDT'], { triesMax: 3, brokenRetryMs: 30_000 });
  const venue = new ModelVenue('AAAUSDT', new SeededRandom(1));
  rig.pass(250);
  rig.open();
  const old = venue.binanceSnapshot();
  venue.binanceDelta();
  rig.frame(venue.binanceDelta());
  for (let i = 0; i < 40 && rig.state('AAAUSDT') !== STATE_BROKEN; i++) {
    for (const book of rig.transport.asked.splice(0)) rig.snapshot(book.symbol, old);
    rig.pass(500);
  }
  expect(rig.state('AAAUSDT')).toBe(STATE_BROKEN);
  expect(rig.eventsOf('broken')).toMatchObject([{ level: 'alert', symbol: 'AAAUSDT' }]);
  // The connection lives on; after its rest the book is given another chance.
  for (let i = 0; i < 31; i++) {
    rig.frame(venue.binanceDelta());
    rig.pass(1_000);
  }
  for (const book of rig.transport.asked.splice(0)) rig.snapshot(book.symbol, venue.binanceSnapshot());
  expect(rig.state('AAAUSDT')).toBe(STATE_SYNCED);
});
