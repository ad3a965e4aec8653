import {
  BOOK_ID,
  BOOK_PRICE_SCALE,
  SCAN_BOOK_TABLE,
  SCAN_BOOKS,
  SCAN_DIRTY_BITS,
  SCAN_HEADER_BYTES,
  SCAN_LIST,
  SCAN_ROW_ASK_PRICE,
  SCAN_ROW_ASK_QTY,
  SCAN_ROW_BID_PRICE,
  SCAN_ROW_BID_QTY,
  SCAN_ROW_BOOKS,
  SCAN_ROW_BUY,
  SCAN_ROW_BUY_RECEIVE_US,
  SCAN_ROW_BUY_SEQUENCE,
  SCAN_ROW_FEES,
  SCAN_ROW_GROSS,
  SCAN_ROW_MULTIPLIERS,
  SCAN_ROW_NET,
  SCAN_ROW_SELL,
  SCAN_ROW_SELL_RECEIVE_US,
  SCAN_ROW_SELL_SEQUENCE,
  SCAN_ROW_STRIDE,
  SCAN_ROW_TABLE,
  SCAN_ROW_VENUES,
  SCAN_ROWS,
  VENUES_MAX,
} from '../../assembly/memory/layout.js';
import { KernelError } from '../domain/errors.js';
import type { Kernel } from './kernel.js';

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
 * it. After a scan a row tells its best pair, as places in the list of venues given to `setRow`; reading allocates nothing.
 */
export class Scanner {
  readonly rowCount: number;
  private readonly scan: number;
  private readonly rows: number;
  private readonly bookTable: number;
  private readonly list: number;

  /** @throws KernelError when the memory was planned without scan rows */
  constructor(private readonly kernel: Kernel) {
    const { plan } = kernel;
    this.rowCount = plan.request.scanRows ?? 0;
    this.scan = plan.scan;
    if (this.scan === 0) throw new KernelError('the memory was planned without scan rows', {});
    this.rows = this.scan + SCAN_HEADER_BYTES;
    this.bookTable = this.rows + this.rowCount * SCAN_ROW_STRIDE;
    this.list = this.bookTable + plan.books.length * 4;
    const { int32, uint32 } = kernel;
    int32[(this.scan + SCAN_ROWS) >> 2] = this.rowCount;
    int32[(this.scan + SCAN_BOOKS) >> 2] = plan.books.length;
    uint32[(this.scan + SCAN_ROW_TABLE) >> 2] = this.rows;
    uint32[(this.scan + SCAN_BOOK_TABLE) >> 2] = this.bookTable;
    uint32[(this.scan + SCAN_LIST) >> 2] = this.list;
    uint32[(this.scan + SCAN_DIRTY_BITS) >> 2] = plan.dirtyBits;
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
    for (let venue = 0; venue < VENUES_MAX; venue++) {
      const known = venues[venue];
      const before = uint32[((address + SCAN_ROW_BOOKS) >> 2) + venue] ?? 0;
      if (before !== 0) int32[this.bookEntry(before)] = 0;
      uint32[((address + SCAN_ROW_BOOKS) >> 2) + venue] = known?.book ?? 0;
      float64[((address + SCAN_ROW_FEES) >> 3) + venue] = known?.takerFee ?? 0;
      float64[((address + SCAN_ROW_MULTIPLIERS) >> 3) + venue] = known?.basePerUnit ?? 0;
    }
    for (const { book } of venues) if (book !== 0) int32[this.bookEntry(book)] = row + 1;
    int32[(address + SCAN_ROW_VENUES) >> 2] = venues.length;
    int32[(address + SCAN_ROW_BUY) >> 2] = -1;
    int32[(address + SCAN_ROW_SELL) >> 2] = -1;
  }

  /**
   * Scans all rows. @returns rows scanned
   * @param nowUs monotonic microseconds
   * @param maxAgeUs a book received longer ago is left out
   */
  scanAll(nowUs: number, maxAgeUs: number): number {
    return this.kernel.exports.scanAll(this.scan, nowUs, maxAgeUs);
  }

  /** Takes the dirty bits and scans the rows of those books. @returns rows scanned, each once; `scannedRow` names them */
  scanDirty(nowUs: number, maxAgeUs: number): number {
    return this.kernel.exports.scanDirty(this.scan, nowUs, maxAgeUs);
  }

  /** Row at place `index` of the last scan. */
  scannedRow(index: number): number {
    return this.kernel.int32[(this.list >> 2) + index] ?? 0;
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
    return (this.bookTable >> 2) + this.kernel.int32At(book + BOOK_ID);
  }
  private int32At(row: number, offset: number): number {
    return this.kernel.int32[(this.rows + row * SCAN_ROW_STRIDE + offset) >> 2] ?? 0;
  }
  private float64At(row: number, offset: number): number {
    return this.kernel.float64[(this.rows + row * SCAN_ROW_STRIDE + offset) >> 3] ?? 0;
  }
}
