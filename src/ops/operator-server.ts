import uWS from 'uWebSockets.js';
import { createServer } from 'node:net';
import { encode } from '@msgpack/msgpack';
import { InvalidInputError } from '../domain/errors.js';
import { loadAssets } from './assets.js';
import type { BookReader } from './books.js';
import { type ApiSources, answer } from './http-api.js';
import { failure, type HttpAnswer, type HttpRequestView } from './http-message.js';
import type { ControlAnswer, ControlRequest, OperatorSnapshot, StreamMessage } from './messages.js';
import { isOwnOrigin } from './request-sender.js';
import { SeriesHistory } from './series-history.js';
import type { SharedSpreads } from './spread-api.js';

/** Path of the WebSocket. */
export const STREAM_PATH = '/stream';
const STREAM_TOPIC = 'snapshots';
/** A page that reads slower than this misses messages instead of holding memory; every snapshot is whole, so that is harmless. */
const BACKPRESSURE_BYTES_MAX = 1 << 20;
/** Clients have nothing to say. */
const CLIENT_MESSAGE_BYTES_MAX = 1024;
const IDLE_SECONDS_MAX = 60;
/** A control request is a reason and a name. */
const BODY_BYTES_MAX = 4096;

const SECURITY_HEADERS: readonly (readonly [string, string])[] = [
  [
    'Content-Security-Policy',
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  ],
  ['X-Content-Type-Options', 'nosniff'],
  ['X-Frame-Options', 'DENY'],
  ['Referrer-Policy', 'no-referrer'],
  ['Cross-Origin-Opener-Policy', 'same-origin'],
  ['Cross-Origin-Resource-Policy', 'same-origin'],
  ['Cache-Control', 'no-cache'],
];

const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  426: 'Upgrade Required',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** Where to listen, and what to read books from. Port 0 takes a free one. */
export interface OperatorServerOptions {
  readonly host: string;
  readonly port: number;
  readonly books: BookReader;
  /** Spreads that are followed; none unless given. */
  readonly spreads?: SharedSpreads;
  /** Has a control request carried out; null says that nobody answered in time. */
  control(request: ControlRequest): Promise<ControlAnswer | null>;
}

/** The dashboard, the API and the metrics of one engine. */
export interface OperatorServer {
  readonly host: string;
  /** The port it listens on. */
  readonly port: number;
  /** Takes the newest snapshot and sends it to every open page. */
  update(snapshot: OperatorSnapshot): void;
  /** Stops listening and closes every connection, idle ones too: uWebSockets.js aborts a thread that ends with open sockets. */
  close(): void;
}

/** The typings of the package leave `close` out. */
type ClosableApp = uWS.TemplatedApp & { close(): void };

/**
 * Starts the operator server on the calling thread.
 * @throws InvalidInputError with one sentence when it cannot listen there
 */
export async function startOperatorServer(options: OperatorServerOptions): Promise<OperatorServer> {
  const { host, port, books, spreads = [], control } = options;
  let latest: OperatorSnapshot | null = null;
  const history = new SeriesHistory();
  const sources: ApiSources = { snapshot: () => latest, books, spreads, control, assets: loadAssets() };
  const app = uWS.App() as ClosableApp;

  addStream(app, () => {
    const first: StreamMessage[] = [{ type: 'history', points: history.points() }];
    if (latest !== null) first.push({ type: 'snapshot', snapshot: latest });
    return first;
  });
  app.any('/*', (response, request) => {
    const view = requestView(response, request);
    let aborted = false;
    response.onAborted(() => {
      aborted = true;
    });
    const reply = async (body: string | null): Promise<void> => {
      const result = await answer(sources, { ...view, body });
      if (!aborted) response.cork(() => send(response, result, view.method === 'HEAD'));
    };
    if (view.method === 'POST') readBody(response, (body) => void reply(body));
    else void reply('');
  });

  const listenSocket = await listen(app, host, port);
  const publish = (message: StreamMessage): void => {
    app.publish(STREAM_TOPIC, encode(message), true);
  };
  return {
    host,
    port: uWS.us_socket_local_port(listenSocket),
    update(snapshot) {
      latest = snapshot;
      const point = history.add(snapshot);
      if (app.numSubscribers(STREAM_TOPIC) === 0) return;
      publish({ type: 'snapshot', snapshot });
      if (point !== null) publish({ type: 'point', point });
    },
    close() {
      app.close();
    },
  };
}

