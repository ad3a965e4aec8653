import type { Clock } from '../domain/clock.js';
import { type Decimal, Exact, plainText, quotient } from '../domain/decimal.js';
import type { AccountName, FundingDue, FundingEstimate } from '../execution/reconciliation-types.js';
import type { Views } from '../kernel/views.js';
import type { BookInfo, StrategyUniverse } from '../strategy/universe.js';
import type { DeskAccount } from './desk-types.js';
import { nearestSubset } from './nearest-subset.js';
import type { Prices } from './prices.js';
import type { FundingPart, TradingLedger } from './trading-ledger.js';

/** A payment that a wallet is expected to show. */
interface Pending {
  readonly due: FundingDue;
  /** In the quote asset for one contract that is held. */
  readonly perContract: Decimal;
  readonly sinceUs: number;
}

/** A strategy's part of a payment. */
interface Part {
  readonly due: FundingDue;
  /** Held the contracts when it fell due. */
  readonly strategy: string;
  /** What it is about to come to, in the quote asset. */
  readonly estimate: Decimal;
}

/** A payment of contracts that somebody held. */
interface Payment {
  readonly pending: Pending;
  readonly parts: readonly Part[];
}

const ZERO = new Exact(0);
const CLOCK_ERROR_US = 5e6;
/** A payment that has not come by then will not come. */
const WAIT_US = 900e6;
/** A payment is told for a moment, and kept by the venue as made a little beside it. */
const SAME_MS = 10_000;
/** Rates change until they are paid. */
const ASK_US = 60e6;

/** Knows when contracts pay funding, and books what the wallet shows of it as the strategies' that held them. */
export class FundingDesk {
  private readonly contracts: readonly BookInfo[];
  /** By book, the next payment as the venue told it last, by its feed or asked. */
  private readonly next = new Map<number, { readonly atUs: number; readonly rate: number }>();
  /** By book, when the venue was asked for it last; monotonic. */
  private readonly askedUs = new Map<number, number>();
  private readonly pending = new Map<string, Pending[]>();

  constructor(
    private readonly parts: {
      readonly universe: StrategyUniverse;
      /** Names of all that positions may belong to. */
      readonly owners: readonly string[];
      readonly accounts: readonly DeskAccount[];
      readonly ledger: TradingLedger;
      readonly prices: Prices;
      readonly views: Views;
      readonly clock: Clock;
    },
  ) {
    this.contracts = parts.universe.books.filter(({ instrument }) => instrument.market === 'futures');
  }

  /** Notices payments that fell due since the last look. */
  look(): void {
    const { views } = this.parts;
    for (const info of this.contracts) {
      const atUs = views.nextFundingUs(info.book);
      this.announced(info, atUs, views.fundingRate(info.book));
      if (Number.isNaN(atUs)) this.ask(info);
    }
  }

  /**
   * Finds payments of an account that fell due from a moment on, by the venue's own record: also what no feed announced, and what another
   * rate was paid of than was announced.
   * @throws VenueRequestError
   */
  async find(account: DeskAccount, sinceMs: number): Promise<void> {
    const { venue, market, fundingHistory, port } = account;
    if (fundingHistory === undefined) return;
    for (const info of this.contracts) {
      const { instrument } = info;
      if (instrument.venue !== venue || instrument.market !== market) continue;
      if (!this.parts.ledger.memory.wasHeld(account, instrument.symbol, sinceMs)) continue;
      for (const { timeMs, rate } of await fundingHistory(instrument.symbol, sinceMs, port.venueMs()))
        this.note(info, timeMs * 1000, rate);
    }
  }

  /**
   * About what the payments come to that fell due, that a wallet has not shown, and that it may differ by: they are shown together or one
   * by one. By now, in whichever turn it was looked at last.
   */
  due(account: AccountName, asset: string, difference: Decimal): FundingEstimate {
    this.look();
    const parts = this.shown(keyOf(account, asset), difference).flatMap((payment) => payment.parts);
    return { amount: sumOf(parts), size: sizeOf(parts) };
  }

  /** A wallet changed by about what was due: every part of it is what it was to come to, and what differs is shared out by size. */
  settled(account: AccountName, asset: string, amount: string): void {
    const key = keyOf(account, asset);
    const payments = this.shown(key, new Exact(amount));
    this.pending.set(
      key,
      this.awaited(key).filter((one) => !payments.some(({ pending }) => pending === one)),
    );
    const parts = payments.flatMap((payment) => payment.parts);
    let left: Decimal = new Exact(amount);
    const differs = left.minus(sumOf(parts));
    const size = sizeOf(parts);
    const booked: FundingPart[] = [];
    for (const [index, { due, strategy, estimate }] of parts.entries()) {
      const isLast = index === parts.length - 1 || size.isZero();
      const part = isLast ? left : differs.mul(estimate.abs()).div(size).plus(estimate).toDecimalPlaces(12);
      left = left.minus(part);
      const { symbol, rate, markPrice, dueMs } = due;
      if (!part.isZero()) booked.push({ symbol, strategy, amount: part.toFixed(), rate, markPrice, dueMs });
    }
    this.parts.ledger.funding(account, booked);
  }

