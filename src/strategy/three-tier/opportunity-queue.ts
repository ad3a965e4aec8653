/** What became of offering an opportunity. */
export type Offer = 'queued' | 'updated' | 'refused';

/**
 * Opportunities that wait, by row, at most one a row. When it is full, the stale are dropped first, then the worst, which may be the
 * one that is offered. Order: greater score, then lower row. Nothing here allocates after construction.
 */
export class OpportunityQueue {
  /** Dropped because they waited too long, because a better one came, and not taken in because all others were better. */
  droppedStale = 0;
  droppedWorst = 0;
  refused = 0;
  private readonly rows: Int32Array;
  private readonly scores: Float64Array;
  private readonly sinceUs: Float64Array;
  /** Place of each row; -1 when it does not wait. */
  private readonly places: Int32Array;
  private count = 0;

  /** @param maxWaitUs how long one waits before it is stale */
  constructor(
    rows: number,
    readonly size: number,
    private readonly maxWaitUs: number,
  ) {
    this.rows = new Int32Array(size);
    this.scores = new Float64Array(size);
    this.sinceUs = new Float64Array(size);
    this.places = new Int32Array(rows).fill(-1);
  }

  get length(): number {
    return this.count;
  }
  has(row: number): boolean {
    return (this.places[row] ?? -1) >= 0;
  }
  /** Since when a row has waited, or was last offered; NaN when it does not wait. */
  waitingSinceUs(row: number): number {
    return this.sinceUs[this.places[row] ?? -1] ?? Number.NaN;
  }

  /** Lets a row wait; one that waits already has its score and its time brought up to date. */
  offer(row: number, score: number, nowUs: number): Offer {
    const known = this.places[row] ?? -1;
    if (known >= 0) {
      this.set(known, row, score, nowUs);
      return 'updated';
    }
    if (this.count === this.size) this.dropStale(nowUs);
    if (this.count === this.size) {
      const worst = this.extreme(false);
      if (!this.isBefore(score, row, worst)) {
        this.refused++;
        return 'refused';
      }
      this.droppedWorst++;
      this.removeAt(worst);
    }
    this.set(this.count++, row, score, nowUs);
    return 'queued';
  }

  /** Takes the best that is not stale; the stale are dropped. @returns its row, -1 when nothing waits */
  take(nowUs: number): number {
    this.dropStale(nowUs);
    if (this.count === 0) return -1;
    const best = this.extreme(true);
    const row = this.rows[best] ?? -1;
    this.removeAt(best);
    return row;
  }

  /** Takes a row out: its opportunity is over. */
  remove(row: number): void {
    const place = this.places[row] ?? -1;
    if (place >= 0) this.removeAt(place);
  }

  private dropStale(nowUs: number): void {
    for (let place = this.count - 1; place >= 0; place--) {
      if (nowUs - (this.sinceUs[place] ?? 0) <= this.maxWaitUs) continue;
      this.droppedStale++;
      this.removeAt(place);
    }
  }

  /** Place of the best, or of the worst. */
  private extreme(isBest: boolean): number {
    let found = 0;
    for (let place = 1; place < this.count; place++) {
      if (this.isBefore(this.scores[place] ?? 0, this.rows[place] ?? 0, found) === isBest) found = place;
    }
    return found;
  }
  private isBefore(score: number, row: number, place: number): boolean {
    const other = this.scores[place] ?? 0;
    return score > other || (score === other && row < (this.rows[place] ?? 0));
  }
  private set(place: number, row: number, score: number, nowUs: number): void {
    this.rows[place] = row;
    this.scores[place] = score;
    this.sinceUs[place] = nowUs;
    this.places[row] = place;
  }
  private removeAt(place: number): void {
    const last = --this.count;
    this.places[this.rows[place] ?? 0] = -1;
    if (place === last) return;
    this.set(place, this.rows[last] ?? 0, this.scores[last] ?? 0, this.sinceUs[last] ?? 0);
  }
}
