import { BOOK_LOCK } from '../../../assembly/memory/layout.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type CaptureRecord, payloadBytes } from './format.js';
import { readCapture } from './reader.js';

/** A feed whose recording is decoded again. */
export interface ReplayedFeed {
  /** As in the names of its files, "binance-spot". */
  readonly name: string;
  /** Its recording, in order. */
  readonly files: readonly string[];
  /** Address of the feed in the memory, and of each of its books by symbol. */
  readonly address: number;
  readonly books: ReadonlyMap<string, number>;
}

/**
 * Does to a feed's books what its worker did: the same frames at the same times, and between them what the recording says that the
 * session did. The books go through the same versions as they did then. No session takes part, since what it decided is recorded.
 */
export class FeedReplay {
  /** Lines of the recording that are not there, up to where it has been read. */
  missing = 0;
  lines = 0;
  private readonly records: AsyncGenerator<CaptureRecord>;
  private last = 0;
  private answer: Uint8Array = new Uint8Array();

  constructor(
    private readonly kernel: Kernel,
    private readonly feed: ReplayedFeed,
  ) {
    this.records = recordsOf(feed.files);
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.records.return(undefined);
  }

  /**
   * Goes on by one line. @returns false at the end
   * @throws InvalidInputError for a file that is no recording of this feed
   */
  async step(): Promise<boolean> {
    const record = await this.read();
    if (record === undefined) return false;
    this.apply(record);
    return true;
  }

  /** The next line, for whoever applies it later; undefined at the end. */
  async read(): Promise<CaptureRecord | undefined> {
    const next = await this.records.next();
    return next.done === true ? undefined : next.value;
  }

  /**
   * Does what a line says. Lines are to be applied in their order.
   * @throws InvalidInputError for one that is no line of a recording of this feed
   */
  apply(record: CaptureRecord): void {
    this.lines++;
    const { n, us, dir, kind } = record;
    if (n === undefined) {
      throw new InvalidInputError(
        `the capture of ${this.feed.name} says neither when its frames were received nor what became of its books; turns can only be replayed on recordings of the run itself`,
        { files: this.feed.files },
      );
    }
    this.missing += n - this.last - 1;
    this.last = n;
    if (dir === 'out') return;
    if (us !== undefined) this.kernel.receivedAt(us);
    if (kind === 'book') this.act(record);
    else if (kind === 'http') this.answer = payloadBytes(record);
    else this.decode(payloadBytes(record));
  }

  private decode(frame: Uint8Array): void {
    this.kernel.decodeFrame(this.feed.address, frame, 0, frame.length);
  }

  private act(record: CaptureRecord): void {
    const { exports, int32 } = this.kernel;
    const book = this.feed.books.get(record.conn);
    if (book === undefined) {
      throw new InvalidInputError(
        `the recording of ${this.feed.name} has a book ${record.conn} that the turn log does not know`,
        {
          symbol: record.conn,
        },
      );
    }
    switch (record.url) {
      case 'reset':
        exports.resetBook(book);
        return;
      case 'state':
        exports.setState(book, Number(record.raw));
        return;
      case 'snapshot':
        this.kernel.decodeSnapshot(book, this.answer);
        return;
      case 'again':
        this.decode(payloadBytes(record));
        return;
      case 'recover':
        // How far the dead writer had come is not known but for this; emptying the book makes the version that was read.
        int32[(book + BOOK_LOCK) >> 2] = Number(record.raw) - 2;
        exports.resetBook(book);
        return;
      default:
        throw new InvalidInputError(
          `the recording of ${this.feed.name} says "${record.url ?? ''}" of a book, which means nothing`,
        );
    }
  }
}

async function* recordsOf(files: readonly string[]): AsyncGenerator<CaptureRecord> {
  for (const file of files) for await (const { record } of readCapture(file, { books: true })) yield record;
}
