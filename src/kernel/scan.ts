import { BOOK_ID, BOOK_PRICE_SCALE } from '../../assembly/memory/layout.js';
import {
  SCAN_BOOK_TABLE,
  SCAN_BOOKS,
  SCAN_CHANGED,
  SCAN_CHANGED_COUNT,
  SCAN_DIRTY_BITS,
  SCAN_FIRST_BOOK,
  SCAN_LIST,
  SCAN_ROW_ASK_PRICE,
  SCAN_ROW_ASK_QTY,
  SCAN_ROW_BEST_SIZE,
  SCAN_ROW_BID_PRICE,
  SCAN_ROW_BID_QTY,
  SCAN_ROW_BUY,
  SCAN_ROW_BUY_RECEIVE_US,
  SCAN_ROW_BUY_SEQUENCE,
  SCAN_ROW_EXTRAS,
  SCAN_ROW_FEES,
  SCAN_ROW_GROSS,
  SCAN_ROW_MULTIPLIERS,
  SCAN_ROW_NET,
  SCAN_ROW_SELL,
  SCAN_ROW_SELL_RECEIVE_US,
  SCAN_ROW_SELL_SEQUENCE,
  SCAN_ROW_SIZES,
  SCAN_ROW_SIZES_FROM,
  SCAN_ROW_SIZING,
  SCAN_ROW_STRIDE,
  SCAN_ROW_TABLE,
  SCAN_ROW_VENUES,
  SCAN_ROW_VIEWS,
  SCAN_ROWS,
  SCAN_SIGNAL_BYTES,
  SCAN_VIEW_LEVELS,
  SCAN_VIEW_STRIDE,
  SCAN_VIEWS,
  SIZE_BASE,
  SIZE_BUY_AVAILABLE,
  SIZE_BUY_LEVELS,
  SIZE_BUY_QUOTE,
  SIZE_BUY_WORST,
  SIZE_COST,
  SIZE_FAILING,
  SIZE_NET,
  SIZE_NET_FRACTION,
  SIZE_PROCEEDS,
  SIZE_SELL_AVAILABLE,
  SIZE_SELL_LEVELS,
  SIZE_SELL_QUOTE,
  SIZE_SELL_WORST,
  SIZE_STATUS,
  SIZE_STRIDE,
  SIZING_SIZES,
  SIZING_STRIDE,
  VENUES_MAX,
} from '../../assembly/memory/scan-layout.js';
import { KernelError } from '../domain/errors.js';
import type { Kernel } from './kernel.js';
import { scanRequest } from './plan.js';
import { type ScanLayout, scanLayout } from './scan-plan.js';
import { type Sizing, writeSizing } from './sizing.js';

/** One venue of a scan row. */
export interface ScanVenue {
  /** Address of its book; 0 where the venue does not list the instrument. */
  readonly book: number;
  /** Taker fee as a fraction of quote (0.001 is 10 bps); negative is a rebate. */
  readonly takerFee: number;
  /** Base assets in one quantity unit of the book: 10^-qtyScale, times the contract size on futures. */
  readonly basePerUnit: number;
}

/**
 * The cross-venue scan of the whole universe: a row is one instrument with its books at up to VENUES_MAX venues. One thread owns
 * it, with the views that it reads. After a scan a row tells its best pair, as places in the list of venues given to `setRow`, and
 * what the sizes of that pair come to; reading allocates nothing.
 */
export class Scanner {
  readonly rowCount: number;
  private readonly scan: number;
  private readonly layout: ScanLayout;
  private readonly rows: number;
  private readonly list: number;

