import { VENUES_MAX } from '../../../assembly/memory/scan-layout.js';
import type { TakerSide } from '../../kernel/pricing.js';
import { type Levels, VenueFill, VenueOffer } from './venue-fill.js';

/**
 * Splits one order over venues so that it leaves the most after costs.
 *
 * Method: the next lot is always taken where it leaves most, until the size is reached or no lot leaves anything. Prices get worse
 * level by level, so this makes the marginal costs of all venues equal as far as the lots allow; with one lot size it is the best
 * split there is, and with different ones it is short of it by less than one of the largest lots at the best price. Where a venue would
 * get less than its least order, every choice of venues is tried with their least orders taken first, and the best one stands.
 *
 * Figures are base units of the row and price units times base units. Nothing here allocates after construction.
 */
export class Split {
  readonly fills: readonly VenueFill[] = Array.from({ length: VENUES_MAX }, () => new VenueFill(new VenueOffer()));
  /** Venues offered; the first of `fills`. */
  count = 0;
  /** What was found: base units in all, and what they leave. */
  taken = 0;
  net = 0;
  /** Whether a venue would have been given less than its least order. */
  hitLeast = false;
  /** Best choice of venues so far, as bits; -1 for all without least orders. */
  private best = -1;

  clear(): void {
    this.count = 0;
  }
  /** The next offer, to be filled in. */
  offer(): VenueOffer {
    return (this.fills[this.count++] as VenueFill).offer;
  }

  /** Splits `wanted` base units. The result stands in `fills` until the next call. @returns base units taken */
  solve(levels: Levels, side: TakerSide, wanted: number): number {
    this.fillBest(levels, side, wanted, -1);
    this.hitLeast = this.isBelowLeast();
    if (this.hitLeast) this.tryChoices(levels, side, wanted);
    this.sum();
    return this.taken;
  }

  private tryChoices(levels: Levels, side: TakerSide, wanted: number): void {
    this.best = 0;
    let most = 0;
    for (let choice = 1; choice < 1 << this.count; choice++) {
      if (!this.fillBest(levels, side, wanted, choice)) continue;
      this.sum();
      if (this.net > most) {
        most = this.net;
        this.best = choice;
      }
    }
    this.fillBest(levels, side, wanted, this.best);
  }

  /**
   * @param choice bits of the venues that are used, each for its least order at least; -1 for all venues and no least orders
   * @returns false when the least orders do not fit
   */
  private fillBest(levels: Levels, side: TakerSide, wanted: number, choice: number): boolean {
    let left = wanted;
    for (let index = 0; index < this.count; index++) {
      const fill = this.fills[index] as VenueFill;
      fill.start(levels, side);
      if (choice < 0) continue;
      if ((choice & (1 << index)) === 0) {
        fill.nextLots = 0;
        continue;
      }
      if (!fill.takeAtLeast(fill.offer.least)) return false;
      left -= fill.taken;
    }
    if (left < 0) return false;
    for (let fill = this.bestNext(left); fill !== null; fill = this.bestNext(left)) {
      const lots = Math.min(fill.nextLots, Math.floor(left / fill.offer.lot));
      fill.take(lots);
      left -= lots * fill.offer.lot;
    }
    return true;
  }

  /** Where the next lot leaves most; null when no lot fits or leaves anything. */
  private bestNext(left: number): VenueFill | null {
    let best: VenueFill | null = null;
    for (let index = 0; index < this.count; index++) {
      const fill = this.fills[index] as VenueFill;
      if (fill.nextLots === 0 || fill.offer.lot > left || !(fill.nextNet > 0)) continue;
      if (best === null || fill.nextNet > best.nextNet) best = fill;
    }
    return best;
  }

  private isBelowLeast(): boolean {
    for (let index = 0; index < this.count; index++) {
      const { taken, offer } = this.fills[index] as VenueFill;
      if (taken > 0 && taken < offer.least) return true;
    }
    return false;
  }

  private sum(): void {
    this.taken = 0;
    this.net = 0;
    for (let index = 0; index < this.count; index++) {
      const fill = this.fills[index] as VenueFill;
      this.taken += fill.taken;
      this.net += fill.net;
    }
  }
}
