import {
  BOOK_RULE_DELTAS,
  CHECKSUM_ENFORCE,
  CHECKSUM_OFF,
  PHASE_WAITING,
  STATE_BUFFERING,
  STATE_CHECKSUM,
  STATE_CROSSED,
  STATE_EMPTY,
  STATE_SYNCED,
  STATUS_CHECKSUM,
  STATUS_CROSSED,
} from '../../assembly/memory/layout.js';
import { parseUnits, unitsToFixed } from './decimal.js';
import {
  CHECKSUM_LEVELS,
  checksumOf,
  krakenChecksumText,
  krakenL3ChecksumText,
  type TextLevel,
  type TextQueue,
} from './kraken-checksum.js';
import { TwinL3Book } from './l3-book.js';
import { type Side, TwinLadder, type TwinLevel } from './ladder.js';
import type { MarkMessage, RawLevel } from './message.js';

/** What a book is told about itself before the first frame, as in the kernel's book header. */
export interface TwinBookSpec {
  readonly symbol: string;
  readonly priceScale: number;
  readonly qtyScale: number;
  /** Levels a side may hold. */
  readonly capacity: number;
  /** Levels the subscription carries; 0 for no cut. */
  readonly depth?: number;
  /** BOOK_RULE_... */
  readonly rule?: number;
  /** CHECKSUM_... */
  readonly checksumPolicy?: number;
  /** Keep single orders (Kraken level3, Coinbase full). */
  readonly isL3?: boolean;
}

/** Running counts of a book, by the names of the kernel's book header. */
export class TwinCounters {
  applied = 0;
  stale = 0;
  gaps = 0;
  checksumGood = 0;
  checksumBad = 0;
  crossings = 0;
  precisionErrors = 0;
  malformed = 0;
  snapshots = 0;
  unknownDeletes = 0;
  otherChannel = 0;
  trades = 0;
  tickers = 0;
  marks = 0;
}

/** Last trade and sums by taker side, in units. */
export interface TwinTradeSums {
  price: number;
  qty: number;
  exchangeUs: number;
  buyQty: number;
  sellQty: number;
}

/** Price and quantity in whole units. */
export type UnitLevel = readonly [price: number, qty: number];

/** A book as the referee keeps it. */
export class TwinBook {
  readonly bids: TwinLadder;
  readonly asks: TwinLadder;
  readonly orders: TwinL3Book | undefined;
  readonly counters = new TwinCounters();
  readonly tradeSums: TwinTradeSums = { price: 0, qty: 0, exchangeUs: 0, buyQty: 0, sellQty: 0 };
  readonly rule: number;
  readonly depth: number;
  /** STATE_... */
  state = STATE_EMPTY;
  /** PHASE_... */
  phase = PHASE_WAITING;
  sequence = 0;
  exchangeUs = 0;
  checksum = 0;
  /** What the derivatives channels told last. */
  mark: Partial<MarkMessage> = {};
  private readonly checksumPolicy: number;
  private wasCrossed = false;

  constructor(readonly spec: TwinBookSpec) {
    this.bids = new TwinLadder('bid', spec.capacity);
    this.asks = new TwinLadder('ask', spec.capacity);
    this.orders = spec.isL3 === true ? new TwinL3Book() : undefined;
    this.rule = spec.rule ?? BOOK_RULE_DELTAS;
    this.depth = spec.depth ?? 0;
    this.checksumPolicy = spec.checksumPolicy ?? CHECKSUM_ENFORCE;
  }

  /** A side as whole units, best first: the orders' sums where single orders are kept. */
  levels(side: Side, limit = Number.POSITIVE_INFINITY): UnitLevel[] {
    if (this.orders !== undefined) return this.orders.top(side, limit).map(({ price, qty }) => [price, qty]);
    return this.ladder(side)
      .top(limit)
      .map(({ price, qty }) => [price, qty]);
  }

  ladder(side: Side): TwinLadder {
    return side === 'bid' ? this.bids : this.asks;
  }

  levelCount(side: Side): number {
    return this.orders?.levelCount(side) ?? this.ladder(side).count;
  }

  /** Empties the book and has it wait for a snapshot, as after a reconnect. */
  reset(): void {
    this.clear();
    this.state = STATE_BUFFERING;
    this.phase = PHASE_WAITING;
    this.sequence = 0;
    this.wasCrossed = false;
  }

