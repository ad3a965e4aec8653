import type { Timer } from '../domain/clock.js';
import { VenueRequestError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { OrderReference, OrderReport, OrderRequest } from '../domain/order.js';
import type {
  OrderEntryItem,
  OrderEntryProtocol,
  OrderEntrySession,
  RateCost,
  RequestStamp,
  VenueRefusal,
} from '../venues/trading.js';
import type { LatencyRecorder } from './latency.js';
import { Line, type LineOwner, type LineParts } from './line.js';
import type { Link, LinkItem } from './link.js';
import type { Purpose, RateBudgets } from './rate-budgets.js';
import type { RequestQueue } from './request-queue.js';

type EntryItem = Exclude<OrderEntryItem, LinkItem>;

export interface OrderLineParts extends LineParts {
  readonly protocol: OrderEntryProtocol;
  readonly venue: string;
  readonly budgets: RateBudgets;
  readonly queue: RequestQueue;
  readonly latency: LatencyRecorder;
  /** What the venue says of an order after its answer was given up. */
  onLateOrder(order: OrderReport): void;
}

interface Pending {
  readonly link: Link<EntryItem>;
  readonly costs: readonly RateCost[];
  readonly sentUs: number;
  readonly deadlineMs: number;
  resolve(order: OrderReport): void;
  reject(error: VenueRequestError): void;
}

/** Requests that may await their answers; more go over REST. */
const PENDING_MAX = 1_024;

/**
 * Order entry over a standing connection. A request leaves in the tick in which it is made; its answer is found by the request's
 * number. A connection lost or an answer overdue leaves the outcome unknown: the request is not repeated.
 */
export class OrderLine implements LineOwner<EntryItem> {
  private readonly line: Line<EntryItem>;
  private readonly pending = new Map<number, Pending>();
  private lastRequestId = 0;
  private sweep: Timer | undefined;

  constructor(private readonly parts: OrderLineParts) {
    this.line = new Line<EntryItem>(parts, parts.protocol, this);
  }

  start(): void {
    this.line.start();
  }

  async stop(): Promise<void> {
    await this.line.stop();
    this.sweep?.cancel();
  }

  get isReady(): boolean {
    return this.line.link !== null;
  }

  /** Sends an order now. @returns null when it was not sent, because there is no connection or no room in the budget */
  place(order: OrderRequest, instrument: TradableInstrument): Promise<OrderReport> | null {
    if (this.parts.protocol.takes?.(order) === false) return null;
    return this.send(this.parts.protocol.placeCosts, 'order', (session, requestId, stamp) =>
      session.place(order, instrument, requestId, stamp),
    );
  }

  /** Sends a cancel now. @returns null as `place` does */
  cancel(order: OrderReference): Promise<OrderReport> | null {
    return this.send(this.parts.protocol.cancelCosts, 'cancel', (session, requestId, stamp) =>
      session.cancel(order, requestId, stamp),
    );
  }

  onUp(): void {}

  onDown(): void {}

  onLinkEnd(link: Link<EntryItem>, reason: string): void {
    for (const [requestId, pending] of this.pending) {
      if (pending.link === link) this.give(requestId, pending, `the connection was lost before the answer: ${reason}`);
    }
  }

  onItem(item: EntryItem): void {
    if (item.kind === 'usage') {
      this.parts.budgets.read(item.readings);
      return;
    }
    const pending = this.pending.get(item.requestId);
    if (pending === undefined) {
      if (item.kind === 'order') this.parts.onLateOrder(item.order);
      return;
    }
    this.pending.delete(item.requestId);
    this.parts.latency.record(this.parts.clock.monotonicUs() - pending.sentUs);
    this.parts.queue.settle(pending.costs);
    if (item.kind === 'order') {
      this.parts.budgets.passed();
      pending.resolve(item.order);
    } else pending.reject(this.refused(item.refusal, pending.costs));
  }

  private send(
    costs: readonly RateCost[],
    purpose: Purpose,
    text: (session: OrderEntrySession, requestId: number, stamp: RequestStamp) => string,
  ): Promise<OrderReport> | null {
    const { queue, requests, clock, settings } = this.parts;
    const { link } = this.line;
    const session = link?.session;
    if (link === null || !isEntrySession(session) || this.pending.size >= PENDING_MAX || !queue.tryAdmit(costs, purpose))
      return null;
    const requestId = ++this.lastRequestId;
    const sentUs = clock.monotonicUs();
    let sent = false;
    try {
      sent = link.send(text(session, requestId, requests.stamp()));
    } finally {
      if (!sent) queue.refund(costs);
    }
    if (!sent) return null;
    const deadlineMs = sentUs / 1000 + settings.answerTimeoutMs;
    return new Promise((resolve, reject) => {
      this.pending.set(requestId, { link, costs, sentUs, deadlineMs, resolve, reject });
      this.sweep ??= this.parts.timers.after(settings.answerTimeoutMs, () => this.sweepOverdue());
    });
  }

  /** Requests are answered within the same time, so the oldest is overdue first. */
  private sweepOverdue(): void {
    this.sweep = undefined;
    const nowMs = this.parts.clock.monotonicUs() / 1000;
    for (const [requestId, pending] of this.pending) {
      if (pending.deadlineMs > nowMs) {
        this.sweep = this.parts.timers.after(pending.deadlineMs - nowMs, () => this.sweepOverdue());
        return;
      }
      this.give(requestId, pending, `no answer within ${this.parts.settings.answerTimeoutMs} ms`);
    }
  }

  private give(requestId: number, pending: Pending, reason: string): void {
    this.pending.delete(requestId);
    this.parts.queue.settle(pending.costs);
    const { venue } = this.parts;
    pending.reject(new VenueRequestError('outcome-unknown', `${venue}: ${reason}`, { venue, sent: true }));
  }

  private refused({ kind, code, text, retryAfterMs }: VenueRefusal, costs: readonly RateCost[]): VenueRequestError {
    const { venue, budgets, notify } = this.parts;
    let waitMs = retryAfterMs;
    if (kind === 'rate-limited') {
      waitMs = budgets.pause(costs, retryAfterMs);
      notify('rate-limited', 'alert', `${code} ${text}; nothing is asked for ${waitMs} ms`, 'orders');
    }
    return new VenueRequestError(kind, `${venue}: refused: ${code} ${text}`, { venue, venueCode: code }, {}, waitMs);
  }
}

function isEntrySession(session: unknown): session is OrderEntrySession {
  return typeof session === 'object' && session !== null && 'place' in session;
}
