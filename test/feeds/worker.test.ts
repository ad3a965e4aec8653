import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  BOOK_BID_PRICE,
  BOOK_LOCK,
  BOOK_STATE,
  CHECKSUM_ENFORCE,
  FEED_CONNECTS,
  HISTOGRAM_COUNT,
  STATE_BUFFERING,
  STATE_SYNCED,
} from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { SystemClock, systemTimers } from '../../src/domain/system-clock.js';
import { DEFAULT_FEED_SETTINGS } from '../../src/feeds/settings.js';
import { FeedSupervisor } from '../../src/feeds/supervisor.js';
import type { FeedEvent } from '../../src/feeds/transport.js';
import { feedBooks } from '../../src/feeds/worker-data.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';
import { binanceSpot } from '../../src/venues/binance/feed.js';

// Method: a real worker thread (the compiled one) against a venue of a few lines over real sockets.
const entry = new URL('../../build/src/feeds/feed-worker.js', import.meta.url);
if (!existsSync(entry)) throw new Error('the feed worker is not compiled; run: npm run build');

/** Acknowledges everything, then sends a delta every few milliseconds; the snapshot always fits. */
class TinyVenue {
  id = 10;
  readonly closeCodes: number[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();

  private constructor(
    private readonly http: Server,
    private readonly sockets: WebSocketServer,
  ) {}

  static async start(): Promise<TinyVenue> {
    const http = createServer();
    const sockets = new WebSocketServer({ server: http });
    const venue = new TinyVenue(http, sockets);
    http.on('request', (_request, response) => {
      response.end(JSON.stringify({ lastUpdateId: venue.id, bids: [['1.00', '2.00']], asks: [['3.00', '4.00']] }));
    });
    sockets.on('connection', (socket) => venue.serve(socket));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return venue;
  }

  get authority(): string {
    return `127.0.0.1:${(this.http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    for (const socket of this.sockets.clients) socket.terminate();
    this.sockets.close();
    this.http.close();
    await once(this.http, 'close');
  }

  private serve(socket: WebSocket): void {
    socket.on('message', (data) => {
      const { id } = JSON.parse(String(data)) as { id: number };
      socket.send(JSON.stringify({ result: null, id }));
      const timer = setInterval(() => {
        this.id++;
        socket.send(
          `{"stream":"aaausdt@depth@100ms","data":{"e":"depthUpdate","E":1,"s":"AAAUSDT","U":${this.id},"u":${this.id},"b":[["1.50","1.00"]],"a":[]}}`,
        );
      }, 5);
      this.timers.add(timer);
      socket.once('close', () => clearInterval(timer));
    });
    socket.on('close', (code) => this.closeCodes.push(code));
  }
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

async function startWorker() {
  const venue = await TinyVenue.start();
  stops.push(() => venue.stop());
  const endpoints = { rest: `http://${venue.authority}`, wsPublic: `ws://${venue.authority}` };
  const protocol = binanceSpot({ endpoints });
  const thread = { inputBytes: 65_536, levelsMax: 500, copyLevelsMax: 10, eventsMax: 10, receiveBytes: 65_536 };
  const book = {
    feed: 0,
    names: ['AAAUSDT'],
    priceScale: 2,
    qtyScale: 2,
    capacity: 100,
    depth: 0,
    rule: 0,
    checksumPolicy: CHECKSUM_ENFORCE,
    orders: 0,
  };
  const plan = planMemory({ feeds: [protocol.decoder], books: [book], threads: [thread, thread], histograms: 1 });
  const kernel = new Kernel(createSharedBooks(plan), 0);
  const [feed = 0] = plan.feeds;
  const [address = 0] = plan.books;
  const [histogram = 0] = plan.histograms;
  const events: FeedEvent[] = [];
  const feedOfWorker = {
    venue: 'binance',
    market: 'spot',
    options: { endpoints },
    feed,
    books: feedBooks([{ symbol: 'AAAUSDT', address }]),
    recording: null,
  } as const;
  const supervisor = new FeedSupervisor({
    kernel,
    workers: [{ venue: 'binance', thread: 1, histogram, feeds: [feedOfWorker] }],
    settings: DEFAULT_FEED_SETTINGS,
    epochOffsetUs: new SystemClock().offsetUs(),
    seed: 1,
    timers: systemTimers,
    random: new SeededRandom(1),
    listener: (event) => events.push(event),
    entry,
  });
  supervisor.start();
  stops.push(() => supervisor.stop());
  const state = (): number => Atomics.load(kernel.int32, (address + BOOK_STATE) >> 2);
  /** Waits for the wake word until `done`, as the engine does. */
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      const word = Atomics.load(kernel.int32, plan.control >> 2);
      const woken = Atomics.waitAsync(kernel.int32, plan.control >> 2, word, 1_000);
      if (woken.async) await woken.value;
    }
  };
  return { venue, kernel, feed, address, histogram, events, supervisor, state, until };
}

test('a worker synchronises its books, publishes every delta, measures itself, and stops with a close frame before its time is up', async () => {
  const { venue, kernel, feed, address, histogram, supervisor, state, until } = await startWorker();
  await until(() => state() === STATE_SYNCED && kernel.float64At(address + BOOK_BID_PRICE) === 150);
  expect(kernel.float64At(feed + FEED_CONNECTS)).toBe(1);
  await until(() => kernel.int32At(histogram + HISTOGRAM_COUNT) > 0);
  // A worker that takes too long is ended without a close frame, so the venue's sight of one says that it was in time.
  await supervisor.stop();
  expect(state()).toBe(STATE_BUFFERING);
  expect(venue.closeCodes).toEqual([1000]);
});

test('P21: a killed worker takes its books out of trading and is replaced; the others never notice', async () => {
  const { kernel, address, events, supervisor, state, until } = await startWorker();
  await until(() => state() === STATE_SYNCED);
  supervisor.kill('binance');
  await until(() => events.some(({ kind }) => kind === 'worker-lost'));
  expect(Atomics.load(kernel.int32, (address + BOOK_LOCK) >> 2) % 2).toBe(0);
  await until(() => events.filter(({ kind }) => kind === 'worker-started').length === 2 && state() === STATE_SYNCED);
});

test('a book whose writer died in the middle of a write can be read again', async () => {
  const plan = planMemory({
    feeds: [0],
    books: [
      {
        feed: 0,
        names: ['A'],
        priceScale: 2,
        qtyScale: 2,
        capacity: 10,
        depth: 0,
        rule: 0,
        checksumPolicy: CHECKSUM_ENFORCE,
        orders: 0,
      },
    ],
    threads: [{ inputBytes: 1024, levelsMax: 10, copyLevelsMax: 10, eventsMax: 1 }],
    histograms: 0,
  });
  const kernel = new Kernel(createSharedBooks(plan), 0);
  const [book = 0] = plan.books;
  Atomics.add(kernel.int32, (book + BOOK_LOCK) >> 2, 1);
  expect(kernel.exports.copyBook(book, 5)).toBe(0);
  kernel.exports.recoverBook(book);
  expect(kernel.exports.copyBook(book, 5)).toBe(1);
  expect(kernel.int32At(book + BOOK_STATE)).toBe(STATE_BUFFERING);
});
