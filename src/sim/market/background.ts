import type { SeededRandom } from '../../domain/random.js';
import type { SimulatedInstrument } from './instruments.js';
import type { LadderSide } from './ladder.js';

/** Levels a side never exceeds, so that streams of 100 levels and more carry the whole book. */
export const LEVELS_MAX = 96;
const VIEW_MAX = 2e-4;
const NOISE_MAX = 1.5e-4;

/** What nobody's orders do at one venue: they follow the common price with the venue's own lag, noise and spread. */
export class Background {
  private readonly scale: number;
  private view: number;
  private viewUs = 0;
  private noise = 0;

  /**
   * @param bids levels of the background alone; the book's own sides as long as no account's order rests there
   * @param asks likewise
   */
  constructor(
    private readonly instrument: SimulatedInstrument,
    fairLog: number,
    private readonly random: SeededRandom,
    public bids: LadderSide,
    public asks: LadderSide,
  ) {
    this.scale = 10 ** instrument.priceDecimals;
    this.view = fairLog;
  }

  /** Lets the venue's view of the price catch up. */
  look(fairLog: number, elapsedUs: number): void {
    const weight = 1 - Math.exp((this.viewUs - elapsedUs) / this.instrument.shape.lagUs);
    const view = this.view + (fairLog - this.view) * weight;
    this.view = Math.max(fairLog - VIEW_MAX, Math.min(fairLog + VIEW_MAX, view));
    this.viewUs = elapsedUs;
    this.noise = Math.max(-NOISE_MAX, Math.min(NOISE_MAX, this.noise * 0.9 + this.random.normal() * 0.4e-4));
  }

  /**
   * Brings both touches to the view.
   * @param displacement added to the logarithm of the price
   */
  follow(displacement: number): void {
    const { tickUnits, shape } = this.instrument;
    const middle = Math.exp(this.view + this.noise + displacement) * this.scale;
    const half = shape.halfSpread * (0.8 + this.random.next() * 0.4);
    const bid = Math.max(1, Math.floor((middle * (1 - half)) / tickUnits)) * tickUnits;
    const ask = Math.max(bid + tickUnits, Math.ceil((middle * (1 + half)) / tickUnits) * tickUnits);
    this.settle(this.bids, bid, -1);
    this.settle(this.asks, ask, 1);
  }

  /** Orders below the touches come, change and go. */
  churn(): void {
    this.churnSide(this.bids);
    this.churnSide(this.asks);
  }

  /** A level's quantity, drawn anew. */
  quantity(): number {
    const { shape, contractSize, qtyDecimals } = this.instrument;
    const notional = shape.notionalMin * (shape.notionalMax / shape.notionalMin) ** this.random.next();
    const base = notional / Math.exp(this.view);
    return Math.max(1, Math.round((base / Number(contractSize)) * 10 ** qtyDecimals));
  }

  /** Brings one side's touch to `touch`: removes what is better, fills the hole, keeps the usual number of levels. */
  private settle(side: LadderSide, touch: number, away: number): void {
    for (let best = side.best(); best !== undefined && side.isBetter(best.priceUnits, touch); best = side.best())
      side.set(best.priceUnits, 0);
    const { levels } = this.instrument.shape;
    if (side.best()?.priceUnits !== touch) {
      const next = side.best()?.priceUnits;
      side.set(touch, this.quantity());
      let price = touch;
      for (let filled = 0; next !== undefined && filled < levels; filled++) {
        price += away * this.gap(price);
        if (!side.isBetter(price, next)) break;
        side.set(price, this.quantity());
      }
    }
    while (side.levels().length > Math.min(LEVELS_MAX, levels + 6)) side.set(side.worst()?.priceUnits ?? 0, 0);
    while (side.levels().length < levels) {
      const worst = side.worst()?.priceUnits ?? touch;
      const price = worst + away * this.gap(worst);
      if (price <= 0) break;
      side.set(price, this.quantity());
    }
  }

  private churnSide(side: LadderSide): void {
    const { random } = this;
    for (let left = random.below(3); left > 0; left--) {
      const levels = side.levels();
      const level = levels[Math.floor(random.next() ** 3 * levels.length)];
      if (level === undefined) return;
      const removable = level !== side.best() && levels.length > this.instrument.shape.levels / 2;
      side.set(level.priceUnits, removable && random.next() < 0.15 ? 0 : this.quantity());
    }
  }

  private gap(priceUnits: number): number {
    const { tickUnits, shape } = this.instrument;
    const units = -Math.log(1 - this.random.next()) * shape.gap * priceUnits;
    return Math.max(1, Math.round(units / tickUnits)) * tickUnits;
  }
}
