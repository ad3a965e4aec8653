import { isDecimal } from '../domain/decimal.js';
import { ORDER_STATES } from '../domain/order.js';
import { MARKETS, VENUES } from '../domain/venue.js';

/** An entry that nobody has looked at yet. */
type Fields = Readonly<Record<string, unknown>>;

/** What the schemas of entries let pass. */
const TEXT_MAX = 500;
const AMOUNT_MAX = 400;
const STEPS: ReadonlySet<unknown> = new Set(['sending', 'acknowledged', 'changed']);
const STATES: ReadonlySet<unknown> = new Set(ORDER_STATES);
const VENUE_NAMES: ReadonlySet<unknown> = new Set(VENUES);
const MARKET_NAMES: ReadonlySet<unknown> = new Set(MARKETS);
/** Fields of an order, of an intent, and of a leg of one. */
const ORDER_FIELDS = 19;
const INTENT_FIELDS = 10;
const LEG_FIELDS = 7;

/**
 * Whether an entry beyond doubt has the form that its schema demands: the quick word for what is written while an order waits to leave.
 * @returns false for entries of other kinds, and where the schema has to tell
 */
export function isPlainEntry(entry: Fields): boolean {
  if (entry['kind'] === 'order') return isPlainOrder(entry);
  return entry['kind'] === 'intent' && isPlainIntent(entry);
}

function isPlainOrder(order: Fields): boolean {
  const { strategy, clientOrderId, intent, leg, step, state, venueOrderId, side, quantity, price, filledQuantity, reason } =
    order;
  return (
    Object.keys(order).length === ORDER_FIELDS &&
    isStamped(order) &&
    isInstrument(order) &&
    isText(strategy) &&
    isText(clientOrderId) &&
    (intent === null || isText(intent)) &&
    (leg === null || isCount(leg)) &&
    STEPS.has(step) &&
    STATES.has(state) &&
    (venueOrderId === null || isText(venueOrderId)) &&
    isSide(side) &&
    (quantity === null || isAmount(quantity)) &&
    (price === null || isAmount(price)) &&
    (filledQuantity === null || isAmount(filledQuantity)) &&
    (reason === null || isText(reason))
  );
}

function isPlainIntent(entry: Fields): boolean {
  const { intent, strategy, purpose, expectedNet, expectedAsset, legs } = entry;
  return (
    Object.keys(entry).length === INTENT_FIELDS &&
    isStamped(entry) &&
    isText(intent) &&
    isText(strategy) &&
    isText(purpose) &&
    isAmount(expectedNet) &&
    isText(expectedAsset) &&
    Array.isArray(legs) &&
    legs.length > 0 &&
    legs.every(isPlainLeg)
  );
}

function isPlainLeg(leg: unknown): boolean {
  if (typeof leg !== 'object' || leg === null) return false;
  const fields: Fields = leg as Fields;
  const { side, quantity, limitPrice, reduceOnly } = fields;
  return (
    Object.keys(leg).length === LEG_FIELDS &&
    isInstrument(fields) &&
    isSide(side) &&
    isAmount(quantity) &&
    (limitPrice === null || isAmount(limitPrice)) &&
    typeof reduceOnly === 'boolean'
  );
}

function isStamped({ tsUs, monotonicUs, turn }: Fields): boolean {
  return isTime(tsUs) && isTime(monotonicUs) && isCount(turn);
}

function isInstrument({ venue, market, symbol }: Fields): boolean {
  return VENUE_NAMES.has(venue) && MARKET_NAMES.has(market) && isText(symbol);
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
