import uWS, { type HttpResponse, type TemplatedApp, type us_listen_socket, type WebSocket } from 'uWebSockets.js';
import type { Clock, Timers } from '../../domain/clock.js';
import { InvalidInputError } from '../../domain/errors.js';
import { payloadBytes } from './format.js';
import { readCapture } from './reader.js';
import { RecordedAnswers } from './recorded-answers.js';

export interface PlaybackOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** How many times faster than recorded; Infinity for as fast as the client reads. */
  readonly speed: number;
}

/** Bytes on their way to a client beyond which it is waited for. */
const BACKPRESSURE_BYTES_MAX = 4 * 1024 * 1024;
const MESSAGE_BYTES_MAX = 1024 * 1024;
/** Longest wait at once, so that a closed connection is noticed. */
const WAIT_MS_MAX = 1_000;

/** Whoever gets the frames of all connections of the file. */
const ALL = '*';

/** One client that is being played to. */
interface Player {
  /** Path that it connected to. */
  readonly path: string;
  subscribed: boolean;
  closed: boolean;
  /** The recorded connection that it stands in for, or all; undefined while there is none to be had. */
  claim: string | undefined;
  /** Called when the socket has drained or was closed. */
  wake: (() => void) | undefined;
}

/**
 * Plays one capture as a venue: any WebSocket path is accepted, and a client gets the frames of the file in order and at the recorded
 * pace, from the beginning, once it has subscribed; HTTP requests get the recorded answers, a book not before its place in the file.
 *
 * No frame goes to two connections of a client, where one copy would overtake the other: a client at the path of a recorded connection
 * gets the frames of that one alone, one at another path those of the whole file, and who comes when all are given out waits.
 */
export class PlaybackServer {
  private readonly app: TemplatedApp = uWS.App();
  private readonly players = new Map<WebSocket<Player>, Player>();
  private readonly handedOut = new Map<string, number>();
  /** Books that were asked for before their place in the file. */
  private held: readonly { readonly line: number; readonly send: () => void }[] = [];
  private listenSocket: us_listen_socket | null = null;
  /** Line up to which the file has been played to somebody. */
  private position = 0;

