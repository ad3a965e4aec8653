import type { SimulatedBook } from '../market/book.js';
import { toMoney } from './money.js';
import type { Money } from './types.js';

const MILLION = 1_000_000n;

/** A book's numbers as the engine reckons with them. */
export class BookTerms {
  readonly spot: boolean;
  readonly wallet: 'spot' | 'futures';
  readonly base: string;
  readonly quote: string;
  readonly minValue: Money;
  /** Maintenance margin in 10^-18 of a position's value. */
  readonly maintenance: Money;
  /** One unit of quantity in the base asset. */
  readonly baseFactor: Money;
  private readonly valueFactor: Money;
  private readonly makerPpm: bigint;
  private readonly takerPpm: bigint;

  constructor(
    readonly book: SimulatedBook,
    readonly feeInQuote: boolean,
  ) {
    const { instrument } = book;
    this.spot = instrument.market === 'spot';
    this.wallet = instrument.market;
    this.base = instrument.base;
    this.quote = instrument.quote;
    this.minValue = toMoney(String(instrument.minNotional));
    this.maintenance = toMoney(instrument.maintenanceRate);
    this.baseFactor = toMoney(instrument.contractSize) / 10n ** BigInt(instrument.qtyDecimals);
    this.valueFactor = this.baseFactor / 10n ** BigInt(instrument.priceDecimals);
    this.makerPpm = BigInt(Math.round(instrument.makerFeeBps * 100));
    this.takerPpm = BigInt(Math.round(instrument.takerFeeBps * 100));
  }

  /** What a quantity is worth at a price, in the quote asset. */
  value(priceUnits: number, qtyUnits: number): Money {
    return BigInt(priceUnits) * BigInt(qtyUnits) * this.valueFactor;
  }

  /** A quantity in the base asset. */
  baseAmount(qtyUnits: number): Money {
    return BigInt(qtyUnits) * this.baseFactor;
  }

  /** A price of one whole base unit, in the quote asset. */
  price(priceUnits: number): Money {
    return BigInt(priceUnits) * 10n ** BigInt(18 - this.book.instrument.priceDecimals);
  }

  /** The fee on an amount; what is beyond 18 decimals is the customer's. */
  fee(amount: Money, maker: boolean): Money {
    return (amount * (maker ? this.makerPpm : this.takerPpm)) / MILLION;
  }

  /** The most that fees on an amount can come to, in however many parts it is filled. */
  feeMost(amount: Money): Money {
    const ppm = this.makerPpm > this.takerPpm ? this.makerPpm : this.takerPpm;
    return (amount * ppm + MILLION - 1n) / MILLION;
  }

  /** The greatest quantity that an amount of the quote asset pays for at a price. */
  unitsFor(quote: Money, priceUnits: number): number {
    return Number(quote / (BigInt(priceUnits) * this.valueFactor));
  }
}