  clear(): void {
    this.bids.clear();
    this.asks.clear();
    this.orders?.clear();
  }

  /** Takes the book out of trading with `state`; its deltas wait for a new snapshot. */
  breakWith(state: number): void {
    this.state = state;
    this.phase = PHASE_WAITING;
  }

  /** Levels in units with their texts, or undefined when one of them does not fit the scales. */
  toUnits(levels: readonly RawLevel[]): TwinLevel[] | undefined {
    const found: TwinLevel[] = [];
    for (const { price: priceText, qty: qtyText } of levels) {
      const price = parseUnits(priceText, this.spec.priceScale);
      const qty = parseUnits(qtyText, this.spec.qtyScale);
      if (typeof price !== 'number' || typeof qty !== 'number') return undefined;
      found.push({ price, qty, priceText, qtyText });
    }
    return found;
  }

  /** Cuts both sides to the subscribed depth. */
  cut(): void {
    this.bids.cut(this.depth);
    this.asks.cut(this.depth);
    this.orders?.cut('bid', this.depth);
    this.orders?.cut('ask', this.depth);
  }

  /**
   * Ends a message that was applied: compares the checksum if there is one, then looks whether the book is crossed.
   * @returns STATUS_CHECKSUM, STATUS_CROSSED or the `status` given
   */
  finish(status: number, checksum: number | undefined): number {
    if (checksum !== undefined && !this.acceptsChecksum(checksum)) {
      this.breakWith(STATE_CHECKSUM);
      return STATUS_CHECKSUM;
    }
    if (!this.isCrossed) {
      this.state = STATE_SYNCED;
      this.wasCrossed = false;
      return status;
    }
    if (!this.wasCrossed) this.counters.crossings++;
    this.wasCrossed = true;
    this.state = STATE_CROSSED;
    return STATUS_CROSSED;
  }

  /** True when both sides are there and the best bid is not below the best ask. */
  get isCrossed(): boolean {
    const bid = this.levels('bid', 1)[0];
    const ask = this.levels('ask', 1)[0];
    return bid !== undefined && ask !== undefined && bid[0] >= ask[0];
  }

  /** Texts whose CRC-32 is this book's checksum: with the numbers as sent and, for L2 books, all with decimals of one of the forms seen. */
  checksumTexts(): string[] {
    if (this.orders !== undefined) {
      const queues = (side: Side): TextQueue[] =>
        this.orders
          ?.top(side, CHECKSUM_LEVELS)
          .map(({ orders }) => [orders[0]?.priceText ?? '', orders.map(({ qtyText }) => qtyText)]) ?? [];
      return [krakenL3ChecksumText(queues('ask'), queues('bid'))];
    }
    const asks = this.asks.top(CHECKSUM_LEVELS);
    const bids = this.bids.top(CHECKSUM_LEVELS);
    const levels = [...asks, ...bids];
    const sent = ({ priceText, qtyText }: TwinLevel): TextLevel => [priceText, qtyText];
    const texts = [krakenChecksumText(asks.map(sent), bids.map(sent))];
    // A venue writes all numbers of a book alike; which of the forms seen is the venue's, the checksum itself tells.
    const forms = (textOf: (level: TwinLevel) => string) => new Set(levels.map((level) => fractionDigits(textOf(level))));
    for (const priceDecimals of forms(({ priceText }) => priceText)) {
      for (const qtyDecimals of forms(({ qtyText }) => qtyText)) {
        const fixed = ({ price, qty }: TwinLevel): TextLevel => [
          unitsToFixed(price, this.spec.priceScale, priceDecimals),
          unitsToFixed(qty, this.spec.qtyScale, qtyDecimals),
        ];
        texts.push(krakenChecksumText(asks.map(fixed), bids.map(fixed)));
      }
    }
    return texts;
  }

  private acceptsChecksum(checksum: number): boolean {
    if (this.checksumPolicy === CHECKSUM_OFF) return true;
    this.checksum = checksum;
    const isGood = this.checksumTexts().some((text) => checksumOf(text) === checksum);
    if (isGood) this.counters.checksumGood++;
    else this.counters.checksumBad++;
    return isGood || this.checksumPolicy !== CHECKSUM_ENFORCE;
  }
}

function fractionDigits(text: string): number {
  return /\.(\d+)/.exec(text)?.[1]?.length ?? 0;
}