  /** @throws KernelError when the memory was planned without scan rows */
  constructor(private readonly kernel: Kernel) {
    const { plan } = kernel;
    const request = scanRequest(plan.request);
    this.rowCount = request.rows;
    this.scan = plan.scan;
    if (this.scan === 0) throw new KernelError('the memory was planned without scan rows', {});
    this.layout = scanLayout(this.scan, request);
    this.rows = this.layout.rows;
    this.list = this.layout.list;
    const { int32, uint32 } = kernel;
    int32[(this.scan + SCAN_ROWS) >> 2] = this.rowCount;
    int32[(this.scan + SCAN_BOOKS) >> 2] = plan.books.length;
    uint32[(this.scan + SCAN_ROW_TABLE) >> 2] = this.rows;
    uint32[(this.scan + SCAN_BOOK_TABLE) >> 2] = this.layout.bookTable;
    uint32[(this.scan + SCAN_LIST) >> 2] = this.list;
    uint32[(this.scan + SCAN_DIRTY_BITS) >> 2] = plan.dirtyBits;
    uint32[(this.scan + SCAN_FIRST_BOOK) >> 2] = plan.books[0] ?? 0;
    uint32[(this.scan + SCAN_VIEWS) >> 2] = this.layout.views;
    int32[(this.scan + SCAN_VIEW_STRIDE) >> 2] = this.layout.viewStride;
    int32[(this.scan + SCAN_VIEW_LEVELS) >> 2] = request.viewLevels;
    int32[(this.scan + SCAN_SIGNAL_BYTES) >> 2] = request.signalBytes;
    uint32[(this.scan + SCAN_CHANGED) >> 2] = this.layout.changed;
  }

  /**
   * Says which books row `row` compares. A book belongs to one row, and the books of a row share their price scale.
   * @throws KernelError when the row, the number of venues, a fee or the price scales do not fit
   */
  setRow(row: number, venues: readonly ScanVenue[]): void {
    if (!Number.isInteger(row) || row < 0 || row >= this.rowCount) {
      throw new KernelError(`scan row ${row} is outside the ${this.rowCount} planned`, { row });
    }
    if (venues.length > VENUES_MAX) {
      throw new KernelError(`a scan row compares at most ${VENUES_MAX} venues, not ${venues.length}`, {
        row,
        venues: venues.length,
      });
    }
    const { int32, uint32, float64 } = this.kernel;
    const address = this.rows + row * SCAN_ROW_STRIDE;
    this.checkVenues(row, venues);
    for (let entry = 0; entry < this.kernel.plan.books.length; entry++) {
      if (int32[(this.layout.bookTable >> 2) + entry] === row + 1) int32[(this.layout.bookTable >> 2) + entry] = 0;
    }
    for (let venue = 0; venue < VENUES_MAX; venue++) {
      const known = venues[venue];
      const book = known?.book ?? 0;
      uint32[((address + SCAN_ROW_VIEWS) >> 2) + venue] = book === 0 ? 0 : this.view(this.kernel.int32At(book + BOOK_ID));
      float64[((address + SCAN_ROW_FEES) >> 3) + venue] = known?.takerFee ?? 0;
      float64[((address + SCAN_ROW_EXTRAS) >> 3) + venue] = 0;
      float64[((address + SCAN_ROW_MULTIPLIERS) >> 3) + venue] = known?.basePerUnit ?? 0;
    }
    for (const { book } of venues) if (book !== 0) int32[this.bookEntry(book)] = row + 1;
    int32[(address + SCAN_ROW_VENUES) >> 2] = venues.length;
    int32[(address + SCAN_ROW_BUY) >> 2] = -1;
    int32[(address + SCAN_ROW_SELL) >> 2] = -1;
    float64[(address + SCAN_ROW_SIZES_FROM) >> 3] = Number.NaN;
    uint32[(address + SCAN_ROW_SIZING) >> 2] = this.sizingOf(row);
  }

  /**
   * Has the sizes of a row's best pair priced by every scan; its venues are those of `setRow`, which comes first.
   * @throws KernelError when there are too many sizes or venues
   */
  setSizing(row: number, sizing: Sizing): void {
    writeSizing(this.kernel, this.sizingOf(row), sizing);
    this.kernel.float64[(this.rows + row * SCAN_ROW_STRIDE + SCAN_ROW_SIZES_FROM) >> 3] = sizing.fromNet;
  }

  /** Sets what trading at a venue of a row costs beside its fee, as a fraction of the value: slippage, rebalancing. */
  setExtraCost(row: number, venue: number, fraction: number): void {
    this.kernel.float64[((this.rows + row * SCAN_ROW_STRIDE + SCAN_ROW_EXTRAS) >> 3) + venue] = fraction;
  }

