import type { Clock } from '../../../domain/clock.js';
import type { Connection } from '../connection.js';
import { parseObject, quoted } from '../json-text.js';
import type { SocketTraffic } from '../port.js';
import type { SocketProtocol } from '../venue-app.js';
import type { Params } from './exchange.js';
import { ApiFailure, INTERNAL_ERROR } from './failures.js';
import type { Attempt, Gate, Operation, Outcome } from './gate.js';
import { keepAlive } from './keep-alive.js';
import type { SpotEvents } from './spot-events.js';

/** The WebSocket API of a market: one request a frame, answered by an envelope with a status like that of HTTP. */
export class WsApi implements SocketProtocol {
  /** @param events what spot accounts may subscribe to here; null on futures, which have streams of their own */
  constructor(
    private readonly gate: Gate,
    private readonly operations: Readonly<Record<string, Operation>>,
    private readonly events: SpotEvents | null,
    private readonly clock: Clock,
  ) {}

  closed(connection: Connection): void {
    this.events?.unsubscribe(connection);
  }

  trafficOf(text: string): SocketTraffic {
    return text.includes('"userDataStream.') ? 'ws-private' : 'ws-trade';
  }

  message(connection: Connection, text: string): void {
    const request = parseObject(text);
    if (request === null) {
      connection.send('{"id":null,"status":400,"error":{"code":-1135,"msg":"Invalid JSON"}}');
      return;
    }
    const { id, method, params } = request;
    const fields = typeof params === 'object' && params !== null ? frameParams(params) : new Map<string, string>();
    const name = typeof method === 'string' ? method.replace(/^v[23]\//, '') : '';
    const attempt = attemptOf(connection, fields);
    const operation = this.subscribing(connection, name) ?? this.operations[name];
    const outcome =
      operation === undefined
        ? { status: 400, body: '{"code":-1130,"msg":"Invalid request method."}', uses: [], waitMs: null }
        : this.perform(operation, attempt);
    connection.send(envelope(id, outcome, fields.get('returnRateLimits') !== 'false', this.clock), this.trafficOf(text));
  }

  inspect(connection: Connection, nowUs: number): void {
    keepAlive(connection, nowUs, this.clock, (nowMs) => `{"event":{"e":"serverShutdown","E":${nowMs}}}`);
  }

  private perform(operation: Operation, attempt: Attempt): Outcome {
    try {
      return this.gate.perform(operation, attempt);
    } catch {
      // Whatever a client sends, the venue stays up.
      return { status: 500, body: quoted(INTERNAL_ERROR), uses: [], waitMs: null };
    }
  }

  private subscribing(connection: Connection, name: string): Operation | undefined {
    const { events } = this;
    if (events === null) return undefined;
    switch (name) {
      case 'userDataStream.subscribe.signature':
        return {
          weight: 2,
          security: 'signed',
          run: (_params, account) => {
            const id = events.subscribe(connection, account);
            if (id === null) throw new ApiFailure(-2035, 'User Data Stream subscription already active.');
            return `{"subscriptionId":${id}}`;
          },
        };
      case 'userDataStream.unsubscribe':
        return {
          weight: 2,
          security: 'public',
          run: () => {
            events.unsubscribe(connection);
            return '{}';
          },
        };
      default:
        return undefined;
    }
  }
}

function attemptOf(connection: Connection, params: Params): Attempt {
  const names = [...params.keys()].filter((name) => name !== 'signature').sort();
  return {
    address: connection.address,
    params,
    apiKey: params.get('apiKey') ?? '',
    signature: params.get('signature') ?? '',
    signedText: names.map((name) => `${name}=${params.get(name) ?? ''}`).join('&'),
  };
}

/** Params of a frame, as the texts that its signature is made over. */
function frameParams(fields: object): Params {
  return new Map(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? value : (JSON.stringify(value) ?? '')]),
  );
}

function envelope(id: unknown, { status, body, uses, waitMs }: Outcome, tellsLimits: boolean, clock: Clock): string {
  const limits = tellsLimits ? `,"rateLimits":${JSON.stringify(uses)}` : '';
  const nowMs = Math.floor(clock.epochUs() / 1000);
  const wait = waitMs === null ? '' : `,"data":{"serverTime":${nowMs},"retryAfter":${Math.ceil(nowMs + waitMs)}}`;
  const content = status === 200 ? `"result":${body}` : `"error":${wait === '' ? body : `${body.slice(0, -1)}${wait}}`}`;
  return `{"id":${quoted(id ?? null)},"status":${status},${content}${limits}}`;
}
