import {
  PHASE_RUNNING,
  PHASE_WAITING,
  STATE_GAP,
  STATE_PRECISION,
  STATUS_APPLIED,
  STATUS_BUFFER,
  STATUS_GAP,
  STATUS_PRECISION,
  STATUS_SNAPSHOT,
  STATUS_STALE,
} from '../../assembly/memory/layout.js';
import type { TwinBook } from './book.js';
import { parseUnits, unitsToText } from './decimal.js';
import type { TwinL3Book, TwinOrder } from './l3-book.js';
import type { OrderEvent, OrdersMessage } from './message.js';

/** An order event with its decimals in units. */
type UnitEvent =
  | { readonly type: 'put'; readonly amends: boolean; readonly order: TwinOrder }
  | { readonly type: 'delete'; readonly id: string }
  | { readonly type: 'fill'; readonly id: string; readonly qty: number }
  | { readonly type: 'resize'; readonly id: string; readonly qty: number | undefined; readonly price: number | undefined };

/** Follows one message of single orders. @returns STATUS_... */
export function followOrders(book: TwinBook, orders: TwinL3Book, message: OrdersMessage): number {
  const events = message.events.map((event) => unitEvent(book, event));
  if (events.some((event) => event === undefined)) {
    book.counters.precisionErrors++;
    book.breakWith(STATE_PRECISION);
    return STATUS_PRECISION;
  }
  if (message.action === 'snapshot') {
    orders.clear();
    for (const event of events) if (event !== undefined) applyEvent(book, orders, event);
    book.cut();
    book.counters.snapshots++;
    book.sequence = message.sequence ?? 0;
    book.phase = PHASE_RUNNING;
    return book.finish(STATUS_SNAPSHOT, message.checksum);
  }
  if (book.phase === PHASE_WAITING) {
    if (message.sequence !== undefined) return STATUS_BUFFER;
    book.counters.stale++;
    return STATUS_STALE;
  }
  if (message.sequence !== undefined) {
    if (message.sequence <= book.sequence) {
      book.counters.stale++;
      return STATUS_STALE;
    }
    if (message.sequence > book.sequence + 1) {
      book.counters.gaps++;
      book.breakWith(STATE_GAP);
      return STATUS_GAP;
    }
  }
  for (const event of events) if (event !== undefined) applyEvent(book, orders, event);
  book.cut();
  book.counters.applied++;
  book.sequence = message.sequence ?? book.sequence + 1;
  book.exchangeUs = message.exchangeUs || book.exchangeUs;
  return book.finish(STATUS_APPLIED, message.checksum);
}

/** Undefined when a decimal does not fit the book's scales. */
function unitEvent(book: TwinBook, event: OrderEvent): UnitEvent | undefined {
  const { priceScale, qtyScale } = book.spec;
  switch (event.type) {
    case 'delete':
      return event;
    case 'fill': {
      const qty = parseUnits(event.qty, qtyScale);
      return typeof qty === 'number' ? { type: 'fill', id: event.id, qty } : undefined;
    }
    case 'resize': {
      const qty = event.qty === undefined ? undefined : parseUnits(event.qty, qtyScale);
      const price = event.price === undefined ? undefined : parseUnits(event.price, priceScale);
      return typeof qty === 'string' || typeof price === 'string' ? undefined : { type: 'resize', id: event.id, qty, price };
    }
    default: {
      const price = parseUnits(event.price, priceScale);
      const qty = parseUnits(event.qty, qtyScale);
      if (typeof price !== 'number' || typeof qty !== 'number') return undefined;
      const { id, side, rank } = event;
      return {
        type: 'put',
        amends: event.type === 'modify',
        order: { id, side, price, qty, priceText: event.price, qtyText: event.qty, rank },
      };
    }
  }
}

function applyEvent(book: TwinBook, orders: TwinL3Book, event: UnitEvent): void {
  switch (event.type) {
    case 'put':
      put(orders, event.order, event.amends);
      return;
    case 'delete':
      if (!orders.delete(event.id)) book.counters.unknownDeletes++;
      return;
    case 'fill': {
      const order = orders.get(event.id);
      if (order === undefined) book.counters.unknownDeletes++;
      else resize(book, orders, order, order.qty - event.qty, true);
      return;
    }
    case 'resize': {
      const order = orders.get(event.id);
      if (order === undefined || event.qty === undefined) return;
      const price = event.price ?? order.price;
      const moved = price === order.price ? order : { ...order, price, priceText: unitsToText(price, book.spec.priceScale) };
      // Making an order smaller keeps its place in the queue, anything else loses it.
      resize(book, orders, moved, event.qty, price === order.price && event.qty <= order.qty);
    }
  }
}

/** An amendment at the same price keeps its arrival; an unknown order is new; nothing left means that it is gone. */
function put(orders: TwinL3Book, order: TwinOrder, amends: boolean): void {
  const known = orders.get(order.id);
  if (order.qty === 0) orders.delete(order.id);
  else if (amends && known?.price === order.price && known.side === order.side) orders.amend(order);
  else orders.add(order);
}

function resize(book: TwinBook, orders: TwinL3Book, order: TwinOrder, qty: number, keepsPlace: boolean): void {
  if (qty <= 0) {
    orders.delete(order.id);
    return;
  }
  const changed = { ...order, qty, qtyText: unitsToText(qty, book.spec.qtyScale) };
  if (keepsPlace) orders.amend(changed);
  else orders.add(changed);
}
