/** What a scan says about one row; the board reads it through this, so that it can be fed by anything that scans. */
export interface ScannedRows {
  hasPair(row: number): boolean;
  buyVenue(row: number): number;
  sellVenue(row: number): number;
  net(row: number): number;
  gross(row: number): number;
  askPriceUnits(row: number): number;
  bidPriceUnits(row: number): number;
  availableBase(row: number): number;
  buySequence(row: number): number;
  sellSequence(row: number): number;
}

/** Columns that describe one opportunity; kept as parallel typed arrays so that a turn allocates nothing. */
class OpportunityColumns {
  readonly id: Float64Array;
  readonly row: Int32Array;
  readonly buyVenue: Int32Array;
  readonly sellVenue: Int32Array;
  readonly net: Float64Array;
  readonly gross: Float64Array;
  readonly askPriceUnits: Float64Array;
  readonly bidPriceUnits: Float64Array;
  readonly qtyBase: Float64Array;
  readonly buySequence: Float64Array;
  readonly sellSequence: Float64Array;
  readonly openedUs: Float64Array;
  readonly updatedUs: Float64Array;

  constructor(size: number) {
    this.id = new Float64Array(size);
    this.row = new Int32Array(size);
    this.buyVenue = new Int32Array(size);
    this.sellVenue = new Int32Array(size);
    this.net = new Float64Array(size);
    this.gross = new Float64Array(size);
    this.askPriceUnits = new Float64Array(size);
    this.bidPriceUnits = new Float64Array(size);
    this.qtyBase = new Float64Array(size);
    this.buySequence = new Float64Array(size);
    this.sellSequence = new Float64Array(size);
    this.openedUs = new Float64Array(size);
    this.updatedUs = new Float64Array(size);
  }

  copyFrom(source: OpportunityColumns, from: number, to: number): void {
    this.id[to] = source.id[from] ?? 0;
    this.row[to] = source.row[from] ?? 0;
    this.buyVenue[to] = source.buyVenue[from] ?? 0;
    this.sellVenue[to] = source.sellVenue[from] ?? 0;
    this.net[to] = source.net[from] ?? 0;
    this.gross[to] = source.gross[from] ?? 0;
    this.askPriceUnits[to] = source.askPriceUnits[from] ?? 0;
    this.bidPriceUnits[to] = source.bidPriceUnits[from] ?? 0;
    this.qtyBase[to] = source.qtyBase[from] ?? 0;
    this.buySequence[to] = source.buySequence[from] ?? 0;
    this.sellSequence[to] = source.sellSequence[from] ?? 0;
    this.openedUs[to] = source.openedUs[from] ?? 0;
    this.updatedUs[to] = source.updatedUs[from] ?? 0;
  }
}

/** One opportunity, as a plain object for reports. Units are those of the row's books; quantities are base assets. */
export interface Opportunity {
  readonly id: number;
  readonly row: number;
  /** Places in the row's list of venues. */
  readonly buyVenue: number;
  readonly sellVenue: number;
  /** Fractions of the cost: after, and before taker fees. */
  readonly net: number;
  readonly gross: number;
  readonly askPriceUnits: number;
  readonly bidPriceUnits: number;
  readonly qtyBase: number;
  readonly buySequence: number;
  readonly sellSequence: number;
  readonly openedUs: number;
  readonly updatedUs: number;
  readonly open: boolean;
}

/**
 * Keeps the opportunities that are open, best first, and the last ones that closed. An opportunity is one pair of venues of one
 * row for as long as its net spread stays at or above the threshold; another pair is another opportunity. Times are monotonic
 * microseconds. Nothing but the reports allocates.
 */
export class OpportunityBoard {
  private readonly live: OpportunityColumns;
  private readonly closed: OpportunityColumns;
  /** Open rows, best net first, and each row's place among them (-1 when it has none). */
  private readonly ranking: Int32Array;
  private readonly rank: Int32Array;
  private openRows = 0;
  private foundCount = 0;
  private closedCount = 0;

  /**
   * @param rows rows of the scan
   * @param minNet threshold as a fraction: 0.001 is 10 bps after fees
   * @param closedMax how many closed ones are remembered
   */
  constructor(
    rows: number,
    private readonly minNet: number,
    private readonly closedMax = 64,
  ) {
    this.live = new OpportunityColumns(rows);
    this.closed = new OpportunityColumns(closedMax);
    this.ranking = new Int32Array(rows);
    this.rank = new Int32Array(rows).fill(-1);
  }

