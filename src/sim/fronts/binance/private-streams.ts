import type { Clock } from '../../../domain/clock.js';
import type { EngineEvent } from '../../matching/types.js';
import type { Connection } from '../connection.js';
import { epochMs } from '../front.js';
import { parseObject, quoted } from '../json-text.js';
import type { SocketProtocol } from '../venue-app.js';
import type { Exchange } from './exchange.js';
import { futuresEvent } from './futures-events.js';
import { keepAlive } from './keep-alive.js';
import type { ListenKeys } from './listen-keys.js';

const MESSAGES_PER_SECOND_MAX = 10;

/** The private half of the futures streams: connections that name one or several listen keys. */
export class PrivateStreams implements SocketProtocol {
  private readonly connections = new Map<Connection, Set<string>>();

  constructor(
    private readonly exchange: Exchange,
    private readonly keys: ListenKeys,
    private readonly clock: Clock,
  ) {}

  opened(connection: Connection): void {
    const named = connection.query.getAll('listenKey').flatMap((value) => value.split('/'));
    const inPath = connection.path.split('/').filter((part) => this.keys.owner(part) !== undefined);
    const known = [...named, ...inPath].filter((key) => this.keys.owner(key) !== undefined);
    if (known.length === 0) {
      connection.end(1008, 'Invalid listenKey');
      return;
    }
    this.connections.set(connection, new Set(known));
  }

  closed(connection: Connection): void {
    this.connections.delete(connection);
  }

  message(connection: Connection, text: string): void {
    if (connection.receivedThisSecond > MESSAGES_PER_SECOND_MAX) {
      connection.end(1008, 'Too many requests');
      return;
    }
    const request = parseObject(text);
    const id = quoted(request?.['id'] ?? null);
    if (request?.['method'] === 'LIST_SUBSCRIPTIONS') {
      connection.send(`{"result":${quoted([...(this.connections.get(connection) ?? [])])},"id":${id}}`);
      return;
    }
    connection.send(`{"error":{"code":2,"msg":"Invalid request: unknown method"},"id":${id}}`);
  }

  inspect(connection: Connection, nowUs: number): void {
    keepAlive(connection, nowUs, this.clock, (nowMs) => `{"e":"serverShutdown","E":${nowMs}}`);
  }

  /** Tells those whose listen key has run out; they get nothing more. */
  expireKeys(): void {
    for (const key of this.keys.expire()) this.forget(key, true);
  }

  /** A key that was given back leads nowhere any more. */
  forget(key: string, tell: boolean): void {
    for (const [connection, keys] of this.connections) {
      if (!keys.delete(key) || !tell) continue;
      const event = `{"e":"listenKeyExpired","E":${epochMs(this.clock)},"listenKey":"${key}"}`;
      connection.send(this.framed(connection, key, event));
    }
  }

  onEvent(event: EngineEvent): void {
    const text = futuresEvent(this.exchange, event);
    if (text === null) return;
    for (const [connection, keys] of this.connections) {
      for (const key of keys) {
        if (this.keys.owner(key) === event.account) connection.send(this.framed(connection, key, text));
      }
    }
  }

  private framed(connection: Connection, key: string, event: string): string {
    return connection.path.startsWith('/private/stream') ? `{"stream":"${key}","data":${event}}` : event;
  }
}
