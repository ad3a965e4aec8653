import type { Kernel } from '../../kernel/kernel.js';

/**
 * A history of a market, in the order in which its events were received. What is loaded can be played without waiting; nothing is
 * applied to a book before the clock of the backtest has come to its time.
 */
export interface MarketSource {
  /** When the next event was received, on the clock of the backtest; infinity when nothing more is loaded. */
  readonly nextUs: number;
  /** Applies the next event to the books. Only where one is loaded. */
  play(): void;
  /** Reads on. @returns false when the history is over */
  load(): Promise<boolean>;
  /** How many events were played: level changes, trades and marks each count as one. */
  readonly events: number;
  /** Lets go of files. */
  close(): Promise<void>;
}

/** Opens a history over the books of a kernel; called once for each run. */
export type OpenSource = (kernel: Kernel) => MarketSource;

/** Several histories as one. At the same moment the one that was named first goes first. */
export class MergedSource implements MarketSource {
  private open: MarketSource[];
  private first: MarketSource | undefined;

  constructor(private readonly sources: readonly MarketSource[]) {
    this.open = [...sources];
  }

  get nextUs(): number {
    return this.first?.nextUs ?? Number.POSITIVE_INFINITY;
  }

  get events(): number {
    return this.sources.reduce((sum, { events }) => sum + events, 0);
  }

  play(): void {
    this.first?.play();
    this.choose();
  }

  async load(): Promise<boolean> {
    for (const source of [...this.open]) {
      if (source.nextUs === Number.POSITIVE_INFINITY && !(await source.load()))
        this.open = this.open.filter((other) => other !== source);
    }
    this.choose();
    return this.first !== undefined;
  }

  async close(): Promise<void> {
    await Promise.all(this.sources.map((source) => source.close()));
  }

  /** The earliest; none while one of them has to read on, for what it reads may be earlier still. */
  private choose(): void {
    this.first = undefined;
    let firstUs = Number.POSITIVE_INFINITY;
    for (const source of this.open) {
      const { nextUs } = source;
      if (nextUs === Number.POSITIVE_INFINITY) {
        this.first = undefined;
        return;
      }
      if (nextUs >= firstUs) continue;
      this.first = source;
      firstUs = nextUs;
    }
  }
}
