import type { Clock, Timer, Timers } from '../domain/clock.js';
import { VenueRequestError } from '../domain/errors.js';
import { isFinal, type OrderReference, type OrderReport } from '../domain/order.js';
import { reasonOf } from '../gateway/events.js';
import type { VenuePort } from './ports.js';
import type { AccountName } from './reconciliation-types.js';

/** An order that we think is open, or whose end we do not know. */
export interface ExpectedOrder extends OrderReference {
  /** Monotonic microseconds of our last word on it: sent, answered or changed. */
  readonly wordUs: number;
}

/** What the sweep asks of the orders that we know. */
export interface OrderBook {
  /** All that have not ended, those on their way included. */
  expected(account: AccountName): readonly ExpectedOrder[];
}

/** What a sweep did about one order. */
export type SweepEvent = AccountName &
  (
    | {
        readonly kind: 'orphan';
        readonly order: OrderReport;
        readonly outcome: 'cancelled' | 'gone' | 'failed';
        readonly reason: string | null;
      }
    | { readonly kind: 'settled'; readonly reference: OrderReference; readonly order: OrderReport | null }
    | { readonly kind: 'unsettled'; readonly reference: OrderReference; readonly reason: string }
    | { readonly kind: 'failed'; readonly reason: string }
  );

/** What one sweep of one account found. */
export interface SweepResult extends AccountName {
  /** Whether the venue's list was had. */
  readonly isComplete: boolean;
  readonly open: number;
  readonly events: readonly SweepEvent[];
}

/** What the sweep needs of a venue. */
export type SweptPort = Pick<VenuePort, 'openOrders' | 'order' | 'cancel' | 'settle'>;

export interface SweepParts {
  readonly accounts: readonly (AccountName & { readonly port: SweptPort })[];
  readonly orders: OrderBook;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly intervalMs: number;
  /** How old our last word on an order must be before its absence from the venue's list means anything. */
  readonly graceMs: number;
  readonly onEvent: (event: SweepEvent) => void;
}

/**
 * Looks by the clock whether the orders that are open at each venue are the ones that we know: those that nobody here knows are
 * cancelled and reported, and those that only we know are settled by asking the venue.
 */
export class OpenOrderSweep {
  private timer: Timer | undefined;
  private running: Promise<readonly SweepResult[]> | undefined;

  constructor(private readonly parts: SweepParts) {}

  start(): void {
    this.timer ??= this.parts.timers.every(this.parts.intervalMs, () => void this.sweep());
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
  }

  /** Sweeps all accounts once; a sweep that is under way is joined. Never rejects. */
  sweep(): Promise<readonly SweepResult[]> {
    this.running ??= Promise.all(this.parts.accounts.map((account) => this.sweepAccount(account))).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async sweepAccount({ venue, market, port }: SweepParts['accounts'][number]): Promise<SweepResult> {
    const account: AccountName = { venue, market };
    const { orders, clock, graceMs } = this.parts;
    const before = orders.expected(account);
    const askedUs = clock.monotonicUs();
    const events: SweepEvent[] = [];
    const tell = (event: SweepEvent): void => {
      events.push(event);
      this.parts.onEvent(event);
    };
    let open: readonly OrderReport[];
    try {
      open = await port.openOrders();
    } catch (error) {
      tell({ ...account, kind: 'failed', reason: reasonOf(error) });
      return { ...account, isComplete: false, open: 0, events };
    }
    // What was sent since we asked is known as well, and what ended since may still be listed.
    const after = orders.expected(account);
    const known = namesOf([...before, ...after]);
    const orphans = open.filter((order) => !isNamed(order, known));
    const listed = namesOf(open);
    const missing = after.filter((order) => !isNamed(order, listed) && askedUs - order.wordUs >= graceMs * 1000);
    await Promise.all([
      ...orphans.map(async (order) => tell({ ...account, kind: 'orphan', order, ...(await cancelOrphan(port, order)) })),
      ...missing.map(async ({ symbol, venueOrderId, clientOrderId }) =>
        tell({ ...account, ...(await settleMissing(port, { symbol, venueOrderId, clientOrderId })) }),
      ),
    ]);
    return { ...account, isComplete: true, open: open.length, events };
  }
}

type OrphanEnd = Pick<Extract<SweepEvent, { kind: 'orphan' }>, 'outcome' | 'reason'>;

/** Cancels an order that nobody knows. */
export async function cancelOrphan(port: Pick<VenuePort, 'cancel'>, order: OrderReport): Promise<OrphanEnd> {
  const { symbol, venueOrderId, clientOrderId } = order;
  try {
    await port.cancel({ symbol, venueOrderId, clientOrderId });
    return { outcome: 'cancelled', reason: null };
  } catch (error) {
    const isGone = error instanceof VenueRequestError && (error.kind === 'order-closed' || error.kind === 'unknown-order');
    return { outcome: isGone ? 'gone' : 'failed', reason: reasonOf(error) };
  }
}

type MissingEnd =
  | { readonly kind: 'settled'; readonly reference: OrderReference; readonly order: OrderReport | null }
  | { readonly kind: 'unsettled'; readonly reference: OrderReference; readonly reason: string };

/** Finds out what became of an order that only we think is open; null when it never arrived. */
async function settleMissing(port: Pick<VenuePort, 'order' | 'settle'>, reference: OrderReference): Promise<MissingEnd> {
  try {
    const found = await askOrder(port, reference);
    if (found !== null && found.state !== 'unknown') return { kind: 'settled', reference, order: found };
    const outcome = await port.settle(reference);
    if (outcome.kind === 'unknown') return { kind: 'unsettled', reference, reason: outcome.error.message };
    if (outcome.kind === 'never-arrived') return { kind: 'settled', reference, order: null };
    const { order } = outcome;
    // Known once, open no more, known no more: some venues forget orders that ended without a fill.
    const isStale = found === null && !isFinal(order.state) && (await askOrder(port, reference)) === null;
    return {
      kind: 'settled',
      reference,
      order: isStale ? { ...order, state: 'canceled', reason: 'the venue knows it no more' } : order,
    };
  } catch (error) {
    return { kind: 'unsettled', reference, reason: reasonOf(error) };
  }
}

/** The venue's word on an order now; null when it knows no such order. @throws VenueRequestError when it cannot be asked */
export async function askOrder(port: Pick<VenuePort, 'order'>, reference: OrderReference): Promise<OrderReport | null> {
  try {
    return await port.order(reference);
  } catch (error) {
    if (error instanceof VenueRequestError && error.kind === 'unknown-order') return null;
    throw error;
  }
}

type Named = Pick<OrderReference, 'venueOrderId' | 'clientOrderId'>;

function namesOf(orders: readonly Named[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { venueOrderId, clientOrderId } of orders) {
    if (venueOrderId !== null) names.add(`v ${venueOrderId}`);
    if (clientOrderId !== null) names.add(`c ${clientOrderId}`);
  }
  return names;
}

function isNamed({ venueOrderId, clientOrderId }: Named, names: ReadonlySet<string>): boolean {
  return (venueOrderId !== null && names.has(`v ${venueOrderId}`)) || (clientOrderId !== null && names.has(`c ${clientOrderId}`));
}
