import type { Clock } from '../domain/clock.js';
import { type Decimal, Exact, plainText } from '../domain/decimal.js';
import { FUNDING_WAIT_US, type PositionReconciler } from '../execution/reconciler.js';
import type { AccountName, FundingDue } from '../execution/reconciliation-types.js';
import type { MarketView } from '../strategy/market-view.js';
import type { BookInfo, StrategyUniverse } from '../strategy/universe.js';
import type { DeskAccount } from './desk-types.js';
import type { Prices } from './prices.js';
import type { TradingLedger } from './trading-ledger.js';

/** A strategy's part of a payment that a wallet is expected to show. */
interface Pending {
  readonly due: FundingDue;
  /** Held the contracts when it fell due. */
  readonly strategy: string;
  /** What it is about to come to, in the quote asset. */
  readonly estimate: Decimal;
  readonly sinceUs: number;
}

const ZERO = new Exact(0);
const CLOCK_ERROR_US = 5e6;

/** Knows when contracts pay funding, and books what the wallet shows of it as the strategies' that held them. */
export class FundingDesk {
  private readonly contracts: readonly BookInfo[];
  /** By book, the next payment as the venue told it last. */
  private readonly next = new Map<number, { readonly atUs: number; readonly rate: number }>();
  private readonly pending = new Map<string, Pending[]>();
  /** Payments that are or were pending. */
  private readonly noted = new Set<string>();

  constructor(
    private readonly parts: {
      readonly universe: StrategyUniverse;
      /** Names of all that positions may belong to. */
      readonly owners: readonly string[];
      readonly accounts: readonly DeskAccount[];
      readonly ledger: TradingLedger;
      readonly reconciler: () => PositionReconciler;
      readonly prices: Prices;
      readonly clock: Clock;
    },
  ) {
    this.contracts = parts.universe.books.filter(({ instrument }) => instrument.market === 'futures');
  }

  /** Notices payments that fell due since the last look. */
  look({ views }: MarketView): void {
    for (const info of this.contracts) {
      const epochUs = this.venueUs(info);
      const atUs = views.nextFundingUs(info.book);
      const told = this.next.get(info.book);
      // One after it is announced when it has been paid, whatever our idea of the venue's time is.
      const isOver = told !== undefined && atUs > told.atUs && told.atUs - epochUs < CLOCK_ERROR_US;
      if (told !== undefined && (isOver || epochUs >= told.atUs)) {
        this.next.delete(info.book);
        const mark = this.parts.prices.mark(info);
        if (mark !== null) this.expect(this.dueOf(info, told.atUs, plainText(told.rate), mark));
      }
      const rate = views.fundingRate(info.book);
      if (atUs > epochUs && !Number.isNaN(rate)) this.next.set(info.book, { atUs, rate });
    }
  }

  /** Payments of an account that fell due from a moment on, by the venue's own record. @throws VenueRequestError */
  async dueSince(account: DeskAccount, sinceMs: number): Promise<readonly FundingDue[]> {
    const { venue, market, fundingHistory, port } = account;
    if (fundingHistory === undefined) return [];
    const dues: FundingDue[] = [];
    for (const info of this.contracts) {
      const { instrument } = info;
      if (instrument.venue !== venue || instrument.market !== market) continue;
      const size = this.parts.ledger.memory.books.contracts(venue, instrument.symbol);
      if (size.isZero()) continue;
      const cost = this.parts.ledger.memory.books.contractsCost(venue, instrument.symbol);
      const mark = this.parts.prices.mark(info) ?? plainText(cost.div(size.mul(instrument.contractSize)).abs());
      for (const { timeMs, rate } of await fundingHistory(instrument.symbol, sinceMs, port.venueMs())) {
        const due = this.dueOf(info, timeMs * 1000, rate, mark);
        this.note(due);
        dues.push(due);
      }
    }
    return dues;
  }

  /** A wallet changed by about what was due: every part of it is what it was to come to, and what differs is shared out by size. */
  settled(account: AccountName, asset: string, amount: string): void {
    const key = keyOf(account, asset);
    const pending = this.pending.get(key) ?? [];
    this.pending.delete(key);
    let left: Decimal = new Exact(amount);
    const differs = pending.reduce((rest, { estimate }) => rest.minus(estimate), left);
    const size = pending.reduce((total, { estimate }) => total.plus(estimate.abs()), ZERO);
    for (const [index, { due, strategy, estimate }] of pending.entries()) {
      const isLast = index === pending.length - 1 || size.isZero();
      const part = isLast ? left : differs.mul(estimate.abs()).div(size).plus(estimate).toDecimalPlaces(12);
      left = left.minus(part);
      const { symbol, rate, markPrice } = due;
      if (!part.isZero()) this.parts.ledger.funding(account, symbol, strategy, part.toFixed(), rate, markPrice);
    }
  }

  private expect(due: FundingDue): void {
    this.note(due);
    this.parts.reconciler().expectFunding(due);
  }

  /** Keeps in mind who held the contracts of a payment, once however often it is told. */
  private note(due: FundingDue): void {
    const { ledger, owners, prices } = this.parts;
    const info = prices.book(due, due.symbol);
    const id = keyOf(due, due.id);
    if (info === undefined || this.noted.has(id)) return;
    this.noted.add(id);
    const key = keyOf(due, info.instrument.quote);
    const sinceUs = this.parts.clock.monotonicUs();
    const pending = (this.pending.get(key) ?? []).filter((one) => sinceUs - one.sinceUs <= FUNDING_WAIT_US);
    this.pending.set(key, pending);
    const perContract = new Exact(info.instrument.contractSize).mul(due.markPrice).mul(due.rate).neg();
    for (const strategy of owners) {
      const held = ledger.memory.heldIn(strategy, due, due.symbol);
      if (!held.isZero()) pending.push({ due, strategy, estimate: held.mul(perContract), sinceUs });
    }
  }

  /** The venue's own time: payments fall due by it. */
  private venueUs({ instrument }: BookInfo): number {
    const account = this.parts.accounts.find((one) => keyOf(one, '') === keyOf(instrument, ''));
    return account === undefined ? this.parts.clock.epochUs() : account.port.venueMs() * 1000;
  }

  private dueOf({ instrument }: BookInfo, atUs: number, rate: string, markPrice: string): FundingDue {
    const { venue, market, symbol } = instrument;
    return { venue, market, symbol, id: `${symbol} ${Math.round(atUs / 1000)}`, rate, markPrice };
  }
}

function keyOf({ venue, market }: AccountName, asset: string): string {
  return `${venue} ${market} ${asset}`;
}
