import { Decimal, plainText } from '../../src/domain/decimal.js';
import type { OrderReport } from '../../src/domain/order.js';
import type { EngineOrder } from '../../src/sim/matching/types.js';
import type { SimulatedVenue } from './simulated.js';

export interface Comparison {
  readonly fills: number;
  readonly orders: number;
  /** One sentence each. */
  readonly differences: readonly string[];
}

/**
 * Holds what a gateway told of the account against what the venue's matching engine did with it.
 * @param denied client ids of orders that the venue said it does not know; one that ended without a fill may be among them
 */
export function compareWithEngine(life: SimulatedVenue, denied: ReadonlySet<string> = new Set()): Comparison {
  const { events, entry } = life;
  const differences: string[] = [];
  const latest = new Map<string, OrderReport>();
  const clientIds = new Map<string, string>();
  const fills = new Map<string, string[]>();
  let count = 0;
  for (const event of events) {
    if (event.kind !== 'order') continue;
    const { venueOrderId, clientOrderId } = event.order;
    if (clientOrderId === null) continue;
    latest.set(clientOrderId, event.order);
    if (venueOrderId !== null) clientIds.set(venueOrderId, clientOrderId);
  }
  for (const event of events) {
    if (event.kind !== 'fill') continue;
    count++;
    const { clientOrderId, venueOrderId, quantity, price } = event.fill;
    const of = clientOrderId ?? clientIds.get(venueOrderId) ?? venueOrderId;
    fills.set(of, [...(fills.get(of) ?? []), `${plainText(new Decimal(quantity))}@${plainText(new Decimal(price))}`]);
  }
  const orders = life.allEngineOrders().filter(({ book }) => book.instrument.market === entry.market);
  for (const order of orders) {
    const id = order.clientOrderId ?? '';
    const told = [...latest.keys(), ...denied].find((known) => id.endsWith(known)) ?? id;
    const want = order.fills.map((fill) => textOf(order, fill.qtyUnits, fill.priceUnits)).sort();
    const have = (fills.get(told) ?? []).sort();
    if (want.join() !== have.join()) differences.push(`${told}: filled ${want.join(' ')}, told ${have.join(' ')}`);
    const report = latest.get(told);
    if (report === undefined && denied.has(told) && order.state === 'ended' && want.length === 0) continue;
    if (report === undefined) differences.push(`${told}: ${stateOf(order).join(' or ')}, never told`);
    else if (!stateOf(order).includes(report.state))
      differences.push(`${told}: ${stateOf(order).join(' or ')}, told ${report.state}`);
  }
  return { fills: count, orders: orders.length, differences };
}

/** What an order may be told to be; venues have several words for an end. */
function stateOf({ state, filledUnits }: EngineOrder): readonly string[] {
  if (state === 'filled') return ['filled'];
  if (state === 'ended') return ['canceled', 'expired', 'rejected'];
  return filledUnits > 0 ? ['partially-filled', 'open'] : ['open'];
}

function textOf({ book }: EngineOrder, qtyUnits: number, priceUnits: number): string {
  const { qtyDecimals, priceDecimals } = book.instrument;
  const text = (units: number, decimals: number): string => plainText(new Decimal(units).div(new Decimal(10).pow(decimals)));
  return `${text(qtyUnits, qtyDecimals)}@${text(priceUnits, priceDecimals)}`;
}