  /** Takes what is known of the next payment now, NaN where nothing is; the one known before may have fallen due. */
  private announced(info: BookInfo, atUs: number, rate: number): void {
    const epochUs = this.venueUs(info);
    const told = this.next.get(info.book);
    // One after it is announced when it has been paid, whatever our idea of the venue's time is.
    const isOver = told !== undefined && atUs > told.atUs && told.atUs - epochUs < CLOCK_ERROR_US;
    if (told !== undefined && (isOver || epochUs >= told.atUs)) {
      this.next.delete(info.book);
      this.note(info, told.atUs, plainText(told.rate));
    }
    if (atUs > epochUs && !Number.isNaN(rate)) this.next.set(info.book, { atUs, rate });
  }

  /** Asks the venue for the next payment of a contract that is held, where its feed does not tell; what fails is asked again later. */
  private ask(info: BookInfo): void {
    const { venue, symbol } = info.instrument;
    const fundingRate = this.accountOf(info)?.fundingRate;
    if (fundingRate === undefined || this.parts.ledger.memory.books.contracts(venue, symbol).isZero()) return;
    const nowUs = this.parts.clock.monotonicUs();
    if (nowUs - (this.askedUs.get(info.book) ?? Number.NEGATIVE_INFINITY) < ASK_US) return;
    this.askedUs.set(info.book, nowUs);
    fundingRate(symbol).then(
      ({ nextFundingTime, intervalRate }) => this.announced(info, nextFundingTime * 1000, Number(intervalRate)),
      () => undefined,
    );
  }

  /** Keeps a payment in mind, once however often it is told; what is told of it last is what it comes to. */
  private note(info: BookInfo, atUs: number, rate: string): void {
    const { venue, market, symbol, quote, contractSize } = info.instrument;
    const account: AccountName = { venue, market };
    const dueMs = atUs / 1000;
    const key = keyOf(account, quote);
    const awaited = this.awaited(key);
    const before = awaited.find(({ due }) => due.symbol === symbol && Math.abs(due.dueMs - dueMs) < SAME_MS);
    const markPrice = before?.due.markPrice ?? this.parts.prices.mark(info) ?? this.priceInLedger(info);
    if (markPrice === null) return;
    const due: FundingDue = { venue, market, symbol, dueMs, rate, markPrice };
    const perContract = new Exact(contractSize).mul(markPrice).mul(rate).neg();
    const sinceUs = before?.sinceUs ?? this.parts.clock.monotonicUs();
    this.pending.set(key, [...awaited.filter((one) => one !== before), { due, perContract, sinceUs }]);
  }

  /** One that was never paid must not keep those after it from being known. */
  private awaited(key: string): readonly Pending[] {
    const sinceUs = this.parts.clock.monotonicUs() - WAIT_US;
    return (this.pending.get(key) ?? []).filter((one) => one.sinceUs >= sinceUs);
  }

  /** The payments that together come nearest to a change of a wallet. */
  private shown(key: string, change: Decimal): readonly Payment[] {
    const payments = this.awaited(key).flatMap((pending): Payment[] => {
      const parts = this.partsOf(pending);
      return parts.length === 0 ? [] : [{ pending, parts }];
    });
    const sums = payments.map(({ parts }) => sumOf(parts).toNumber());
    return nearestSubset(sums, change.toNumber()).flatMap((place) => payments[place] ?? []);
  }

  /**
   * Whose what is not booked of a payment is: of those who held the contracts at the moment, whenever their fills were told. A run that
   * ended in between may have booked it for some of them.
   */
  private partsOf({ due, perContract }: Pending): readonly Part[] {
    const { owners, ledger } = this.parts;
    return owners.flatMap((strategy): Part[] => {
      if (due.dueMs < ledger.memory.fundedMs(strategy, due, due.symbol) + SAME_MS) return [];
      const held = ledger.memory.heldAt(strategy, due, due.symbol, due.dueMs);
      return held.isZero() ? [] : [{ due, strategy, estimate: held.mul(perContract) }];
    });
  }

  /** What contracts cost on average that are held, or came to when they were traded last; null when they were not. */
  private priceInLedger({ instrument: { venue, market, symbol, contractSize } }: BookInfo): string | null {
    const { memory } = this.parts.ledger;
    const size = memory.books.contracts(venue, symbol);
    if (size.isZero()) return memory.lastPrice({ venue, market }, symbol);
    return quotient(memory.books.contractsCost(venue, symbol), size.mul(contractSize));
  }

  /** The venue's own time: payments fall due by it. */
  private venueUs(info: BookInfo): number {
    const account = this.accountOf(info);
    return account === undefined ? this.parts.clock.epochUs() : account.port.venueMs() * 1000;
  }

  private accountOf({ instrument }: BookInfo): DeskAccount | undefined {
    return this.parts.accounts.find((one) => keyOf(one, '') === keyOf(instrument, ''));
  }
}

function sumOf(parts: readonly Part[]): Decimal {
  return parts.reduce((sum, { estimate }) => sum.plus(estimate), ZERO);
}

function sizeOf(parts: readonly Part[]): Decimal {
  return parts.reduce((sum, { estimate }) => sum.plus(estimate.abs()), ZERO);
}

function keyOf({ venue, market }: AccountName, asset: string): string {
  return `${venue} ${market} ${asset}`;
}
