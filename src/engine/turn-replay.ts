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
import type { ParameterUpdate } from '../strategy/delta/types.js';
import type { Intent, LegUpdate } from '../strategy/intent.js';
import { intentBytes, type LoggedIntent, readIntent, writeIntent } from './intent-record.js';
import type { LoggedRecord, LoggedTurn, TurnLog } from './turn-log-reader.js';

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
  updateParameters?(strategy: number, update: ParameterUpdate): void;
}

/** The first thing that was not as it was in the live run: a book that a turn saw, or what came of it. */
export type TurnDifference = BookDifference | IntentDifference;

export interface BookDifference {
  readonly what: 'book';
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

export interface IntentDifference {
  readonly what: 'intent';
  readonly turn: number;
  /** Null where there was none. */
  readonly expected: LoggedIntent | null;
  readonly got: LoggedIntent | null;
}

export interface TurnReplayReport {
  /** Turns made again, without the one that differs. */
  readonly turns: number;
  /** Lines of the recordings that were decoded. */
  readonly lines: number;
  /** Intents that were the same. */
  readonly intents: number;
  readonly difference: TurnDifference | null;
}

export interface TurnReplayOptions {
  readonly log: TurnLog;
  readonly plan: MemoryPlan;
  /** In the order of the plan. */
  readonly books: readonly RecordedBook[];
  /** Files of each feed by its name, in order. */
  readonly recordings: ReadonlyMap<string, readonly string[]>;
  /**
   * Builds the engine over the second memory.
   * @param kernel of thread 0
   * @param emitted to be told of every intent, if those of the live run are in the log
   */
  make(kernel: Kernel, emitted: (intent: Intent) => void): ReplayedEngine;
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
  if (difference.what === 'intent') {
    const [expected, got] = [difference.expected, difference.got].map((intent) =>
      intent === null ? 'nothing' : JSON.stringify(intent),
    );
    return `turn ${difference.turn}: wanted ${expected}, and in the replay ${got}`;
  }
  const { turn, book, expectedVersion, expectedSequence, gotVersion, gotSequence, missingLines } = difference;
  const missing = missingLines === 0 ? '' : `; lines missing from the recording up to there: ${missingLines}`;
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
  /** Intents of the turn made last that are not yet found in the log. */
  private readonly emitted: Uint8Array[] = [];
  private turn = 0;
  private turns = 0;
  private intents = 0;

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
    this.engine = options.make(this.target, (intent) => {
      const bytes = new Uint8Array(intentBytes(intent.legCount));
      writeIntent(new DataView(bytes.buffer), 0, intent);
      this.emitted.push(bytes);
    });
  }

  async run(): Promise<TurnReplayReport> {
    const { log } = this.options;
    let difference: TurnDifference | null = null;
    for (const record of log.records()) {
      difference = await this.take(record);
      if (difference !== null) break;
    }
    if (difference === null && !log.isTruncated) difference = this.compareIntent(undefined);
    const lines = this.feeds.reduce((sum, feed) => sum + feed.lines, 0);
    return { turns: this.turns, lines, intents: this.intents, difference };
  }

  private async take(record: LoggedRecord): Promise<TurnDifference | null> {
    switch (record.type) {
      case 'update':
        this.engine.tell?.(record.strategy, record.update);
        return null;
      case 'balance':
        this.engine.setBalance?.(record.account, record.units);
        return null;
      case 'parameters':
        this.engine.updateParameters?.(record.strategy, record.update);
        return null;
      case 'intent':
        return this.compareIntent(record.bytes);
      default: {
        const difference = this.compareIntent(undefined) ?? (await this.prepare(record));
        if (difference !== null) return difference;
        this.turn = record.turn;
        this.engine.turnAt(record.nowUs, record.epochUs, record.isFull);
        this.turns++;
        return null;
      }
    }
  }

  /** Compares the next intent of the turn with the log's, or with its having none any more. */
  private compareIntent(expected: Uint8Array | undefined): IntentDifference | null {
    const got = this.emitted.shift();
    if (expected === undefined && got === undefined) return null;
    if (expected !== undefined && got !== undefined && Buffer.compare(expected, got) === 0) {
      this.intents++;
      return null;
    }
    const read = (bytes: Uint8Array | undefined): LoggedIntent | null => (bytes === undefined ? null : readIntent(bytes));
    return { what: 'intent', turn: this.turn, expected: read(expected), got: read(got) };
  }

  /** Brings the books of a turn into the engine's memory. @returns the first that cannot be had */
  private async prepare(turn: LoggedTurn): Promise<BookDifference | null> {
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

  private differs(turn: LoggedTurn, index: number, book: Wanted, image: BookImage | undefined): BookDifference {
    const last = image ?? BookImage.take(this.source, book.address);
    return {
      what: 'book',
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
