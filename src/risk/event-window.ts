/** How many events fell into the last so many microseconds. Exact: it remembers the moments. Nothing here allocates. */
export class EventWindow {
  private readonly moments: Float64Array;
  private first = 0;
  private held = 0;

  /** @param capacity events remembered; more than these are counted as these */
  constructor(
    private readonly windowUs: number,
    capacity: number,
  ) {
    this.moments = new Float64Array(capacity);
  }

  /** Events later than `nowUs - windowUs`. */
  count(nowUs: number): number {
    const { moments } = this;
    while (this.held > 0 && (moments[this.first] ?? 0) <= nowUs - this.windowUs) {
      this.first = (this.first + 1) % moments.length;
      this.held--;
    }
    return this.held;
  }

  add(nowUs: number): void {
    const { moments } = this;
    if (this.held === moments.length) {
      this.first = (this.first + 1) % moments.length;
      this.held--;
    }
    moments[(this.first + this.held++) % moments.length] = nowUs;
  }

  clear(): void {
    this.held = 0;
  }
}
