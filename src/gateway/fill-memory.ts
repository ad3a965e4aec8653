import type { Fill } from '../domain/order.js';

/** Which fills were told, and since when none can be missing. Bounded: the oldest ids are forgotten. */
export class FillMemory {
  private readonly told = new Set<string>();
  private readonly bySymbol = new Map<string, number>();
  private completeMs = 0;

  /** @param rememberedMax trade ids kept */
  constructor(private readonly rememberedMax: number) {}

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

  /** All fills up to that moment were told, or all of one symbol. Monotonic milliseconds: clocks that are set change nothing. */
  complete(atMs: number, symbol?: string): void {
    if (symbol === undefined) this.completeMs = Math.max(this.completeMs, atMs);
    else this.bySymbol.set(symbol, Math.max(this.bySymbol.get(symbol) ?? atMs, atMs));
  }

  /** How long ago that was. */
  ageMs(nowMs: number, symbol?: string): number {
    const ofSymbol = symbol === undefined ? undefined : this.bySymbol.get(symbol);
    return nowMs - Math.max(this.completeMs, ofSymbol ?? this.completeMs);
  }
}
