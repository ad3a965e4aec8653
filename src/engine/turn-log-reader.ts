import { readFile } from 'node:fs/promises';
import { InvalidInputError } from '../domain/errors.js';
import type { ParameterUpdate } from '../strategy/delta/types.js';
import type { LegUpdate } from '../strategy/intent.js';
import { isIntentBytes } from './intent-record.js';
import {
  BALANCE_BYTES,
  PARAMETER_FIELDS,
  PARAMETERS_BYTES,
  PREFIX_BYTES,
  RECORD_BALANCE,
  RECORD_INTENT,
  RECORD_PARAMETERS,
  RECORD_TURN,
  RECORD_UPDATE,
  TURN_BOOK_BYTES,
  TURN_BYTES,
  TURN_LOG_FORMAT,
  TURN_LOG_MAGIC,
  UPDATE_BYTES,
} from './turn-log.js';

/** What one turn was given. */
export interface LoggedTurn {
  readonly type: 'turn';
  readonly turn: number;
  readonly isFull: boolean;
  readonly nowUs: number;
  readonly epochUs: number;
  /** The books copied for it, in the order in which they were: place, version (lock word) and the venue's sequence of each. */
  readonly books: readonly number[];
  readonly versions: readonly number[];
  readonly sequences: readonly number[];
}

export type LoggedRecord =
  | LoggedTurn
  | { readonly type: 'update'; readonly strategy: number; readonly update: LegUpdate }
  | { readonly type: 'balance'; readonly account: number; readonly units: number }
  | { readonly type: 'parameters'; readonly strategy: number; readonly update: ParameterUpdate }
  /** As intent-record.ts writes and reads it. */
  | { readonly type: 'intent'; readonly bytes: Uint8Array };

/** A turn log in memory. Its records are read one after the other, as often as one likes. */
export class TurnLog {
  /** Whether the end is missing, as after a crash; what is there can be replayed. */
  readonly isTruncated: boolean;
  private readonly view: DataView;
  private readonly end: number;

  private constructor(
    private readonly name: string,
    private readonly bytes: Uint8Array,
    private readonly first: number,
    /** What the writer was given. */
    readonly header: unknown,
  ) {
    this.view = viewOf(bytes);
    this.end = this.checked();
    this.isTruncated = this.end < bytes.length;
  }

  /** @throws InvalidInputError when the file cannot be read or is no turn log */
  static async read(path: string): Promise<TurnLog> {
    let bytes: Uint8Array;
    try {
      bytes = await readFile(path);
    } catch (cause) {
      throw new InvalidInputError(`${path} cannot be read`, { path }, { cause });
    }
    return TurnLog.parse(bytes, path);
  }

  /**
   * @param name names the log in errors
   * @throws InvalidInputError when the bytes are no turn log, but for an end that is missing
   */
  static parse(bytes: Uint8Array, name = 'turn log'): TurnLog {
    const view = viewOf(bytes);
    const refuse = (reason: string): InvalidInputError => new InvalidInputError(`${name} is no turn log: ${reason}`, { name });
    if (bytes.length < 16 || Buffer.from(bytes.subarray(0, 8)).toString('latin1') !== TURN_LOG_MAGIC)
      throw refuse(`it does not begin with ${TURN_LOG_MAGIC}`);
    const format = view.getUint32(8, true);
    if (format !== TURN_LOG_FORMAT) throw refuse(`its format is ${format}, and ${TURN_LOG_FORMAT} is expected`);
    const first = 16 + view.getUint32(12, true);
    if (first > bytes.length) throw refuse('its header is cut short');
    let header: unknown;
    try {
      header = JSON.parse(Buffer.from(bytes.subarray(16, first)).toString('utf8'));
    } catch {
      throw refuse('its header is not JSON');
    }
    return new TurnLog(name, bytes, first, header);
  }

  *records(): Generator<LoggedRecord> {
    for (let at = this.first; at < this.end; at += this.view.getUint32(at + 4, true)) yield this.record(at);
  }

  *turns(): Generator<LoggedTurn> {
    for (const record of this.records()) if (record.type === 'turn') yield record;
  }

