import { expect, test } from 'vitest';
import { BOOK_RESYNCS, FEED_RESYNCS } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { binanceSpot } from '../../src/venues/binance/feed.js';
import { ModelVenue } from '../feeds/model-venue.js';
import { SessionRig } from '../feeds/session-rig.js';

// P4: sequence gaps were thrown at the user, who had to guess what to do.
test('P4: a gap is mended inside: one snapshot, joined to the frames from the gap on; the other book trades on', () => {
  const rig = new SessionRig(binanceSpot(), ['AAAUSDT', 'BBBUSDT']);
  const random = new SeededRandom(3);
  const [a, b] = [new ModelVenue('AAAUSDT', random.fork('a')), new ModelVenue('BBBUSDT', random.fork('b'))];
  rig.pass(250);
  rig.open();
  for (const venue of [a, b]) {
    rig.frame(venue.binanceDelta());
    rig.snapshot(venue.symbol, venue.binanceSnapshot());
  }
  rig.transport.asked.splice(0);

  a.binanceDelta(); // lost
  rig.frame(a.binanceDelta());
  expect([rig.isSynced('AAAUSDT'), rig.isSynced('BBBUSDT')]).toEqual([false, true]);
  expect(rig.transport.asked.map(({ symbol }) => symbol)).toEqual(['AAAUSDT']);
  // The snapshot is of the moment of the gap, and three more frames came while it was under way.
  const answer = a.binanceSnapshot();
  for (let i = 0; i < 3; i++) rig.frame(a.binanceDelta());
  rig.snapshot('AAAUSDT', answer);
  expect(rig.isSynced('AAAUSDT')).toBe(true);
  expect(rig.read('AAAUSDT')).toEqual({ sequence: a.sequence, sides: a.sides });
  expect(rig.counter(FEED_RESYNCS)).toBe(1);
  expect(rig.kernel.float64At(rig.book('AAAUSDT').address + BOOK_RESYNCS)).toBe(1);
});
