import { describe, expect, test } from 'vitest';
import { FEED_BREAKER, STATE_EMPTY } from '../../assembly/memory/layout.js';
import { BREAKER_CLOSED, BREAKER_OPEN } from '../../src/feeds/breaker.js';
import { Pacer } from '../../src/feeds/pacer.js';
import { Subscriptions } from '../../src/feeds/subscriptions.js';
import { binanceSpot } from '../../src/venues/binance/feed.js';
import { coinbaseSpot } from '../../src/venues/coinbase/feed.js';
import { gateioSpot } from '../../src/venues/gateio/feed.js';
import { mexcFutures } from '../../src/venues/mexc/futures-feed.js';
import { SessionRig } from './session-rig.js';

const payloads = (rig: SessionRig): string[][] =>
  rig.transport.sent.splice(0).map(({ text }) => (JSON.parse(text) as { payload: string[] }).payload);

describe('subscriptions', () => {
  test('a venue that fails a whole request because of one symbol loses that symbol only', () => {
    const rig = new SessionRig(gateioSpot({ trades: false }), ['AAA_USDT', 'BAD_USDT', 'CCC_USDT']);
    rig.pass(250);
    rig.open();
    const { id } = JSON.parse(rig.transport.sent.splice(0)[0]?.text ?? '') as { id: number };
    const payload = ['ob.AAA_USDT.400', 'ob.BAD_USDT.400', 'ob.CCC_USDT.400'];
    rig.frame(
      JSON.stringify({
        id,
        channel: 'spot.obu',
        event: 'subscribe',
        payload,
        error: { code: 2, message: 'unknown currency pair BAD_USDT' },
        result: { status: 'fail' },
      }),
    );
    expect(payloads(rig)).toEqual([['ob.AAA_USDT.400', 'ob.CCC_USDT.400']]);
    expect(rig.eventsOf('refused')).toMatchObject([{ symbol: 'BAD_USDT', level: 'alert' }]);
    expect(rig.state('BAD_USDT')).toBe(STATE_EMPTY);
    // It stays out after a reconnect.
    rig.session.disconnected(0, 'test');
    rig.pass(1_000);
    rig.open();
    expect(payloads(rig)).toEqual([['ob.AAA_USDT.400', 'ob.CCC_USDT.400']]);
  });

  test('a venue that refuses for the time of this machine is asked again by its own time', () => {
    const rig = new SessionRig(gateioSpot(), ['AAA_USDT', 'BBB_USDT']);
    rig.pass(250);
    rig.open();
    const venueMs = 1_767_225_600_000 + rig.nowMs + 3 * 3_600_000;
    const requests = (): { id: number; time: number; payload: string[] }[] =>
      rig.transport.sent.splice(0).map(({ text }) => JSON.parse(text));
    const first = requests();
    expect(first.map(({ payload }) => payload.length)).toEqual([2, 2]);
    for (const { id, payload } of first) {
      const error = { code: 2, message: 'invalid argument: time' };
      const answer = {
        time: Math.floor(venueMs / 1000),
        time_ms: venueMs,
        id,
        channel: 'spot.obu',
        event: 'subscribe',
        payload,
        error,
      };
      rig.frame(JSON.stringify({ ...answer, result: { status: 'fail' } }));
    }
    const second = requests();
    expect(new Set(second.map(({ time }) => time))).toEqual(new Set([Math.floor(venueMs / 1000)]));
    expect(second.map(({ payload }) => payload)).toEqual(first.map(({ payload }) => payload));
    expect(rig.eventsOf('refused')).toEqual([]);
    expect(rig.eventsOf('clock')).toMatchObject([{ level: 'alert' }]);
    // By the venue's time nothing is wrong any more: a refusal is one.
    for (const { id, payload } of second) {
      const answer = {
        time_ms: venueMs,
        id,
        channel: 'spot.obu',
        event: 'subscribe',
        payload,
        error: { code: 2, message: 'no BBB_USDT' },
      };
      rig.frame(JSON.stringify({ ...answer, result: { status: 'fail' } }));
    }
    expect(rig.eventsOf('refused')[0]).toMatchObject({ symbol: 'BBB_USDT' });
  });

  test('what is not acknowledged is asked for again, and a venue that never answers is left', () => {
    const rig = new SessionRig(coinbaseSpot(), ['AAA-USD'], { ackTimeoutMs: 1_000 });
    rig.pass(250);
    rig.open();
    expect(rig.transport.sent.splice(0)).toHaveLength(1);
    rig.session.alive(0);
    rig.pass(1_250);
    expect(rig.transport.sent.splice(0).map(({ text }) => (JSON.parse(text) as { type: string }).type)).toEqual([
      'unsubscribe',
      'subscribe',
    ]);
    rig.pass(5_000);
    expect(rig.transport.closed).toEqual([0]);
  });

  test('answers without a name belong to the oldest request', () => {
    const rig = new SessionRig(mexcFutures(), ['AAA_USDT', 'BBB_USDT']);
    rig.pass(250);
    rig.open();
    rig.frame('{"channel":"rs.sub.depth","data":"success","ts":1}', 0);
    rig.frame('{"channel":"rs.error","data":"Contract does not exist!","ts":1}', 0);
    expect(rig.eventsOf('refused')).toMatchObject([{ symbol: 'BBB_USDT' }]);
    expect(rig.state('BBB_USDT')).toBe(STATE_EMPTY);
  });

  test('without a culprit the halves of a refused request are tried', () => {
    const subscriptions = new Subscriptions(1);
    subscriptions.asked(0, 1, ['A', 'B', 'C'], 100);
    expect(subscriptions.refused(0, 1, [], true)).toEqual({ refused: [], again: [['A', 'B'], ['C']] });
    subscriptions.asked(0, 2, ['C'], 100);
    expect(subscriptions.refused(0, 2, [], true)).toEqual({ refused: ['C'], again: [] });
    expect(subscriptions.refused(0, 2, [], true)).toEqual({ refused: [], again: [] });
  });
});

