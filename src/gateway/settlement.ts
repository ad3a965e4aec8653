import { backoffMs } from '../domain/backoff.js';
import { type TiercelError, VenueRequestError } from '../domain/errors.js';
import type { OrderReference, OrderReport } from '../domain/order.js';
import type { Random } from '../domain/random.js';
import type { TradingProtocol } from '../venues/trading.js';
import type { AccountView } from './account-view.js';
import { type Notify, reasonOf } from './events.js';
import type { OrderMemory } from './order-memory.js';
import type { Pauses } from './pauses.js';
import type { Requests } from './requests.js';
import type { GatewaySettings } from './settings.js';
import type { VenueClock } from './venue-clock.js';

/** The venue's word on an order whose answer was lost. */
export type SettleOutcome =
  | { readonly kind: 'found'; readonly order: OrderReport }
  /** The venue knows no such order, and no request that could still make it is under way. */
  | { readonly kind: 'never-arrived' }
  /** The gateway was stopped before the venue gave its word: the order is as unknown as before. */
  | { readonly kind: 'unknown'; readonly error: TiercelError };

export interface SettlementParts {
  readonly protocol: TradingProtocol;
  readonly requests: Requests;
  readonly orders: OrderMemory;
  readonly view: AccountView;
  readonly venueClock: VenueClock;
  readonly random: Random;
  readonly pauses: Pauses;
  readonly settings: GatewaySettings;
  readonly notify: Notify;
}

/** How often the venue must deny an order, once nothing can arrive any more. */
const DENIALS = 2;

/**
 * Finds an order again whose answer was lost, by asking until the venue gives its word. Nothing is ever sent again. That the venue
 * knows no such order counts only when the request is too old to be taken, and only when it is said twice.
 */
export async function settle(parts: SettlementParts, reference: OrderReference): Promise<SettleOutcome> {
  const { protocol, orders, venueClock, random, pauses, settings, notify } = parts;
  const sentMs = orders.find(reference)?.sentMs ?? Number.NaN;
  // An order that this gateway did not send may have left just now.
  const deadFromMs = (Number.isNaN(sentMs) ? venueClock.nowMs() : sentMs) + protocol.requestValidityMs;
  let denials = 0;
  let lastError: TiercelError | undefined;
  for (let tries = 0; ; tries++) {
    const told = orders.find(reference)?.report;
    if (told !== undefined && told !== null && told.state !== 'unknown') return { kind: 'found', order: told };
    const { errorMs } = venueClock.figures();
    const isDead = venueClock.nowMs() - (Number.isFinite(errorMs) ? errorMs : 0) > deadFromMs;
    try {
      const order = await ask(parts, reference);
      if (order !== null && order.state !== 'unknown') return { kind: 'found', order };
      if (order === null && isDead) denials++;
    } catch (error) {
      if (!(error instanceof VenueRequestError)) throw error;
      lastError = error;
      notify('settle-failed', error.remedy === 'halt' ? 'alert' : 'warn', reasonOf(error));
    }
    if (denials >= DENIALS) {
      if (reference.clientOrderId !== null) orders.forget(reference.clientOrderId);
      return { kind: 'never-arrived' };
    }
    if (!(await pauses.wait(backoffMs(tries, settings.settleBackoff, random)))) {
      const { venue } = protocol;
      const error =
        lastError ?? new VenueRequestError('outcome-unknown', `${venue}: stopped before the venue gave its word`, { venue });
      return { kind: 'unknown', error };
    }
  }
}

/** Asks once. @returns null when the venue says that it knows no such order */
async function ask(
  { protocol, requests, orders, view }: SettlementParts,
  reference: OrderReference,
): Promise<OrderReport | null> {
  const askedAt = orders.now;
  try {
    const report = await requests.run(protocol.order(reference));
    return report === null ? null : (view.tellOrder(report, askedAt) ?? orders.find(reference)?.report ?? report);
  } catch (error) {
    if (error instanceof VenueRequestError && error.kind === 'unknown-order') return null;
    throw error;
  }
}
