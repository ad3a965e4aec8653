import { createHash } from 'node:crypto';
import {
  BOOK_ASK_PRICE,
  BOOK_ASK_QTY,
  BOOK_ASKS,
  BOOK_BID_PRICE,
  BOOK_BID_QTY,
  BOOK_BIDS,
  BOOK_CHECKSUM,
  BOOK_PRICE_SCALE,
  BOOK_QTY_SCALE,
  BOOK_SEQUENCE,
  SIDE_COUNT,
} from '../../../assembly/memory/layout.js';
import { decimalText } from '../../kernel/book-view.js';
import type { Kernel, TradeEvent } from '../../kernel/kernel.js';
import type { QuantityCodes } from './quantity-codes.js';
import { TradeSums } from './trade-sums.js';

/** Hash over the top of the book in each of its states. */
export interface TopDigest {
  readonly algo: 'sha256';
  readonly lines: number;
  readonly hex: string;
}

/** Everything about one book that shows only while it changes. */
export class BookTally {
  frames = 0;
  levels = 0;
  readonly trades = new TradeSums();
  readonly aggTrades = new TradeSums();
  tradeCount = 0;
  aggTradeCount = 0;
  /** States asked for, by the number of their digest line. */
  readonly noted = new Map<number, string>();
  private readonly hash = createHash('sha256');
  private lines = 0;

  /**
   * @param address of the book's header
   * @param sequenceIsChecksum the venue numbers nothing: its checksum names the state
   * @param codes set when the book holds codes in place of quantities
   * @param noteLines digest lines whose state is to be kept
   */
  constructor(
    private readonly kernel: Kernel,
    readonly address: number,
    private readonly sequenceIsChecksum: boolean,
    private readonly codes: QuantityCodes | undefined,
    private readonly noteLines: ReadonlySet<number>,
  ) {}

  /** Final sequence as the digest names it. */
  get sequence(): string {
    if (!this.sequenceIsChecksum) return String(this.kernel.float64At(this.address + BOOK_SEQUENCE));
    return String((this.kernel.uint32[(this.address + BOOK_CHECKSUM) >> 2] ?? 0) >>> 0);
  }

  get bidLevels(): number {
    return this.kernel.int32At(this.address + BOOK_BIDS + SIDE_COUNT);
  }

  get askLevels(): number {
    return this.kernel.int32At(this.address + BOOK_ASKS + SIDE_COUNT);
  }

  get priceScale(): number {
    return this.kernel.int32At(this.address + BOOK_PRICE_SCALE);
  }

  get qtyScale(): number {
    return this.kernel.int32At(this.address + BOOK_QTY_SCALE);
  }

  /** The book has a new state. */
  changed(isSnapshot: boolean): void {
    const sequence = isSnapshot && this.sequenceIsChecksum ? 'snapshot' : this.sequence;
    const line = `${sequence}|${this.top(BOOK_BID_PRICE, BOOK_BID_QTY)}|${this.top(BOOK_ASK_PRICE, BOOK_ASK_QTY)}`;
    this.hash.update(`${line}\n`);
    this.lines++;
    if (this.noteLines.has(this.lines)) this.noted.set(this.lines, `${line}|${this.bidLevels}|${this.askLevels}`);
  }

  traded(trade: TradeEvent, isAggregate: boolean): void {
    if (isAggregate) this.aggTradeCount++;
    else this.tradeCount++;
    (isAggregate ? this.aggTrades : this.trades).add(trade.priceUnits, trade.qtyUnits, trade.id);
  }

  /** Ends the hash; to be called once. */
  digest(): TopDigest {
    return { algo: 'sha256', lines: this.lines, hex: this.hash.digest('hex') };
  }

  priceText(units: number): string {
    return decimalText(units, this.priceScale);
  }

  qtyText(units: number): string {
    return this.plainQty(decimalText(units, this.qtyScale));
  }

  /** A quantity as the book tells it, as it was sent. */
  plainQty(text: string): string {
    return this.codes === undefined ? text : this.codes.decode(text);
  }

  private top(price: number, qty: number): string {
    const priceUnits = this.kernel.float64At(this.address + price);
    return priceUnits === 0 ? '-|-' : `${this.priceText(priceUnits)}|${this.qtyText(this.kernel.float64At(this.address + qty))}`;
  }
}