  /** Opportunities seen since the start. */
  get found(): number {
    return this.foundCount;
  }
  get open(): number {
    return this.openRows;
  }

  /** Looks at one row that was scanned. @returns true when an opportunity opened */
  update(rows: ScannedRows, row: number, nowUs: number): boolean {
    const net = rows.hasPair(row) ? rows.net(row) : Number.NEGATIVE_INFINITY;
    const wasOpen = (this.rank[row] ?? -1) >= 0;
    if (net < this.minNet) {
      if (wasOpen) this.close(row, nowUs);
      return false;
    }
    const { live } = this;
    const samePair = wasOpen && live.buyVenue[row] === rows.buyVenue(row) && live.sellVenue[row] === rows.sellVenue(row);
    if (wasOpen && !samePair) this.close(row, nowUs);
    if (!samePair) {
      live.id[row] = ++this.foundCount;
      live.openedUs[row] = nowUs;
      this.rank[row] = this.openRows;
      this.ranking[this.openRows++] = row;
    }
    live.row[row] = row;
    live.buyVenue[row] = rows.buyVenue(row);
    live.sellVenue[row] = rows.sellVenue(row);
    live.net[row] = net;
    live.gross[row] = rows.gross(row);
    live.askPriceUnits[row] = rows.askPriceUnits(row);
    live.bidPriceUnits[row] = rows.bidPriceUnits(row);
    live.qtyBase[row] = rows.availableBase(row);
    live.buySequence[row] = rows.buySequence(row);
    live.sellSequence[row] = rows.sellSequence(row);
    live.updatedUs[row] = nowUs;
    this.settle(this.rank[row] ?? 0);
    return !samePair;
  }

  /** Row of the best open opportunity; -1 when none is open. */
  best(): number {
    return this.openRows === 0 ? -1 : (this.ranking[0] ?? -1);
  }

  /** Moves the row at `place` to where its net spread belongs. */
  private settle(from: number): void {
    const { ranking, rank, live } = this;
    const row = ranking[from] ?? 0;
    const net = live.net[row] ?? 0;
    let place = from;
    while (place > 0 && (live.net[ranking[place - 1] ?? 0] ?? 0) < net) {
      const other = ranking[place - 1] ?? 0;
      ranking[place] = other;
      rank[other] = place--;
    }
    while (place + 1 < this.openRows && (live.net[ranking[place + 1] ?? 0] ?? 0) > net) {
      const other = ranking[place + 1] ?? 0;
      ranking[place] = other;
      rank[other] = place++;
    }
    ranking[place] = row;
    rank[row] = place;
  }

  private close(row: number, nowUs: number): void {
    this.live.updatedUs[row] = nowUs;
    this.closed.copyFrom(this.live, row, this.closedCount++ % this.closedMax);
    const place = this.rank[row] ?? 0;
    this.openRows--;
    for (let next = place; next < this.openRows; next++) {
      const other = this.ranking[next + 1] ?? 0;
      this.ranking[next] = other;
      this.rank[other] = next;
    }
    this.rank[row] = -1;
  }

  /** Open opportunities, best first. */
  listOpen(max: number): Opportunity[] {
    return Array.from(this.ranking.subarray(0, Math.min(max, this.openRows)), (row) => describe(this.live, row, true));
  }

  /** Closed opportunities, the newest first. */
  listClosed(max: number): Opportunity[] {
    const count = Math.min(max, this.closedCount, this.closedMax);
    return Array.from({ length: count }, (_, age) => describe(this.closed, (this.closedCount - 1 - age) % this.closedMax, false));
  }
}

function describe(columns: OpportunityColumns, at: number, open: boolean): Opportunity {
  return {
    id: columns.id[at] ?? 0,
    row: columns.row[at] ?? 0,
    buyVenue: columns.buyVenue[at] ?? 0,
    sellVenue: columns.sellVenue[at] ?? 0,
    net: columns.net[at] ?? 0,
    gross: columns.gross[at] ?? 0,
    askPriceUnits: columns.askPriceUnits[at] ?? 0,
    bidPriceUnits: columns.bidPriceUnits[at] ?? 0,
    qtyBase: columns.qtyBase[at] ?? 0,
    buySequence: columns.buySequence[at] ?? 0,
    sellSequence: columns.sellSequence[at] ?? 0,
    openedUs: columns.openedUs[at] ?? 0,
    updatedUs: columns.updatedUs[at] ?? 0,
    open,
  };
}
