/** What the risk check says of an intent: `pass`, or the limit that refused it. */
const VERDICTS = [
  'pass',
  'halted', // limit: 1 when closing is stopped as well
  'expired', // microseconds past its time
  'malformed', // legs that aim at no known book, or at no change
  'already-open', // checked and passed before: its orders must not be sent twice
  'unpriced', // quoted in an asset without a rate
  'book-not-synced',
  'book-too-old', // microseconds
  'book-changed', // version decided on, version in sight
  'no-reference', // no other fresh venue to compare the price with
  'price-band', // basis points
  'hedge-deadline', // microseconds
  'order-value',
  'open-orders', // orders
  'open-value-venue',
  'open-value-total',
  'order-rate', // orders in the window
  'exposure-symbol',
  'exposure-venue',
  'exposure-strategy',
  'exposure-total',
  'unhedged-value',
  'unhedged-value-time', // reference currency times seconds
  'unhedged-time', // microseconds
  'balance-floor', // units of the asset: what would be left, and the floor
  'profit-target',
  'leverage',
  'margin-use', // fraction
  'liquidation-buffer', // fraction of the mark price
  'funding',
] as const;
export type VerdictCode = (typeof VERDICTS)[number];

/** The answer of a check. One record is used over and over: whoever keeps it copies it. Amounts without a unit above are in the reference currency. */
export class Verdict {
  code: VerdictCode = 'pass';
  /** Whether the intent only brings positions nearer to zero, by the fills that the risk state knows. */
  isReducing = false;
  /** Leg and its book that the refusal is about; -1 for the intent as a whole. */
  leg = -1;
  book = -1;
  /** What it would come to, and what is allowed. */
  value = 0;
  limit = 0;

  get passes(): boolean {
    return this.code === 'pass';
  }
  /** By how much it missed. */
  get excess(): number {
    return Math.abs(this.value - this.limit);
  }

  reset(): void {
    this.code = 'pass';
    this.isReducing = false;
    this.leg = -1;
    this.book = -1;
    this.value = 0;
    this.limit = 0;
  }

  /** @returns false, so that a check can end with it */
  refuse(code: VerdictCode, value: number, limit: number, leg = -1, book = -1): false {
    this.code = code;
    this.value = value;
    this.limit = limit;
    this.leg = leg;
    this.book = book;
    return false;
  }
}
