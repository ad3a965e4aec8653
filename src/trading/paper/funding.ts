import { type Decimal, Exact, plainText } from '../../domain/decimal.js';
import { decimalText } from '../../kernel/book-view.js';
import type { Views } from '../../kernel/views.js';
import type { BookInfo } from '../../strategy/universe.js';
import type { PaperWallet } from './wallet.js';

/** A payment to a paper account; negative when it pays. */
export interface PaperFundingPayment {
  readonly asset: string;
  readonly amount: Decimal;
}

/** Funding of paper positions: at the time that a book told, at the rate that it told last, of the value at its mark price. */
export class PaperFunding {
  /** By book, the next payment as it was told last. */
  private readonly next = new Map<number, { readonly atUs: number; readonly rate: number }>();

  constructor(
    private readonly contracts: readonly BookInfo[],
    private readonly views: Views,
    private readonly wallet: PaperWallet,
  ) {}

  /** Payments that fell due since the last look. Without a price a payment waits for one. */
  due(epochUs: number): PaperFundingPayment[] {
    const payments: PaperFundingPayment[] = [];
    for (const info of this.contracts) {
      const told = this.next.get(info.book);
      if (told !== undefined && epochUs >= told.atUs) {
        const mark = markOf(info, this.views);
        if (mark === null) continue;
        this.next.delete(info.book);
        const { instrument } = info;
        const amount = this.wallet.size(instrument).mul(instrument.contractSize).mul(mark).mul(plainText(told.rate)).neg();
        if (!amount.isZero()) payments.push({ asset: instrument.quote, amount });
      }
      const atUs = this.views.nextFundingUs(info.book);
      const rate = this.views.fundingRate(info.book);
      if (atUs > epochUs && !Number.isNaN(rate)) this.next.set(info.book, { atUs, rate });
    }
    return payments;
  }
}

/** A contract's mark price, or the middle of its book; null when neither is known. */
export function markOf({ book, priceScale }: BookInfo, views: Views): string | null {
  const told = views.markPrice(book);
  if (told > 0) return plainText(told);
  const [bid, ask] = [views.bidPriceUnits(book), views.askPriceUnits(book)];
  if (!(bid > 0 && ask > 0)) return null;
  return new Exact(decimalText(bid, priceScale)).plus(decimalText(ask, priceScale)).div(2).toFixed();
}
