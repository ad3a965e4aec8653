import { Decimal, Exact, isDecimal, isOnGrid } from '../domain/decimal.js';
import { OrderRuleError } from '../domain/errors.js';
import type { OrderRules, TradableInstrument } from '../domain/instrument.js';
import type { OrderRequest } from '../domain/order.js';
import { wholeUnits } from '../domain/whole-units.js';

/** The rule that an order breaks. */
const ORDER_FILTERS = [
  'shape',
  'tick size',
  'lot size',
  'minimum quantity',
  'maximum quantity',
  'minimum value',
  'maximum value',
  'quote step',
] as const;
export type OrderFilter = (typeof ORDER_FILTERS)[number];

/** One broken rule. */
export interface BrokenRule {
  readonly filter: OrderFilter;
  /** A sentence with the value and the bound. */
  readonly reason: string;
}

/**
 * Every rule of the instrument that an order breaks; an empty list when the venue will not refuse it for its numbers.
 * @param referencePrice what a market order's value is measured with; null leaves the value of one by quantity unchecked
 */
export function brokenRules(order: OrderRequest, instrument: TradableInstrument, referencePrice: string | null): BrokenRule[] {
  const { rules } = instrument;
  if (surelyKeeps(order, instrument)) return [];
  const shape = misshapen(order);
  if (shape !== null) return [{ filter: 'shape', reason: shape }];
  const broken: BrokenRule[] = [];
  const fail = (filter: OrderFilter, reason: string): void => {
    broken.push({ filter, reason });
  };
  if (order.price !== null && !isOnGrid(order.price, rules.tickSize))
    fail('tick size', `price ${order.price} is no multiple of ${rules.tickSize}`);
  if (order.quantity !== null) checkQuantity(order.quantity, order.type === 'market', rules, fail);
  if (order.quoteAmount !== null && (rules.quoteStep === null || !isOnGrid(order.quoteAmount, rules.quoteStep)))
    fail('quote step', `quote amount ${order.quoteAmount} is no multiple of ${rules.quoteStep ?? 'anything: not taken here'}`);
  const value = orderValue(order, instrument.contractSize, referencePrice);
  if (value?.lt(rules.minQuoteAmount) === true)
    fail('minimum value', `value ${value.toFixed()} is below ${rules.minQuoteAmount}`);
  if (value !== null && rules.maxQuoteAmount !== null && value.gt(rules.maxQuoteAmount))
    fail('maximum value', `value ${value.toFixed()} is above ${rules.maxQuoteAmount}`);
  return broken;
}

/**
 * Lets an order pass that keeps all rules of its instrument.
 * @throws OrderRuleError naming the first rule that it breaks
 */
export function checkOrder(order: OrderRequest, instrument: TradableInstrument, referencePrice: string | null = null): void {
  const [first] = brokenRules(order, instrument, referencePrice);
  if (first === undefined) return;
  const { venue, market, symbol } = instrument;
  throw new OrderRuleError(`${venue} ${symbol}: ${first.filter}: ${first.reason}`, {
    venue,
    market,
    symbol,
    filter: first.filter,
    clientOrderId: order.clientOrderId,
  });
}

/** What an order is worth in the quote asset; null when nothing tells. */
function orderValue(order: OrderRequest, contractSize: string, referencePrice: string | null): Decimal | null {
  if (order.quoteAmount !== null) return new Decimal(order.quoteAmount);
  const price = order.price ?? referencePrice;
  return order.quantity === null || price === null ? null : new Decimal(order.quantity).mul(contractSize).mul(price);
}

/** Rules in whole units of the steps' own decimals. */
interface WholeRules {
  readonly tickDecimals: number;
  readonly tickUnits: number;
  readonly lotDecimals: number;
  readonly lotUnits: number;
  readonly minUnits: number;
  readonly maxUnits: number;
  /** Quote assets in a price unit times a quantity unit; bounds of a value, drawn in by more than float64 can be wrong about it. */
  readonly unitValue: number;
  readonly valueMin: number;
  readonly valueMax: number;
}