  /** Looks at every record. @returns where the whole ones end */
  private checked(): number {
    const { bytes, view } = this;
    let at = this.first;
    let turn = 0;
    while (at + PREFIX_BYTES <= bytes.length) {
      const type = view.getUint32(at, true);
      const length = view.getUint32(at + 4, true);
      if (!isLengthOf(type, length)) throw this.garbage(at, `a record of type ${type} and ${length} bytes`);
      if (at + length > bytes.length) break;
      if (type === RECORD_TURN) {
        const next = view.getUint32(at + PREFIX_BYTES, true);
        if (turn !== 0 && next !== turn + 1) throw this.garbage(at, `turn ${next} behind turn ${turn}`);
        if (!Number.isFinite(view.getFloat64(at + PREFIX_BYTES + 8, true))) throw this.garbage(at, 'a turn without a time');
        turn = next;
      }
      at += length;
    }
    return at;
  }

  private garbage(at: number, what: string): InvalidInputError {
    return new InvalidInputError(`${this.name} is damaged: ${what} at byte ${at}`, { name: this.name, at });
  }

  private record(start: number): LoggedRecord {
    const { view } = this;
    const at = start + PREFIX_BYTES;
    switch (view.getUint32(start, true)) {
      case RECORD_UPDATE:
        return {
          type: 'update',
          strategy: view.getInt32(at, true),
          update: {
            leg: view.getInt32(at + 4, true),
            book: view.getInt32(at + 8, true),
            isFinal: view.getUint32(at + 12, true) === 1,
            intent: view.getFloat64(at + 16, true),
            filledUnits: view.getFloat64(at + 24, true),
            filledQuoteUnits: view.getFloat64(at + 32, true),
            feeQuote: view.getFloat64(at + 40, true),
          },
        };
      case RECORD_BALANCE:
        return { type: 'balance', account: view.getUint32(at, true), units: view.getFloat64(at + 8, true) };
      case RECORD_PARAMETERS:
        return { type: 'parameters', strategy: view.getUint32(at, true), update: this.parameters(at + 4) };
      case RECORD_INTENT:
        return { type: 'intent', bytes: this.bytes.subarray(at, start + view.getUint32(start + 4, true)) };
      default:
        return this.turn(at, (view.getUint32(start + 4, true) - TURN_BYTES) / TURN_BOOK_BYTES);
    }
  }

  private parameters(at: number): ParameterUpdate {
    const fields = Object.fromEntries(
      PARAMETER_FIELDS.map((name, index) => [name, this.view.getFloat64(at + 4 + index * 8, true)]),
    ) as Record<(typeof PARAMETER_FIELDS)[number], number>;
    const { positionMultiplier, ...rest } = fields;
    return this.view.getUint32(at, true) === 1 ? { ...rest, positionMultiplier } : rest;
  }

  private turn(at: number, count: number): LoggedTurn {
    const { view } = this;
    const place = (index: number): number => at + 24 + index * TURN_BOOK_BYTES;
    return {
      type: 'turn',
      turn: view.getUint32(at, true),
      isFull: view.getUint32(at + 4, true) === 1,
      nowUs: view.getFloat64(at + 8, true),
      epochUs: view.getFloat64(at + 16, true),
      books: Array.from({ length: count }, (_, index) => view.getUint32(place(index), true)),
      versions: Array.from({ length: count }, (_, index) => view.getInt32(place(index) + 4, true)),
      sequences: Array.from({ length: count }, (_, index) => view.getFloat64(place(index) + 8, true)),
    };
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function isLengthOf(type: number, length: number): boolean {
  if (type === RECORD_TURN) return length >= TURN_BYTES && (length - TURN_BYTES) % TURN_BOOK_BYTES === 0;
  if (type === RECORD_UPDATE) return length === UPDATE_BYTES;
  if (type === RECORD_INTENT) return isIntentBytes(length - PREFIX_BYTES);
  if (type === RECORD_PARAMETERS) return length === PARAMETERS_BYTES;
  return type === RECORD_BALANCE && length === BALANCE_BYTES;
}
