import {
  BOOK_APPLIED,
  BOOK_CHECKSUM_BAD,
  BOOK_CHECKSUM_GOOD,
  BOOK_CROSSINGS,
  BOOK_FUNDING_RATE,
  BOOK_GAPS,
  BOOK_INDEX_PRICE,
  BOOK_L3,
  BOOK_MALFORMED,
  BOOK_MARK_PRICE,
  BOOK_MARKS,
  BOOK_NEXT_FUNDING_US,
  BOOK_OTHER_CHANNEL,
  BOOK_PRECISION_ERRORS,
  BOOK_RESYNCS,
  BOOK_SNAPSHOTS,
  BOOK_STALE,
  BOOK_STATE,
  BOOK_UNKNOWN_DELETES,
} from '../../../assembly/memory/layout.js';
import { type BookStateName, type LevelText, stateName } from '../../kernel/book-view.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { BookTally, TopDigest } from './book-tally.js';
import { decimalsOf, toUnits, unitsText } from './decimal.js';
import { type OrdersReport, readOrders } from './orders-report.js';
import type { TradeReport } from './trade-sums.js';
import { readLevels, readTicker, type TickerReport } from './verdict-detail.js';

/** The ten best levels of both sides, and their exact sums. Texts are plain decimals. */
export interface TopReport {
  readonly bids: readonly LevelText[];
  readonly asks: readonly LevelText[];
  readonly bidQtySum: string;
  readonly askQtySum: string;
  readonly bidNotionalSum: string;
  readonly askNotionalSum: string;
}

/** Marks of a derivative; a figure that was never sent is null. */
export interface MarkReport {
  readonly count: number;
  readonly markPrice: number | null;
  readonly indexPrice: number | null;
  readonly fundingRate: number | null;
  readonly nextFundingMs: number | null;
}

/** What a replay ended with for one symbol. */
export interface BookReport {
  readonly symbol: string;
  readonly state: BookStateName;
  /** Frames that named the book, and levels of those that were applied. */
  readonly frames: number;
  readonly levels: number;
  readonly applied: number;
  readonly snapshots: number;
  readonly stale: number;
  readonly gaps: number;
  readonly checksumsGood: number;
  readonly checksumsBad: number;
  readonly resynchronisations: number;
  readonly crossings: number;
  readonly precisionErrors: number;
  readonly malformed: number;
  readonly unknownDeletes: number;
  readonly otherChannel: number;
  /** The venue's sequence, or the last checksum where it sends one in place of it. */
  readonly sequence: string;
  readonly bidLevels: number;
  readonly askLevels: number;
  readonly bestBid: LevelText | null;
  readonly bestAsk: LevelText | null;
  readonly top10: TopReport;
  readonly topDigest: TopDigest;
  readonly trades?: TradeReport;
  readonly aggTrades?: TradeReport;
  readonly ticker?: TickerReport;
  readonly mark?: MarkReport;
  readonly orders?: OrdersReport;
  /** Set when the quantities need more than 2^53 units at any scale, so that a live book would refuse the symbol. */
  readonly quantitiesAsCodes?: true;
}

const TOP_LEVELS = 10;

/** Reads the end of a replay for one symbol; once only, since it ends the digest. */
export function reportBook(kernel: Kernel, symbol: string, tally: BookTally, isCoded: boolean): BookReport {
  const { address } = tally;
  const counter = (offset: number): number => kernel.float64At(address + offset);
  const { bids, asks } = readLevels(kernel, tally, TOP_LEVELS);
  const ticker = readTicker(kernel, tally);
  const mark = readMark(kernel, address);
  return {
    symbol,
    state: stateName(kernel.int32At(address + BOOK_STATE)),
    frames: tally.frames,
    levels: tally.levels,
    applied: counter(BOOK_APPLIED),
    snapshots: counter(BOOK_SNAPSHOTS),
    stale: counter(BOOK_STALE),
    gaps: counter(BOOK_GAPS),
    checksumsGood: counter(BOOK_CHECKSUM_GOOD),
    checksumsBad: counter(BOOK_CHECKSUM_BAD),
    resynchronisations: counter(BOOK_RESYNCS),
    crossings: counter(BOOK_CROSSINGS),
    precisionErrors: counter(BOOK_PRECISION_ERRORS),
    malformed: counter(BOOK_MALFORMED),
    unknownDeletes: counter(BOOK_UNKNOWN_DELETES),
    otherChannel: counter(BOOK_OTHER_CHANNEL),
    sequence: tally.sequence,
    bidLevels: tally.bidLevels,
    askLevels: tally.askLevels,
    bestBid: bids[0] ?? null,
    bestAsk: asks[0] ?? null,
    top10: {
      bids,
      asks,
      bidQtySum: sumOf(bids.map(([, qty]) => qty)),
      askQtySum: sumOf(asks.map(([, qty]) => qty)),
      bidNotionalSum: notionalOf(bids),
      askNotionalSum: notionalOf(asks),
    },
    topDigest: tally.digest(),
    ...(tally.tradeCount > 0 && { trades: tally.trades.report(tally.priceScale, tally.qtyScale) }),
    ...(tally.aggTradeCount > 0 && { aggTrades: tally.aggTrades.report(tally.priceScale, tally.qtyScale) }),
    ...(ticker !== undefined && { ticker }),
    ...(mark !== undefined && { mark }),
    ...((kernel.uint32[(address + BOOK_L3) >> 2] ?? 0) !== 0 && { orders: readOrders(kernel, tally, bids, asks) }),
    ...(isCoded && { quantitiesAsCodes: true as const }),
  };
}

function readMark(kernel: Kernel, address: number): MarkReport | undefined {
  const count = kernel.float64At(address + BOOK_MARKS);
  if (count === 0) return undefined;
  const figure = (offset: number): number | null => {
    const value = kernel.float64At(address + offset);
    return Number.isNaN(value) ? null : value;
  };
  const nextFundingUs = figure(BOOK_NEXT_FUNDING_US);
  return {
    count,
    markPrice: figure(BOOK_MARK_PRICE),
    indexPrice: figure(BOOK_INDEX_PRICE),
    fundingRate: figure(BOOK_FUNDING_RATE),
    nextFundingMs: nextFundingUs === null ? null : nextFundingUs / 1000,
  };
}

/** Exact sum of plain decimals. */
function sumOf(texts: readonly string[]): string {
  const scale = Math.max(0, ...texts.map(decimalsOf));
  return unitsText(
    texts.reduce((sum, text) => sum + toUnits(text, scale), 0n),
    scale,
  );
}

/** Exact sum of price times quantity. */
function notionalOf(levels: readonly LevelText[]): string {
  const priceScale = Math.max(0, ...levels.map(([price]) => decimalsOf(price)));
  const qtyScale = Math.max(0, ...levels.map(([, qty]) => decimalsOf(qty)));
  return unitsText(
    levels.reduce((sum, [price, qty]) => sum + toUnits(price, priceScale) * toUnits(qty, qtyScale), 0n),
    priceScale + qtyScale,
  );
}
