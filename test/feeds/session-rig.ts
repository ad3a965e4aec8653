import { BOOK_STATE, CHECKSUM_ENFORCE, STATE_SYNCED } from '../../assembly/memory/layout.js';
import { SeededRandom } from '../../src/domain/random.js';
import { FeedSession } from '../../src/feeds/session.js';
import { DEFAULT_FEED_SETTINGS, type FeedSettings } from '../../src/feeds/settings.js';
import type { FrameTap } from '../../src/feeds/tap.js';
import type { FeedBook, FeedEvent, FeedTransport } from '../../src/feeds/transport.js';
import { feedBooks } from '../../src/feeds/worker-data.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { kernelModule } from '../../src/kernel/module.js';
import { planMemory } from '../../src/kernel/plan.js';
import type { FeedProtocol } from '../../src/venues/contract.js';

/** A message that the session sent, or an order to the transport, in the order in which they came. */
export class RecordingTransport implements FeedTransport {
  readonly connects: { connection: number; url: string }[] = [];
  readonly sent: { connection: number; text: string }[] = [];
  readonly closed: number[] = [];
  readonly asked: FeedBook[] = [];

  connect(connection: number, url: string): void {
    this.connects.push({ connection, url });
  }
  send(connection: number, text: string): void {
    this.sent.push({ connection, text });
  }
  close(connection: number): void {
    this.closed.push(connection);
  }
  requestSnapshot(book: FeedBook): void {
    this.asked.push(book);
  }
}

/** A session over the real kernel, whose time and network are in the test's hands. */
export class SessionRig {
  readonly kernel: Kernel;
  readonly feed: number;
  readonly session: FeedSession;
  readonly transport = new RecordingTransport();
  readonly events: FeedEvent[] = [];
  private readonly tap: FrameTap | null;
  nowMs = 1_000;

  constructor(
    readonly protocol: FeedProtocol,
    symbols: readonly string[],
    settings: Partial<FeedSettings> = {},
    /** Makes what hears of frames and of what is done to the books. */
    tapOf: ((kernel: () => Kernel) => FrameTap) | null = null,
    published?: (book: number, kernel: Kernel) => void,
  ) {
    const plan = planMemory({
      feeds: [protocol.decoder],
      books: symbols.map((symbol) => ({
        feed: 0,
        names: [symbol, ...protocol.aliases(symbol)],
        priceScale: 2,
        qtyScale: 2,
        capacity: 500,
        depth: protocol.depth,
        rule: protocol.rule,
        checksumPolicy: CHECKSUM_ENFORCE,
        orders: 0,
      })),
      threads: [{ inputBytes: 65_536, levelsMax: 500, copyLevelsMax: 100, eventsMax: 50 }],
      histograms: 0,
    });
    const tell = published === undefined ? undefined : (book: number): void => published(book, this.kernel);
    this.kernel = new Kernel(createSharedBooks(plan), 0, kernelModule(), tell);
    this.tap = tapOf === null ? null : tapOf(() => this.kernel);
    this.feed = plan.feeds[0] ?? 0;
    const books = feedBooks(symbols.map((symbol, index) => ({ symbol, address: plan.books[index] ?? 0 })));
    this.session = new FeedSession(
      {
        protocol,
        kernel: this.kernel,
        feed: this.feed,
        transport: this.transport,
        settings: { ...DEFAULT_FEED_SETTINGS, ...settings },
        random: new SeededRandom(7),
        epochMs: () => 1_767_225_600_000 + this.nowMs,
        listener: (event) => this.events.push(event),
        ...(this.tap !== null && { journal: this.tap }),
      },
      books,
    );
  }

  book(symbol: string): FeedBook {
    const found = this.session.books.find((book) => book.symbol === symbol);
    if (found === undefined) throw new Error(`no book of ${symbol}`);
    return found;
  }

  state(symbol: string): number {
    return this.kernel.int32At(this.book(symbol).address + BOOK_STATE);
  }

  isSynced(symbol: string): boolean {
    return this.state(symbol) === STATE_SYNCED;
  }

  counter(offset: number): number {
    return this.kernel.float64At(this.feed + offset);
  }

  /** The book as readers see it: its sequence, and both sides as "price:quantity" in units. */
  read(symbol: string): { sequence: number; sides: string } {
    this.kernel.exports.copyBook(this.book(symbol).address, 100);
    const side = (at: number, count: number): string =>
      Array.from({ length: count }, (_, i) => `${this.kernel.float64[at + 2 * i]}:${this.kernel.float64[at + 2 * i + 1]}`).join(
        ' ',
      );
    return {
      sequence: this.kernel.answer(3),
      sides: `${side(this.kernel.copiedBids, this.kernel.answer(0))} | ${side(this.kernel.copiedAsks, this.kernel.answer(1))}`,
    };
  }

  /** Lets time pass, tick by tick. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 250) {
      this.nowMs += Math.min(250, left);
      this.session.receivedAt(this.nowMs * 1000);
      this.session.tick(this.nowMs);
    }
  }

  frame(text: string, connection = 0): number {
    const bytes = Buffer.from(text);
    this.session.receivedAt(this.nowMs * 1000);
    this.tap?.frame('in', connection, bytes, 0, bytes.length, false);
    return this.session.frame(connection, bytes, 0, bytes.length);
  }

  snapshot(symbol: string, body: string): void {
    this.session.receivedAt(this.nowMs * 1000);
    this.tap?.answer(`http://venue/depth?symbol=${symbol}`, Buffer.from(body));
    this.session.snapshot(this.book(symbol), Buffer.from(body));
  }

  /** Opens every connection that the session asked for and that is not open yet. */
  open(): void {
    for (const { connection } of this.transport.connects.splice(0)) this.session.connected(connection);
  }

  /** Answers what the session wants closed. */
  settleClosed(): void {
    for (const connection of this.transport.closed.splice(0)) this.session.disconnected(connection, 'closed');
  }

  eventsOf(kind: FeedEvent['kind']): FeedEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }
}
