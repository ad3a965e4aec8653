import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STATE_SYNCED } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { binanceSpot } from '../../src/venues/binance/feed.js';
import { coinbaseSpot } from '../../src/venues/coinbase/feed.js';
import { ModelVenue } from './model-venue.js';
import { SessionRig } from './session-rig.js';

// Goal: whatever the network does, a book that says SYNCED is the venue's book at the sequence it shows.
// Method: a model venue that remembers all its states, and a network that loses, repeats, delays and breaks at random.
const action = fc.oneof(
  { weight: 8, arbitrary: fc.constant('deliver' as const) },
  { weight: 1, arbitrary: fc.constant('lose' as const) },
  { weight: 1, arbitrary: fc.constant('repeat' as const) },
  { weight: 1, arbitrary: fc.constant('swap' as const) },
  { weight: 1, arbitrary: fc.constant('disconnect' as const) },
  { weight: 1, arbitrary: fc.constant('garble' as const) },
  { weight: 2, arbitrary: fc.constant('answer' as const) },
  { weight: 1, arbitrary: fc.constant('answer-old' as const) },
  { weight: 1, arbitrary: fc.constant('limit' as const) },
  { weight: 1, arbitrary: fc.constant('fail' as const) },
  { weight: 2, arbitrary: fc.constant('pass' as const) },
);

const SYMBOLS = ['AAAUSDT', 'BBBUSDT'];
const IDS = ['AAA-USD', 'BBB-USD'];

test("a synchronised book over deltas and REST snapshots is always the venue's", () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.tuple(action, fc.nat(1)), { minLength: 1, maxLength: 150 }), (seed, actions) => {
      const rig = new SessionRig(binanceSpot(), SYMBOLS, { triesMax: 1000 });
      const random = new SeededRandom(seed);
      const venues = SYMBOLS.map((symbol) => new ModelVenue(symbol, random.fork(symbol)));
      const answerAll = (): void => {
        for (const book of rig.transport.asked.splice(0))
          rig.snapshot(book.symbol, venueOf(venues, book.symbol).binanceSnapshot());
      };
      const check = (): void => {
        for (const venue of venues) {
          if (rig.state(venue.symbol) !== STATE_SYNCED) continue;
          const { sequence, sides } = rig.read(venue.symbol);
          expect(sides).toBe(venue.states.get(sequence));
        }
      };
      rig.pass(250);
      rig.open();
      for (const [what, which] of actions) {
        const venue = venues[which] as ModelVenue;
        const asked = rig.transport.asked;
        if (what === 'deliver') rig.frame(venue.binanceDelta());
        if (what === 'lose') venue.binanceDelta();
        if (what === 'garble') rig.frame(venue.binanceDelta().replace('"b":[', '"b":[["'));
        if (what === 'repeat' || what === 'swap') {
          const [first, second] = [venue.binanceDelta(), venue.binanceDelta()];
          for (const frame of what === 'repeat' ? [first, second, second, first] : [second, first]) rig.frame(frame);
        }
        if (what === 'disconnect') {
          rig.session.disconnected(0, 'test');
          for (const symbol of SYMBOLS) expect(rig.isSynced(symbol)).toBe(false);
        }
        if (what === 'answer') answerAll();
        const next = what === 'answer-old' || what === 'limit' || what === 'fail' ? asked.shift() : undefined;
        if (next !== undefined && what === 'limit') rig.session.snapshotFailed(next, 'HTTP 429', 1_000);
        if (next !== undefined && what === 'fail') rig.session.snapshotFailed(next, 'HTTP 503');
        if (next !== undefined && what === 'answer-old') {
          const { states } = venueOf(venues, next.symbol);
          const ids = [...states.keys()];
          rig.snapshot(next.symbol, venueOf(venues, next.symbol).binanceSnapshot(ids[random.below(ids.length)] ?? 0));
        }
        if (what === 'pass') rig.pass(500);
        rig.open();
        rig.settleClosed();
        check();
      }
      // The network is well again: both books come back by themselves, and are up to date.
      for (let i = 0; i < 200; i++) {
        rig.pass(250);
        rig.open();
        rig.settleClosed();
        for (const venue of venues) rig.frame(venue.binanceDelta());
        answerAll();
        check();
      }
      for (const venue of venues) {
        rig.frame(venue.binanceDelta());
        expect(rig.isSynced(venue.symbol)).toBe(true);
        expect(rig.read(venue.symbol)).toEqual({ sequence: venue.sequence, sides: venue.sides });
      }
    }),
    { numRuns: 150 },
  );
});

test("a synchronised book of a stream with snapshots is always the venue's, through disconnects and resubscriptions", () => {
  const step = fc.constantFrom('deliver', 'deliver', 'deliver', 'deliver', 'disconnect', 'garble', 'pass');
  fc.assert(
    fc.property(fc.integer(), fc.array(fc.tuple(step, fc.nat(1)), { minLength: 1, maxLength: 100 }), (seed, actions) => {
      const rig = new SessionRig(coinbaseSpot(), IDS, { triesMax: 1000 });
      const random = new SeededRandom(seed);
      const venues = IDS.map((symbol) => new ModelVenue(symbol, random.fork(symbol)));
      // Answers each subscription with the snapshot of the moment; what was sent over a connection that is gone finds no answer.
      const serve = (): void => {
        for (const { text } of rig.transport.sent.splice(0)) {
          const request = JSON.parse(text) as { type: string; channels: { product_ids: string[] }[] };
          if (request.type !== 'subscribe') continue;
          for (const id of request.channels[0]?.product_ids ?? []) rig.frame(venueOf(venues, id).coinbaseSnapshot());
        }
      };
      const settle = (): void => {
        rig.settleClosed();
        rig.open();
        serve();
        for (const venue of venues) if (rig.isSynced(venue.symbol)) expect(rig.read(venue.symbol).sides).toBe(venue.sides);
      };
      rig.pass(250);
      settle();
      for (const [what, which] of actions) {
        const venue = venues[which] as ModelVenue;
        if (what === 'deliver') rig.frame(venue.coinbaseUpdate());
        if (what === 'garble') rig.frame(venue.coinbaseUpdate().replace('"changes":[', '"changes":['.concat('x')));
        if (what === 'disconnect') rig.session.disconnected(0, 'test');
        if (what === 'pass') rig.pass(1_000);
        settle();
      }
      for (let i = 0; i < 100; i++) {
        rig.pass(250);
        for (const venue of venues) rig.frame(venue.coinbaseUpdate());
        settle();
      }
      for (const venue of venues) expect(rig.isSynced(venue.symbol)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

function venueOf(venues: readonly ModelVenue[], symbol: string): ModelVenue {
  const venue = venues.find((candidate) => candidate.symbol === symbol);
  if (venue === undefined) throw new Error(`no venue of ${symbol}`);
  return venue;
}
