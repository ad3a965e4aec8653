import { isDecimal } from '../domain/decimal.js';
import { ORDER_STATES } from '../domain/order.js';
import { MARKETS, VENUES } from '../domain/venue.js';
import type { LedgerEntry } from './entries.js';

/** What the schemas of entries let pass. */
const TEXT_MAX = 500;
const AMOUNT_MAX = 400;
const STEPS: readonly unknown[] = ['sending', 'acknowledged', 'changed'];
/** Fields of an order, of an intent, and of a leg of one. */
const ORDER_FIELDS = 19;
const INTENT_FIELDS = 10;
const LEG_FIELDS = 7;

/**
 * Whether an entry beyond doubt has the form that its schema demands: the quick word for what is written while an order waits to leave.
 * @returns false for entries of other kinds, and where the schema has to tell
 */
export function isPlainEntry(entry: LedgerEntry): boolean {
  if (entry.kind === 'order') return isPlainOrder(entry);
  return entry.kind === 'intent' && isPlainIntent(entry);
}

function isPlainOrder(order: LedgerEntry & { readonly kind: 'order' }): boolean {
  return (
    Object.keys(order).length === ORDER_FIELDS &&
    isStamped(order) &&
    isInstrument(order) &&
    isText(order.strategy) &&
    isText(order.clientOrderId) &&
    (order.intent === null || isText(order.intent)) &&
    (order.leg === null || isCount(order.leg)) &&
    STEPS.includes(order.step) &&
    ORDER_STATES.includes(order.state) &&
    (order.venueOrderId === null || isText(order.venueOrderId)) &&
    isSide(order.side) &&
    (order.quantity === null || isAmount(order.quantity)) &&
    (order.price === null || isAmount(order.price)) &&
    (order.filledQuantity === null || isAmount(order.filledQuantity)) &&
    (order.reason === null || isText(order.reason))
  );
}

function isPlainIntent(intent: LedgerEntry & { readonly kind: 'intent' }): boolean {
  return (
    Object.keys(intent).length === INTENT_FIELDS &&
    isStamped(intent) &&
    isText(intent.intent) &&
    isText(intent.strategy) &&
    isText(intent.purpose) &&
    isAmount(intent.expectedNet) &&
    isText(intent.expectedAsset) &&
    Array.isArray(intent.legs) &&
    intent.legs.length > 0 &&
    intent.legs.every(isPlainLeg)
  );
}

type Leg = (LedgerEntry & { readonly kind: 'intent' })['legs'][number];

function isPlainLeg(leg: Leg): boolean {
  return (
    Object.keys(leg).length === LEG_FIELDS &&
    isInstrument(leg) &&
    isSide(leg.side) &&
    isAmount(leg.quantity) &&
    (leg.limitPrice === null || isAmount(leg.limitPrice)) &&
    typeof leg.reduceOnly === 'boolean'
  );
}

function isStamped({ tsUs, monotonicUs, turn }: Pick<LedgerEntry, 'tsUs' | 'monotonicUs' | 'turn'>): boolean {
  return isTime(tsUs) && isTime(monotonicUs) && isCount(turn);
}

function isInstrument({ venue, market, symbol }: Pick<Leg, 'venue' | 'market' | 'symbol'>): boolean {
  return VENUES.includes(venue) && MARKETS.includes(market) && isText(symbol);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= TEXT_MAX;
}

function isAmount(value: unknown): boolean {
  return typeof value === 'string' && value.length <= AMOUNT_MAX && isDecimal(value);
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSide(value: unknown): boolean {
  return value === 'buy' || value === 'sell';
}
