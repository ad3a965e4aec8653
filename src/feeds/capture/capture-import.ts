import { BOOK_ASK_PRICE, BOOK_ASK_QTY, BOOK_BID_PRICE, BOOK_BID_QTY } from '../../../assembly/memory/layout.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Catalogue } from '../../history/catalogue.js';
import type { SqlCell } from '../../history/database.js';
import type { CaptureImporter, ImportReport, MalformedRow } from '../../history/import/importer.js';
import { KINDS, type SeriesKind, sqlColumns } from '../../history/kinds.js';
import { catalogueVenue, type SeriesName } from '../../history/series.js';
import type { StoreOutcome } from '../../history/series-writer.js';
import { readBook } from '../../kernel/book-view.js';
import type { Kernel, TradeEvent } from '../../kernel/kernel.js';
import type { BookTally } from './book-tally.js';
import { channelOf } from './channel.js';
import { captureSource, type FrameSource } from './frame-source.js';
import { ORIGINS } from './origin.js';
import { CaptureReplay, type ReplayWatcher } from './replay.js';
import { CaptureSurvey, parsePayload } from './survey.js';
import type { Verdict } from './verdict.js';

/** Levels of the snapshots, as in Tardis' book_snapshot_25. */
const LEVELS = 25;
/** Rows that are held before they are given to the database. */
const HELD_MAX = 8_192;

/** Verdicts on frames that a book or trade was in, and could not be read. */
const UNUSABLE: ReadonlySet<Verdict> = new Set<Verdict>(['malformed', 'too precise', 'oversized']);
/** Verdicts on messages that are not decoded. */
const UNREAD: ReadonlySet<Verdict> = new Set<Verdict>(['unknown', 'other channel', 'unknown symbol', 'no venue']);
const MALFORMED_MAX = 20;

let captures = 0;

/** Brings a capture file into a catalogue, at the times of its recorder; see `importFrames`. */
export const importCapture: CaptureImporter = captureImporter();

/** Brings capture files into a catalogue. @param latencyMs see `captureSource` */
export function captureImporter(latencyMs?: number): CaptureImporter {
  return (catalogue, path, hash) => importFrames(catalogue, captureSource(path, latencyMs), hash);
}

/**
 * Brings a recording into a catalogue: its frames go through session and kernel as those of live feeds do, and of each book that is in sync the
 * best prices (`quotes`) and 25 levels (`book_snapshots`) are kept whenever they change, and the trades. Amounts are in what the venue's book
 * counts. The time of a row is that of its frame's receipt. Messages that nothing is decoded from are counted by their channel.
 * @param hash names the source in the catalogue
 * @throws InvalidInputError for a recording without receive times, or one that cannot be read
 */
export async function importFrames(catalogue: Catalogue, source: FrameSource, hash: string): Promise<ImportReport> {
  const { path, format } = source;
  const survey = new CaptureSurvey(source.name);
  let rows = 0;
  for await (const { line, record } of source.read()) {
    if (record === null) continue;
    if (record.t === null)
      throw new InvalidInputError(
        `${path} line ${line} has no receive time; --receive-latency-ms assumes one after the venue's own`,
        { path, line },
      );
    survey.see(record);
    if (line > 0) rows++;
  }
  const sink = new CaptureSink(catalogue, captures++);
  const replay = new CaptureReplay(survey, { details: false, noteLines: () => new Set(), watcher: sink });
  sink.kernel = replay.kernel;
  try {
    const malformed: MalformedRow[] = [];
    const unread = new Map<string, number>();
    let malformedCount = 0;
    for await (const { line, record } of source.read()) {
      if (record === null) {
        replay.disconnected();
        continue;
      }
      const { verdict } = replay.replay(record);
      if (UNUSABLE.has(verdict)) {
        malformedCount++;
        if (malformed.length < MALFORMED_MAX) malformed.push({ line, reason: verdict, text: (record.raw ?? '').slice(0, 200) });
      } else if (UNREAD.has(verdict)) {
        const channel = channelOf(parsePayload(record).message);
        unread.set(channel, (unread.get(channel) ?? 0) + 1);
      }
      await sink.flush(HELD_MAX);
    }
    const series = await sink.store(hash);
    return { path, format, rows, malformedCount, malformed, unread: Object.fromEntries(unread), series };
  } finally {
    await sink.drop();
  }
}

/** Trades of Binance come single and summed up; the sums are used where there is nothing else. */
type RowKind = 'quotes' | 'book_snapshots' | 'trades' | 'aggregates';

interface RowTable {
  readonly name: SeriesName;
  readonly kind: RowKind;
  readonly table: string;
  isMade: boolean;
  lines: number;
  held: SqlCell[][];
}

