import { CHECKSUM_ENFORCE, THREAD_RECEIVE_US } from '../../../assembly/memory/layout.js';
import type { Clock, Timer, Timers } from '../../domain/clock.js';
import { InvalidInputError, VenueConnectionError } from '../../domain/errors.js';
import type { Random } from '../../domain/random.js';
import { FeedSession } from '../../feeds/session.js';
import { DEFAULT_FEED_SETTINGS, type FeedSettings } from '../../feeds/settings.js';
import type { FrameTap } from '../../feeds/tap.js';
import type { FeedEvent } from '../../feeds/transport.js';
import { Kernel } from '../../kernel/kernel.js';
import { createSharedBooks } from '../../kernel/memory.js';
import { planMemory } from '../../kernel/plan.js';
import type { SignalRules } from '../../kernel/signal-plan.js';
import { buildUniverse, type Universe, type UniverseFeed } from '../../market/universe.js';
import type { HttpTransport } from '../../transport/http-transport.js';
import type { FeedProtocol } from '../../venues/contract.js';
import type { LoopbackHost } from '../hosts/loopback-host.js';
import { LoopbackTransport } from './loopback-transport.js';

export interface LocalMarketOptions {
  readonly feeds: readonly UniverseFeed[];
  readonly host: LoopbackHost;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Levels a side of a book holds where the channel carries the whole book. */
  readonly levels?: number;
  /** Levels of each side that a decision sees. */
  readonly viewLevels?: number;
  /** What counts as a signal; no signals are computed when left out. */
  readonly signals?: SignalRules;
  readonly settings?: Partial<FeedSettings>;
  /** Called after everything that a venue sent was taken in: where an engine takes its turn. */
  onDelivered(): void;
  /** Records a feed. @param receivedUs the time that the kernel was told last */
  tapOf?(protocol: FeedProtocol, receivedUs: () => number): FrameTap;
  readonly listener?: (event: FeedEvent) => void;
}

const REQUEST_TIMEOUT_MS = 5_000;
const INPUT_BYTES = 2 ** 20;
const RECEIVE_BYTES = 256 * 1024;
const MESSAGE_LEVELS_MAX = 4_096;
const BOOK_LEVELS = 64;
const TICK_MS = 250;
const HTTP_OK = 200;

/** What the lists come to as one market: everything that is listed at two venues. @param levels that a side of a whole book holds */
export function localUniverse(feeds: readonly UniverseFeed[], levels = BOOK_LEVELS): Universe {
  return buildUniverse(feeds, { symbolsMax: 10_000, quotes: [], levels, checksumPolicy: CHECKSUM_ENFORCE });
}

/**
 * What each protocol's venue lists, read over the host as a feed reads it from the real venue.
 * @param answered told of every answer, to record it
 * @throws VenueConnectionError
 */
export async function listFeeds(
  host: LoopbackHost,
  protocols: readonly FeedProtocol[],
  answered: (protocol: FeedProtocol, url: string, body: Uint8Array) => void = () => undefined,
): Promise<UniverseFeed[]> {
  const http = host.http({ timeoutMs: REQUEST_TIMEOUT_MS });
  return Promise.all(
    protocols.map(async (protocol) => {
      const answers = await Promise.all(protocol.metadataPaths.map((path) => readJson(http, protocol, path, answered)));
      return { protocol, instruments: protocol.instruments(answers) };
    }),
  );
}

async function readJson(
  http: HttpTransport,
  protocol: FeedProtocol,
  path: string,
  answered: (protocol: FeedProtocol, url: string, body: Uint8Array) => void,
): Promise<unknown> {
  const { venue, endpoints } = protocol;
  const url = endpoints.rest + path;
  const { status, body } = await http.request({ method: 'GET', url, headers: {}, body: null });
  if (status !== HTTP_OK)
    throw new VenueConnectionError(`${venue} answered ${path} with status ${status}`, { venue, path, status });
  answered(protocol, url, body);
  return JSON.parse(Buffer.from(body).toString('utf8'));
}

/**
 * Several feeds on the calling thread, over venues that live in this process: the sessions, the kernel and the memory of a whole
 * engine, without its sockets and threads. Everything arrives in one order only, so a seed replays.
 */
export class LocalMarket {
  readonly universe: Universe;
  readonly kernel: Kernel;
  private readonly sessions: readonly FeedSession[];
  private readonly ticking: Timer;

  /** Plans the memory and connects at once. @throws InvalidInputError when no instrument is listed at two venues */
  constructor(private readonly options: LocalMarketOptions) {
    const { feeds, levels = BOOK_LEVELS, viewLevels, signals } = options;
    this.universe = localUniverse(feeds, levels);
    const { rows, books } = this.universe;
    if (rows.length === 0) throw new InvalidInputError('no instrument is listed at two of the venues');
    const plan = planMemory({
      feeds: feeds.map(({ protocol }) => protocol.decoder),
      books: books.map(({ request }) => request),
      threads: [
        {
          inputBytes: INPUT_BYTES,
          levelsMax: MESSAGE_LEVELS_MAX,
          copyLevelsMax: MESSAGE_LEVELS_MAX,
          eventsMax: 1_024,
          receiveBytes: RECEIVE_BYTES,
        },
      ],
      histograms: 1,
      scanRows: rows.length,
      ...(viewLevels === undefined ? {} : { viewLevels }),
      ...(signals === undefined ? {} : { signals }),
    });
    this.kernel = new Kernel(createSharedBooks(plan), 0);
    this.sessions = feeds.map(({ protocol }, feed) => this.open(protocol, feed));
    this.ticking = options.timers.every(TICK_MS, () => this.tick());
    this.tick();
  }

  /** Books that are in step with their venues. */
  get synced(): number {
    return this.sessions.reduce((sum, session) => sum + session.synced, 0);
  }

  get isSynced(): boolean {
    return this.synced === this.universe.books.length;
  }

  /** Closes every connection. */
  stop(): void {
    this.ticking.cancel();
    for (const session of this.sessions) session.stop();
  }

  private open(protocol: FeedProtocol, feed: number): FeedSession {
    const { host, clock, random, settings, listener = () => undefined, onDelivered } = this.options;
    const { kernel } = this;
    const tap = this.options.tapOf?.(protocol, () => kernel.float64At(kernel.thread + THREAD_RECEIVE_US)) ?? null;
    const transport = new LoopbackTransport(
      {
        clock,
        connect: host.connect,
        http: host.http({ timeoutMs: REQUEST_TIMEOUT_MS }),
        receiveBuffer: kernel.receiveArea,
        onDelivered,
      },
      protocol.endpoints.rest,
      tap,
    );
    const { plan } = kernel;
    const books = this.universe.books.flatMap(({ instrument, feed: of }, position) =>
      of === feed ? [{ symbol: instrument.symbol, address: plan.books[position] ?? 0 }] : [],
    );
    const session = new FeedSession(
      {
        protocol,
        kernel,
        feed: plan.feeds[feed] ?? 0,
        transport,
        settings: { ...DEFAULT_FEED_SETTINGS, ...settings },
        random,
        epochMs: () => clock.epochUs() / 1000,
        listener,
        ...(tap !== null && { journal: tap }),
      },
      books.map((book, index) => ({ index, ...book })),
    );
    transport.attach(session);
    return session;
  }

  private tick(): void {
    const nowUs = this.options.clock.monotonicUs();
    for (const session of this.sessions) {
      session.receivedAt(nowUs);
      session.tick(nowUs / 1000);
    }
  }
}
