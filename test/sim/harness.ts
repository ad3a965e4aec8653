import { request } from 'undici';
import WebSocket from 'ws';
import type { VenueId } from '../../src/domain/venue.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import type { Level } from '../../src/sim/market/ladder.js';
import { parseSimulationOptions, type SimulationOptions } from '../../src/sim/options.js';
import { type Simulation, startSimulation } from '../../src/sim/server.js';

export const EPOCH_US = 1_767_225_600_000_000;

/** Clock and timers that move only when the test says so; sockets get their turn in between. */
export class ManualTime extends VirtualTime {
  constructor() {
    super(EPOCH_US);
  }

  pass(ms: number): Promise<void> {
    return this.run(ms * 1000);
  }
}

/** A simulation of one venue under manual time. */
export interface Stage {
  readonly time: ManualTime;
  readonly simulation: Simulation;
  rest(path: string, headers?: Record<string, string>): Promise<{ status: number; json: unknown; text: string }>;
  connect(url: string, headers?: Record<string, string>): Promise<Client>;
  book(market: 'spot' | 'futures', symbol: string): SimulatedBook;
  close(): Promise<void>;
}

export async function stage(venue: VenueId, options: Partial<SimulationOptions> = {}): Promise<Stage> {
  const time = new ManualTime();
  const parsed = parseSimulationOptions({
    venues: [venue],
    symbols: 14,
    futuresSymbols: 12,
    updatesPerSecond: 1_000,
    seed: 11,
    ...options,
  });
  const simulation = await startSimulation(parsed, { clock: time, timers: time });
  const clients: Client[] = [];
  return {
    time,
    simulation,
    rest: async (path, headers = {}) => {
      const answer = await request(`${simulation.endpoints[venue]?.rest ?? ''}${path}`, { headers });
      const text = await answer.body.text();
      return { status: answer.statusCode, json: JSON.parse(text), text };
    },
    connect: async (url, headers = {}) => {
      const client = await Client.open(url, headers);
      clients.push(client);
      return client;
    },
    book: (market, symbol) => {
      const book = simulation.market.booksOf(venue, market).find(({ instrument }) => instrument.symbol === symbol);
      if (book === undefined) throw new Error(`no ${symbol}`);
      return book;
    },
    close: async () => {
      await simulation.stop();
      await Promise.all(clients.map((client) => client.closed));
    },
  };
}

/** A WebSocket client that keeps everything it gets. */
export class Client {
  /** Everything received; binary frames as Buffers. */
  readonly frames: (string | Buffer)[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  pings = 0;
  private waiting: (() => void)[] = [];

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer, binary: boolean) => {
      this.frames.push(binary ? data : data.toString());
      for (const wake of this.waiting.splice(0)) wake();
    });
    socket.on('ping', () => this.pings++);
    this.closed = new Promise((resolve) => socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() })));
  }

  static open(url: string, headers: Record<string, string>): Promise<Client> {
    const socket = new WebSocket(url, { headers, perMessageDeflate: false });
    const client = new Client(socket);
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(client));
      socket.on('error', reject);
    });
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first text frame from position `from` on that the test accepts, once it is there. */
  async find(accept: (message: Record<string, unknown>) => boolean, from = 0): Promise<Record<string, unknown>> {
    for (let at = from; ; at++) {
      while (at >= this.frames.length) await new Promise<void>((resolve) => this.waiting.push(resolve));
      const frame = this.frames[at];
      if (typeof frame !== 'string') continue;
      const message = JSON.parse(frame) as Record<string, unknown>;
      if (accept(message)) return message;
    }
  }

  /** Sends a request and waits for its answer: everything sent before it has then arrived. */
  async ask(message: unknown, accept: (message: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
    const from = this.frames.length;
    this.send(message);
    return this.find(accept, from);
  }

  /** All text frames that the test accepts. */
  texts<T>(accept: (message: Record<string, unknown>) => boolean): T[] {
    const messages = this.frames
      .filter((frame) => typeof frame === 'string')
      .map((frame) => JSON.parse(frame) as Record<string, unknown>);
    return messages.filter(accept) as T[];
  }
}

/** A book rebuilt from texts, as a client would. */
export class RebuiltBook {
  readonly bids = new Map<number, number>();
  readonly asks = new Map<number, number>();

  set(side: 'bids' | 'asks', price: string | number, qty: string | number): void {
    if (Number(qty) === 0) this[side].delete(Number(price));
    else this[side].set(Number(price), Number(qty));
  }

  apply(side: 'bids' | 'asks', rows: readonly (readonly [string | number, string | number, ...unknown[]])[]): void {
    for (const [price, qty] of rows) this.set(side, price, qty);
  }

  /** Cuts both sides to a depth. */
  cut(depth: number): void {
    for (const side of ['bids', 'asks'] as const) for (const [price] of this.sorted(side).slice(depth)) this[side].delete(price);
  }

  /** Levels, best first. */
  sorted(side: 'bids' | 'asks'): [number, number][] {
    return [...this[side]].sort(([left], [right]) => (side === 'bids' ? right - left : left - right));
  }
}

/** The simulator's own levels as a client's numbers. */
export function numbers(book: SimulatedBook, side: 'bids' | 'asks', depth = 1000): [number, number][] {
  const { priceDecimals, qtyDecimals } = book.instrument;
  const number = (units: number, decimals: number): number => Number(`${units}e-${decimals}`);
  return book[side]
    .levels()
    .slice(0, depth)
    .map(({ priceUnits, qtyUnits }: Level) => [number(priceUnits, priceDecimals), number(qtyUnits, qtyDecimals)]);
}
