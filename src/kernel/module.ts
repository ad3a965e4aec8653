import { readFileSync } from 'node:fs';
import { KernelError } from '../domain/errors.js';

/** The functions the kernel exports; addresses and handles are byte addresses in the shared memory. */
export interface KernelExports {
  attach(thread: number): void;
  observeBooks(): void;
  addSymbol(feed: number, name: number, length: number, book: number): number;
  findSymbol(feed: number, name: number, length: number): number;
  decode(feed: number, length: number): number;
  decodeInPlace(feed: number, from: number, length: number): number;
  decodeSnapshot(book: number, length: number): number;
  resetBook(book: number): void;
  recoverBook(book: number): void;
  setState(book: number, state: number): void;
  applyLevels(book: number, bids: number, asks: number, isSnapshot: number, sequence: number, exchangeUs: number): number;
  applyLadders(ladders: number, count: number, levels: number, growth: number, atUs: number): number;
  applyTrade(book: number, price: number, qty: number, id: number, tsUs: number, side: number): number;
  applyMark(book: number, markPrice: number, indexPrice: number, fundingRate: number, nextFundingUs: number): number;
  wake(control: number): void;
  copyBook(book: number, depth: number): number;
  crc32(bytes: number, length: number): number;
  checksumOf(book: number): number;
  recordLatency(histogram: number, durationUs: number): void;
  walkBase(asks: number, high: number, low: number): number;
  walkQuote(asks: number, high: number, low: number): number;
  impact(asks: number, quote: number, high: number, low: number): number;
  depthWithin(mid: number, pctMillionths: number): void;
  imbalance(levels: number): number;
  microprice(levels: number): number;
  pressure(levels: number): number;
  netSpread(ask: number, buyFee: number, bid: number, sellFee: number): number;
  grossSpread(ask: number, bid: number): number;
  scanAll(scan: number, nowUs: number, maxAgeUs: number): number;
  scanDirty(scan: number, nowUs: number, maxAgeUs: number): number;
  sumOf(x: number, n: number): number;
  dot(x: number, y: number, n: number): number;
  addScaled(x: number, factor: number, y: number, n: number): void;
  shift(x: number, n: number, scale: number, origin: number, to: number): void;
  distances(x: number, n: number, centre: number): void;
  extent(x: number, n: number, out: number): number;
  moments(x: number, n: number, out: number): void;
  leastSquares(matrix: number, rows: number, columns: number, out: number): number;
  laggedProducts(x: number, n: number, lags: number, out: number): void;
  square(x: number, n: number): void;
  totalSquares(x: number, n: number): number;
  stepSquares(x: number, n: number, lag: number, drift: number): number;
  rescaledRange(x: number, n: number, size: number): number;
  rolling(x: number, n: number, window: number, scale: number, out: number, room: number): void;
  rollingMedian(x: number, n: number, window: number, out: number, ordered: number): void;
  exponential(x: number, n: number, alpha: number, adjusted: number, scale: number, out: number): void;
  quantiles(x: number, n: number, fractions: number, count: number): void;
  rollingRegression(x: number, y: number, n: number, window: number, out: number, room: number): void;
  packReached(values: number, words: number, threshold: number, sign: number, bits: number): void;
  sweepPair(
    entryBits: number,
    exitBits: number,
    entryValues: number,
    exitValues: number,
    places: number,
    deadlines: number,
    last: number,
    fee: number,
    figures: number,
  ): void;
}

/** build/kernel.wasm, seen from build/src/kernel as well as from src/kernel. */
const candidates = ['../../kernel.wasm', '../../build/kernel.wasm'];

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel; compiled once a thread, and cheap to hand to other threads. @throws KernelError when it was not built */
export function kernelModule(): WebAssembly.Module {
  if (compiled !== undefined) return compiled;
  let cause: unknown;
  for (const candidate of candidates) {
    try {
      compiled = new WebAssembly.Module(readFileSync(new URL(candidate, import.meta.url)));
      return compiled;
    } catch (error) {
      cause = error;
    }
  }
  throw new KernelError('build/kernel.wasm is missing or does not compile; run: npm run build', {}, { cause });
}
