import type { Clock, Timer, Timers } from '../domain/clock.js';
import { TiercelError } from '../domain/errors.js';
import type { Fill, OrderReport } from '../domain/order.js';
import type { AccountEvent } from '../gateway/events.js';
import type { ExecutionEvent, ExecutionSettings } from './execution-types.js';
import type { WorkingState } from './order-machine.js';
import type { ExecutionJournal, JournalIntent, JournalOrder } from './ports.js';
import type { WorkingOrder } from './working-order.js';

export interface CourierParts {
  readonly journal: ExecutionJournal;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly settings: ExecutionSettings;
  readonly raise: (event: ExecutionEvent) => void;
}

const ORDERS_REMEMBERED = 4096;
const STRAY_FILLS_MAX = 1024;
/** How often the venue must deny an order that it had taken, and how often it is asked for fills that are missing. */
const DENIALS = 3;
const FILL_LOOKUPS = 6;
/** Fills are asked for from so long before the order left: clocks differ. */
const FILLS_OVERLAP_MS = 60_000;

interface Tracked {
  readonly order: WorkingOrder;
  readonly sentVenueMs: number;
  timer: Timer | undefined;
  waitMs: number;
  isAsking: boolean;
  denials: number;
  lookups: number;
}

/** Takes orders to their venues and follows each until the venue has said how it ended and all of its fills are here. */
export class OrderCourier {
  private readonly byClientId = new Map<string, Tracked>();
  private readonly byVenueId = new Map<string, Tracked>();
  /** Those of which something may still come: few, while the others grow many. */
  private readonly open = new Set<Tracked>();
  /** Fills of orders whose venue id was not told yet, by it. */
  private readonly strays = new Map<string, Fill[]>();
  private isClosed = false;

  constructor(private readonly parts: CourierParts) {}

  /** Orders of which something may still come. */
  unsettled(): readonly WorkingOrder[] {
    return [...this.open].map(({ order }) => order);
  }

  /**
   * Puts orders on record as leaving, behind the intent that they begin to carry out.
   * @returns false when that failed: then nothing is on record, and none of them may leave
   */
  record(orders: readonly WorkingOrder[], intent: JournalIntent | null): boolean {
    const [first] = orders;
    if (first === undefined) return true;
    const nowUs = this.nowUs();
    for (const { machine } of orders) machine.send(nowUs);
    return this.onRecord(first.plan.intent, () => this.parts.journal.departure(intent, orders.map(journalOrder)));
  }

  /** Sends an order that is on record, within this call. */
  send(order: WorkingOrder): void {
    const { port, request } = order.plan;
    const tracked: Tracked = {
      order,
      sentVenueMs: port.venueMs(),
      timer: undefined,
      waitMs: this.parts.settings.chaseMs,
      isAsking: false,
      denials: 0,
      lookups: 0,
    };
    this.byClientId.set(keyOf(order, request.clientOrderId), tracked);
    this.open.add(tracked);
    const answer = port.place(request);
    this.forgetOldest();
    this.wait(tracked);
    void answer.then((outcome) => {
      if (outcome.kind === 'placed') return this.take(tracked, outcome.order);
      const reason = outcome.error.message;
      if (outcome.kind === 'refused') return this.changed(tracked, order.machine.refuse(reason, this.nowUs()));
      this.changed(tracked, order.machine.lose(reason));
      return this.settle(tracked);
    });
  }

  /** Asks the venue to end an order. What became of that, its reports tell. */
  cancel(order: WorkingOrder): void {
    const tracked = this.byClientId.get(keyOf(order, order.plan.request.clientOrderId));
    if (tracked !== undefined && !order.machine.isEnded) void this.cancelAndAsk(tracked);
  }

  /** Takes what a venue tells of the account. */
  account(venue: string, market: string, event: AccountEvent): void {
    if (event.kind === 'order') {
      const { clientOrderId, venueOrderId } = event.order;
      const tracked = this.find(venue, market, clientOrderId, venueOrderId);
      if (tracked !== undefined) this.take(tracked, event.order);
    } else if (event.kind === 'fill') {
      const { clientOrderId, venueOrderId } = event.fill;
      const tracked = this.find(venue, market, clientOrderId, venueOrderId);
      if (tracked !== undefined) this.takeFill(tracked, event.fill);
      else if (clientOrderId === null) this.keepStray(`${venue} ${market} ${venueOrderId}`, event.fill);
    } else if (event.kind === 'reconciled') {
      for (const tracked of [...this.open]) {
        const { instrument } = tracked.order.plan.info;
        if (instrument.venue === venue && instrument.market === market) void this.ask(tracked);
      }
    }
  }

