import { BOOK_RECEIVE_US, CONTROL_TURNS, VENUES_MAX } from '../../assembly/memory/layout.js';
import type { Clock } from '../domain/clock.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Scanner } from '../kernel/scan.js';
import { OpportunityBoard } from './opportunity-board.js';

/** One row of the scan: the books of one instrument. */
export interface EngineRow {
  /** Addresses of its books, in the order of the scan row's venues. */
  readonly books: readonly number[];
}

export interface EngineOptions {
  /** An opportunity is worth showing from this net spread on, as a fraction. */
  readonly minNet: number;
  /** A book older than this is not compared. */
  readonly maxQuoteAgeUs: number;
  /** How often all rows are looked at, so that what grew old without a message is noticed. */
  readonly fullScanIntervalUs: number;
}

/**
 * The engine turn: what changed is scanned, opportunities are ranked, and the time from the receipt of the newest frame to the
 * decision is recorded. A turn reads copies taken under the books' locks, and allocates nothing.
 */
export class Engine {
  readonly board: OpportunityBoard;
  /** Row-major addresses of the rows' books, VENUES_MAX a row. */
  private readonly rowBooks: Int32Array;
  /** Receive time up to which each row has been decided on. */
  private readonly decidedUs: Float64Array;
  private lastFullScanUs = 0;
  private readonly turnsIndex: number;

  /** @param histogram address of the receive-to-decision histogram */
  constructor(
    private readonly kernel: Kernel,
    private readonly scanner: Scanner,
    rows: readonly EngineRow[],
    private readonly histogram: number,
    private readonly options: EngineOptions,
    private readonly clock: Clock,
  ) {
    this.board = new OpportunityBoard(rows.length, options.minNet);
    this.rowBooks = new Int32Array(rows.length * VENUES_MAX);
    this.decidedUs = new Float64Array(rows.length);
    rows.forEach((row, index) => {
      this.rowBooks.set(row.books, index * VENUES_MAX);
    });
    this.turnsIndex = (kernel.plan.control + CONTROL_TURNS) >> 2;
  }

  get turns(): number {
    return this.kernel.int32[this.turnsIndex] ?? 0;
  }

  /** One turn. @returns rows looked at */
  readonly turn = (): number => {
    const startUs = this.clock.monotonicUs();
    const isFull = startUs - this.lastFullScanUs >= this.options.fullScanIntervalUs;
    if (isFull) this.lastFullScanUs = startUs;
    const scanned = isFull
      ? this.scanner.scanAll(startUs, this.options.maxQuoteAgeUs)
      : this.scanner.scanDirty(startUs, this.options.maxQuoteAgeUs);
    for (let place = 0; place < scanned; place++) this.board.update(this.scanner, this.scanner.scannedRow(place), startUs);
    const decidedUs = this.clock.monotonicUs();
    for (let place = 0; place < scanned; place++) this.recordLatency(this.scanner.scannedRow(place), decidedUs);
    this.kernel.int32[this.turnsIndex] = this.turns + 1;
    return scanned;
  };

  /** Records the age of the newest frame of a row, once for each frame that was the newest when a decision was made. */
  private recordLatency(row: number, decidedUs: number): void {
    let newestUs = 0;
    for (let i = row * VENUES_MAX; i < (row + 1) * VENUES_MAX; i++) {
      const book = this.rowBooks[i] ?? 0;
      if (book === 0) break;
      const receivedUs = this.kernel.float64[(book + BOOK_RECEIVE_US) >> 3] ?? 0;
      if (receivedUs > newestUs) newestUs = receivedUs;
    }
    if (newestUs <= (this.decidedUs[row] ?? 0) || newestUs > decidedUs) return;
    this.decidedUs[row] = newestUs;
    this.kernel.exports.recordLatency(this.histogram, decidedUs - newestUs);
  }
}