/** Rows on their way from the replay, which does not wait, to the database. */
class CaptureSink implements ReplayWatcher {
  kernel: Kernel | undefined;
  private readonly tables = new Map<string, RowTable>();
  private readonly last = new Map<string, string>();
  private held = 0;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly number: number,
  ) {}

  changed(decoder: number, symbol: string, tally: BookTally, nowUs: number): void {
    const { kernel } = this;
    if (kernel === undefined) return;
    const view = readBook(kernel, tally.address, LEVELS);
    if (view === undefined || view.state !== 'SYNCED') return;
    const times: SqlCell[] = [BigInt(Math.round(nowUs)), view.exchangeUs > 0 ? BigInt(Math.round(view.exchangeUs)) : null];
    const side = (price: number, qty: number): (string | null)[] => {
      const units = kernel.float64At(tally.address + price);
      return units === 0 ? [null, null] : [tally.priceText(units), tally.qtyText(kernel.float64At(tally.address + qty))];
    };
    const top = [...side(BOOK_BID_PRICE, BOOK_BID_QTY), ...side(BOOK_ASK_PRICE, BOOK_ASK_QTY)];
    this.takeChanged(decoder, symbol, 'quotes', [...times, ...top], top.join(' '));
    const prices = (levels: typeof view.bids): string[] => levels.map(([price]) => price);
    const amounts = (levels: typeof view.bids): string[] => levels.map(([, qty]) => tally.plainQty(qty));
    const levels = [prices(view.bids), amounts(view.bids), prices(view.asks), amounts(view.asks)];
    this.takeChanged(decoder, symbol, 'book_snapshots', [...times, ...levels], levels.join(' '));
  }

  traded(decoder: number, symbol: string, tally: BookTally, trade: TradeEvent, isAggregate: boolean, nowUs: number): void {
    const side = trade.side > 0 ? 'buy' : trade.side < 0 ? 'sell' : 'unknown';
    this.take(decoder, symbol, isAggregate ? 'aggregates' : 'trades', [
      BigInt(Math.round(nowUs)),
      trade.tsUs > 0 ? BigInt(Math.round(trade.tsUs)) : null,
      trade.id === 0 ? null : String(trade.id),
      side,
      tally.priceText(trade.priceUnits),
      tally.qtyText(trade.qtyUnits),
    ]);
  }

  /** Gives rows to the database once there are so many. */
  async flush(heldMax: number): Promise<void> {
    if (this.held < heldMax) return;
    const { database } = this.catalogue;
    for (const each of this.tables.values()) {
      if (each.held.length === 0) continue;
      const kind = kindOf(each.kind);
      if (!each.isMade) await database.run(`CREATE TEMP TABLE ${each.table} (${sqlColumns(kind)}, line BIGINT)`);
      each.isMade = true;
      await database.append(each.table, [...KINDS[kind].columns.map(({ type }) => type), 'time'], each.held);
      each.held = [];
    }
    this.held = 0;
  }

  async store(hash: string): Promise<StoreOutcome[]> {
    await this.flush(0);
    const all = [...this.tables.values()];
    const hasSingles = new Set(all.filter(({ kind }) => kind === 'trades').map(({ name }) => `${name.venue} ${name.symbol}`));
    const outcomes: StoreOutcome[] = [];
    for (const { name, kind, table } of all) {
      if (kind === 'aggregates' && hasSingles.has(`${name.venue} ${name.symbol}`)) continue;
      outcomes.push(await this.catalogue.store(name, table, { hash }));
    }
    return outcomes;
  }

  async drop(): Promise<void> {
    for (const { table } of this.tables.values()) await this.catalogue.database.run(`DROP TABLE IF EXISTS ${table}`);
  }

  private takeChanged(decoder: number, symbol: string, kind: RowKind, row: SqlCell[], state: string): void {
    const key = `${decoder} ${symbol} ${kind}`;
    if (this.last.get(key) === state) return;
    this.last.set(key, state);
    this.take(decoder, symbol, kind, row);
  }

  private take(decoder: number, symbol: string, kind: RowKind, row: SqlCell[]): void {
    const origin = ORIGINS[decoder];
    if (origin === undefined) return;
    const key = `${decoder} ${symbol} ${kind}`;
    let table = this.tables.get(key);
    if (table === undefined) {
      const name = { kind: kindOf(kind), interval: null, venue: catalogueVenue(origin.venue, origin.market), symbol };
      table = { name, kind, table: `capture_${this.number}_${this.tables.size}`, isMade: false, lines: 0, held: [] };
      this.tables.set(key, table);
    }
    table.held.push([...row, BigInt(++table.lines)]);
    this.held++;
  }
}

function kindOf(kind: RowKind): SeriesKind {
  return kind === 'aggregates' ? 'trades' : kind;
}
