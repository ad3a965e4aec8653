const WIDTH = 30;

/** A bar that shows how far long work is; silent when nobody is looking at a terminal. */
export class ProgressBar {
  /** How much is done, in the unit of the total. */
  done = 0;
  private shown = '';

  /** @param write takes text for the terminal; undefined when there is none */
  constructor(
    private readonly total: number,
    private readonly write: ((text: string) => void) | undefined,
  ) {}

  /** Moves the bar. Draws only what looks different. */
  to(done: number, label: string): void {
    this.done = done;
    if (this.write === undefined) return;
    const part = this.total === 0 ? 1 : Math.min(1, done / this.total);
    const filled = Math.round(part * WIDTH);
    const text = `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${String(Math.floor(part * 100)).padStart(3)}%  ${label}`;
    if (text === this.shown) return;
    this.shown = text;
    this.write(`\r\x1b[2K${text}`);
  }

  /** Takes the bar off the screen. */
  clear(): void {
    if (this.shown === '') return;
    this.shown = '';
    this.write?.('\r\x1b[2K');
  }
}