  /** Follows nothing any more and leaves no timer behind. */
  close(): void {
    this.isClosed = true;
    for (const { timer } of this.byClientId.values()) timer?.cancel();
  }

  private take(tracked: Tracked, report: OrderReport): void {
    const { order } = tracked;
    const changed = order.machine.report(report, this.nowUs());
    const id = order.machine.reference.venueOrderId;
    if (id !== null) {
      const key = keyOf(order, id);
      this.byVenueId.set(key, tracked);
      const strays = this.strays.get(key);
      this.strays.delete(key);
      for (const fill of strays ?? []) this.takeFill(tracked, fill);
    }
    this.changed(tracked, changed);
  }

  private takeFill(tracked: Tracked, fill: Fill): void {
    const { order } = tracked;
    const isNew = order.machine.fill(fill, this.nowUs());
    const { intent, leg, strategy, request } = order.plan;
    const { clientOrderId } = request;
    this.onRecord(intent, () => this.parts.journal.fill({ intent, leg, strategy, clientOrderId, fill }));
    if (!isNew) return;
    this.changed(tracked, true);
  }

  private changed(tracked: Tracked, isNews: boolean): void {
    const { order } = tracked;
    if (isNews) {
      this.write(order);
      this.parts.raise({ kind: 'order', intent: order.plan.intent, order: order.seen() });
    }
    if (order.machine.isSettled) {
      tracked.timer?.cancel();
      this.open.delete(tracked);
    } else this.open.add(tracked);
    if (isNews) order.onChange(order);
  }

  /** Only the venue can say what became of it; asked until it does. */
  private async settle(tracked: Tracked): Promise<void> {
    const { order } = tracked;
    if (order.machine.state !== 'unknown') return;
    const outcome = await order.plan.port.settle(order.machine.reference);
    if (outcome.kind === 'found') this.take(tracked, outcome.order);
    else if (outcome.kind === 'never-arrived')
      this.changed(tracked, order.machine.refuse('it never arrived at the venue', this.nowUs()));
    if (order.machine.state !== 'unknown' || this.isClosed) {
      this.wait(tracked);
      return;
    }
    const { timers, settings } = this.parts;
    tracked.timer?.cancel();
    tracked.timer = timers.after(settings.chaseMaxMs, () => void this.settle(tracked));
  }

  private wait(tracked: Tracked): void {
    const { timers, settings } = this.parts;
    const { machine } = tracked.order;
    tracked.timer?.cancel();
    if (this.isClosed || machine.isSettled || machine.state === 'unknown') return;
    tracked.timer = timers.after(tracked.waitMs, () => void this.ask(tracked));
    tracked.waitMs = Math.min(tracked.waitMs * 2, settings.chaseMaxMs);
  }

  /** Asks the venue for an order that was silent. */
  private async ask(tracked: Tracked): Promise<void> {
    const { machine } = tracked.order;
    if (tracked.isAsking || machine.isSettled || machine.state === 'unknown') return;
    // Without an answer to the order itself there is nothing to ask about yet.
    if (machine.state === 'sending') return this.wait(tracked);
    const restedUs = this.nowUs() - (machine.timing.sentUs ?? 0);
    if (!machine.isEnded && restedUs >= this.parts.settings.restMs * 1000) return this.cancelAndAsk(tracked);
    tracked.isAsking = true;
    await this.answered(() => this.query(tracked));
    tracked.isAsking = false;
    this.wait(tracked);
  }

  private async cancelAndAsk(tracked: Tracked): Promise<void> {
    if (tracked.isAsking) return;
    tracked.isAsking = true;
    const { port } = tracked.order.plan;
    await this.answered(async () => {
      const report = await port.cancel(tracked.order.machine.reference);
      if (report !== null) this.take(tracked, report);
    });
    await this.answered(() => this.query(tracked));
    tracked.isAsking = false;
    this.wait(tracked);
  }