/** Address and headers have to be read before the handler returns. */
function requestView(response: uWS.HttpResponse, request: uWS.HttpRequest): Omit<HttpRequestView, 'body'> {
  return {
    method: request.getMethod().toUpperCase(),
    path: request.getUrl(),
    query: request.getQuery(),
    sender: {
      address: new Uint8Array(response.getRemoteAddress()).slice(),
      host: request.getHeader('host'),
      origin: request.getHeader('origin'),
      fetchSite: request.getHeader('sec-fetch-site'),
    },
    contentType: request.getHeader('content-type'),
  };
}

/** Hands over a request's body, or null as soon as it is longer than anything that is taken here. */
function readBody(response: uWS.HttpResponse, done: (body: string | null) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.onData((chunk, isLast) => {
    if (bytes > BODY_BYTES_MAX) return;
    bytes += chunk.byteLength;
    // The memory behind a chunk is taken back when this returns.
    if (bytes <= BODY_BYTES_MAX) chunks.push(Buffer.from(chunk.slice(0)));
    if (bytes > BODY_BYTES_MAX) done(null);
    else if (isLast) done(Buffer.concat(chunks).toString('utf8'));
  });
}

function addStream(app: uWS.TemplatedApp, firstMessages: () => readonly StreamMessage[]): void {
  app.ws<Record<string, never>>(STREAM_PATH, {
    maxPayloadLength: CLIENT_MESSAGE_BYTES_MAX,
    maxBackpressure: BACKPRESSURE_BYTES_MAX,
    idleTimeout: IDLE_SECONDS_MAX,
    sendPingsAutomatically: true,
    upgrade(response, request, context) {
      if (!isOwnOrigin(request.getHeader('origin'), request.getHeader('host'))) {
        send(response, failure(403, 'TIERCEL_FOREIGN_ORIGIN', 'The stream is only for pages of this server.'), false);
        return;
      }
      const key = request.getHeader('sec-websocket-key');
      response.upgrade(
        {},
        key,
        request.getHeader('sec-websocket-protocol'),
        request.getHeader('sec-websocket-extensions'),
        context,
      );
    },
    open(socket) {
      for (const message of firstMessages()) socket.send(encode(message), true);
      socket.subscribe(STREAM_TOPIC);
    },
  });
  app.any(STREAM_PATH, (response) => {
    send(response, failure(426, 'TIERCEL_UPGRADE_REQUIRED', `${STREAM_PATH} is a WebSocket.`), false);
  });
}

function send(response: uWS.HttpResponse, result: HttpAnswer, headersOnly: boolean): void {
  response.writeStatus(`${result.status} ${REASONS[result.status] ?? ''}`);
  response.writeHeader('Content-Type', result.contentType);
  if (result.allow !== undefined) response.writeHeader('Allow', result.allow);
  for (const [name, value] of SECURITY_HEADERS) response.writeHeader(name, value);
  if (headersOnly) response.endWithoutBody(Buffer.byteLength(result.body));
  else response.end(result.body);
}

async function listen(app: uWS.TemplatedApp, host: string, port: number): Promise<uWS.us_listen_socket> {
  // Without the exclusive flag a second engine would share the port, and each page would see one of the two at random.
  // The typings know the flag only without a host.
  const listenExclusively = app.listen.bind(app) as unknown as (
    host: string,
    port: number,
    options: uWS.ListenOptions,
    done: (socket: uWS.us_listen_socket | false) => void,
  ) => void;
  const socket = await new Promise<uWS.us_listen_socket | false>((resolve) => {
    listenExclusively(host, port, 1, resolve);
  });
  if (socket === false) throw new InvalidInputError(await whyNot(host, port), { host, port });
  return socket;
}

/** uWebSockets.js does not say why it could not listen; node:net does. */
function whyNot(host: string, port: number): Promise<string> {
  const where = `${host}:${port}`;
  return new Promise((resolve) => {
    const probe = createServer();
    const done = (code: string | undefined): void => {
      probe.close();
      if (code === 'EADDRINUSE') resolve(`The dashboard cannot use ${where}: the port is taken; choose another with --port.`);
      else if (code === 'EACCES')
        resolve(`The dashboard may not use ${where}: the port is reserved; choose another with --port.`);
      else
        resolve(
          `The dashboard cannot listen on ${where}: ${code ?? 'the address is not usable'}; choose others with --host and --port.`,
        );
    };
    probe.once('error', (error: NodeJS.ErrnoException) => done(error.code));
    probe.listen({ host, port, exclusive: true }, () => done(undefined));
  });
}
