import uWS, { type HttpRequest, type HttpResponse, type TemplatedApp, type WebSocket } from 'uWebSockets.js';
import type { Timers } from '../../domain/clock.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Handshake, Host, SocketPeer, SocketReceiver, VenuePort } from '../fronts/port.js';
import type { RestAnswer, RestRequest } from '../fronts/rest.js';

/** A connection that does not take its frames is closed once this many bytes wait. */
const BACKPRESSURE_BYTES_MAX = 32 * 1024 * 1024;
const FRAME_BYTES_MAX = 1024 * 1024;
const BODY_BYTES_MAX = 1024 * 1024;
const TOO_LARGE: RestAnswer = { status: '413 Payload Too Large', body: '{"error":"payload too large"}' };

interface Session {
  readonly handshake: Handshake;
  receiver: SocketReceiver | null;
}

/** The binding copies the fields of what it is given into an object of its own, so the session travels inside of one. */
interface Carried {
  readonly session: Session;
}

/** Serves venues on real ports, one each. */
export class UwsHost implements Host {
  // The type definitions lack `close`, which the binding has.
  private readonly apps: (TemplatedApp & { close(): void })[] = [];
  private readonly sockets = new Set<WebSocket<Carried>>();

  constructor(private readonly timers: Timers) {}

  listen(venue: VenuePort, host: string, port: number): Promise<string> {
    const app = uWS.App() as TemplatedApp & { close(): void };
    this.apps.push(app);
    app.any('/*', (response, request) => serve(venue, response, request));
    this.serveSockets(app, venue);
    return new Promise((resolve, reject) => {
      app.listen(host, port, (listenSocket) => {
        if (!listenSocket) {
          reject(new InvalidInputError(`cannot listen on ${host}:${port}; is the port taken?`, { host, port }));
          return;
        }
        resolve(`${host.includes(':') ? `[${host}]` : host}:${uWS.us_socket_local_port(listenSocket)}`);
      });
    });
  }

  stop(): void {
    for (const socket of [...this.sockets]) socket.end(1001, 'going away');
    for (const app of this.apps.splice(0)) app.close();
  }

  private serveSockets(app: TemplatedApp, venue: VenuePort): void {
    app.ws<Carried>('/*', {
      maxPayloadLength: FRAME_BYTES_MAX,
      maxBackpressure: BACKPRESSURE_BYTES_MAX,
      closeOnBackpressureLimit: 1,
      idleTimeout: 120,
      sendPingsAutomatically: true,
      upgrade: (response, request, context) => {
        const handshake: Handshake = {
          path: request.getUrl(),
          query: new URLSearchParams(request.getQuery() ?? ''),
          headers: readHeaders(request),
          address: addressOf(response),
        };
        const admission = venue.admit(handshake);
        if (admission === 'destroy') response.close();
        else if (admission !== 'open') write(response, admission);
        else {
          const key = request.getHeader('sec-websocket-key');
          const subprotocol = request.getHeader('sec-websocket-protocol');
          const extensions = request.getHeader('sec-websocket-extensions');
          response.upgrade<Carried>({ session: { handshake, receiver: null } }, key, subprotocol, extensions, context);
        }
      },
      open: (socket) => {
        const { session } = socket.getUserData();
        this.sockets.add(socket);
        const receiver = venue.accept(session.handshake, this.peerOf(socket));
        session.receiver = receiver;
        // The front may have ended the connection as it opened.
        if (!this.sockets.has(socket)) receiver.closed();
      },
      message: (socket, message) => socket.getUserData().session.receiver?.message(Buffer.from(message).toString()),
      pong: (socket) => socket.getUserData().session.receiver?.pong(),
      close: (socket) => {
        this.sockets.delete(socket);
        socket.getUserData().session.receiver?.closed();
      },
    });
  }

  private peerOf(socket: WebSocket<Carried>): SocketPeer {
    const whileOpen = (action: () => void): void => {
      if (this.sockets.has(socket)) action();
    };
    return {
      send: (frame) => whileOpen(() => socket.send(frame, typeof frame !== 'string')),
      ping: (payload) => whileOpen(() => socket.ping(payload)),
      close: (code, reason) => whileOpen(() => socket.end(code, reason)),
      destroy: (halfFrame) =>
        whileOpen(() => {
          // A message of which only the first fragment comes is how the binding can leave one unfinished.
          if (halfFrame !== undefined) socket.sendFirstFragment(firstHalf(halfFrame), typeof halfFrame !== 'string');
          // What was written goes out when the current callback is over.
          this.timers.after(0, () => whileOpen(() => socket.close()));
        }),
    };
  }
}

function firstHalf(frame: string | Uint8Array): string | Uint8Array {
  return frame.slice(0, frame.length >> 1);
}

function readHeaders(request: HttpRequest): Map<string, string> {
  const headers = new Map<string, string>();
  request.forEach((name, value) => {
    headers.set(name, value);
  });
  return headers;
}

function addressOf(response: HttpResponse): string {
  return Buffer.from(response.getRemoteAddressAsText()).toString();
}

/** Collects the body, within its bound, and hands the request over. The binding's request is valid in this call only. */
function serve(venue: VenuePort, response: HttpResponse, request: HttpRequest): void {
  const rawQuery = request.getQuery() ?? '';
  const headers = readHeaders(request);
  const head = {
    method: request.getMethod().toUpperCase(),
    path: request.getUrl(),
    rawQuery,
    query: new URLSearchParams(rawQuery),
    parameters: [],
    parameter: '',
    header: (name: string) => headers.get(name) ?? '',
    address: addressOf(response),
  } satisfies Omit<RestRequest, 'body'>;
  let over = false;
  const finish = (action: () => void): void => {
    if (over) return;
    over = true;
    action();
  };
  const responder = {
    answer: (answer: RestAnswer) => finish(() => write(response, answer)),
    destroy: () => finish(() => response.close()),
  };
  response.onAborted(() => {
    over = true;
  });
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.onData((chunk, last) => {
    if (over) return;
    bytes += chunk.byteLength;
    if (bytes > BODY_BYTES_MAX) {
      responder.answer(TOO_LARGE);
      return;
    }
    chunks.push(Buffer.from(chunk.slice(0)));
    if (last) venue.serve({ ...head, body: Buffer.concat(chunks, bytes).toString() }, responder);
  });
}

function write(response: HttpResponse, { status, headers = {}, body }: RestAnswer): void {
  response.cork(() => {
    if (status !== undefined) response.writeStatus(status);
    const named = Object.keys(headers).some((name) => name.toLowerCase() === 'content-type');
    if (!named) response.writeHeader('Content-Type', 'application/json;charset=UTF-8');
    for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
    response.end(body);
  });
}
