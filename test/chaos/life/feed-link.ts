import {
  BOOK_FUNDING_RATE,
  BOOK_INDEX_PRICE,
  BOOK_MARK_PRICE,
  BOOK_NEXT_FUNDING_US,
  BOOK_STATE,
  STATE_GAP,
} from '../../../assembly/memory/layout.js';
import type { Kernel } from '../../../src/kernel/kernel.js';
import type { SimulatedBook } from '../../../src/sim/market/book.js';
import type { LadderSide } from '../../../src/sim/market/ladder.js';
import { moneyText } from '../../../src/sim/matching/money.js';
import type { BookInfo } from '../../../src/strategy/universe.js';
import type { Exchange } from '../world/exchange.js';
import { decimalText } from '../world/listings.js';
import type { LifeTimers } from './life-time.js';
import type { Network } from './network.js';

export interface FeedLinkParts {
  readonly kernel: Kernel;
  /** The engine's books, and the exchange and the book there of each. */
  readonly books: readonly { readonly info: BookInfo; readonly exchange: Exchange; readonly book: SimulatedBook }[];
  readonly network: Network;
  readonly timers: LifeTimers;
  readonly nowUs: () => number;
  /** Something was put into the engine's memory. */
  readonly onDelivered: () => void;
}

/** What the feed knows of one book, apart from the engine's memory. */
export interface FeedState {
  isSynced: boolean;
  receivedUs: number;
  stalledUntilUs: number;
  isRecovering: boolean;
  sequence: number;
}

const LEVELS = 12;
const RECOVERY_MS_MIN = 150;
const RECOVERY_MS_MAX = 2_500;

/** Brings the exchanges' books into the engine's memory: with latency, and now and then with gaps or not at all. */
export class FeedLink {
  readonly states: readonly FeedState[];
  private readonly places = new Map<SimulatedBook, number>();
  /** What changed at one moment: of every book its newest state. */
  private batch: { readonly atUs: number; readonly answers: Map<number, Uint8Array> } | undefined;

  constructor(private readonly parts: FeedLinkParts) {
    this.states = parts.books.map(() => ({
      ...{ isSynced: false, receivedUs: Number.NEGATIVE_INFINITY, stalledUntilUs: 0, isRecovering: false, sequence: 0 },
    }));
    parts.books.forEach(({ book }, place) => {
      this.places.set(book, place);
      this.recover(place);
    });
  }

  get books(): FeedLinkParts['books'] {
    return this.parts.books;
  }

  /** A book changed at its exchange. */
  changed(book: SimulatedBook): void {
    const place = this.places.get(book);
    if (place === undefined) return;
    const { nowUs, timers, network } = this.parts;
    const answer = this.snapshot(place);
    if (this.batch?.atUs === nowUs()) {
      this.batch.answers.set(place, answer);
      return;
    }
    const answers = new Map([[place, answer]]);
    this.batch = { atUs: nowUs(), answers };
    timers.after(network.delayMs(), () => {
      for (const [one, newest] of answers) this.deliver(one, newest);
      this.parts.onDelivered();
    });
  }

  /** Messages stop without a word for a while. */
  stall(place: number, us: number): void {
    const state = this.states[place];
    if (state !== undefined) state.stalledUntilUs = this.parts.nowUs() + us;
  }

  /** A message was lost: the book is out of step until it is fetched anew. */
  gap(place: number): void {
    const state = this.states[place];
    if (state === undefined || !state.isSynced) return;
    state.isSynced = false;
    this.parts.kernel.exports.setState(this.address(place), STATE_GAP);
    this.parts.onDelivered();
    this.recover(place);
  }

  private recover(place: number): void {
    const state = this.states[place];
    if (state === undefined || state.isRecovering) return;
    state.isRecovering = true;
    const { timers, network } = this.parts;
    timers.after(RECOVERY_MS_MIN + network.upTo(RECOVERY_MS_MAX - RECOVERY_MS_MIN), () => {
      state.isRecovering = false;
      state.isSynced = true;
      this.deliver(place, this.snapshot(place));
      this.parts.onDelivered();
    });
  }

  private deliver(place: number, answer: Uint8Array): void {
    const { kernel, nowUs } = this.parts;
    const state = this.states[place];
    if (state === undefined || !state.isSynced || nowUs() < state.stalledUntilUs) return;
    state.receivedUs = nowUs();
    kernel.receivedAt(nowUs());
    kernel.decodeSnapshot(this.address(place), answer);
    this.setMarks(place);
  }

  private setMarks(place: number): void {
    const found = this.parts.books[place];
    if (found === undefined || found.info.instrument.market !== 'futures') return;
    const { exchange, book } = found;
    const { kernel } = this.parts;
    const at = this.address(place);
    const mark = Number(moneyText(exchange.engine.markPrice(book)));
    const { rate, nextUs } = exchange.engine.funding(book);
    kernel.float64[(at + BOOK_MARK_PRICE) >> 3] = mark;
    kernel.float64[(at + BOOK_INDEX_PRICE) >> 3] = mark;
    kernel.float64[(at + BOOK_FUNDING_RATE) >> 3] = Number(rate);
    kernel.float64[(at + BOOK_NEXT_FUNDING_US) >> 3] = nextUs;
    kernel.exports.setState(at, kernel.int32At(at + BOOK_STATE));
  }

  /** The exchange's book as it is now, as a venue would answer it. */
  private snapshot(place: number): Uint8Array {
    const state = this.states[place];
    const book = this.parts.books[place]?.book;
    if (state === undefined || book === undefined) return new Uint8Array();
    const { priceDecimals, qtyDecimals } = book.instrument;
    const rows = (side: LadderSide): string => {
      let found = '';
      for (const { priceUnits, qtyUnits } of side.levels().slice(0, LEVELS)) {
        const row = `["${decimalText(priceUnits, priceDecimals)}","${decimalText(qtyUnits, qtyDecimals)}"]`;
        found += found === '' ? row : `,${row}`;
      }
      return found;
    };
    return Buffer.from(`{"lastUpdateId":${++state.sequence},"bids":[${rows(book.bids)}],"asks":[${rows(book.asks)}]}`);
  }

  private address(place: number): number {
    const { kernel, books } = this.parts;
    return kernel.plan.books[books[place]?.info.book ?? -1] ?? 0;
  }
}
