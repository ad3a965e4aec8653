import { expect, test } from 'vitest';
import { FEED_WATCHDOG_TRIPS, STATE_STALE, STATE_SYNCED } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { binanceSpot } from '../../src/venues/binance/feed.js';
import { ModelVenue } from '../feeds/model-venue.js';
import { SessionRig } from '../feeds/session-rig.js';

const SETTINGS = { silenceMsMin: 10_000, silenceFactor: 10 };

function synced(): { rig: SessionRig; busy: ModelVenue; thin: ModelVenue } {
  const rig = new SessionRig(binanceSpot(), ['BUSYUSDT', 'THINUSDT'], SETTINGS);
  const random = new SeededRandom(5);
  const [busy, thin] = [new ModelVenue('BUSYUSDT', random.fork('busy')), new ModelVenue('THINUSDT', random.fork('thin'))];
  rig.pass(250);
  rig.open();
  for (const venue of [busy, thin]) {
    rig.frame(venue.binanceDelta());
    rig.snapshot(venue.symbol, venue.binanceSnapshot());
  }
  return { rig, busy, thin };
}

// P6: one channel went silent for hours while the socket lived on, and nothing said so.
test('P6: a channel that falls silent while others flow is stale after its own usual rate, and is subscribed anew', () => {
  const { rig, busy, thin } = synced();
  for (let i = 0; i < 20; i++) {
    rig.frame(busy.binanceDelta());
    rig.frame(thin.binanceDelta());
    rig.pass(1_000);
  }
  rig.transport.sent.splice(0);
  for (let i = 0; i < 9; i++) {
    rig.frame(busy.binanceDelta());
    rig.pass(1_000);
  }
  expect(rig.state('THINUSDT')).toBe(STATE_SYNCED);
  for (let i = 0; i < 3; i++) {
    rig.frame(busy.binanceDelta());
    rig.pass(1_000);
  }
  expect(rig.state('THINUSDT')).toBe(STATE_STALE);
  expect(rig.state('BUSYUSDT')).toBe(STATE_SYNCED);
  expect(rig.counter(FEED_WATCHDOG_TRIPS)).toBe(1);
  const sent = rig.transport.sent.map(({ text }) => JSON.parse(text) as { method: string; params: string[] });
  expect(sent.map(({ method, params }) => [method, params[0]])).toEqual([
    ['UNSUBSCRIBE', 'thinusdt@depth@100ms'],
    ['SUBSCRIBE', 'thinusdt@depth@100ms'],
  ]);
  rig.frame(thin.binanceDelta());
  rig.snapshot('THINUSDT', thin.binanceSnapshot());
  expect(rig.state('THINUSDT')).toBe(STATE_SYNCED);
});

test('P6: a channel that is slow by nature is left alone', () => {
  const { rig, busy, thin } = synced();
  for (let i = 0; i < 200; i++) {
    rig.frame(busy.binanceDelta());
    if (i % 9 === 0) rig.frame(thin.binanceDelta());
    rig.pass(1_000);
  }
  for (let i = 0; i < 60; i++) {
    rig.frame(busy.binanceDelta());
    rig.pass(1_000);
  }
  expect(rig.counter(FEED_WATCHDOG_TRIPS)).toBe(0);
  expect(rig.state('THINUSDT')).toBe(STATE_SYNCED);
});

test('P6: a connection on which nothing comes is given up, whatever the socket says', () => {
  const { rig, busy } = synced();
  rig.frame(busy.binanceDelta());
  rig.pass(binanceSpot().idleMsMax + 500);
  expect(rig.transport.closed).toEqual([0]);
  expect(rig.isSynced('BUSYUSDT')).toBe(false);
});

test('P6: a connection that carries only heartbeats is given up as well', () => {
  const { rig, busy, thin } = synced();
  for (let i = 0; i < 20; i++) {
    rig.frame(busy.binanceDelta());
    rig.frame(thin.binanceDelta());
    rig.pass(1_000);
  }
  for (let i = 0; i < 60; i++) {
    rig.session.alive(0);
    rig.pass(1_000);
  }
  expect(rig.transport.closed).toEqual([0]);
});
