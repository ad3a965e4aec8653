import type { PositionFee } from '../../src/ledger/position.js';
import { Rational } from './rational.js';

const ZERO = Rational.of(0);

/** What can happen to a position. */
export type PositionEvent =
  | {
      readonly t: 'fill';
      readonly side: 'buy' | 'sell';
      readonly qty: string;
      readonly price: string;
      readonly fee: PositionFee | null;
    }
  | { readonly t: 'charge'; readonly fee: PositionFee }
  | { readonly t: 'funding'; readonly amount: string }
  | { readonly t: 'quote'; readonly amount: string }
  | { readonly t: 'base'; readonly amount: string; readonly price: string };

/**
 * The plainest model of a position there is: every base unit of the smallest step is an item of its own with the price it came at.
 * First in, first out takes them from the front; by average cost all have the price of the average.
 */
export class TwinPosition {
  /** Prices of single steps, oldest first; all long or all short. */
  private steps: Rational[] = [];
  private sign = 1;
  cash = ZERO;
  realised = ZERO;
  fees = ZERO;
  otherFees = ZERO;
  funding = ZERO;
  transfers = ZERO;

  /** @param stepsPerUnit steps in one base unit */
  constructor(
    private readonly method: 'fifo' | 'average',
    private readonly stepsPerUnit: number,
  ) {}

  get quantity(): Rational {
    return Rational.of(this.sign * this.steps.length).over(Rational.of(this.stepsPerUnit));
  }

  get openCost(): Rational {
    return this.sum(this.steps).times(Rational.of(this.sign));
  }

  /** @returns whether it could happen */
  apply(event: PositionEvent): boolean {
    if (event.t === 'fill') this.fill(event);
    else if (event.t === 'charge') this.charge(event.fee, Rational.of(event.fee.conversion ?? 0));
    else if (event.t === 'funding') {
      this.funding = this.funding.plus(Rational.of(event.amount)).reduced();
      this.cash = this.cash.plus(Rational.of(event.amount)).reduced();
    } else if (event.t === 'quote') {
      this.transfers = this.transfers.plus(Rational.of(event.amount)).reduced();
      this.cash = this.cash.plus(Rational.of(event.amount)).reduced();
    } else return this.moveBase(event);
    return true;
  }

  private fill({ side, qty, price, fee }: Extract<PositionEvent, { t: 'fill' }>): void {
    const [quantity, at] = [Rational.of(qty), Rational.of(price)];
    const value = quantity.times(at);
    this.cash = (side === 'buy' ? this.cash.minus(value) : this.cash.plus(value)).reduced();
    const inBase = fee?.asset === 'base' ? Rational.of(fee.amount) : ZERO;
    this.change((side === 'buy' ? quantity : ZERO.minus(quantity)).minus(inBase), at);
    if (fee !== null) this.book(fee, fee.asset === 'base' ? at : Rational.of(fee.conversion ?? 0));
  }

  private charge(fee: PositionFee, conversion: Rational): void {
    if (fee.asset === 'base') this.change(ZERO.minus(Rational.of(fee.amount)), conversion);
    this.book(fee, conversion);
  }

  private book({ asset, amount }: PositionFee, worth: Rational): void {
    const value = asset === 'quote' ? Rational.of(amount) : Rational.of(amount).times(worth);
    this.fees = this.fees.plus(value).reduced();
    if (asset === 'quote') this.cash = this.cash.minus(value).reduced();
    if (asset === 'other') this.otherFees = this.otherFees.plus(value).reduced();
  }

  private change(quantity: Rational, price: Rational): void {
    const steps = Number(quantity.abs().times(Rational.of(this.stepsPerUnit)).floor());
    const sign = quantity.compare(ZERO) < 0 ? -1 : 1;
    for (let step = 0; step < steps; step++) {
      if (this.steps.length === 0) this.sign = sign;
      if (this.sign === sign) {
        this.steps.push(price);
        continue;
      }
      const cost = this.steps.shift() ?? ZERO;
      const gain = this.sign > 0 ? price.minus(cost) : cost.minus(price);
      this.realised = this.realised.plus(gain.over(Rational.of(this.stepsPerUnit))).reduced();
    }
    this.level();
  }

  private moveBase({ amount, price }: Extract<PositionEvent, { t: 'base' }>): boolean {
    const quantity = Rational.of(amount);
    const steps = Number(quantity.abs().times(Rational.of(this.stepsPerUnit)).floor());
    const isShort = this.steps.length > 0 && this.sign < 0;
    if (quantity.compare(ZERO) > 0) {
      if (isShort) return false;
      this.change(quantity, Rational.of(price));
      this.transfers = this.transfers.plus(quantity.times(Rational.of(price))).reduced();
    } else if (steps > 0) {
      if (isShort || steps > this.steps.length) return false;
      this.transfers = this.transfers.minus(this.sum(this.steps.splice(0, steps))).reduced();
    }
    return true;
  }

  private sum(prices: readonly Rational[]): Rational {
    return prices
      .reduce((sum, price) => sum.plus(price).reduced(), ZERO)
      .over(Rational.of(this.stepsPerUnit))
      .reduced();
  }

  private level(): void {
    if (this.method === 'fifo' || this.steps.length === 0) return;
    const average = this.sum(this.steps).times(Rational.of(this.stepsPerUnit)).over(Rational.of(this.steps.length)).reduced();
    this.steps = this.steps.map(() => average);
  }
}
