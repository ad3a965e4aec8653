/** Spreads of one instrument between venues, as they were seen; the newest `samplesMax` of them. */
export class SpreadHistory {
  private readonly samples: Float64Array;
  private taken = 0;

  constructor(samplesMax: number) {
    this.samples = new Float64Array(samplesMax);
  }

  /** @param spreadPct difference of two prices in percent of the lower one */
  add(spreadPct: number): void {
    this.samples[this.taken % this.samples.length] = spreadPct;
    this.taken++;
  }

  count(): number {
    return Math.min(this.taken, this.samples.length);
  }

  /** The median: what the spread typically is; 0 before the first sample. */
  typicalPct(): number {
    return this.quantile(0.5);
  }

  /** Nearest rank; 0 before the first sample. */
  quantile(part: number): number {
    const sorted = this.samples.slice(0, this.count()).sort();
    return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
  }
}