  private constructor(
    private readonly file: string,
    private readonly answers: RecordedAnswers,
    private readonly speed: number,
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {
    this.app.ws<Player>('/*', {
      maxPayloadLength: MESSAGE_BYTES_MAX,
      maxBackpressure: 0,
      idleTimeout: 0,
      upgrade: (response, request, context) => {
        // Binance's streams may be named in the URL; such a client has subscribed by connecting.
        const subscribed = /stream/.test(request.getQuery() ?? '') || /^\/ws\/.+@/.test(request.getUrl());
        const player: Player = { path: request.getUrl(), subscribed, closed: false, claim: undefined, wake: undefined };
        const key = request.getHeader('sec-websocket-key');
        response.upgrade(
          player,
          key,
          request.getHeader('sec-websocket-protocol'),
          request.getHeader('sec-websocket-extensions'),
          context,
        );
      },
      open: (socket) => {
        this.players.set(socket, socket.getUserData());
        this.startWaiting();
      },
      message: (socket) => {
        socket.getUserData().subscribed = true;
        this.startWaiting();
      },
      drain: (socket) => socket.getUserData().wake?.(),
      close: (socket) => {
        const player = socket.getUserData();
        player.closed = true;
        this.players.delete(socket);
        player.wake?.();
        this.startWaiting();
      },
    });
    this.app.any('/*', (response, request) => this.answer(response, request.getUrl(), request.getQuery() ?? ''));
  }

  /**
   * Starts to serve a capture.
   * @throws InvalidInputError when the file is no capture, or the port cannot be had
   */
  static async start(file: string, options: PlaybackOptions, clock: Clock, timers: Timers): Promise<PlaybackServer> {
    const server = new PlaybackServer(file, await RecordedAnswers.of(file), options.speed, clock, timers);
    await server.listen(options.host, options.port);
    return server;
  }

  get port(): number {
    return this.listenSocket === null ? 0 : uWS.us_socket_local_port(this.listenSocket);
  }

  /** Closes the port and every connection. May be called twice. */
  stop(): void {
    for (const socket of [...this.players.keys()]) socket.end(1001, 'going away');
    if (this.listenSocket !== null) uWS.us_listen_socket_close(this.listenSocket);
    this.listenSocket = null;
  }

  private listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.app.listen(host, port, (listenSocket) => {
        if (!listenSocket) reject(new InvalidInputError(`cannot listen on ${host}:${port}; is the port taken?`, { host, port }));
        else {
          this.listenSocket = listenSocket;
          resolve();
        }
      });
    });
  }

  /** Plays to the clients that have subscribed, as far as there is something for them that nobody else gets. */
  private startWaiting(): void {
    for (const [socket, player] of this.players) {
      if (!player.subscribed || player.claim !== undefined) continue;
      player.claim = this.claimFor(player.path);
      if (player.claim === undefined) continue;
      // The file was read once before; should it have gone since, its client is told so.
      this.play(socket, player).catch(() => (player.closed ? undefined : socket.end(1011, 'the capture cannot be read')));
    }
  }

  private claimFor(path: string): string | undefined {
    const claims = new Set([...this.players.values()].map(({ claim }) => claim));
    const recorded = [...this.answers.connections].filter((name) => pathOf(name) === path);
    return (recorded.length === 0 ? [ALL] : recorded).find((claim) => !claims.has(claim));
  }

  private async play(socket: WebSocket<Player>, player: Player): Promise<void> {
    const startUs = this.clock.monotonicUs();
    let originMs: number | null = null;
    for await (const { line, record } of readCapture(this.file)) {
      if (record.t !== null) originMs ??= record.t;
      if (record.t !== null && originMs !== null) await this.until(player, startUs, (record.t - originMs) / this.speed);
      while (!player.closed && socket.getBufferedAmount() > BACKPRESSURE_BYTES_MAX) await this.drained(player);
      if (player.closed) return;
      const isTheirs = player.claim === ALL || player.claim === record.conn;
      if (record.kind === 'ws' && record.dir === 'in' && isTheirs)
        socket.send(payloadBytes(record), record.rawBase64 !== undefined);
      this.passed(line);
    }
    this.passed(Number.POSITIVE_INFINITY);
  }

  /** Waits until `dueMs` after the start. */
  private async until(player: Player, startUs: number, dueMs: number): Promise<void> {
    while (!player.closed) {
      const waitMs = dueMs - (this.clock.monotonicUs() - startUs) / 1000;
      if (waitMs <= 0) return;
      await new Promise<void>((resolve) => this.timers.after(Math.min(WAIT_MS_MAX, Math.ceil(waitMs)), resolve));
    }
  }

  private drained(player: Player): Promise<void> {
    return new Promise((resolve) => {
      player.wake = () => {
        player.wake = undefined;
        resolve();
      };
    });
  }

  private passed(line: number): void {
    if (line <= this.position) return;
    this.position = line;
    const due = this.held.filter((waiting) => waiting.line <= line);
    this.held = this.held.filter((waiting) => waiting.line > line);
    for (const { send } of due) send();
  }

  private answer(response: HttpResponse, path: string, query: string): void {
    const found = this.answers.find(path, query, (symbol) => this.handedOut.get(symbol) ?? 0);
    if (found === undefined) {
      response.writeStatus('404 Not Found').end('{"error":"no such answer was recorded"}');
      return;
    }
    const { answer, symbol } = found;
    let aborted = false;
    response.onAborted(() => {
      aborted = true;
    });
    const send = (): void => {
      if (!aborted) response.cork(() => response.writeHeader('Content-Type', 'application/json').end(answer.body));
    };
    if (symbol !== undefined) this.handedOut.set(symbol, answer.line);
    if (symbol === undefined || answer.line <= this.position) send();
    else this.held = [...this.held, { line: answer.line, send }];
  }
}

/** Path of a recorded connection, without the number that sets twins apart; undefined for one that has a short name. */
function pathOf(connection: string): string | undefined {
  return URL.canParse(connection) ? new URL(connection).pathname : undefined;
}
