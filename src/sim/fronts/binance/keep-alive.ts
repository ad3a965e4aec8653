import type { Clock } from '../../../domain/clock.js';
import type { Connection } from '../connection.js';
import { epochMs } from '../front.js';

const PING_EVERY_US = 20e6;
const PONG_WITHIN_US = 60e6;
const LIFETIME_US = 86_400e6;

/**
 * Pings a connection every twenty seconds, and ends it when a pong is missing or it is a day old.
 * @param shutdownFrame what the client is told before the venue ends a connection that did no wrong
 */
export function keepAlive(connection: Connection, nowUs: number, clock: Clock, shutdownFrame: (nowMs: number) => string): void {
  if (nowUs - connection.openedUs >= LIFETIME_US) {
    connection.send(shutdownFrame(epochMs(clock)));
    connection.end(1001, 'Connection lifetime is over');
    return;
  }
  if (connection.pingedUs !== 0 && nowUs - connection.pingedUs > PONG_WITHIN_US) {
    connection.end(1008, 'Pong timeout');
    return;
  }
  const lastPingUs = (connection.state.get('lastPingUs') as number | undefined) ?? connection.openedUs;
  if (nowUs - lastPingUs < PING_EVERY_US) return;
  connection.state.set('lastPingUs', nowUs);
  if (connection.pingedUs === 0) connection.pingedUs = nowUs;
  connection.ping(String(epochMs(clock)));
}
