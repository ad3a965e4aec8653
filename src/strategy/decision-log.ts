/** Most figures that one decision is explained with. */
const FIGURES_MAX = 40;

/** How decisions of one stage of a strategy are to be read. */
export interface DecisionStage {
  readonly name: string;
  /** Outcomes; the first is the one that goes on. */
  readonly verdicts: readonly string[];
  /** Names, with units, of the figures that led to it, in the order in which they are noted. */
  readonly figures: readonly string[];
}

/** One decision with the numbers that made it. Records are reused when the log has come round. */
export class Decision {
  /** Unique in the run, from 1 on. */
  id = 0;
  strategy = -1;
  stage = 0;
  verdict = 0;
  turn = 0;
  tsUs = 0;
  row = -1;
  /** The books it is about; -1 where there is no second. */
  book = -1;
  otherBook = -1;
  figureCount = 0;
  readonly figures = new Float64Array(FIGURES_MAX);

  /** Notes the next figure of the stage's list. */
  note(figure: number): this {
    this.figures[this.figureCount++] = figure;
    return this;
  }
}

/** The last decisions of all strategies, in a ring; writing allocates nothing. */
export class DecisionLog {
  private readonly records: readonly Decision[];
  private written = 0;
  /** Sees every decision when it is complete; for sinks that print or keep them. */
  listener: ((decision: Decision) => void) | null = null;

  constructor(private readonly size = 4096) {
    this.records = Array.from({ length: size }, () => new Decision());
  }

  get count(): number {
    return this.written;
  }

  /** The next record, emptied. */
  begin(strategy: number, stage: number, row: number, turn: number, tsUs: number): Decision {
    const record = this.records[this.written % this.size] as Decision;
    record.id = ++this.written;
    record.strategy = strategy;
    record.stage = stage;
    record.verdict = 0;
    record.turn = turn;
    record.tsUs = tsUs;
    record.row = row;
    record.book = -1;
    record.otherBook = -1;
    record.figureCount = 0;
    return record;
  }

  /** Tells the listener that a record is complete. */
  end(decision: Decision): void {
    this.listener?.(decision);
  }

  /** A decision that is still kept; undefined when the log has come round since. */
  find(id: number): Decision | undefined {
    const record = id > 0 ? this.records[(id - 1) % this.size] : undefined;
    return record?.id === id ? record : undefined;
  }

  /** The newest decisions, the last one first. */
  newest(max: number): Decision[] {
    const count = Math.min(max, this.written, this.size);
    return Array.from({ length: count }, (_, age) => this.records[(this.written - 1 - age) % this.size] as Decision);
  }
}
