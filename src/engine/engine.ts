import { BOOK_RECEIVE_US, CONTROL_TURNS } from '../../assembly/memory/layout.js';
import { VENUES_MAX } from '../../assembly/memory/scan-layout.js';
import type { Clock } from '../domain/clock.js';
import type { Kernel } from '../kernel/kernel.js';
import type { Scanner } from '../kernel/scan.js';
import { Signals } from '../kernel/signals.js';
import type { Views } from '../kernel/views.js';
import type { MarketView } from '../strategy/market-view.js';
import type { ListingGuard } from './listing-guard.js';
import { OpportunityBoard } from './opportunity-board.js';
import type { StrategyHost } from './strategy-host.js';
import { TurnMarket } from './turn-market.js';

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

/** Sees the inputs of every turn before anything is decided on them. */
export interface TurnSink {
  turn(market: MarketView): void;
}

/**
 * The engine turn: the books that changed are copied, their rows scanned, opportunities ranked, strategies asked, and the time from
 * the receipt of the newest frame to the decision is recorded. A turn depends on nothing but its time, those copies, the timers of
 * the strategies and what became of their orders; it allocates nothing unless a strategy has something to say.
 */
export class Engine {
  readonly board: OpportunityBoard;
  readonly market: TurnMarket;
  /** Row-major addresses of the rows' books, VENUES_MAX a row. */
  private readonly rowBooks: Int32Array;
  /** Receive time up to which each row has been decided on. */
  private readonly decidedUs: Float64Array;
  private lastFullScanUs = 0;
  private readonly turnsIndex: number;

  /**
   * @param strategies asked in every turn; null where only opportunities are ranked
   * @param histogram address of the receive-to-decision histogram
   * @param sink told of every turn's inputs; null where nobody keeps them
   * @param guard looks for strange listings whenever all rows are looked at
   */
  constructor(
    private readonly kernel: Kernel,
    private readonly scanner: Scanner,
    views: Views,
    rows: readonly EngineRow[],
    private readonly strategies: StrategyHost | null,
    private readonly histogram: number,
    private readonly options: EngineOptions,
    private readonly clock: Clock,
    private readonly sink: TurnSink | null = null,
    private readonly guard: ListingGuard | null = null,
  ) {
    this.board = new OpportunityBoard(rows.length, options.minNet);
    this.market = new TurnMarket(scanner, views, Signals.of(kernel, views));
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

  /** One turn, now. @returns rows looked at */
  readonly turn = (): number => {
    const startUs = this.clock.monotonicUs();
    const isFull = startUs - this.lastFullScanUs >= this.options.fullScanIntervalUs;
    const scanned = this.turnAt(startUs, this.clock.epochUs(), isFull);
    const decidedUs = this.clock.monotonicUs();
    for (let place = 0; place < scanned; place++) this.recordLatency(this.scanner.scannedRow(place), decidedUs);
    return scanned;
  };

  /**
   * One turn at a given time: what `turn` does, without the clock.
   * @param isFull whether all rows are looked at, and not only those whose books changed
   * @returns rows looked at
   */
  turnAt(nowUs: number, epochUs: number, isFull: boolean): number {
    const { scanner, market } = this;
    const { maxQuoteAgeUs } = this.options;
    if (isFull) this.lastFullScanUs = nowUs;
    const scanned = isFull ? scanner.scanAll(nowUs, maxQuoteAgeUs) : scanner.scanDirty(nowUs, maxQuoteAgeUs);
    market.turn = this.turns + 1;
    market.nowUs = nowUs;
    market.epochUs = epochUs;
    market.oldestUs = nowUs - maxQuoteAgeUs;
    market.rowCount = scanned;
    market.isFull = isFull;
    this.sink?.turn(market);
    if (isFull) this.guard?.look(market);
    for (let place = 0; place < scanned; place++) this.board.update(scanner, scanner.scannedRow(place), nowUs);
    this.strategies?.turn(market);
    this.kernel.int32[this.turnsIndex] = market.turn;
    return scanned;
  }

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
