import { SIZES_MAX, VENUES_MAX } from '../../assembly/memory/scan-layout.js';
import type { ScannedPairs } from './market-view.js';

/**
 * Since when each row has been worth something without a break, so that what flickers faster than an order travels is not believed: a
 * wall that is taken away again, a quote that lives for a moment. One record for all rows; nothing allocates.
 */
export class Standing {
  private readonly sinceUs: Float64Array;
  /** What stands, in the caller's own numbers: another pair of venues begins anew. */
  private readonly keys: Int32Array;

  constructor(rows: number) {
    this.sinceUs = new Float64Array(rows).fill(Number.NaN);
    this.keys = new Int32Array(rows).fill(-1);
  }

  /** Takes in a look. @param key what is worth something now; -1 when nothing is @returns for how long it has stood, in microseconds */
  look(row: number, key: number, nowUs: number): number {
    if (key < 0 || this.keys[row] !== key) {
      this.keys[row] = key;
      this.sinceUs[row] = key < 0 ? Number.NaN : nowUs;
    }
    return key < 0 ? 0 : nowUs - (this.sinceUs[row] ?? nowUs);
  }

  /** For how long the row's last look has stood; 0 when it was worth nothing. */
  stoodUs(row: number, nowUs: number): number {
    const since = this.sinceUs[row] ?? Number.NaN;
    return Number.isNaN(since) ? 0 : nowUs - since;
  }
}

/** A row's best pair with the size that leaves most, as a key of `look`: a wall that makes another size possible begins anew. */
export function pairKey(pairs: ScannedPairs, row: number): number {
  return (pairs.buyVenue(row) * VENUES_MAX + pairs.sellVenue(row)) * SIZES_MAX * 2 + pairs.bestSize(row) + 1;
}
