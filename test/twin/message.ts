import { decimalSign } from './decimal.js';
import type { JsonNode } from './json.js';
import type { Side } from './ladder.js';

/** The frame is not what its protocol says. Nothing of it may be applied. */
export class MalformedFrame extends Error {
  /** The book that the frame meant to change, when it got that far: it may have missed something. Trades and tickers set none. */
  symbol: string | undefined;
}

/** Price and quantity as sent: proper decimals, price above zero, quantity not below. */
export interface RawLevel {
  readonly price: string;
  readonly qty: string;
}

/** How a delta has to follow on what the book has. See sync-rule.ts. */
export type SyncRule = 'binance-spot' | 'binance-usdm' | 'mexc' | 'gate-update' | 'gate-obu' | 'count' | 'connection';

/** A change of an L2 book, or a whole one. */
export interface BookMessage {
  readonly kind: 'book';
  readonly symbol: string;
  /** `replace`: a partial depth channel. `by-rule`: such a channel or a diff, which only the subscription can tell. */
  readonly action: 'snapshot' | 'delta' | 'replace' | 'by-rule';
  readonly sync: SyncRule;
  readonly firstSequence?: number | undefined;
  readonly lastSequence?: number | undefined;
  readonly previousSequence?: number | undefined;
  readonly bids: readonly RawLevel[];
  readonly asks: readonly RawLevel[];
  readonly checksum?: number | undefined;
  readonly exchangeUs: number;
}

/** One thing that happened to one order. `rank` orders a queue (see l3-book.ts). */
export type OrderEvent =
  | {
      readonly type: 'add' | 'modify';
      readonly id: string;
      readonly side: Side;
      readonly price: string;
      readonly qty: string;
      readonly rank: bigint;
    }
  | { readonly type: 'delete'; readonly id: string }
  | { readonly type: 'fill'; readonly id: string; readonly qty: string }
  | { readonly type: 'resize'; readonly id: string; readonly qty: string | undefined; readonly price: string | undefined };

/** Changes of an L3 book, or a whole one. */
export interface OrdersMessage {
  readonly kind: 'orders';
  readonly symbol: string;
  readonly action: 'snapshot' | 'update';
  /** The venue's sequence; undefined where it sends none. */
  readonly sequence: number | undefined;
  readonly events: readonly OrderEvent[];
  readonly checksum?: number | undefined;
  readonly exchangeUs: number;
}

/** 1 when the taker bought, -1 when it sold, 0 when nobody said. */
export type TakerSign = 1 | -1 | 0;

export interface Trade {
  readonly price: string;
  readonly qty: string;
  readonly side: TakerSign;
  readonly id: string;
  readonly exchangeUs: number;
}

export interface TradesMessage {
  readonly kind: 'trades';
  readonly symbol: string;
  readonly trades: readonly Trade[];
}

/** Best prices as the venue's own channel tells them; an empty side, or a size it does not send, is "0". */
export interface TickerMessage {
  readonly kind: 'ticker';
  readonly symbol: string;
  readonly bidPrice: string;
  readonly bidQty: string;
  readonly askPrice: string;
  readonly askQty: string;
  readonly sequence: number | undefined;
}

/** What a derivatives channel tells; undefined where the frame says nothing about it. */
export interface MarkMessage {
  readonly kind: 'mark';
  readonly symbol: string;
  readonly markPrice?: number | undefined;
  readonly indexPrice?: number | undefined;
  readonly fundingRate?: number | undefined;
  readonly nextFundingUs?: number | undefined;
}

export type Message = BookMessage | OrdersMessage | TradesMessage | TickerMessage | MarkMessage;

/** Messages of one frame, or 'unknown': nothing that the kernel reads. */
export type Decoded = readonly Message[] | 'unknown';

/** Names the book in a complaint that is raised while its message is read. */
export function within<T>(symbol: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedFrame) error.symbol ??= symbol;
    throw error;
  }
}

/** @throws MalformedFrame unless it is a decimal above zero */
export function priceText(text: string): string {
  if (decimalSign(text) !== 1) throw new MalformedFrame(`price: ${text}`);
  return text;
}

/** A quantity, or the price of a trade, which is zero for some of Binance's internal ones. @throws MalformedFrame unless it is a decimal not below zero */
export function qtyText(text: string): string {
  const sign = decimalSign(text);
  if (sign !== 0 && sign !== 1) throw new MalformedFrame(`quantity: ${text}`);
  return text;
}

/** A price that may be missing or "" when a side is empty: "0" then. */
export function optionalPrice(node: JsonNode): string {
  if (node.isAbsent || node.maybeText() === '') return '0';
  return qtyText(node.token());
}

/** Reads `[[price, quantity, ...], ...]`. */
export function pairs(node: JsonNode): RawLevel[] {
  return node.items().map((item) => {
    if (!item.isArray) throw new MalformedFrame('level expected');
    return { price: priceText(item.at(0).token()), qty: qtyText(item.at(1).token()) };
  });
}

/** Reads `[{price, quantity}, ...]` with the member names given. */
export function records(node: JsonNode, priceKey: string, qtyKey: string): RawLevel[] {
  return node.items().map((item) => ({ price: priceText(item.get(priceKey).token()), qty: qtyText(item.get(qtyKey).token()) }));
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|\+00:00)$/;

/** Nanoseconds since the epoch of an ISO text in UTC; undefined when it is none. */
export function isoNanoseconds(text: string): bigint | undefined {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = ''] = match;
  const seconds = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) / 1000;
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** Microseconds since the epoch of an ISO text; 0 when there is none or it lies before the epoch, as Coinbase sometimes sends. */
export function isoUs(node: JsonNode): number {
  const nanoseconds = isoNanoseconds(node.maybeText() ?? '');
  return nanoseconds === undefined || nanoseconds < 0n ? 0 : Number(nanoseconds / 1000n);
}

/** Microseconds of a stamp in milliseconds, which may be a fraction; 0 when it is missing or no number: no book hangs on it. */
export function millisecondsUs(node: JsonNode): number {
  const milliseconds = Number(node.maybeToken());
  return Number.isFinite(milliseconds) ? Math.round(milliseconds * 1000) : 0;
}
