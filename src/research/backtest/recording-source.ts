import { InvalidInputError } from '../../domain/errors.js';
import { FeedReplay, type ReplayedFeed } from '../../feeds/capture/feed-replay.js';
import type { CaptureRecord } from '../../feeds/capture/format.js';
import { readCapture } from '../../feeds/capture/reader.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type MarketSource, MergedSource, type OpenSource } from './market-source.js';

/** A feed whose recording is played. */
export interface RecordedFeed {
  /** As in the names of its files, "binance-spot". */
  readonly name: string;
  /** Its files, in order. */
  readonly files: readonly string[];
  /** Its place in the memory plan. */
  readonly feed: number;
  /** Places of its books by symbol. */
  readonly books: ReadonlyMap<string, number>;
}

/** Lines that are read at a time. */
const LINES = 512;

/**
 * Recordings of feeds, through the kernel's decoders at the times at which the frames were received: the books go through the same
 * versions as they did then. The clock of the backtest is the monotonic clock of the run that was recorded.
 * @param epochOffsetUs as `recordedOffsetUs`
 */
export function recordingSource(feeds: readonly RecordedFeed[], epochOffsetUs: number): OpenSource {
  return (kernel) => new MergedSource(feeds.map((feed) => new FeedSource(kernel, feed, epochOffsetUs)));
}

/**
 * The clock of a recording: its epoch less its monotonic reading, in microseconds, by the first line that tells both.
 * @throws InvalidInputError when none does
 */
export async function recordedOffsetUs(files: readonly string[]): Promise<number> {
  for (const file of files) {
    for await (const { record } of readCapture(file, { books: true }))
      if (record.t !== null && record.us !== undefined && record.us > 0) return Math.round(record.t * 1000 - record.us);
  }
  throw new InvalidInputError('the recording does not say when its frames were received', { files });
}

class FeedSource implements MarketSource {
  events = 0;
  nextUs = Number.POSITIVE_INFINITY;
  private readonly replay: FeedReplay;
  private readonly name: string;
  private records: CaptureRecord[] = [];
  private place = 0;
  private lastUs = 0;
  private isTimed = false;

  constructor(
    kernel: Kernel,
    { name, files, feed, books }: RecordedFeed,
    private readonly epochOffsetUs: number,
  ) {
    this.name = name;
    const { plan } = kernel;
    const replayed: ReplayedFeed = {
      ...{ name, files, address: plan.feeds[feed] ?? 0 },
      books: new Map([...books].map(([symbol, book]) => [symbol, plan.books[book] ?? 0])),
    };
    this.replay = new FeedReplay(kernel, replayed);
  }

  async load(): Promise<boolean> {
    if (this.nextUs < Number.POSITIVE_INFINITY) return true;
    this.records = [];
    this.place = 0;
    while (this.records.length < LINES) {
      const record = await this.replay.read();
      if (record === undefined) break;
      if (record.n === 1 && this.lastUs > 0)
        throw new InvalidInputError(`the recording of ${this.name} holds several runs; backtest them one by one`);
      this.records.push(record);
    }
    this.setNext();
    return this.records.length > 0;
  }

  play(): void {
    // What was sent changes nothing: it is passed over together with what came before it.
    do {
      const record = this.records[this.place];
      if (record === undefined) break;
      if (record.dir === 'in') this.events++;
      this.replay.apply(record);
      this.place++;
    } while (this.records[this.place]?.dir === 'out');
    this.setNext();
  }

  async close(): Promise<void> {
    await this.replay.close();
  }

  /** Lines of before the first frame have only the time of day. */
  private setNext(): void {
    const record = this.records[this.place];
    if (record === undefined) {
      this.nextUs = Number.POSITIVE_INFINITY;
      return;
    }
    const { us, t } = record;
    this.isTimed ||= us !== undefined;
    const dayUs = this.isTimed || t === null ? 0 : Math.round(t * 1000 - this.epochOffsetUs);
    this.lastUs = Math.max(this.lastUs, us ?? dayUs);
    this.nextUs = this.lastUs;
  }
}