  /** Whether a venue of the row takes part in its scans. */
  isListed(row: number, venue: number): boolean {
    return this.kernel.uint32[((this.rows + row * SCAN_ROW_STRIDE + SCAN_ROW_VIEWS) >> 2) + venue] !== 0;
  }

  /** Has a venue of the row take part in its scans, or not. @param book id of its book */
  setListed(row: number, venue: number, book: number, isListed: boolean): void {
    const entry = ((this.rows + row * SCAN_ROW_STRIDE + SCAN_ROW_VIEWS) >> 2) + venue;
    this.kernel.uint32[entry] = isListed ? this.view(book) : 0;
  }

  /**
   * Takes the dirty bits, copies those books into their views, and scans all rows. @returns rows scanned
   * @param nowUs monotonic microseconds
   * @param maxAgeUs a book received longer ago is left out
   */
  scanAll(nowUs: number, maxAgeUs: number): number {
    return this.kernel.exports.scanAll(this.scan, nowUs, maxAgeUs);
  }

  /** Takes the dirty bits, copies those books into their views, and scans their rows. @returns rows scanned, each once; `scannedRow` names them */
  scanDirty(nowUs: number, maxAgeUs: number): number {
    return this.kernel.exports.scanDirty(this.scan, nowUs, maxAgeUs);
  }

  /** Row at place `index` of the last scan. */
  scannedRow(index: number): number {
    return this.kernel.int32[(this.list >> 2) + index] ?? 0;
  }

  /** Address of the view of a book. @param book its id, which is its place in the plan */
  view(book: number): number {
    return this.layout.views + book * this.layout.viewStride;
  }

  /** Books that the last scan copied, and the id (place in the plan) of each. */
  get changedCount(): number {
    return this.kernel.int32[(this.scan + SCAN_CHANGED_COUNT) >> 2] ?? 0;
  }
  changedBook(index: number): number {
    return this.kernel.int32[(this.layout.changed >> 2) + index] ?? 0;
  }

  /** Whether the row has a pair; everything below is only meaningful if it has. */
  hasPair(row: number): boolean {
    return this.buyVenue(row) >= 0;
  }
  buyVenue(row: number): number {
    return this.int32At(row, SCAN_ROW_BUY);
  }
  sellVenue(row: number): number {
    return this.int32At(row, SCAN_ROW_SELL);
  }
  /** Fraction left after taker fees of both sides. */
  net(row: number): number {
    return this.float64At(row, SCAN_ROW_NET);
  }
  /** As `net`, before fees. */
  gross(row: number): number {
    return this.float64At(row, SCAN_ROW_GROSS);
  }
  askPriceUnits(row: number): number {
    return this.float64At(row, SCAN_ROW_ASK_PRICE);
  }
  askQtyUnits(row: number): number {
    return this.float64At(row, SCAN_ROW_ASK_QTY);
  }
  bidPriceUnits(row: number): number {
    return this.float64At(row, SCAN_ROW_BID_PRICE);
  }
  bidQtyUnits(row: number): number {
    return this.float64At(row, SCAN_ROW_BID_QTY);
  }
  buySequence(row: number): number {
    return this.float64At(row, SCAN_ROW_BUY_SEQUENCE);
  }
  sellSequence(row: number): number {
    return this.float64At(row, SCAN_ROW_SELL_SEQUENCE);
  }
  buyReceiveUs(row: number): number {
    return this.float64At(row, SCAN_ROW_BUY_RECEIVE_US);
  }
  sellReceiveUs(row: number): number {
    return this.float64At(row, SCAN_ROW_SELL_RECEIVE_US);
  }
  /** Base assets on offer at both touches: the smaller of the two sizes. */
  availableBase(row: number): number {
    const buy = this.askQtyUnits(row) * this.float64At(row, SCAN_ROW_MULTIPLIERS + this.buyVenue(row) * 8);
    const sell = this.bidQtyUnits(row) * this.float64At(row, SCAN_ROW_MULTIPLIERS + this.sellVenue(row) * 8);
    return Math.min(buy, sell);
  }

