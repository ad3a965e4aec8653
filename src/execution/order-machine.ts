import { type Decimal, Exact } from '../domain/decimal.js';
import {
  type Fill,
  isFinal,
  type OrderReference,
  type OrderReport,
  type OrderRequest,
  type OrderState,
} from '../domain/order.js';

/** Where one of our orders stands. All from `acknowledged` on, and every end, is the venue's word. */
export const WORKING_STATES = [
  'created',
  'sending',
  'unknown',
  'acknowledged',
  'open',
  'partially-filled',
  'filled',
  'canceled',
  'expired',
  'rejected',
] as const;
export type WorkingState = (typeof WORKING_STATES)[number];

/** When things happened to an order, in monotonic microseconds; null for what did not. */
export interface OrderTiming {
  readonly sentUs: number | null;
  readonly acknowledgedUs: number | null;
  readonly firstFillUs: number | null;
  /** It ended, and all of its fills are known. */
  readonly finalUs: number | null;
}

const RANK: Readonly<Record<WorkingState, number>> = {
  created: 0,
  sending: 1,
  unknown: 2,
  acknowledged: 3,
  open: 4,
  'partially-filled': 5,
  filled: 6,
  canceled: 6,
  expired: 6,
  rejected: 6,
};
const FINAL_RANK = RANK.filled;
const ZERO = new Exact(0);

/**
 * The life of one order. Reports and fills may come in any order, late, twice, or only when asked for: a word that is older than what
 * is known changes nothing, a fill counts once by its trade id, and nothing leaves an end again.
 */
export class OrderMachine {
  private current: WorkingState = 'created';
  private why: string | null = null;
  private venueId: string | null = null;
  private readonly trades = new Map<string, Fill>();
  private fillSum: Decimal = ZERO;
  private reportedSum: Decimal = ZERO;
  private reportedQuoteSum: Decimal | null = null;
  /** Whether the venue has said how much of an ended order was filled. */
  private isAmountTold = false;
  private isGivenUp = false;
  private times: OrderTiming = { sentUs: null, acknowledgedUs: null, firstFillUs: null, finalUs: null };

  /** @param quantity that was asked for */
  constructor(
    readonly request: OrderRequest,
    private readonly quantity: Decimal = new Exact(request.quantity ?? 0),
  ) {}

  get state(): WorkingState {
    return this.current;
  }
  get reason(): string | null {
    return this.why;
  }
  get timing(): OrderTiming {
    return this.times;
  }
  get fills(): readonly Fill[] {
    return [...this.trades.values()];
  }
  /** Base units or contracts of the fills that were told. */
  get told(): Decimal {
    return this.fillSum;
  }
  /** What is known to be filled, from whichever side it was said first. */
  get filled(): Decimal {
    return Exact.max(this.fillSum, this.reportedSum);
  }
  /** Quote value that the venue reported; null when it never did. */
  get reportedQuote(): Decimal | null {
    return this.reportedQuoteSum;
  }
  /** Nothing more can be filled. */
  get isEnded(): boolean {
    return RANK[this.current] === FINAL_RANK;
  }
  /** It ended, and every fill that it had is here. */
  get isSettled(): boolean {
    return this.isEnded && (this.isGivenUp || (this.isAmountTold && this.fillSum.gte(this.reportedSum)));
  }
  /** How to ask the venue for it. */
  get reference(): OrderReference {
    return { symbol: this.request.symbol, venueOrderId: this.venueId, clientOrderId: this.request.clientOrderId };
  }

  /** It is about to leave. */
  send(nowUs: number): void {
    this.times = { ...this.times, sentUs: nowUs };
    this.current = 'sending';
  }

  /** Its answer was lost. @returns whether anything changed */
  lose(reason: string): boolean {
    return this.advance('unknown', reason);
  }

  /** It never was at the venue: refused there, or never arrived. @returns whether anything changed */
  refuse(reason: string, nowUs: number): boolean {
    if (this.isEnded) return false;
    this.advance('rejected', reason);
    this.isAmountTold = true;
    this.close(nowUs);
    return true;
  }

  /** Takes the venue's word. @returns whether anything changed */
  report(report: OrderReport, nowUs: number): boolean {
    this.venueId ??= report.venueOrderId;
    if (report.state === 'unknown') return false;
    if (this.times.acknowledgedUs === null) this.times = { ...this.times, acknowledgedUs: nowUs };
    const before = this.filled;
    const filled = report.state === 'filled' ? (report.filledQty ?? this.quantity) : report.filledQty;
    if (filled !== null) this.reportedSum = Exact.max(this.reportedSum, filled);
    if (report.filledQuote !== null) this.reportedQuoteSum = Exact.max(this.reportedQuoteSum ?? ZERO, report.filledQuote);
    const wasTold = this.isAmountTold;
    if (isFinal(report.state) && filled !== null) this.isAmountTold = true;
    const moved = this.advance(stateOf(report.state), report.reason);
    this.close(nowUs);
    return moved || wasTold !== this.isAmountTold || !this.filled.eq(before);
  }

  /** Takes a fill; its fee may be told later. @returns false when it was told before */
  fill(fill: Fill, nowUs: number): boolean {
    this.venueId ??= fill.venueOrderId;
    const key = `${fill.tradeId} ${fill.side}`;
    const known = this.trades.get(key);
    if (known !== undefined) {
      if (known.fee === null) this.trades.set(key, { ...known, fee: fill.fee, feeAsset: fill.feeAsset });
      return false;
    }
    this.trades.set(key, fill);
    this.fillSum = this.fillSum.add(fill.quantity);
    const { acknowledgedUs, firstFillUs } = this.times;
    this.times = { ...this.times, acknowledgedUs: acknowledgedUs ?? nowUs, firstFillUs: firstFillUs ?? nowUs };
    const isWhole = this.fillSum.gte(this.quantity);
    this.isAmountTold ||= isWhole;
    this.advance(isWhole ? 'filled' : 'partially-filled', null);
    this.close(nowUs);
    return true;
  }

  /** It ended, and the venue tells no more of its fills: what it reported as filled stays so. A late fill still counts. */
  giveUpFills(nowUs: number): void {
    this.isGivenUp = true;
    this.close(nowUs);
  }

  private advance(next: WorkingState, reason: string | null): boolean {
    if (RANK[next] <= RANK[this.current]) return false;
    this.current = next;
    this.why = reason;
    return true;
  }

  private close(nowUs: number): void {
    // What was filled was there, whatever is said of it.
    if (this.current === 'rejected' && !this.filled.isZero()) this.current = 'canceled';
    if (this.times.finalUs === null && this.isSettled) this.times = { ...this.times, finalUs: nowUs };
  }
}

function stateOf(state: Exclude<OrderState, 'unknown'>): WorkingState {
  return state === 'pending' ? 'acknowledged' : state;
}
