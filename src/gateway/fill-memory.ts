import type { Fill } from '../domain/order.js';

/** Which fills were told, and up to when all of them were. Bounded: the oldest ids are forgotten. */
export class FillMemory {
  private readonly told = new Set<string>();
  private readonly bySymbol = new Map<string, number>();

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

  /** All fills up to that moment were told, or all of one symbol. */
  complete(untilMs: number, symbol?: string): void {
    if (symbol === undefined) this.completeMs = Math.max(this.completeMs, untilMs);
    else this.bySymbol.set(symbol, Math.max(this.bySymbol.get(symbol) ?? untilMs, untilMs));
  }

  /** From when on fills must be fetched so that none is missed. */
  sinceMs(overlapMs: number, symbol?: string): number {
    const ofSymbol = symbol === undefined ? undefined : this.bySymbol.get(symbol);
    return Math.floor(Math.max(this.completeMs, ofSymbol ?? this.completeMs) - overlapMs);
  }
}
