import { InvalidInputError } from '../../domain/errors.js';
import type { Catalogue } from '../catalogue.js';
import { KINDS } from '../kinds.js';
import { dateOf, datesBetween, type SeriesName } from '../series.js';
import { type SeriesChunk, streamColumns } from '../series-stream.js';

/** A stretch in which nothing came. */
export interface Silence {
  readonly fromUs: number;
  readonly toUs: number;
}

/** What is strange about a series of events. */
export interface EventReport {
  readonly rows: number;
  readonly firstUs: number;
  readonly lastUs: number;
  /** Stretches of more than `silenceUsMin`, the longest 100, in order of time. */
  readonly silences: readonly Silence[];
  readonly silenceCount: number;
  /** Dates between the first and the last without a row. */
  readonly missingDates: readonly string[];
  /** Rows with a price of 0 or less. */
  readonly badPrices: number;
  /** Quotes and snapshots whose best bid is not below the best ask. */
  readonly crossed: number;
  /** Rows without a time of the venue, and such whose time is before that of the row before. */
  readonly withoutVenueTime: number;
  readonly venueTimeBackwards: number;
  /** Of incremental books: rows in front of the first snapshot, which mean nothing. */
  readonly beforeSnapshot: number;
}

const SILENCES_MAX = 100;

/** Looks a series of events over as it streams by. Memory is bounded by a chunk. */
export async function reportEvents(
  catalogue: Catalogue,
  name: SeriesName,
  {
    fromUs,
    toUs,
    silenceUsMin = 60e6,
  }: { readonly fromUs?: number; readonly toUs?: number; readonly silenceUsMin?: number } = {},
): Promise<EventReport> {
  if (KINDS[name.kind].hasInterval) throw new InvalidInputError(`${name.kind} are no events`, { kind: name.kind });
  const tally = new EventTally(name, silenceUsMin);
  const options = { ...(fromUs !== undefined && { fromUs }), ...(toUs !== undefined && { toUs }), levels: 1 };
  for await (const chunk of catalogue.stream(name, options)) tally.take(chunk);
  return tally.report(await catalogue.dates(name));
}

class EventTally {
  private rows = 0;
  private firstUs = Number.NaN;
  private lastUs = Number.NaN;
  private venueUs = Number.NaN;
  private silences: Silence[] = [];
  private silenceCount = 0;
  private badPrices = 0;
  private crossed = 0;
  private withoutVenueTime = 0;
  private venueTimeBackwards = 0;
  private beforeSnapshot = 0;
  private hasSnapshot = false;
  private readonly priceNames: readonly string[];

  constructor(
    private readonly name: SeriesName,
    private readonly silenceUsMin: number,
  ) {
    this.priceNames = streamColumns(name.kind, 1).filter((column) => /price/i.test(column));
  }

  take(chunk: SeriesChunk): void {
    this.takeTimes(chunk.column('tsUs'), chunk.column('exchangeUs'));
    this.takePrices(chunk);
    if (this.name.kind === 'incremental_book_L2' && !this.hasSnapshot) {
      const first = chunk.column('isSnapshot').indexOf(1);
      this.beforeSnapshot += first < 0 ? chunk.count : first;
      this.hasSnapshot = first >= 0;
    }
    this.rows += chunk.count;
  }

  report(dates: readonly string[]): EventReport {
    const { rows, firstUs, lastUs, silenceCount, badPrices, crossed, withoutVenueTime, venueTimeBackwards, beforeSnapshot } =
      this;
    const there = new Set(dates);
    return {
      rows,
      firstUs,
      lastUs,
      silences: this.longest().sort((left, right) => left.fromUs - right.fromUs),
      silenceCount,
      missingDates: rows === 0 ? [] : datesBetween(firstUs, lastUs).filter((date) => !there.has(date) && date !== dateOf(lastUs)),
      badPrices,
      crossed,
      withoutVenueTime,
      venueTimeBackwards,
      beforeSnapshot,
    };
  }

  private takeTimes(tsUs: Float64Array, exchangeUs: Float64Array): void {
    if (Number.isNaN(this.firstUs)) this.firstUs = tsUs[0] ?? Number.NaN;
    for (const us of tsUs) {
      if (us - this.lastUs > this.silenceUsMin) {
        this.silenceCount++;
        this.silences.push({ fromUs: this.lastUs, toUs: us });
        if (this.silences.length >= 10 * SILENCES_MAX) this.silences = this.longest();
      }
      this.lastUs = us;
    }
    for (const us of exchangeUs) {
      if (Number.isNaN(us)) this.withoutVenueTime++;
      else {
        if (us < this.venueUs) this.venueTimeBackwards++;
        this.venueUs = us;
      }
    }
  }

  private takePrices(chunk: SeriesChunk): void {
    const prices = this.priceNames.map((price) => chunk.column(price));
    for (let at = 0; at < chunk.count; at++) if (prices.some((column) => (column[at] ?? 1) <= 0)) this.badPrices++;
    const { kind } = this.name;
    if (kind !== 'quotes' && kind !== 'book_snapshots') return;
    const bids = chunk.column(kind === 'quotes' ? 'bidPrice' : 'bidPrice0');
    const asks = chunk.column(kind === 'quotes' ? 'askPrice' : 'askPrice0');
    for (let at = 0; at < chunk.count; at++) if ((bids[at] ?? 0) >= (asks[at] ?? 0)) this.crossed++;
  }

  private longest(): Silence[] {
    return [...this.silences].sort((left, right) => right.toUs - right.fromUs - (left.toUs - left.fromUs)).slice(0, SILENCES_MAX);
  }
}