  /** What a venue of the row costs beside its fee, as a fraction. */
  extraCost(row: number, venue: number): number {
    return this.float64At(row, SCAN_ROW_EXTRAS + venue * 8);
  }
  takerFee(row: number, venue: number): number {
    return this.float64At(row, SCAN_ROW_FEES + venue * 8);
  }

  /** Sizes that the last scan priced for the row's pair: 0 when its touch was not worth it. */
  sizeCount(row: number): number {
    return this.int32At(row, SCAN_ROW_SIZES);
  }
  /** The feasible size with the greatest net profit; -1 when none is feasible. */
  bestSize(row: number): number {
    return this.int32At(row, SCAN_ROW_BEST_SIZE);
  }
  /** SIZE_FEASIBLE, or why the size cannot be traded; what stands below is only meaningful for a feasible one. */
  sizeStatus(row: number, size: number): number {
    return this.kernel.int32At(this.sizeAddress(row, size) + SIZE_STATUS);
  }
  /** FAILING_... bits. */
  sizeFailing(row: number, size: number): number {
    return this.kernel.int32At(this.sizeAddress(row, size) + SIZE_FAILING);
  }
  /** Base units; told of every size. */
  sizeBaseUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_BASE);
  }
  sizeBuyLevels(row: number, size: number): number {
    return this.kernel.int32At(this.sizeAddress(row, size) + SIZE_BUY_LEVELS);
  }
  sizeSellLevels(row: number, size: number): number {
    return this.kernel.int32At(this.sizeAddress(row, size) + SIZE_SELL_LEVELS);
  }
  /** Quote units walked, before costs. */
  sizeBuyQuoteUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_BUY_QUOTE);
  }
  sizeSellQuoteUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_SELL_QUOTE);
  }
  /** Price units of the worst level taken. */
  sizeBuyWorstUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_BUY_WORST);
  }
  sizeSellWorstUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_SELL_WORST);
  }
  /** Quote units paid, received and left after all costs, and what is left as a fraction of what is paid. */
  sizeCostUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_COST);
  }
  sizeProceedsUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_PROCEEDS);
  }
  sizeNetUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_NET);
  }
  sizeNet(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_NET_FRACTION);
  }
  /** Base units that the copied books hold, up to the size. */
  sizeBuyAvailableUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_BUY_AVAILABLE);
  }
  sizeSellAvailableUnits(row: number, size: number): number {
    return this.kernel.float64At(this.sizeAddress(row, size) + SIZE_SELL_AVAILABLE);
  }

  private checkVenues(row: number, venues: readonly ScanVenue[]): void {
    let scale: number | undefined;
    for (const { book, takerFee } of venues) {
      if (!(takerFee > -1 && takerFee < 1))
        throw new KernelError(`a taker fee is a fraction, not ${takerFee}`, { row, takerFee });
      if (book === 0) continue;
      const own = this.kernel.int32At(book + BOOK_PRICE_SCALE);
      scale ??= own;
      if (own !== scale) throw new KernelError(`the books of scan row ${row} have different price scales`, { row });
      const other = this.kernel.int32[this.bookEntry(book)] ?? 0;
      if (other !== 0 && other !== row + 1)
        throw new KernelError(`a book of scan row ${row} is already in row ${other - 1}`, { row });
    }
  }

  /** Index into int32 of the book table's entry. */
  private bookEntry(book: number): number {
    return (this.layout.bookTable >> 2) + this.kernel.int32At(book + BOOK_ID);
  }
  private sizingOf(row: number): number {
    return this.layout.sizings + row * SIZING_STRIDE;
  }
  private sizeAddress(row: number, size: number): number {
    return this.sizingOf(row) + SIZING_SIZES + size * SIZE_STRIDE;
  }
  private int32At(row: number, offset: number): number {
    return this.kernel.int32[(this.rows + row * SCAN_ROW_STRIDE + offset) >> 2] ?? 0;
  }
  private float64At(row: number, offset: number): number {
    return this.kernel.float64[(this.rows + row * SCAN_ROW_STRIDE + offset) >> 3] ?? 0;
  }
}
