import { HISTORY_BUCKET_US } from '../../../src/kernel/signals.js';
import type { SignalSource } from '../../../src/strategy/hifa/signal-source.js';

/** History of one book, the newest bucket last. */
export interface FakeHistory {
  readonly mids: readonly number[];
  readonly flows?: readonly number[];
  readonly bought?: readonly number[];
  readonly sold?: readonly number[];
  /** Number of the newest bucket. */
  readonly newest: number;
}

/** Signals that a test sets, with the meaning of the kernel's. */
export class FakeSignals implements SignalSource {
  private readonly signals = new Map<string, { count: number; active: boolean; strength: number; sinceUs: number }>();
  private readonly histories = new Map<number, FakeHistory>();

  /** A signal begins; it stays until `end`. */
  begin(book: number, kind: number, direction: number, strength: number, sinceUs: number, times = 1): this {
    const count = this.onsets(book, kind, direction) + times;
    this.signals.set(`${book} ${kind} ${direction}`, { count, active: true, strength, sinceUs });
    return this;
  }
  end(book: number, kind: number, direction: number): this {
    const signal = this.signals.get(`${book} ${kind} ${direction}`);
    if (signal !== undefined) signal.active = false;
    return this;
  }
  history(book: number, history: FakeHistory): this {
    this.histories.set(book, history);
    return this;
  }
  /** `seconds` of a price that moves up and down by `step` and in all by `drift`, ending now; takers and orders lean the same way. */
  wave(book: number, nowUs: number, mid: number, step: number, drift = 0, seconds = 16): this {
    const count = seconds * 4;
    const mids = Array.from({ length: count }, (_, at) => mid + (at % 2 === 0 ? step : -step) + (drift * at) / count);
    const flows = mids.map((_, at) => (at % 4 === 0 ? -1 : 1) * Math.sign(drift));
    const more = mids.map(() => 2);
    const less = mids.map(() => 1);
    const [bought, sold] = drift < 0 ? [less, more] : [more, less];
    return this.history(book, { mids, flows, bought, sold, newest: Math.floor(nowUs / HISTORY_BUCKET_US) });
  }

  onsets(book: number, kind: number, direction: number): number {
    return this.of(book, kind, direction)?.count ?? 0;
  }
  isActive(book: number, kind: number, direction: number): boolean {
    return this.of(book, kind, direction)?.active ?? false;
  }
  strength(book: number, kind: number, direction: number): number {
    return this.of(book, kind, direction)?.strength ?? 0;
  }
  sinceUs(book: number, kind: number, direction: number): number {
    return this.of(book, kind, direction)?.sinceUs ?? 0;
  }
  newestBucket(book: number): number {
    return this.histories.get(book)?.newest ?? 0;
  }
  bucketCount(book: number): number {
    return Math.min(61, this.histories.get(book)?.mids.length ?? 0);
  }
  midUnits(book: number, age: number): number {
    return this.histories.get(book)?.mids.at(-1 - age) ?? 0;
  }
  flowUnits(book: number, age: number): number {
    return this.histories.get(book)?.flows?.at(-1 - age) ?? 0;
  }
  boughtUnits(book: number, age: number): number {
    return this.histories.get(book)?.bought?.at(-1 - age) ?? 0;
  }
  soldUnits(book: number, age: number): number {
    return this.histories.get(book)?.sold?.at(-1 - age) ?? 0;
  }

  private of(book: number, kind: number, direction: number) {
    return this.signals.get(`${book} ${kind} ${direction}`);
  }
}
