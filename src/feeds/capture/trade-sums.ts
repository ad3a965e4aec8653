import { unitsText } from './decimal.js';

/** Trades of one kind: how many, which, and their exact sums. Texts are plain decimals. */
export interface TradeReport {
  readonly count: number;
  /** Smallest and largest id; left out where the venue numbers no trades. */
  readonly firstId?: number;
  readonly lastId?: number;
  readonly qtySum: string;
  readonly notionalSum: string;
  readonly lastPrice: string;
}

/** Sums up trades in whole units, exactly. */
export class TradeSums {
  private count = 0;
  private firstId = Number.POSITIVE_INFINITY;
  private lastId = 0;
  private qty = 0n;
  private notional = 0n;
  private lastPriceUnits = 0;

  add(priceUnits: number, qtyUnits: number, id: number): void {
    this.count++;
    if (id > 0) {
      this.firstId = Math.min(this.firstId, id);
      this.lastId = Math.max(this.lastId, id);
    }
    const qty = BigInt(qtyUnits);
    this.qty += qty;
    this.notional += BigInt(priceUnits) * qty;
    this.lastPriceUnits = priceUnits;
  }

  report(priceScale: number, qtyScale: number): TradeReport {
    return {
      count: this.count,
      ...(this.lastId > 0 && { firstId: this.firstId, lastId: this.lastId }),
      qtySum: unitsText(this.qty, qtyScale),
      notionalSum: unitsText(this.notional, priceScale + qtyScale),
      lastPrice: unitsText(this.lastPriceUnits, priceScale),
    };
  }
}
