import type { Connection } from '../connection.js';
import { parseObject } from '../json-text.js';
import type { SocketTraffic } from '../port.js';
import type { SocketProtocol } from '../venue-app.js';
import type { Feed } from './feed.js';
import type { PrivateSocket } from './private-socket.js';

/**
 * Both sides of version 2 on one path. The real venue has a host for each, under the same path; a client that knows only one base URL
 * finds both here. A request with a token is private.
 */
export class WholeSocket implements SocketProtocol {
  constructor(
    private readonly publicSide: Feed,
    private readonly privateSide: PrivateSocket,
  ) {}

  opened(connection: Connection): void {
    this.publicSide.opened(connection);
  }

  closed(connection: Connection): void {
    this.privateSide.closed(connection);
  }

  inspect(connection: Connection, nowUs: number): void {
    (connection.topics.size > 0 ? this.publicSide : this.privateSide).inspect(connection, nowUs);
  }

  trafficOf(text: string): SocketTraffic | null {
    return isPrivate(text) ? (this.privateSide.trafficOf(text) ?? 'ws-private') : null;
  }

  message(connection: Connection, text: string): void {
    (isPrivate(text) ? this.privateSide : this.publicSide).message(connection, text);
  }
}

function isPrivate(text: string): boolean {
  const params = parseObject(text)?.['params'];
  return typeof params === 'object' && params !== null && 'token' in params;
}
