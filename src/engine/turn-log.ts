// The turn log: what every turn of an engine was given, so that the turns can be made again from the recorded frames.
//
// A turn is a function of its number and times, of the books that were copied for it (each named by its version, which is the book's
// lock word, and by the venue's sequence), of what became of orders since the turn before, of changed balances, and of parameters that a
// strategy was handed. Timers of the strategies are not among them: they are due by the turn's time. The contents of the books are not written down; they follow from
// the frames.
//
// File: "TIERCELT", u32 format, u32 bytes of the header, the header as JSON, then records. Every record begins with its type (u32)
// and its length in bytes (u32), all numbers little endian:
//   1 turn     u32 turn, u32 1 for a turn that looks at all rows, f64 nowUs, f64 epochUs, then for each book u32 book, i32 version,
//              f64 sequence; a version of -1 says that the writer kept the book busy
//   2 update   i32 strategy, i32 leg, i32 book, u32 1 when final, f64 intent, f64 filledUnits, f64 filledQuoteUnits, f64 feeQuote
//   3 balance  u32 account, u32 0, f64 units
//   4 intent   what came of the turn before it, as intent-record.ts writes it; not an input, but what a replay has to come to as well
//   5 parameters  u32 strategy, u32 1 when a position multiplier is among them, then PARAMETER_FIELDS as f64 each
// Updates, balances and parameters stand before the turn that first sees them.
import type { ParameterUpdate } from '../strategy/delta/types.js';
import type { Intent, LegUpdate } from '../strategy/intent.js';
import type { MarketView } from '../strategy/market-view.js';
import type { TurnSink } from './engine.js';
import { intentBytes, writeIntent } from './intent-record.js';

export const TURN_LOG_MAGIC = 'TIERCELT';
export const TURN_LOG_FORMAT = 1;

export const RECORD_TURN = 1;
export const RECORD_UPDATE = 2;
export const RECORD_BALANCE = 3;
export const RECORD_INTENT = 4;
export const RECORD_PARAMETERS = 5;

/** What is written of parameters, in this order. */
export const PARAMETER_FIELDS = [
  'entryThresholdPct',
  'exitThresholdPct',
  'confidenceScore',
  'analysisPeriodHours',
  'meanReversionSpeed',
  'spreadVolatility',
  'optimizationTimestamp',
  'dataPointsAnalyzed',
  'optimizationDurationMs',
  'positionMultiplier',
] as const satisfies readonly (keyof ParameterUpdate)[];

/** Bytes of a record's type and length, of a turn without its books, of one of those, of an update, a balance and parameters. */
export const PREFIX_BYTES = 8;
export const TURN_BYTES = PREFIX_BYTES + 24;
export const TURN_BOOK_BYTES = 16;
export const UPDATE_BYTES = PREFIX_BYTES + 48;
export const BALANCE_BYTES = PREFIX_BYTES + 16;
export const PARAMETERS_BYTES = PREFIX_BYTES + 8 + PARAMETER_FIELDS.length * 8;

/** Takes what was written. It must not wait: it hands the bytes on, and gives the buffer back once they are done with. */
export interface TurnLogSink {
  /** @param giveBack to be called with `buffer` when its bytes are no longer needed */
  write(buffer: Uint8Array, length: number, giveBack: (buffer: Uint8Array) => void): void;
}

const BUFFERS = 8;
const BUFFER_BYTES = 256 * 1024;

/**
 * Writes the turn log of one engine. A turn costs a few stores into a buffer made beforehand; full buffers go to the sink. When the
 * sink has all of them the log ends there, and what is left out is counted.
 */
export class TurnLogWriter implements TurnSink {
  private readonly free: Uint8Array[];
  private readonly views = new Map<Uint8Array, DataView>();
  private buffer: Uint8Array | undefined;
  private view: DataView;
  private length = 0;
  private lostCount = 0;
  private readonly giveBack = (buffer: Uint8Array): void => {
    this.free.push(buffer);
  };

