import { expect, it } from 'vitest';
import { keepAlive } from '../../../src/sim/fronts/binance/keep-alive.js';
import { Connection } from '../../../src/sim/fronts/connection.js';

/** A connection opened at 0, and what it is told second by second. */
function watch(answersPings: boolean): { told: string[]; pass(seconds: number): void } {
  const told: string[] = [];
  let nowUs = 0;
  const clock = { monotonicUs: () => nowUs, epochUs: () => nowUs };
  const peer = {
    send: (frame: string | Uint8Array) => told.push(`${nowUs / 1e6}: ${String(frame)}`),
    ping: (payload: string) => {
      told.push(`${nowUs / 1e6}: ping ${payload}`);
      if (answersPings) connection.pingedUs = 0;
    },
    close: (code: number, reason: string) => told.push(`${nowUs / 1e6}: ${code} ${reason}`),
    destroy: () => undefined,
  };
  const handshake = { path: '/ws', query: new URLSearchParams(), headers: new Map<string, string>(), address: '::1' };
  const connection = new Connection(1, handshake, 0, peer, 'ws-public');
  return {
    told,
    pass: (seconds) => {
      for (let second = 0; second < seconds; second++) {
        nowUs += 1e6;
        // The pong comes after the ping was noted.
        if (answersPings) connection.pingedUs = 0;
        keepAlive(connection, nowUs, clock, (nowMs) => `shutdown ${nowMs}`);
      }
    },
  };
}

it('pings every twenty seconds and ends who does not answer for a minute', () => {
  const living = watch(true);
  living.pass(61);
  expect(living.told).toEqual(['20: ping 20000', '40: ping 40000', '60: ping 60000']);
  const dead = watch(false);
  dead.pass(81);
  expect(dead.told.at(-1)).toBe('81: 1008 Pong timeout');
});

it('announces the end of a connection that is a day old', () => {
  const { told, pass } = watch(true);
  pass(86_400);
  expect(told.slice(-2)).toEqual(['86400: shutdown 86400000', '86400: 1001 Connection lifetime is over']);
});
