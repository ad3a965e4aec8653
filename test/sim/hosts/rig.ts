import { randomBytes } from 'node:crypto';
import type { Clock, Timers } from '../../../src/domain/clock.js';
import { SystemClock, systemTimers } from '../../../src/domain/system-clock.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import type { Host } from '../../../src/sim/fronts/port.js';
import { LoopbackHost } from '../../../src/sim/hosts/loopback-host.js';
import { UwsHost } from '../../../src/sim/hosts/uws-host.js';
import { HttpClient } from '../../../src/transport/http.js';
import type { HttpRequest, HttpResponse, HttpTransport } from '../../../src/transport/http-transport.js';
import {
  type CloseReason,
  type ConnectWebSocket,
  connectWebSocket,
  type WebSocketConnection,
} from '../../../src/transport/web-socket.js';

/** A host and its clients, on real sockets or in the process. */
export interface Rig {
  readonly host: Host;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly connect: ConnectWebSocket;
  readonly http: HttpTransport;
  /** Waits for something; time passes meanwhile. */
  until<T>(promise: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export const HTTP_TIMEOUT_MS = 300;

export function realRig(): Rig {
  const host = new UwsHost(systemTimers);
  const http = new HttpClient({ timeoutMs: HTTP_TIMEOUT_MS, bodyBytesMax: 1e6, connectionsMax: 4 }, systemTimers);
  return {
    host,
    clock: new SystemClock(),
    timers: systemTimers,
    connect: (options, events) => connectWebSocket(options, events, { timers: systemTimers, randomBytes }),
    http,
    until: (promise) => promise,
    close: async () => {
      await http.close();
      host.stop();
    },
  };
}

export interface LoopbackRig extends Rig {
  readonly host: LoopbackHost;
  readonly time: VirtualTime;
}

export function loopbackRig(oneWayMs: () => number = () => 1): LoopbackRig {
  const time = new VirtualTime();
  const host = new LoopbackHost({ clock: time, timers: time, oneWayMs });
  const http = host.http({ timeoutMs: HTTP_TIMEOUT_MS });
  return {
    host,
    time,
    clock: time,
    timers: time,
    connect: host.connect,
    http,
    until: async (promise) => {
      let done = false;
      const finish = (): void => {
        done = true;
      };
      promise.then(finish, finish);
      for (let turns = 0; !done && turns < 20_000; turns++) await time.run(1_000);
      return promise;
    },
    close: async () => {
      await http.close();
      host.stop();
      await time.run(5e6);
    },
  };
}

/** What a client's connection went through. */
export class Dialogue {
  readonly texts: string[] = [];
  readonly opened: Promise<void>;
  readonly closed: Promise<CloseReason>;
  readonly connection: WebSocketConnection;
  private waiting: (() => void)[] = [];

  constructor(connect: ConnectWebSocket, url: string, connectTimeoutMs = 500) {
    let open = (): void => {};
    let close = (_: CloseReason): void => {};
    this.opened = new Promise((resolve) => {
      open = resolve;
    });
    this.closed = new Promise((resolve) => {
      close = resolve;
    });
    this.connection = connect(
      { url, connectTimeoutMs, closeTimeoutMs: 200, messageBytesMax: 10_000, sendQueueBytesMax: 10_000 },
      {
        onOpen: open,
        onMessage: (bytes, start, end, binary) => {
          const text = Buffer.from(bytes.subarray(start, end)).toString(binary ? 'hex' : 'utf8');
          this.texts.push(text);
          for (const wake of this.waiting.splice(0)) wake();
        },
        onClose: close,
      },
    );
  }

  /** Waits until so many messages are there. */
  async count(messages: number): Promise<string[]> {
    while (this.texts.length < messages) await new Promise<void>((resolve) => this.waiting.push(resolve));
    return this.texts;
  }
}

export function get(url: string): HttpRequest {
  return { method: 'GET', url, headers: {}, body: null };
}

export function textOf({ body }: HttpResponse): string {
  return Buffer.from(body).toString();
}
