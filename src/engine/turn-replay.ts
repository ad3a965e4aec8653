// Makes the turns of a live engine again.
//
// There are two memories of one plan. In the first, the recordings of the feeds are decoded; the kernel tells of every version of
// every book as it is made, and those that some turn saw are kept as images. In the second the engine turns: before each turn the
// books that it saw are put there, each in its version, and marked as changed. So it does not matter how far the feeds had come in
// relation to each other, nor which versions the engine never looked at.
import { FeedReplay } from '../feeds/capture/feed-replay.js';
import { BookImage, markBusy, markChanged } from '../kernel/book-image.js';
import { Kernel } from '../kernel/kernel.js';
import { createSharedBooks } from '../kernel/memory.js';
import { kernelModule } from '../kernel/module.js';
import type { MemoryPlan } from '../kernel/plan.js';
import type { LegUpdate } from '../strategy/intent.js';
import type { LoggedTurn, TurnLog } from './turn-log-reader.js';

/** A book of the plan, as recordings call it. */
export interface RecordedBook {
  /** Name of its feed, "binance-spot". */
  readonly feed: string;
  readonly symbol: string;
}

/** What is replayed: the engine over a memory of its own. */
export interface ReplayedEngine {
  turnAt(nowUs: number, epochUs: number, isFull: boolean): unknown;
  tell?(strategy: number, update: LegUpdate): void;
  setBalance?(account: number, units: number): void;
}

/** The first thing that was not as it was in the live run. */
export interface TurnDifference {
  readonly turn: number;
  readonly book: RecordedBook;
  readonly expectedVersion: number;
  readonly expectedSequence: number;
  /** What the recording leads to instead; the version it came to at last where it ends. */
  readonly gotVersion: number;
  readonly gotSequence: number;
  /** Lines missing from the recording of the feed up to there. */
  readonly missingLines: number;
}

export interface TurnReplayReport {
  /** Turns made again, without the one that differs. */
  readonly turns: number;
  /** Lines of the recordings that were decoded. */
  readonly lines: number;
  readonly difference: TurnDifference | null;
}

export interface TurnReplayOptions {
  readonly log: TurnLog;
  readonly plan: MemoryPlan;
  /** In the order of the plan. */
  readonly books: readonly RecordedBook[];
  /** Files of each feed by its name, in order. */
  readonly recordings: ReadonlyMap<string, readonly string[]>;
  /** Builds the engine over the second memory. @param kernel of thread 0 */
  make(kernel: Kernel): ReplayedEngine;
}

/** A book on its way: which versions the turns want, and those that are there. */
interface Wanted {
  readonly address: number;
  readonly feed: FeedReplay;
  readonly versions: number[];
  next: number;
  readonly images: BookImage[];
  /** The one that the engine has. */
  current: BookImage | undefined;
}

/** One line for people. */
export function differenceText(difference: TurnDifference): string {
  const { turn, book, expectedVersion, expectedSequence, gotVersion, gotSequence, missingLines } = difference;
  const missing = missingLines === 0 ? '' : `; ${missingLines} lines of the recording are missing up to there`;
  return (
    `turn ${turn}: ${book.feed} ${book.symbol} was of version ${expectedVersion}, sequence ${expectedSequence}, ` +
    `and the recording leads to version ${gotVersion}, sequence ${gotSequence}${missing}`
  );
}

/**
 * Replays a turn log over its recordings, up to the first difference.
 * @throws InvalidInputError for files that are no recordings of this run
 */
export async function replayTurns(options: TurnReplayOptions): Promise<TurnReplayReport> {
  return new TurnReplay(options).run();
}

class TurnReplay {
  private readonly source: Kernel;
  private readonly target: Kernel;
  private readonly wanted: readonly Wanted[];
  private readonly byAddress = new Map<number, Wanted>();
  private readonly feeds: readonly FeedReplay[];
  private readonly engine: ReplayedEngine;

