import type { BookBatch, SimulatedBook } from '../market/book.js';
import type { DepthView } from '../market/depth-view.js';
import { type Connection, Topic } from './connection.js';
import type { VenueApp } from './venue-app.js';

/** Turns an update into the frames of one stream. */
export type Encoder = (batch: BookBatch, emit: (frame: string | Uint8Array) => void) => void;

/** One channel of one book. */
export class BookStream {
  constructor(
    readonly key: string,
    readonly book: SimulatedBook,
    readonly topic: Topic,
    readonly encode: Encoder,
    private readonly view: DepthView | null,
  ) {}

  /** @returns false when the connection had joined already */
  join(connection: Connection): boolean {
    const joined = connection.join(this.topic);
    // Nobody kept the view up to date while nobody listened.
    if (joined && this.topic.subscribers === 1) this.view?.reset();
    return joined;
  }
}

/** The streams of a venue that somebody has asked for so far. Each update is encoded once for each stream with listeners. */
export class BookStreams {
  private readonly byKey = new Map<string, BookStream>();
  private readonly byBook = new Map<SimulatedBook, BookStream[]>();

  constructor(private readonly app: VenueApp) {}

  find(key: string): BookStream | undefined {
    return this.byKey.get(key);
  }

  /** The stream of that key, made on first use. */
  open(key: string, book: SimulatedBook, encode: Encoder, view: DepthView | null = null): BookStream {
    const known = this.byKey.get(key);
    if (known !== undefined) return known;
    const stream = new BookStream(key, book, new Topic(key), encode, view);
    this.byKey.set(key, stream);
    const streams = this.byBook.get(book);
    if (streams === undefined) this.byBook.set(book, [stream]);
    else streams.push(stream);
    return stream;
  }

  /** Sends an update to everybody who listens to a stream of its book. */
  onBatch(book: SimulatedBook, batch: BookBatch): void {
    for (const { topic, encode } of this.byBook.get(book) ?? []) {
      if (topic.subscribers > 0) encode(batch, (frame) => this.app.publish(topic, frame));
    }
  }
}
