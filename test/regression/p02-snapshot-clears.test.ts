import { expect, test } from 'vitest';
import { STATE_BUFFERING } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { binanceSpot } from '../../src/venues/binance/feed.js';
import { ModelVenue } from '../feeds/model-venue.js';
import { SessionRig } from '../feeds/session-rig.js';

// P2: after a reconnect old levels were merged with the new snapshot: ghost prices.
test("P2: a disconnect at any message of a stream empties the book at once, and what comes back is the venue's book alone", () => {
  const messages = 40;
  for (let at = 0; at <= messages; at++) {
    const rig = new SessionRig(binanceSpot(), ['AAAUSDT']);
    const venue = new ModelVenue('AAAUSDT', new SeededRandom(at));
    rig.pass(250);
    rig.open();
    for (let message = 0; message <= messages; message++) {
      if (message === at) {
        rig.session.disconnected(0, 'test');
        expect(rig.state('AAAUSDT')).toBe(STATE_BUFFERING);
        expect(rig.read('AAAUSDT').sides).toBe(' | ');
        for (let missed = 0; missed < 5; missed++) venue.binanceDelta();
        rig.pass(1_000);
        rig.open();
      }
      rig.frame(venue.binanceDelta());
      for (const book of rig.transport.asked.splice(0)) rig.snapshot(book.symbol, venue.binanceSnapshot());
      if (rig.isSynced('AAAUSDT')) expect(rig.read('AAAUSDT').sides).toBe(venue.sides);
    }
    expect(rig.read('AAAUSDT')).toEqual({ sequence: venue.sequence, sides: venue.sides });
  }
});
