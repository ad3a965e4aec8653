import { Decimal } from '../domain/decimal.js';
import { type RefusalKind, VenueRequestError } from '../domain/errors.js';
import type { Fill, OrderReport, OrderRequest, OrderState } from '../domain/order.js';
import type { VenueGateway } from '../gateway/gateway.js';
import { demand, present, Shortfall } from './demand.js';
import type { Subject } from './subject.js';

const TOLD_WITHIN_MS = 15_000;
const LOOKS = 40;
const LOOK_EVERY_MS = 250;

/** Places an order that the venue must take. */
export async function placed(subject: Subject, order: OrderRequest): Promise<OrderReport> {
  const outcome = await subject.place(order);
  if (outcome.kind !== 'placed') throw new Shortfall(`${outcome.kind}: ${outcome.error.message}`);
  return outcome.order;
}

/** Places an order that the venue must refuse; tells how it did. An order that slipped through is cancelled. */
export async function refusalOf(subject: Subject, gateway: VenueGateway, order: OrderRequest): Promise<RefusalKind> {
  const outcome = await subject.place(order, gateway);
  if (outcome.kind === 'placed') {
    if (outcome.order.state === 'rejected') return 'invalid-request';
    await gateway.cancel(subject.referenceTo(order, outcome.order.venueOrderId)).catch(() => undefined);
    throw new Shortfall(`the venue took it as ${outcome.order.state}`);
  }
  const { error } = outcome;
  if (error instanceof VenueRequestError) return error.kind;
  throw new Shortfall(`not the venue refused it: ${error.message}`);
}

/** Asks for an order by client id until it stands as wanted. */
export async function queried(subject: Subject, order: OrderRequest, wanted: readonly OrderState[]): Promise<OrderReport> {
  let last: OrderReport | null = null;
  for (let looks = 0; looks < LOOKS; looks++) {
    last = await subject.gateway.order(subject.referenceTo(order));
    if (last !== null && wanted.includes(last.state)) return last;
    await subject.pause(LOOK_EVERY_MS);
  }
  throw new Shortfall(`the venue says ${last === null ? 'that it knows no such order' : last.state}, not ${wanted.join(' or ')}`);
}

/** Waits until the private stream told that the order stands as wanted. */
export async function told(subject: Subject, order: OrderRequest, wanted: readonly OrderState[]): Promise<void> {
  await subject.watch.until(
    `${wanted.join(' or ')} of ${order.clientOrderId}`,
    (event) => event.kind === 'order' && event.order.clientOrderId === order.clientOrderId && wanted.includes(event.order.state),
    TOLD_WITHIN_MS,
  );
}

/** Waits until the fills that the stream told add up to what was filled; @returns them. */
export async function filled(subject: Subject, order: OrderRequest, venueOrderId: string, quantity: string): Promise<Fill[]> {
  const { watch } = subject;
  const sum = (): Decimal => watch.fillsOf(venueOrderId).reduce((total, fill) => total.plus(fill.quantity), new Decimal(0));
  await watch.until(
    `fills of ${order.clientOrderId} over ${quantity}`,
    () => sum().gte(quantity),
    TOLD_WITHIN_MS,
    Math.max(0, watch.mark() - 1),
  );
  demand(sum().eq(quantity), `fills add up to ${sum().toFixed()}, the order says ${quantity}`);
  return watch.fillsOf(venueOrderId);
}

/** The id by which the venue knows an order. */
export function idOf(report: OrderReport): string {
  return present(report.venueOrderId, 'the order has no id of the venue');
}
