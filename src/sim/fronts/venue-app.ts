import type { Clock } from '../../domain/clock.js';
import { Connection, type Topic } from './connection.js';
import type { Admission, Handshake, Responder, SocketPeer, SocketReceiver, SocketTraffic, VenuePort } from './port.js';
import { REST_METHODS, type RestAnswer, type RestMethod, type RestRequest } from './rest.js';
import { RouteTable } from './route-table.js';

export type { RestAnswer, RestRequest } from './rest.js';

/** How a venue speaks on one WebSocket path. */
export interface SocketProtocol {
  opened?(connection: Connection): void;
  message(connection: Connection, text: string): void;
  /** The connection is gone; it has left its topics. */
  closed?(connection: Connection): void;
  /** What a message from a client is for, where one connection serves several ends; null: what the connection is for. */
  trafficOf?(text: string): SocketTraffic | null;
  /** Called about once a second for each connection. */
  inspect?(connection: Connection, nowUs: number): void;
}

export type RestHandler = (request: RestRequest) => RestAnswer;

interface SocketRoute {
  readonly protocol: SocketProtocol;
  readonly traffic: SocketTraffic;
}

/** One venue's interfaces: REST routes and WebSocket paths. A host makes them reachable. */
export class VenueApp implements VenuePort {
  private readonly routes = new Map<string, RouteTable<RestHandler>>(REST_METHODS.map((method) => [method, new RouteTable()]));
  private readonly sockets = new RouteTable<SocketRoute>();
  private readonly connections = new Map<Connection, SocketProtocol>();
  private connectionsMade = 0;

  /** @param internalError the venue's own shape of a 500, should a handler throw */
  constructor(
    private readonly clock: Clock,
    private readonly internalError: RestAnswer,
    private readonly notFound: RestAnswer,
  ) {}

  /** Serves a GET route. */
  get(pattern: string, handler: RestHandler): void {
    this.route('GET', pattern, handler);
  }

  /** Serves a route; `:name` in the pattern stands for one part of the path, a final `*` for all the rest. */
  route(method: RestMethod, pattern: string, handler: RestHandler): void {
    this.routes.get(method)?.add(pattern, handler);
  }

  /**
   * Serves a WebSocket path.
   * @param traffic what its connections are for, until a protocol says otherwise
   */
  socket(pattern: string, protocol: SocketProtocol, traffic: SocketTraffic = 'ws-public'): void {
    this.sockets.add(pattern, { protocol, traffic });
  }

  /** Answers a request. Whatever a client sends, the venue stays up; it gets the venue's answer to an internal error. */
  handle(request: RestRequest): RestAnswer {
    try {
      const match = this.routes.get(request.method)?.find(request.path);
      if (match == null) return this.notFound;
      const { value: handler, parameters } = match;
      return handler({ ...request, parameters, parameter: parameters[0] ?? '' });
    } catch {
      return this.internalError;
    }
  }

  serve(request: RestRequest, responder: Responder): void {
    responder.answer(this.handle(request));
  }

  /** Any path with a protocol opens; others get the venue's answer to an unknown path. */
  admit({ path }: Handshake): Admission {
    return this.findSocket(path) === null ? this.notFound : 'open';
  }

  trafficAt(path: string): SocketTraffic {
    return this.findSocket(path)?.traffic ?? 'ws-public';
  }

  /** Takes over an opened connection of a path that `admit` let in. */
  accept(handshake: Handshake, peer: SocketPeer): SocketReceiver {
    const route = this.findSocket(handshake.path);
    if (route === null) throw new RangeError(`no protocol at ${handshake.path}`);
    const { protocol, traffic } = route;
    const connection = new Connection(++this.connectionsMade, handshake, this.clock.monotonicUs(), peer, traffic);
    this.connections.set(connection, protocol);
    protocol.opened?.(connection);
    return {
      trafficOf: (text) => (text === null ? null : protocol.trafficOf?.(text)) ?? connection.traffic,
      message: (text) => {
        if (!connection.open) return;
        connection.lastReceivedUs = this.clock.monotonicUs();
        connection.receivedThisSecond++;
        try {
          protocol.message(connection, text);
        } catch {
          connection.end(1011, 'internal error');
        }
      },
      pong: () => {
        connection.pingedUs = 0;
      },
      closed: () => {
        if (!this.connections.delete(connection)) return;
        connection.closed();
        protocol.closed?.(connection);
      },
    };
  }

  /** Sends a frame to all who joined the topic. */
  publish(topic: Topic, frame: string | Uint8Array): void {
    if (topic.subscribers === 0) return;
    topic.published++;
    for (const connection of topic.connections) connection.deliver(topic, frame);
  }

  /** Lets every protocol look after the deadlines of its connections; to be called once a second. */
  inspectConnections(): void {
    const nowUs = this.clock.monotonicUs();
    for (const [connection, protocol] of [...this.connections]) {
      connection.receivedThisSecond = 0;
      protocol.inspect?.(connection, nowUs);
    }
  }

  /** Closes every connection, with the code of a server that goes away unless said otherwise. */
  endConnections(code = 1001, reason = 'going away'): void {
    for (const connection of [...this.connections.keys()]) connection.end(code, reason);
  }

  /** How many connections are open. */
  get connectionCount(): number {
    return this.connections.size;
  }

  private findSocket(path: string): SocketRoute | null {
    try {
      return this.sockets.find(path)?.value ?? null;
    } catch {
      return null;
    }
  }
}