  constructor(private readonly options: TurnReplayOptions) {
    const { plan, books, log } = options;
    this.source = new Kernel(createSharedBooks(plan), decodingThread(plan), kernelModule(), (book) => this.published(book));
    this.target = new Kernel(createSharedBooks(plan), 0);
    const feeds = new Map<string, FeedReplay>();
    this.wanted = books.map(({ feed }, place) => {
      const address = plan.books[place] ?? 0;
      const replay = feeds.get(feed) ?? this.feedOf(feed, plan.feeds[plan.request.books[place]?.feed ?? 0] ?? 0);
      feeds.set(feed, replay);
      return { address, feed: replay, versions: [], next: 0, images: [], current: undefined };
    });
    this.feeds = [...feeds.values()];
    for (const book of this.wanted) this.byAddress.set(book.address, book);
    for (const turn of log.turns()) {
      turn.books.forEach((place, index) => {
        const { versions } = this.bookAt(place);
        const version = turn.versions[index] ?? 0;
        if (!isBusy(version) && versions.at(-1) !== version) versions.push(version);
      });
    }
    this.engine = options.make(this.target);
  }

  async run(): Promise<TurnReplayReport> {
    let turns = 0;
    let difference: TurnDifference | null = null;
    for (const record of this.options.log.records()) {
      if (record.type === 'update') this.engine.tell?.(record.strategy, record.update);
      else if (record.type === 'balance') this.engine.setBalance?.(record.account, record.units);
      else {
        difference = await this.prepare(record);
        if (difference !== null) break;
        this.engine.turnAt(record.nowUs, record.epochUs, record.isFull);
        turns++;
      }
    }
    return { turns, lines: this.feeds.reduce((sum, { lines }) => sum + lines, 0), difference };
  }

  /** Brings the books of a turn into the engine's memory. @returns the first that cannot be had */
  private async prepare(turn: LoggedTurn): Promise<TurnDifference | null> {
    for (const [index, place] of turn.books.entries()) {
      const book = this.bookAt(place);
      const version = turn.versions[index] ?? 0;
      if (isBusy(version)) markBusy(this.target, book.address);
      else {
        const image = await this.imageOf(book, version);
        if (image === undefined || image.sequence !== turn.sequences[index]) return this.differs(turn, index, book, image);
        image.putInto(this.target);
      }
      markChanged(this.target, book.address);
    }
    return null;
  }

  /** Decodes until the version is there. @returns undefined when it was passed over or never comes */
  private async imageOf(book: Wanted, version: number): Promise<BookImage | undefined> {
    if (book.current?.version === version) return book.current;
    while (book.images.length === 0) {
      if (isPast(this.versionOf(book), version) || !(await book.feed.step())) return undefined;
    }
    book.current = book.images.shift();
    return book.current?.version === version ? book.current : undefined;
  }

  /** The kernel has just made a version of a book. */
  private published(address: number): void {
    const book = this.byAddress.get(address);
    if (book === undefined || book.versions[book.next] !== this.versionOf(book)) return;
    book.next++;
    book.images.push(BookImage.take(this.source, address));
  }

  private differs(turn: LoggedTurn, index: number, book: Wanted, image: BookImage | undefined): TurnDifference {
    const last = image ?? BookImage.take(this.source, book.address);
    return {
      turn: turn.turn,
      book: this.options.books[turn.books[index] ?? 0] as RecordedBook,
      expectedVersion: turn.versions[index] ?? 0,
      expectedSequence: turn.sequences[index] ?? 0,
      gotVersion: last.version,
      gotSequence: last.sequence,
      missingLines: book.feed.missing,
    };
  }

  private feedOf(name: string, address: number): FeedReplay {
    const { plan, books, recordings } = this.options;
    const own = new Map<string, number>();
    books.forEach(({ feed, symbol }, place) => {
      if (feed === name) own.set(symbol, plan.books[place] ?? 0);
    });
    return new FeedReplay(this.source, { name, files: recordings.get(name) ?? [], address, books: own });
  }

  private bookAt(place: number): Wanted {
    const book = this.wanted[place];
    if (book === undefined) throw new RangeError(`the turn log names book ${place} of ${this.wanted.length}`);
    return book;
  }

  private versionOf({ address }: Wanted): number {
    return this.source.int32At(address);
  }
}

/** A lock word that is odd: the writer kept the book busy. */
function isBusy(version: number): boolean {
  return (version & 1) !== 0;
}

/** Whether a book of this version will not come to the other; lock words come round. */
function isPast(version: number, wanted: number): boolean {
  return ((version - wanted) | 0) > 0;
}

/** The thread with the most room for frames. */
function decodingThread({ request }: MemoryPlan): number {
  const room = request.threads.map(({ inputBytes }) => inputBytes);
  return room.indexOf(Math.max(...room));
}
