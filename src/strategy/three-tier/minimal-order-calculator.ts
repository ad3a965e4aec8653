import { Decimal, Exact, exactNumber, plainText, quotient } from '../../domain/decimal.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import { commonStep, roundToStep } from '../../domain/order-grid.js';
import { brokenRules } from '../../venues/order-filters.js';
import type { BrokenVenueRule, OrderSize } from './types.js';

/** An amount as a venue takes it. */
export interface ValidatedAmount {
  /** The greatest quantity on the lot that is not above what was asked, with the lot's decimals. */
  readonly quantity: string;
  /** Whether what was asked was on the lot already. */
  readonly isExact: boolean;
  /** Every rule that the quantity breaks. */
  readonly broken: readonly BrokenVenueRule[];
}

/** What a round costs, and what it has to leave. Fractions of the value, and amounts in the quote asset. */
export interface ProfitTerms {
  readonly buyFee: string;
  readonly sellFee: string;
  /** Costs that do not depend on the size. */
  readonly fixedCost?: string;
  readonly minProfit?: string;
}

/** Sizes of orders from what venues demand, exactly. Amounts are base assets, also where a venue counts contracts. */
export class MinimalOrderCalculator {
  /**
   * @param multipliers of the larger of both least order values
   * @param minOrderQuote least value that sizes aim at where the venues demand less
   */
  constructor(
    readonly multipliers: readonly number[] = [1, 2, 5, 10],
    private readonly minOrderQuote = '0',
  ) {}

  /**
   * The sizes that are worth the multiples at a price, rounded up to a whole number of lots at both venues.
   * @param price quote assets for one base asset
   */
  calculateOrderSizes(instrument: TradableInstrument, other: TradableInstrument | null, price: string): OrderSize[] {
    const at = positive(price);
    const venues = other === null ? [instrument] : [instrument, other];
    const step = commonLot(venues);
    const least = Decimal.max(this.minOrderQuote, ...venues.map(({ rules }) => rules.minQuoteAmount));
    return this.multipliers.map((multiplier) => {
      const amount = leastAmount(new Exact(least).mul(multiplier), at, step);
      return {
        multiplier,
        amount: plainText(amount),
        value: amount.mul(at).toFixed(),
        broken: venues.flatMap((venue) => broken(venue, quantityOf(venue, amount), price)),
      };
    });
  }

  /**
   * A quantity (base assets on spot, contracts on futures) on the venue's lot, and which rules it breaks.
   * @param price of a limit order; null leaves value and tick unchecked
   * @throws CalculationError when the quantity is no number, or below 0
   */
  validateOrderPrecision(instrument: TradableInstrument, quantity: string, price: string | null): ValidatedAmount {
    const rounded = roundToStep(quantity, instrument.rules.lotSize, 'down');
    return {
      quantity: rounded.text,
      isExact: new Exact(rounded.value).eq(exactNumber(quantity) ?? Number.NaN),
      broken: broken(instrument, rounded.value, price),
    };
  }

  /**
   * The least amount that both venues take and that leaves `minProfit` when it is bought at `price` and sold `spreadPct` above it.
   * @returns null when no size does: the fees eat the spread, or an upper bound of a venue is below it
   */
  getMinProfitableSize(
    buyAt: TradableInstrument,
    sellAt: TradableInstrument,
    price: string,
    spreadPct: string,
    { buyFee, sellFee, fixedCost = '0', minProfit = '0' }: ProfitTerms,
  ): string | null {
    const buyPrice = positive(price);
    const sellPrice = buyPrice.mul(new Exact(spreadPct).div(100).plus(1));
    const paid = buyPrice.mul(new Exact(1).plus(buyFee));
    const perBase = sellPrice.mul(new Exact(1).minus(sellFee)).minus(paid);
    const needed = new Exact(fixedCost).plus(minProfit);
    if (perBase.lte(0)) return null;
    const venues = [buyAt, sellAt];
    const step = commonLot(venues);
    const bounds = [
      leastAmount(needed, perBase, step),
      leastAmount(new Exact(Decimal.max(this.minOrderQuote, buyAt.rules.minQuoteAmount)), buyPrice, step),
      leastAmount(new Exact(Decimal.max(this.minOrderQuote, sellAt.rules.minQuoteAmount)), sellPrice, step),
      ...venues.map(({ rules, contractSize }) => leastAmount(new Exact(rules.minQty).mul(contractSize), new Exact(1), step)),
      new Exact(step),
    ];
    const amount = Exact.max(...bounds);
    // Both prices are references here and need not be on the ticks.
    const fails = [...quantityFails(buyAt, amount, buyPrice), ...quantityFails(sellAt, amount, sellPrice)];
    return fails.length > 0 ? null : plainText(amount);
  }
}

/** The least amount of base assets that is a whole number of lots everywhere. */
function commonLot(venues: readonly TradableInstrument[]): string {
  const [first = '1', ...others] = venues.map(({ rules, contractSize }) => new Exact(rules.lotSize).mul(contractSize).toFixed());
  return others.reduce(commonStep, first);
}

/** The least multiple of the step that is worth `target` at `price`; exact, although a quotient need not end. */
function leastAmount(target: Decimal, price: Decimal, step: string): Decimal {
  const amount = new Exact(roundToStep(quotient(target, price), step, 'up').value);
  return amount.mul(price).lt(target) ? amount.plus(step) : amount;
}

function quantityOf({ contractSize }: TradableInstrument, amount: Decimal): string {
  return amount.div(contractSize).toFixed();
}

function quantityFails(instrument: TradableInstrument, amount: Decimal, price: Decimal): BrokenVenueRule[] {
  return broken(instrument, quantityOf(instrument, amount), price.toFixed()).filter(({ filter }) => filter !== 'tick size');
}

function broken(instrument: TradableInstrument, quantity: string, price: string | null): BrokenVenueRule[] {
  const order = {
    symbol: instrument.symbol,
    side: 'buy',
    type: price === null ? 'market' : 'limit',
    timeInForce: 'ioc',
    quantity,
    quoteAmount: null,
    price,
    clientOrderId: '',
    reduceOnly: false,
  } as const;
  return brokenRules(order, instrument, null).map((rule) => ({ ...rule, venue: instrument.venue }));
}

function positive(price: string): Decimal {
  const number = exactNumber(price);
  if (number === null || number.lte(0)) throw new InvalidInputError(`"${price}" is no price above 0`, { price });
  return number;
}
