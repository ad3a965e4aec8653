import { LEVEL_STRIDE } from '../../assembly/memory/layout.js';
import { SCAN_HEADER_BYTES, SCAN_ROW_STRIDE, SIZING_STRIDE, VIEW_LEVELS } from '../../assembly/memory/scan-layout.js';

const LINE_BYTES = 64;

/** What the scan's region has to hold. */
export interface ScanRequest {
  readonly rows: number;
  readonly books: number;
  /** Levels that a view holds of each side. */
  readonly viewLevels: number;
  /** Bytes of signal state of a book; 0 where none are computed. */
  readonly signalBytes: number;
}

/** Where the parts of the scan's region lie. */
export interface ScanLayout {
  readonly rows: number;
  readonly bookTable: number;
  readonly list: number;
  readonly changed: number;
  readonly sizings: number;
  readonly views: number;
  readonly viewStride: number;
  /** First byte behind the region. */
  readonly end: number;
}

/** Lays the scan's region out from its first address on, each part on a line of its own. */
export function scanLayout(address: number, { rows, books, viewLevels, signalBytes }: ScanRequest): ScanLayout {
  let next = address + SCAN_HEADER_BYTES;
  const take = (bytes: number): number => {
    const start = next;
    next = Math.ceil((next + bytes) / LINE_BYTES) * LINE_BYTES;
    return start;
  };
  const viewStride = Math.ceil((VIEW_LEVELS + viewLevels * 2 * LEVEL_STRIDE + signalBytes) / LINE_BYTES) * LINE_BYTES;
  return {
    rows: take(rows * SCAN_ROW_STRIDE),
    bookTable: take(books * 4),
    list: take(rows * 4),
    changed: take(books * 4),
    sizings: take(rows * SIZING_STRIDE),
    views: take(books * viewStride),
    viewStride,
    end: next,
  };
}
