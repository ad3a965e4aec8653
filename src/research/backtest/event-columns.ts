import type { Kernel } from '../../kernel/kernel.js';
import { type LevelColumns, ROW_ASK, ROW_BID, RowDoor } from '../../kernel/row-door.js';
import type { MarketSource, OpenSource } from './market-source.js';

/** What an event is. */
export const EVENT_DELTA = 0;
export const EVENT_SNAPSHOT = 1;
export const EVENT_TRADE = 2;
export const EVENT_MARK = 3;

/** The side of a trade that nobody tells. */
export const ROW_NONE = 2;

/**
 * Events as columns, so that millions of them are no objects. Event i has the level rows [rowsEnd[i - 1], rowsEnd[i]); books are named
 * by their place in the universe.
 *   EVENT_DELTA     rows: changed levels, a quantity of 0 takes one out
 *   EVENT_SNAPSHOT  rows: the whole book
 *   EVENT_TRADE     one row: price and quantity, ROW_ASK when the taker bought, ROW_BID when it sold, ROW_NONE when nobody says
 *   EVENT_MARK      two rows of plain numbers, NaN for what is not told: [mark price, index price], [funding rate, next funding in
 *                   microseconds since the epoch]
 */
export interface EventColumns extends LevelColumns {
  /** Events in use. */
  readonly count: number;
  /** When each was received: microseconds since the epoch, not falling. */
  readonly atUs: Float64Array;
  /** By the venue's clock, microseconds since the epoch; 0 when not known. */
  readonly exchangeUs: Float64Array;
  /** EVENT_... */
  readonly kind: Uint8Array;
  readonly book: Int32Array;
  readonly rowsEnd: Int32Array;
}

/** Reads a history batch by batch; a batch may be the same object each time. */
export interface EventReader {
  /** Null at the end. */
  next(): Promise<EventColumns | null>;
  close?(): Promise<void>;
}

/** A history of columns, played straight into the books. The clock of its backtest counts microseconds since the epoch. */
export class ColumnSource implements MarketSource {
  events = 0;
  nextUs = Number.POSITIVE_INFINITY;
  private readonly door: RowDoor;
  private readonly sequences: Float64Array;
  private batch: EventColumns | null = null;
  private place = 0;

  constructor(
    private readonly kernel: Kernel,
    private readonly reader: EventReader,
  ) {
    this.door = new RowDoor(kernel);
    this.sequences = new Float64Array(kernel.plan.books.length);
  }

  async load(): Promise<boolean> {
    while (this.nextUs === Number.POSITIVE_INFINITY) {
      this.batch = await this.reader.next();
      if (this.batch === null) return false;
      this.place = 0;
      this.setNext();
    }
    return true;
  }

  play(): void {
    const { batch, place } = this;
    if (batch === null) return;
    const book = batch.book[place] ?? 0;
    const from = place === 0 ? 0 : (batch.rowsEnd[place - 1] ?? 0);
    const to = batch.rowsEnd[place] ?? from;
    this.kernel.receivedAt(this.nextUs);
    this.apply(batch, batch.kind[place] ?? EVENT_DELTA, book, from, to, batch.exchangeUs[place] ?? 0);
    this.place = place + 1;
    this.setNext();
  }

  async close(): Promise<void> {
    await this.reader.close?.();
  }

  private apply(batch: EventColumns, kind: number, book: number, from: number, to: number, exchangeUs: number): void {
    const { door, sequences } = this;
    if (kind <= EVENT_SNAPSHOT) {
      const sequence = (sequences[book] ?? 0) + 1;
      sequences[book] = sequence;
      this.events += to - from;
      door.levels(book, batch, from, to, kind === EVENT_SNAPSHOT, sequence, exchangeUs);
      return;
    }
    this.events++;
    const { side, priceUnits, qtyUnits } = batch;
    const price = priceUnits[from] ?? 0;
    const qty = qtyUnits[from] ?? 0;
    if (kind === EVENT_TRADE) door.trade(book, price, qty, 0, exchangeUs, takerOf(side[from]));
    else door.mark(book, price, qty, priceUnits[from + 1] ?? Number.NaN, qtyUnits[from + 1] ?? Number.NaN);
  }

  private setNext(): void {
    const { batch, place } = this;
    this.nextUs = batch !== null && place < batch.count ? (batch.atUs[place] ?? 0) : Number.POSITIVE_INFINITY;
  }
}

function takerOf(side: number | undefined): number {
  if (side === ROW_ASK) return 1;
  return side === ROW_BID ? -1 : 0;
}

/** Columns that grow as events are added; the same again after `clear`. */
export class EventBuilder implements EventColumns {
  count = 0;
  rows = 0;
  atUs: Float64Array;
  exchangeUs: Float64Array;
  kind: Uint8Array;
  book: Int32Array;
  rowsEnd: Int32Array;
  side: Uint8Array;
  priceUnits: Float64Array;
  qtyUnits: Float64Array;

  /** @param events room at first @param rows room for their level rows */
  constructor(events = 1_024, rows = 16_384) {
    this.atUs = new Float64Array(events);
    this.exchangeUs = new Float64Array(events);
    this.kind = new Uint8Array(events);
    this.book = new Int32Array(events);
    this.rowsEnd = new Int32Array(events);
    this.side = new Uint8Array(rows);
    this.priceUnits = new Float64Array(rows);
    this.qtyUnits = new Float64Array(rows);
  }

  clear(): void {
    this.count = 0;
    this.rows = 0;
  }

  /** Adds a row to the event that is ended next. */
  row(side: number, priceUnits: number, qtyUnits: number): void {
    const at = this.rows++;
    if (at === this.side.length) {
      this.side = grown(this.side, (length) => new Uint8Array(length));
      this.priceUnits = grown(this.priceUnits, (length) => new Float64Array(length));
      this.qtyUnits = grown(this.qtyUnits, (length) => new Float64Array(length));
    }
    this.side[at] = side;
    this.priceUnits[at] = priceUnits;
    this.qtyUnits[at] = qtyUnits;
  }

  /** Ends an event: the rows added since the last one are its own. */
  end(kind: number, book: number, atUs: number, exchangeUs = 0): void {
    const at = this.count++;
    if (at === this.atUs.length) {
      this.atUs = grown(this.atUs, (length) => new Float64Array(length));
      this.exchangeUs = grown(this.exchangeUs, (length) => new Float64Array(length));
      this.kind = grown(this.kind, (length) => new Uint8Array(length));
      this.book = grown(this.book, (length) => new Int32Array(length));
      this.rowsEnd = grown(this.rowsEnd, (length) => new Int32Array(length));
    }
    this.atUs[at] = atUs;
    this.exchangeUs[at] = exchangeUs;
    this.kind[at] = kind;
    this.book[at] = book;
    this.rowsEnd[at] = this.rows;
  }
}

/** A reader over batches that are there already. */
export function readerOf(batches: readonly EventColumns[]): EventReader {
  let next = 0;
  return { next: () => Promise.resolve(batches[next++] ?? null) };
}

/** A history of columns that are there already. */
export function columnHistory(columns: EventColumns): OpenSource {
  return (kernel) => new ColumnSource(kernel, readerOf([columns]));
}

function grown<Column extends { readonly length: number; set(from: Column): void }>(
  column: Column,
  make: (length: number) => Column,
): Column {
  const longer = make(column.length * 2);
  longer.set(column);
  return longer;
}
