import { CalculationError, type CalculationFault } from '../domain/calculation-error.js';
import { type Decimal, Exact, plainText, quotient } from '../domain/decimal.js';
import type { Side } from '../domain/order.js';
import type { PositionState } from './books-state.js';
import { type CostMethod, Lots } from './lots.js';

/** What a fill cost: in the quote asset, in the base asset, or in a third one with its value in the quote asset. */
export interface PositionFee {
  readonly asset: 'quote' | 'base' | 'other';
  /** In units of that asset; negative for a rebate. */
  readonly amount: string;
  /** Quote units for one unit of a third asset. */
  readonly conversion?: string | null;
}

export interface PositionFill {
  readonly side: Side;
  readonly qty: string;
  readonly price: string;
  readonly fee?: PositionFee | null;
}

/** A payment: an amount, positive when received, or the rate and the mark price it is worked out from. */
export type PositionFunding = { readonly amount: string } | { readonly rate: string; readonly mark: string };

/** Figures of a position, decimals as plain texts; amounts in the quote asset unless said otherwise. */
export interface PositionStatement {
  /** Signed, in the base asset. */
  readonly position: string;
  /** What the open part cost, negative for a short position. */
  readonly openCost: string;
  /** Null when flat. */
  readonly avgCost: string | null;
  readonly cash: string;
  readonly realisedGross: string;
  readonly fees: string;
  /** In units of each asset. */
  readonly feesByAsset: Readonly<Record<PositionFee['asset'], string>>;
  readonly funding: string;
  /** realisedGross - fees + funding. */
  readonly realisedNet: string;
  readonly unrealised: string;
  readonly netTransfers: string;
  /** netTransfers + realisedNet + unrealised. */
  readonly equity: string;
  /** Oldest first as signed quantity and price; only first in, first out. */
  readonly openLots?: readonly (readonly [quantity: string, price: string])[];
}

const ZERO = new Exact(0);

/**
 * One instrument in one account: what fills, fees, funding and transfers make of it. Fees never enter the cost basis; a fee in base
 * leaves the position at the fill price; base that is taken out leaves at its cost and realises nothing. All sums are exact, only
 * the average method divides, at 40 digits.
 */
export class Position {
  private readonly lots: Lots;
  private cash = ZERO;
  private realised = ZERO;
  private feeValue = ZERO;
  private readonly feeUnits = { quote: ZERO, base: ZERO, other: ZERO };
  private fundingSum = ZERO;
  private transfers = ZERO;

  constructor(method: CostMethod) {
    this.lots = new Lots(method);
  }

  /** Makes again what `state` told. */
  static restored(method: CostMethod, state: PositionState): Position {
    const position = new Position(method);
    const [quote, base, other] = state.feeUnits;
    position.lots.restore(state.lots);
    position.cash = new Exact(state.cash);
    position.realised = new Exact(state.realised);
    position.feeValue = new Exact(state.feeValue);
    Object.assign(position.feeUnits, { quote: new Exact(quote), base: new Exact(base), other: new Exact(other) });
    position.fundingSum = new Exact(state.funding);
    position.transfers = new Exact(state.transfers);
    return position;
  }

  /** What it is, to be made again from. */
  state(): PositionState {
    const { quote, base, other } = this.feeUnits;
    return {
      lots: this.lots.state(),
      cash: this.cash.toFixed(),
      realised: this.realised.toFixed(),
      feeValue: this.feeValue.toFixed(),
      feeUnits: [quote.toFixed(), base.toFixed(), other.toFixed()],
      funding: this.fundingSum.toFixed(),
      transfers: this.transfers.toFixed(),
    };
  }

  /** Signed, in the base asset. */
  get quantity(): Decimal {
    return this.lots.quantity;
  }

  /** What the open part cost. */
  get openCost(): Decimal {
    return this.lots.openCost;
  }

  /** Profit of all that was closed, before fees and funding. */
  get realisedGross(): Decimal {
    return this.realised;
  }

  /** Value of all fees in the quote asset. */
  get fees(): Decimal {
    return this.feeValue;
  }

  /** Funding received, less what was paid. */
  get funding(): Decimal {
    return this.fundingSum;
  }

  /** @throws CalculationError INVALID_QUANTITY, INVALID_PRICE, MISSING_CONVERSION; nothing is changed then */
  fill({ side, qty, price, fee = null }: PositionFill): void {
    const quantity = positive(qty, 'INVALID_QUANTITY', 'qty');
    const at = positive(price, 'INVALID_PRICE', 'price');
    const feeValue = fee === null ? ZERO : valueOfFee(fee, at);
    const value = quantity.mul(at);
    this.cash = side === 'buy' ? this.cash.minus(value) : this.cash.plus(value);
    const inBase = fee?.asset === 'base' ? new Exact(fee.amount) : ZERO;
    const change = (side === 'buy' ? quantity : quantity.neg()).minus(inBase);
    this.realised = this.realised.plus(this.lots.change(change, at));
    if (fee !== null) this.bookFee(fee, feeValue);
  }