describe('limits', () => {
  test('told to slow down, nothing is asked until then, and then everything is', () => {
    const rig = new SessionRig(binanceSpot(), ['AAAUSDT', 'BBBUSDT', 'CCCUSDT'], { snapshotsInFlightMax: 1 });
    rig.pass(250);
    rig.open();
    rig.frame('{"result":null,"id":1}');
    rig.pass(1_250);
    const [first] = rig.transport.asked.splice(0);
    expect(first?.symbol).toBe('AAAUSDT');
    if (first !== undefined) rig.session.snapshotFailed(first, 'HTTP 429', 5_000);
    rig.pass(4_500);
    expect(rig.transport.asked).toEqual([]);
    rig.pass(1_000);
    expect(rig.transport.asked).toHaveLength(1);
  });

  test('a pacer lets no more than its burst and its rate pass', () => {
    const pacer = new Pacer(10, 5);
    let passed = 0;
    for (let ms = 0; ms <= 10_000; ms += 10) while (pacer.take(ms)) passed++;
    expect(passed).toBeGreaterThan(103);
    expect(passed).toBeLessThanOrEqual(105);
    pacer.pauseUntil(20_000);
    expect([pacer.take(19_999), pacer.take(20_000)]).toEqual([false, true]);
  });

  test("1000 symbols take the snapshots that fit a minute of the venue's budget", () => {
    const symbols = Array.from({ length: 1000 }, (_, i) => `S${i}USDT`);
    const rig = new SessionRig(binanceSpot(), symbols);
    rig.pass(250);
    rig.open();
    let asked = 0;
    let requests = 0;
    for (let i = 0; i < 240; i++) {
      for (const { connection, text } of rig.transport.sent.splice(0)) {
        requests++;
        rig.frame(`{"result":null,"id":${(JSON.parse(text) as { id: number }).id}}`, connection);
      }
      for (const connection of [0, 1]) rig.session.alive(connection);
      rig.pass(250);
      for (const book of rig.transport.asked.splice(0)) {
        asked++;
        rig.snapshot(book.symbol, '{"lastUpdateId":5,"bids":[["1.00","1.00"]],"asks":[["2.00","1.00"]]}');
      }
    }
    expect(asked).toBe(1000);
    expect(rig.session.synced).toBe(1000);
    expect(requests).toBe(10); // 100 symbols each
  });
});

describe('connections', () => {
  test('a venue that is down is tried with growing waits, then rests behind the breaker, and recovers with one trial', () => {
    const rig = new SessionRig(
      coinbaseSpot(),
      Array.from({ length: 400 }, (_, i) => `S${i}-USD`),
      {
        breaker: { failuresMax: 5, openMs: 10_000 },
      },
    );
    const fail = (): number => {
      const tries = rig.transport.connects.splice(0);
      for (const { connection } of tries) rig.session.disconnected(connection, 'refused');
      return tries.length;
    };
    rig.pass(250);
    expect(fail()).toBe(3);
    for (let i = 0; i < 20; i++) {
      rig.pass(250);
      fail();
    }
    expect(rig.kernel.int32At(rig.feed + FEED_BREAKER)).toBe(BREAKER_OPEN);
    expect(rig.eventsOf('breaker')[0]).toMatchObject({ level: 'alert', reason: 'open' });
    rig.pass(10_000);
    expect(rig.transport.connects).toHaveLength(1);
    rig.open();
    rig.frame('{"type":"subscriptions","channels":[{"name":"level2_batch","product_ids":["S0-USD"]}]}');
    expect(rig.kernel.int32At(rig.feed + FEED_BREAKER)).toBe(BREAKER_CLOSED);
    rig.pass(20_000);
    expect(rig.transport.connects).toHaveLength(2);
  });

  test('announced to be closed, a connection is given up and opened anew', () => {
    const rig = new SessionRig(binanceSpot(), ['AAAUSDT']);
    rig.pass(250);
    rig.open();
    rig.frame('{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}');
    expect(rig.transport.closed).toEqual([0]);
    rig.settleClosed();
    rig.pass(500);
    expect(rig.transport.connects).toHaveLength(1);
  });

  test('bytes that no venue sends do no harm', () => {
    const rig = new SessionRig(binanceSpot(), ['AAAUSDT']);
    rig.pass(250);
    rig.open();
    for (const text of ['', '{', '[]', 'null', '{"id":1}', '{"error":7}', '{"code":2,"msg":{}}', '\u0000', '[[[['])
      rig.frame(text);
    expect(rig.transport.closed).toEqual([]);
  });
});
