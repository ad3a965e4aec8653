import { CHECKSUM_ENFORCE } from '../../assembly/memory/layout.js';
import type { Clock, Timer, Timers } from '../domain/clock.js';
import { VenueConnectionError } from '../domain/errors.js';
import type { Random } from '../domain/random.js';
import type { VenueInstrument } from '../domain/venue.js';
import { FeedSession } from '../feeds/session.js';
import { DEFAULT_FEED_SETTINGS, type FeedSettings } from '../feeds/settings.js';
import { SocketTransport } from '../feeds/socket-transport.js';
import type { FeedEvent } from '../feeds/transport.js';
import { type BookView, readBook } from '../kernel/book-view.js';
import { Kernel } from '../kernel/kernel.js';
import { createSharedBooks } from '../kernel/memory.js';
import { planMemory } from '../kernel/plan.js';
import { HttpClient } from '../transport/http.js';
import type { FeedProtocol } from '../venues/contract.js';

export interface LocalFeedSurroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  randomBytes(size: number): Uint8Array;
  readonly listener?: (event: FeedEvent) => void;
  readonly settings?: Partial<FeedSettings>;
}

const MESSAGE_BYTES_MAX = 16 * 2 ** 20;
const RECEIVE_BYTES = 65_536;
const LEVELS_MAX = 10_000;
const TICK_MS = 20;
const LOOK_EVERY_MS = 20;

/**
 * The books of a few instruments of one feed on the calling thread: the same session, sockets and kernel as in a feed worker, for
 * checks that want to look at books without a whole engine.
 */
export class LocalFeed {
  private readonly session: FeedSession;
  private readonly transport: SocketTransport;
  private readonly http: HttpClient;
  private readonly ticking: Timer;
  private readonly kernel: Kernel;
  private readonly addresses: ReadonlyMap<string, number>;

  constructor(
    private readonly protocol: FeedProtocol,
    instruments: readonly VenueInstrument[],
    private readonly surroundings: LocalFeedSurroundings,
  ) {
    const { clock, timers, random, randomBytes } = surroundings;
    const settings = { ...DEFAULT_FEED_SETTINGS, ...surroundings.settings };
    const plan = planMemory({
      feeds: [protocol.decoder],
      books: instruments.map(({ symbol, priceDecimals, qtyDecimals }) => ({
        feed: 0,
        names: [symbol, ...protocol.aliases(symbol)],
        priceScale: priceDecimals,
        qtyScale: qtyDecimals,
        capacity: protocol.depth === 0 ? LEVELS_MAX : protocol.depth * 2,
        depth: protocol.depth,
        rule: protocol.rule,
        checksumPolicy: CHECKSUM_ENFORCE,
        orders: 0,
      })),
      threads: [{ inputBytes: MESSAGE_BYTES_MAX, levelsMax: 100_000, copyLevelsMax: LEVELS_MAX, eventsMax: 4096 }],
      histograms: 0,
    });
    this.kernel = new Kernel(createSharedBooks(plan), 0);
    this.addresses = new Map(instruments.map(({ symbol }, index) => [symbol, plan.books[index] ?? 0]));
    this.http = new HttpClient(
      { timeoutMs: settings.snapshotTimeoutMs, bodyBytesMax: MESSAGE_BYTES_MAX, connectionsMax: settings.snapshotsInFlightMax },
      timers,
    );
    this.transport = new SocketTransport(
      {
        clock,
        timers,
        randomBytes,
        http: this.http,
        receiveBuffer: new Uint8Array(RECEIVE_BYTES),
        messageBytesMax: MESSAGE_BYTES_MAX,
        onDecoded: () => undefined,
      },
      protocol.endpoints.rest,
      null,
    );
    this.session = new FeedSession(
      {
        protocol,
        kernel: this.kernel,
        feed: plan.feeds[0] ?? 0,
        transport: this.transport,
        settings,
        random,
        epochMs: () => clock.epochUs() / 1000,
        listener: surroundings.listener ?? (() => undefined),
      },
      instruments.map(({ symbol }, index) => ({ index, symbol, address: plan.books[index] ?? 0 })),
    );
    this.transport.attach(this.session);
    this.ticking = timers.every(TICK_MS, () => this.session.tick(clock.monotonicUs() / 1000));
    this.session.tick(clock.monotonicUs() / 1000);
  }

  /** The best levels of a book as it is now; undefined when there is no such book. */
  read(symbol: string, depth: number): BookView | undefined {
    const address = this.addresses.get(symbol);
    return address === undefined ? undefined : readBook(this.kernel, address, depth);
  }

  /**
   * Settles with the first view of a book that is as wanted.
   * @throws VenueConnectionError when there is none in time
   */
  when(symbol: string, depth: number, wanted: (view: BookView) => boolean, withinMs: number): Promise<BookView> {
    const { clock, timers } = this.surroundings;
    const endUs = clock.monotonicUs() + withinMs * 1000;
    return new Promise((resolve, reject) => {
      const looking = timers.every(LOOK_EVERY_MS, () => {
        const view = this.read(symbol, depth);
        if (view !== undefined && wanted(view)) {
          looking.cancel();
          resolve(view);
        } else if (clock.monotonicUs() > endUs) {
          looking.cancel();
          const shown = view === undefined ? 'no such book' : `state ${view.state}, sequence ${view.sequence}`;
          reject(new VenueConnectionError(`the book of ${symbol} is not as expected after ${withinMs} ms: ${shown}`, { symbol }));
        }
      });
    });
  }

  /** Settles when the book is synchronised and has both sides. */
  synced(symbol: string, withinMs: number): Promise<BookView> {
    return this.when(
      symbol,
      LEVELS_MAX,
      ({ state, bidCount, askCount }) => state === 'SYNCED' && bidCount > 0 && askCount > 0,
      withinMs,
    );
  }

  /** Closes every connection behind the session's back; it will connect anew. */
  cutConnections(): void {
    const { length } = this.protocol.plan([...this.addresses.keys()]);
    for (let connection = 0; connection < length; connection++) this.transport.close(connection);
  }

  async stop(): Promise<void> {
    this.ticking.cancel();
    this.session.stop();
    await this.transport.whenIdle();
    await this.http.close();
  }
}