  private async query(tracked: Tracked): Promise<void> {
    const { order } = tracked;
    const { machine } = order;
    const { port, request } = order.plan;
    const report = await port.order(machine.reference);
    if (report !== null) this.take(tracked, report);
    // Of an order without an answer only `settle` can tell that it does not exist.
    else if (isTaken(machine.state) && ++tracked.denials >= DENIALS)
      this.take(tracked, { ...EMPTY_REPORT, ...request, ...order.plan.info.instrument, symbol: request.symbol });
    if (machine.isSettled || (!machine.isEnded && machine.filled.lte(machine.told))) return;
    const fills = await port.fills(request.symbol, tracked.sentVenueMs - FILLS_OVERLAP_MS);
    const id = machine.reference.venueOrderId;
    for (const fill of fills)
      if (fill.clientOrderId === request.clientOrderId || (id !== null && fill.venueOrderId === id)) this.takeFill(tracked, fill);
    if (!machine.isEnded || machine.isSettled || ++tracked.lookups < FILL_LOOKUPS) return;
    if (machine.filled.gt(machine.told))
      this.parts.raise({ kind: 'fills-missing', intent: order.plan.intent, clientOrderId: request.clientOrderId });
    machine.giveUpFills(this.nowUs());
    this.changed(tracked, true);
  }

  /** What a venue does not answer now it is asked again later. */
  private async answered(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof TiercelError)) throw error;
    }
  }

  private write(order: WorkingOrder): void {
    this.onRecord(order.plan.intent, () => this.parts.journal.order(journalOrder(order)));
  }

  private onRecord(intent: number, write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      this.parts.raise({ kind: 'journal-failed', intent, reason: String(error) });
      return false;
    }
  }

  private find(venue: string, market: string, clientId: string | null, venueId: string | null): Tracked | undefined {
    const found = clientId === null ? undefined : this.byClientId.get(`${venue} ${market} ${clientId}`);
    return found ?? (venueId === null ? undefined : this.byVenueId.get(`${venue} ${market} ${venueId}`));
  }

  private keepStray(key: string, fill: Fill): void {
    this.strays.set(key, [...(this.strays.get(key) ?? []), fill]);
    if (this.strays.size > STRAY_FILLS_MAX) for (const oldest of this.strays.keys()) if (this.strays.delete(oldest)) break;
  }

  /** Bounded: the oldest order that is settled goes. */
  private forgetOldest(): void {
    if (this.byClientId.size <= ORDERS_REMEMBERED) return;
    for (const [key, { order }] of this.byClientId) {
      if (!order.machine.isSettled) continue;
      this.byClientId.delete(key);
      const id = order.machine.reference.venueOrderId;
      if (id !== null) this.byVenueId.delete(keyOf(order, id));
      return;
    }
  }

  private nowUs(): number {
    return this.parts.clock.monotonicUs();
  }
}

/** Some venues forget orders that ended without a fill: known once, known no more. */
const EMPTY_REPORT = {
  venueOrderId: null,
  state: 'canceled',
  filledQty: '0',
  filledQuote: null,
  updatedMs: null,
  reason: 'the venue knows it no more',
} as const;

function isTaken(state: WorkingState): boolean {
  return state === 'acknowledged' || state === 'open' || state === 'partially-filled';
}

/** An order as the journal keeps it, as it stands now. */
function journalOrder({ plan, machine }: WorkingOrder): JournalOrder {
  const { venue, market } = plan.info.instrument;
  const { clientOrderId, symbol, side, quantity, price } = plan.request;
  const { intent, leg, strategy } = plan;
  return {
    intent,
    leg,
    strategy,
    clientOrderId,
    venue,
    market,
    symbol,
    side,
    quantity: quantity ?? '0',
    price,
    state: machine.state,
    venueOrderId: machine.reference.venueOrderId,
    filled: machine.filled.toFixed(),
    reason: machine.reason,
  };
}

function keyOf({ plan }: WorkingOrder, id: string): string {
  return `${plan.info.instrument.venue} ${plan.info.instrument.market} ${id}`;
}
