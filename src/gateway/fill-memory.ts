import type { Fill } from '../domain/order.js';

/** Which fills were told, and up to when all of them were. Bounded: the oldest ids are forgotten. */
export class FillMemory {
  private readonly told = new Set<string>();

  /**
   * @param completeMs moment, by the venue's clock, before which nothing has to be fetched
   * @param rememberedMax trade ids kept
   */
  constructor(
    private completeMs: number,
    private readonly rememberedMax: number,
  ) {}

  /** @returns false when the fill was told before */
  add({ symbol, tradeId, side }: Fill): boolean {
    // The two sides of a trade with oneself share the trade's id.
    const key = `${symbol} ${tradeId} ${side}`;
    if (this.told.has(key)) return false;
    this.told.add(key);
    if (this.told.size > this.rememberedMax) {
      for (const oldest of this.told) {
        this.told.delete(oldest);
        break;
      }
    }
    return true;
  }

  /** All fills up to that moment were told. */
  complete(untilMs: number): void {
    this.completeMs = Math.max(this.completeMs, untilMs);
  }

  /** From when on fills must be fetched so that none is missed. */
  sinceMs(overlapMs: number): number {
    return Math.floor(this.completeMs - overlapMs);
  }
}