  /**
   * @param header anything that JSON holds; whoever replays finds it at the head of the log
   * @param books number of books of the memory plan
   */
  constructor(
    header: object,
    books: number,
    private readonly sink: TurnLogSink,
  ) {
    const text = Buffer.from(JSON.stringify(header));
    const bytes = Math.max(BUFFER_BYTES, TURN_BYTES + books * TURN_BOOK_BYTES);
    this.free = Array.from({ length: BUFFERS }, () => new Uint8Array(bytes));
    for (const buffer of this.free) this.views.set(buffer, new DataView(buffer.buffer));
    const head = new Uint8Array(16 + text.length);
    this.view = new DataView(head.buffer);
    head.set(Buffer.from(TURN_LOG_MAGIC));
    this.view.setUint32(8, TURN_LOG_FORMAT, true);
    this.view.setUint32(12, text.length, true);
    head.set(text, 16);
    sink.write(head, head.length, () => undefined);
  }

  /** Records left out since the sink had all buffers. */
  get lost(): number {
    return this.lostCount;
  }

  turn(market: MarketView): void {
    const { bookCount, views } = market;
    const bytes = TURN_BYTES + bookCount * TURN_BOOK_BYTES;
    let at = this.take(RECORD_TURN, bytes);
    if (at < 0) return;
    const { view } = this;
    view.setUint32(at, market.turn, true);
    view.setUint32(at + 4, market.isFull ? 1 : 0, true);
    view.setFloat64(at + 8, market.nowUs, true);
    view.setFloat64(at + 16, market.epochUs, true);
    at += 24;
    for (let index = 0; index < bookCount; index++) {
      const book = market.book(index);
      view.setUint32(at, book, true);
      view.setInt32(at + 4, views.version(book), true);
      view.setFloat64(at + 8, views.sequence(book), true);
      at += TURN_BOOK_BYTES;
    }
  }

  /** What became of a leg, told to the strategy in the next turn. */
  update(strategy: number, { intent, leg, book, filledUnits, filledQuoteUnits, feeQuote, isFinal }: LegUpdate): void {
    const at = this.take(RECORD_UPDATE, UPDATE_BYTES);
    if (at < 0) return;
    const { view } = this;
    view.setInt32(at, strategy, true);
    view.setInt32(at + 4, leg, true);
    view.setInt32(at + 8, book, true);
    view.setUint32(at + 12, isFinal ? 1 : 0, true);
    view.setFloat64(at + 16, intent, true);
    view.setFloat64(at + 24, filledUnits, true);
    view.setFloat64(at + 32, filledQuoteUnits, true);
    view.setFloat64(at + 40, feeQuote, true);
  }

  /** A balance as the venue says it is, before the next turn. */
  balance(account: number, units: number): void {
    const at = this.take(RECORD_BALANCE, BALANCE_BYTES);
    if (at < 0) return;
    this.view.setUint32(at, account, true);
    this.view.setUint32(at + 4, 0, true);
    this.view.setFloat64(at + 8, units, true);
  }

  /** Parameters that a strategy is handed between two turns, whether it takes them or not. */
  parameters(strategy: number, update: ParameterUpdate): void {
    const at = this.take(RECORD_PARAMETERS, PARAMETERS_BYTES);
    if (at < 0) return;
    const { view } = this;
    view.setUint32(at, strategy, true);
    view.setUint32(at + 4, update.positionMultiplier === undefined ? 0 : 1, true);
    PARAMETER_FIELDS.forEach((name, index) => {
      view.setFloat64(at + 8 + index * 8, update[name] ?? 0, true);
    });
  }

  /** What a strategy wanted in the turn that was written last. */
  intent(intent: Intent): void {
    const at = this.take(RECORD_INTENT, PREFIX_BYTES + intentBytes(intent.legCount));
    if (at >= 0) writeIntent(this.view, at, intent);
  }

  /** Hands the sink what it has not got yet: now and then, and at the end. */
  flush(): void {
    const { buffer } = this;
    if (buffer === undefined || this.length === 0) return;
    this.buffer = undefined;
    this.sink.write(buffer, this.length, this.giveBack);
    this.length = 0;
  }

  /** Room for a record, its type and length written. @returns where it goes on; -1 when there is none */
  private take(type: number, bytes: number): number {
    if (this.lostCount > 0) {
      this.lostCount++;
      return -1;
    }
    if (this.buffer === undefined || this.length + bytes > this.buffer.length) {
      this.flush();
      const next = this.free.pop();
      if (next === undefined) {
        this.lostCount++;
        return -1;
      }
      this.buffer = next;
      this.view = this.views.get(next) as DataView;
    }
    const at = this.length;
    this.length = at + bytes;
    this.view.setUint32(at, type, true);
    this.view.setUint32(at + 4, bytes, true);
    return at + PREFIX_BYTES;
  }
}
