import { CalculationError } from '../../domain/calculation-error.js';
import { TOUCH_COLUMNS } from '../../market/spread-ring.js';
import { entrySpreadPct, exitSpreadPct } from '../../strategy/delta/pair.js';
import { type SpreadSeries, spreadSeries } from './spread-series.js';

/**
 * Touch of a spot book and of a perpetual of the same asset, one row a moment: columns of one length, the oldest row first.
 * Prices in the quote asset, quantities in the base asset; a price that is missing is NaN, or 0 as venues write it.
 */
export interface MarketFrame {
  /** Microseconds since the epoch, rising from row to row. */
  readonly tsUs: Float64Array;
  readonly spotBidPrice: Float64Array;
  readonly spotAskPrice: Float64Array;
  readonly futBidPrice: Float64Array;
  readonly futAskPrice: Float64Array;
  readonly spotBidQty?: Float64Array;
  readonly spotAskQty?: Float64Array;
  readonly futBidQty?: Float64Array;
  readonly futAskQty?: Float64Array;
}

/**
 * Checks that columns are as long as each other and that time rises.
 * @throws CalculationError INVALID_INTERVAL when a column is shorter or longer than `tsUs`, or time stands still or goes back
 */
export function checkFrame(frame: MarketFrame): void {
  const { tsUs } = frame;
  for (const name of TOUCH_COLUMNS) {
    const column = frame[name];
    if (column !== undefined && column.length !== tsUs.length) {
      throw new CalculationError('INVALID_INTERVAL', { column: name, rows: column.length, expected: tsUs.length });
    }
  }
  for (let row = 1; row < tsUs.length; row++) {
    const beforeUs = tsUs[row - 1] as number;
    const nowUs = tsUs[row] as number;
    // Written so that NaN fails.
    if (!(nowUs > beforeUs)) throw new CalculationError('INVALID_INTERVAL', { row, beforeUs, nowUs });
  }
}

/** Rows `from` to `to` (not included) of a frame, over the same memory. */
export function sliceFrame(frame: MarketFrame, from: number, to: number): MarketFrame {
  const columns: Record<string, Float64Array> = {};
  for (const name of TOUCH_COLUMNS) {
    const column = frame[name];
    if (column !== undefined) columns[name] = column.subarray(from, to);
  }
  return columns as unknown as MarketFrame;
}

/** First row at or after a time; the number of rows when there is none. */
export function rowAt({ tsUs }: MarketFrame, timeUs: number): number {
  let low = 0;
  let high = tsUs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((tsUs[middle] as number) < timeUs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The spreads that a short-spread position enters and leaves at, as the delta strategy reckons them, in per cent of the spot ask;
 * places are microseconds, and so is what is held.
 * @throws CalculationError as `spreadSeries` does
 */
export function frameSpreads(frame: MarketFrame): SpreadSeries {
  const { tsUs, spotBidPrice, spotAskPrice, futBidPrice, futAskPrice } = frame;
  const rows = tsUs.length;
  const entry = new Float64Array(rows);
  const exit = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const spotAsk = priceAt(spotAskPrice, row);
    entry[row] = entrySpreadPct(spotAsk, priceAt(futBidPrice, row));
    exit[row] = exitSpreadPct(priceAt(spotBidPrice, row), spotAsk, priceAt(futAskPrice, row));
  }
  return spreadSeries(entry, exit, tsUs);
}

function priceAt(prices: Float64Array, row: number): number {
  const price = prices[row] as number;
  return price > 0 ? price : Number.NaN;
}