const WHOLE_RULES = new WeakMap<TradableInstrument, WholeRules>();
/** Far more than the error of a few products of float64. */
const SLACK = 1e-9;

/** Whether a limit order keeps all rules beyond doubt, in whole numbers. What is doubtful is for exact decimals to tell. */
function surelyKeeps({ type, price, quantity, quoteAmount }: OrderRequest, instrument: TradableInstrument): boolean {
  if (type !== 'limit' || price === null || quantity === null || quoteAmount !== null) return false;
  let rules = WHOLE_RULES.get(instrument);
  if (rules === undefined) {
    rules = wholeRules(instrument);
    WHOLE_RULES.set(instrument, rules);
  }
  const priceUnits = wholeUnits(price, rules.tickDecimals);
  const quantityUnits = wholeUnits(quantity, rules.lotDecimals);
  const value = priceUnits * quantityUnits * rules.unitValue;
  return (
    priceUnits % rules.tickUnits === 0 &&
    quantityUnits % rules.lotUnits === 0 &&
    quantityUnits >= rules.minUnits &&
    quantityUnits <= rules.maxUnits &&
    value >= rules.valueMin &&
    value <= rules.valueMax
  );
}

function wholeRules({ rules, contractSize }: TradableInstrument): WholeRules {
  const { tickSize, lotSize, minQty, maxQty, minQuoteAmount, maxQuoteAmount } = rules;
  const tickDecimals = new Decimal(tickSize).decimalPlaces();
  const lotDecimals = new Decimal(lotSize).decimalPlaces();
  const lots = (quantity: string): Decimal => new Exact(quantity).mul(new Exact(10).pow(lotDecimals));
  return {
    tickDecimals,
    tickUnits: wholeUnits(tickSize, tickDecimals),
    lotDecimals,
    lotUnits: wholeUnits(lotSize, lotDecimals),
    minUnits: lots(minQty).ceil().toNumber(),
    maxUnits: maxQty === null ? Number.POSITIVE_INFINITY : lots(maxQty).floor().toNumber(),
    unitValue: new Exact(contractSize).mul(`1e-${tickDecimals + lotDecimals}`).toNumber(),
    valueMin: Number(minQuoteAmount) * (1 + SLACK),
    valueMax: maxQuoteAmount === null ? Number.POSITIVE_INFINITY : Number(maxQuoteAmount) * (1 - SLACK),
  };
}

function checkQuantity(
  quantity: string,
  market: boolean,
  rules: OrderRules,
  fail: (filter: OrderFilter, reason: string) => void,
): void {
  const most = market ? (rules.maxMarketQty ?? rules.maxQty) : rules.maxQty;
  if (!isOnGrid(quantity, rules.lotSize)) fail('lot size', `quantity ${quantity} is no multiple of ${rules.lotSize}`);
  if (new Decimal(quantity).lt(rules.minQty)) fail('minimum quantity', `quantity ${quantity} is below ${rules.minQty}`);
  if (most !== null && new Decimal(quantity).gt(most)) fail('maximum quantity', `quantity ${quantity} is above ${most}`);
}

/** What is wrong with an order before any rule of an instrument; null when nothing is. */
function misshapen({ type, timeInForce, price, quantity, quoteAmount }: OrderRequest): string | null {
  for (const amount of [price, quantity, quoteAmount]) {
    if (amount !== null && (!isDecimal(amount) || !new Decimal(amount).gt(0))) return `"${amount}" is no positive decimal`;
  }
  if ((quantity === null) === (quoteAmount === null)) return 'exactly one of quantity and quote amount is needed';
  if ((type === 'limit') !== (price !== null)) return 'a limit order needs a price, a market order has none';
  if (type === 'limit' && quoteAmount !== null) return 'only market orders go by quote amount';
  if (type === 'market' && timeInForce !== 'ioc') return 'a market order is immediate or cancel';
  return null;
}