  /**
   * A fee that belongs to no fill here, or was told after it. One in base leaves the position at the price of its conversion.
   * @throws CalculationError MISSING_CONVERSION
   */
  charge(fee: PositionFee): void {
    const conversion = fee.asset === 'quote' ? ZERO : conversionOf(fee);
    if (fee.asset === 'base') this.realised = this.realised.plus(this.lots.change(new Exact(fee.amount).neg(), conversion));
    this.bookFee(fee, valueOfFee(fee, conversion));
  }

  /** @returns the amount */
  fund(funding: PositionFunding): Decimal {
    const amount = 'amount' in funding ? new Exact(funding.amount) : this.lots.quantity.neg().mul(funding.mark).mul(funding.rate);
    this.cash = this.cash.plus(amount);
    this.fundingSum = this.fundingSum.plus(amount);
    return amount;
  }

  /** Quote that comes in, or goes when negative. */
  transferQuote(amount: string): void {
    this.cash = this.cash.plus(amount);
    this.transfers = this.transfers.plus(amount);
  }

  /**
   * Base that comes in at a price, or goes at its cost when negative.
   * @returns the value it came or went at, signed as the amount
   * @throws CalculationError INSUFFICIENT_POSITION for more than there is, or for base that comes to a short position;
   *   INVALID_PRICE when it comes without a price above 0
   */
  transferBase(amount: string, price?: string): Decimal {
    const quantity = new Exact(amount);
    const held = this.lots.quantity;
    if (quantity.isZero()) return ZERO;
    if (quantity.isNegative() ? quantity.neg().gt(held) : held.lt(0)) {
      throw new CalculationError('INSUFFICIENT_POSITION', { amount, position: plainText(held) });
    }
    if (quantity.isNegative()) {
      const cost = this.lots.take(quantity.neg());
      this.transfers = this.transfers.minus(cost);
      return cost.neg();
    }
    const at = positive(price ?? '', 'INVALID_PRICE', 'price');
    this.lots.change(quantity, at);
    const value = quantity.mul(at);
    this.transfers = this.transfers.plus(value);
    return value;
  }

  /** All figures at a mark price. */
  statement(mark: string): PositionStatement {
    const { quantity, openCost, open, method } = this.lots;
    const realisedNet = this.realised.minus(this.feeValue).plus(this.fundingSum);
    const unrealised = quantity.mul(mark).minus(openCost);
    return {
      position: quantity.toFixed(),
      openCost: openCost.toFixed(),
      avgCost: quantity.isZero() ? null : quotient(openCost, quantity),
      cash: this.cash.toFixed(),
      realisedGross: this.realised.toFixed(),
      fees: this.feeValue.toFixed(),
      feesByAsset: {
        quote: this.feeUnits.quote.toFixed(),
        base: this.feeUnits.base.toFixed(),
        other: this.feeUnits.other.toFixed(),
      },
      funding: this.fundingSum.toFixed(),
      realisedNet: realisedNet.toFixed(),
      unrealised: unrealised.toFixed(),
      netTransfers: this.transfers.toFixed(),
      equity: this.transfers.plus(realisedNet).plus(unrealised).toFixed(),
      ...(method === 'fifo' && { openLots: open.map((lot) => [lot.quantity.toFixed(), lot.price.toFixed()] as const) }),
    };
  }

  private bookFee({ asset, amount }: PositionFee, value: Decimal): void {
    this.feeUnits[asset] = this.feeUnits[asset].plus(amount);
    this.feeValue = this.feeValue.plus(value);
    if (asset === 'quote') this.cash = this.cash.minus(value);
  }
}

function valueOfFee(fee: PositionFee, price: Decimal): Decimal {
  const amount = new Exact(fee.amount);
  if (fee.asset === 'quote') return amount;
  return amount.mul(fee.asset === 'base' ? price : conversionOf(fee));
}

function conversionOf({ amount, conversion }: PositionFee): Decimal {
  if (conversion === undefined || conversion === null) throw new CalculationError('MISSING_CONVERSION', { amount });
  return new Exact(conversion);
}

function positive(text: string, fault: CalculationFault, name: string): Decimal {
  const value = text === '' ? ZERO : new Exact(text);
  if (!value.gt(0) || !value.isFinite()) throw new CalculationError(fault, { [name]: text });
  return value;
}
