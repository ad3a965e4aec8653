import uWS, { type HttpRequest, type HttpResponse, type TemplatedApp } from 'uWebSockets.js';
import type { Clock } from '../../domain/clock.js';
import { InvalidInputError } from '../../domain/errors.js';
import { Connection, type Topic } from './connection.js';

/** What a client asked for. */
export interface RestRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  /** The part of the path that the route's `:name` stands for. */
  readonly parameter: string;
  header(lowerCaseName: string): string;
}

/** The answer; status 200 unless said otherwise. */
export interface RestAnswer {
  readonly status?: string;
  readonly body: string;
}

/** How a venue speaks on one WebSocket path. */
export interface SocketProtocol {
  opened?(connection: Connection): void;
  message(connection: Connection, text: string): void;
  /** Called about once a second for each connection. */
  inspect?(connection: Connection, nowUs: number): void;
}

/** A connection that does not take its frames is closed once this many bytes wait. */
const BACKPRESSURE_BYTES_MAX = 32 * 1024 * 1024;
const FRAME_BYTES_MAX = 1024 * 1024;

/** One venue's server: REST routes and WebSocket paths on one port. */
export class VenueApp {
  // The type definitions lack `close`, which the binding has.
  private readonly app = uWS.App() as TemplatedApp & { close(): void };
  private readonly connections = new Map<Connection, SocketProtocol>();
  private connectionsMade = 0;

  /** @param internalError the venue's own shape of a 500, should a handler throw */
  constructor(
    private readonly clock: Clock,
    private readonly internalError: RestAnswer,
    notFound: RestAnswer,
  ) {
    this.app.any('/*', (response) => answer(response, notFound));
  }

  /** Serves a GET route. */
  get(pattern: string, handler: (request: RestRequest) => RestAnswer): void {
    this.app.get(pattern, (response, request) => {
      let reply = this.internalError;
      try {
        reply = handler(restRequest(request));
      } catch {
        // Whatever a client sends, the venue stays up; it gets the venue's answer to an internal error.
      }
      answer(response, reply);
    });
  }

  /** Serves a WebSocket path. */
  socket(pattern: string, protocol: SocketProtocol): void {
    // uWebSockets.js copies the fields of what it is given into an object of its own, so the connection travels inside of one.
    this.app.ws<{ connection: Connection }>(pattern, {
      maxPayloadLength: FRAME_BYTES_MAX,
      maxBackpressure: BACKPRESSURE_BYTES_MAX,
      closeOnBackpressureLimit: 1,
      idleTimeout: 120,
      sendPingsAutomatically: true,
      upgrade: (response, request, context) => {
        const headers = new Map<string, string>();
        request.forEach((name, value) => {
          headers.set(name, value);
        });
        const query = new URLSearchParams(request.getQuery());
        const connection = new Connection(++this.connectionsMade, request.getUrl(), query, headers, this.clock.monotonicUs());
        const key = request.getHeader('sec-websocket-key');
        const subprotocol = request.getHeader('sec-websocket-protocol');
        response.upgrade({ connection }, key, subprotocol, request.getHeader('sec-websocket-extensions'), context);
      },
      open: (socket) => {
        const { connection } = socket.getUserData();
        connection.opened(socket);
        this.connections.set(connection, protocol);
        protocol.opened?.(connection);
      },
      message: (socket, message) => {
        const { connection } = socket.getUserData();
        connection.lastReceivedUs = this.clock.monotonicUs();
        connection.receivedThisSecond++;
        try {
          protocol.message(connection, Buffer.from(message).toString());
        } catch {
          connection.end(1011, 'internal error');
        }
      },
      pong: (socket) => {
        socket.getUserData().connection.pingedUs = 0;
      },
      close: (socket) => {
        const { connection } = socket.getUserData();
        connection.closed();
        this.connections.delete(connection);
      },
    });
  }

  /** Sends a frame to all who joined the topic. */
  publish(topic: Topic, frame: string | Uint8Array): void {
    if (topic.subscribers === 0) return;
    topic.published++;
    this.app.publish(topic.name, frame, typeof frame !== 'string');
  }

  /** Lets every protocol look after the deadlines of its connections; to be called once a second. */
  inspectConnections(): void {
    const nowUs = this.clock.monotonicUs();
    for (const [connection, protocol] of [...this.connections]) {
      connection.receivedThisSecond = 0;
      protocol.inspect?.(connection, nowUs);
    }
  }

  /**
   * Starts to listen.
   * @param port 0 for any free one
   * @returns the port
   * @throws InvalidInputError when the port cannot be had
   */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.app.listen(host, port, (listenSocket) => {
        if (!listenSocket) {
          reject(new InvalidInputError(`cannot listen on ${host}:${port}; is the port taken?`, { host, port }));
          return;
        }
        resolve(uWS.us_socket_local_port(listenSocket));
      });
    });
  }

  /** Closes the port and every connection, also those that only wait for another request. */
  stop(): void {
    for (const connection of [...this.connections.keys()]) connection.end(1001, 'going away');
    this.app.close();
  }
}

function restRequest(request: HttpRequest): RestRequest {
  return {
    path: request.getUrl(),
    query: new URLSearchParams(request.getQuery()),
    parameter: decodeURIComponent(request.getParameter(0) ?? ''),
    header: (name) => request.getHeader(name),
  };
}

function answer(response: HttpResponse, { status, body }: RestAnswer): void {
  response.cork(() => {
    if (status !== undefined) response.writeStatus(status);
    response.writeHeader('Content-Type', 'application/json;charset=UTF-8').end(body);
  });
}
