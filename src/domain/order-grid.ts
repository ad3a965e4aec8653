import { CalculationError } from './calculation-error.js';
import { Decimal, Exact, exactNumber, isOnGrid, plainText, toMultiple } from './decimal.js';
import type { Side } from './order.js';

/** A step of prices or quantities. */
export interface Step {
  /** Plain text without zeros at the end. */
  readonly step: string;
  /** Fraction digits of the step, and so of every multiple as a venue takes it. */
  readonly decimals: number;
}

/** `down` rounds toward zero, `up` away from it, `nearest` to the closer multiple, from the middle to the even one. */
export type StepRounding = 'down' | 'up' | 'nearest';

/** A multiple of a step. */
export interface SteppedAmount {
  readonly value: string;
  /** The same number with exactly the step's fraction digits: what goes to a venue. */
  readonly text: string;
}

const ROUNDINGS = {
  down: Decimal.ROUND_DOWN,
  up: Decimal.ROUND_UP,
  nearest: Decimal.ROUND_HALF_EVEN,
} as const satisfies Record<StepRounding, number>;

/**
 * Reads a step as venues write it in their metadata: `0.0100`, `.5`, `1e-8`, `1E+2`.
 * @throws CalculationError INVALID_STEP when it is no number above 0
 */
export function parseStep(text: string): Step {
  return describe(positiveStep(text));
}

/** The step of a number of decimals: 10^-decimals; negative decimals give tens, hundreds and so on. */
export function stepOfDecimals(decimals: number): Step {
  return describe(new Exact(`1e${-decimals}`));
}

/**
 * A value that is not negative as a multiple of a step.
 * @throws CalculationError INVALID_STEP, then INVALID_NUMBER when the value is no finite number, then NEGATIVE_VALUE
 */
export function roundToStep(value: string, step: string, rounding: StepRounding): SteppedAmount {
  const grid = positiveStep(step);
  const number = exactNumber(value);
  if (number === null) throw new CalculationError('INVALID_NUMBER', { value });
  if (number.lt(0)) throw new CalculationError('NEGATIVE_VALUE', { value });
  const rounded = toMultiple(number, grid, ROUNDINGS[rounding]);
  return { value: plainText(rounded), text: rounded.toFixed(grid.decimalPlaces()) };
}

/**
 * The least amount that is a whole multiple of both steps.
 * @throws CalculationError INVALID_STEP
 */
export function commonStep(left: string, right: string): string {
  const steps = [positiveStep(left), positiveStep(right)] as const;
  const decimals = Math.max(steps[0].decimalPlaces(), steps[1].decimalPlaces());
  const scale = new Exact(`1e${decimals}`);
  const [a, b] = [BigInt(steps[0].mul(scale).toFixed()), BigInt(steps[1].mul(scale).toFixed())];
  return plainText(new Exact(`${leastCommonMultiple(a, b)}e-${decimals}`));
}

/** The least number that is a multiple of two whole numbers above 0. */
export function leastCommonMultiple(a: bigint, b: bigint): bigint {
  let [divisor, rest] = [a, b];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  return (a / divisor) * b;
}

/** A limit order as far as filters look at it; quantity in base units. */
export interface FilteredOrder {
  readonly side: Side;
  readonly price: string;
  readonly qty: string;
}

/** Bounds of a price as multiples of a reference price, for both sides or for each side. */
export interface PercentPriceFilter {
  readonly reference?: string | null;
  readonly up?: string | null;
  readonly down?: string | null;
  readonly bidUp?: string | null;
  readonly bidDown?: string | null;
  readonly askUp?: string | null;
  readonly askDown?: string | null;
}

/** Filters of a symbol. One that is absent, null or 0 is off; bounds belong to what is allowed. */
export interface OrderFilters {
  readonly minPrice?: string | null;
  readonly maxPrice?: string | null;
  readonly tickSize?: string | null;
  readonly percentPrice?: PercentPriceFilter | null;
  readonly minQty?: string | null;
  readonly maxQty?: string | null;
  readonly stepSize?: string | null;
  readonly minNotional?: string | null;
  readonly maxNotional?: string | null;
}

/** What an order can violate, in the order in which violations are listed. */
export type FilterName =
  | 'minPrice'
  | 'maxPrice'
  | 'tickSize'
  | 'percentPriceDown'
  | 'percentPriceUp'
  | 'minQty'
  | 'maxQty'
  | 'stepSize'
  | 'minNotional'
  | 'maxNotional';

/** Every filter that an order violates; the notional is price * qty. */
export function violatedFilters(order: FilteredOrder, filters: OrderFilters): FilterName[] {
  const price = new Exact(order.price);
  const qty = new Exact(order.qty);
  const notional = price.mul(qty);
  const { percentPrice } = filters;
  const reference = percentPrice?.reference;
  const [up, down] =
    order.side === 'buy' ? [percentPrice?.bidUp, percentPrice?.bidDown] : [percentPrice?.askUp, percentPrice?.askDown];
  const bound = (factor: Text): Text => (isOn(reference) && isOn(factor) ? new Exact(reference).mul(factor).toFixed() : null);
  const isBelow = (value: Decimal, least: Text): boolean => isOn(least) && value.lt(least);
  const isAbove = (value: Decimal, most: Text): boolean => isOn(most) && value.gt(most);
  const isBetween = (value: Decimal, step: Text): boolean => isOn(step) && !isOnGrid(value, step);
  const violations: readonly (readonly [FilterName, boolean])[] = [
    ['minPrice', isBelow(price, filters.minPrice)],
    ['maxPrice', isAbove(price, filters.maxPrice)],
    ['tickSize', isBetween(price, filters.tickSize)],
    ['percentPriceDown', isBelow(price, bound(down ?? percentPrice?.down))],
    ['percentPriceUp', isAbove(price, bound(up ?? percentPrice?.up))],
    ['minQty', isBelow(qty, filters.minQty)],
    ['maxQty', isAbove(qty, filters.maxQty)],
    ['stepSize', isBetween(qty, filters.stepSize)],
    ['minNotional', isBelow(notional, filters.minNotional)],
    ['maxNotional', isAbove(notional, filters.maxNotional)],
  ];
  return violations.filter(([, violated]) => violated).map(([name]) => name);
}

type Text = string | null | undefined;

function isOn(filter: Text): filter is string {
  return filter !== null && filter !== undefined && !new Exact(filter).isZero();
}

function positiveStep(text: string): Decimal {
  const step = exactNumber(text);
  if (step === null || step.lte(0)) throw new CalculationError('INVALID_STEP', { step: text });
  return step;
}

function describe(step: Decimal): Step {
  return { step: plainText(step), decimals: step.decimalPlaces() };
}
