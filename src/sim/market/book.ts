import type { SeededRandom } from '../../domain/random.js';
import type { SimulatedInstrument } from './instruments.js';
import { LadderSide, type Level } from './ladder.js';

/** Levels a side never exceeds, so that streams of 100 levels and more carry the whole book. */
export const LEVELS_MAX = 96;
/** How far a book may stand on the wrong side of the common price; twice this is below any two fees. */
export const STRAY_MAX = 4e-4;
const VIEW_MAX = 2e-4;
const NOISE_MAX = 1.5e-4;

/** A trade against the resting level at its price. */
export interface Trade {
  readonly id: number;
  readonly priceUnits: number;
  readonly qtyUnits: number;
  readonly buyerIsTaker: boolean;
}

/** What one update did to a book. Ids count changes; `bids` and `asks` carry one entry for each price that changed. */
export interface BookBatch {
  readonly previousId: number;
  readonly firstId: number;
  readonly lastId: number;
  /** Microseconds since the epoch. */
  readonly timeUs: number;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly topChanged: boolean;
  readonly trade: Trade | null;
}

/** One venue's book of one instrument. It follows the common price with its own lag, noise and spread and is never crossed. */
export class SimulatedBook {
  readonly bids = new LadderSide(true);
  readonly asks = new LadderSide(false);
  /** Id of the last change, and time of the last update in microseconds since the epoch. */
  lastId: number;
  timeUs = 0;
  lastTrade: Trade;
  /** Added to the logarithm of the price while a spread is planted here. */
  displacement = 0;

  private readonly scale: number;
  private view: number;
  private viewUs = 0;
  private noise = 0;
  private tradeId: number;

  constructor(
    readonly instrument: SimulatedInstrument,
    fairLog: number,
    private readonly random: SeededRandom,
  ) {
    this.scale = 10 ** instrument.priceDecimals;
    this.view = fairLog;
    this.lastId = 1_000_000 + random.below(1_000_000_000);
    this.tradeId = 1_000_000 + random.below(100_000_000);
    this.lastTrade = {
      id: this.tradeId,
      priceUnits: this.ticks(Math.exp(fairLog)),
      qtyUnits: this.quantity(),
      buyerIsTaker: true,
    };
    this.follow();
    this.bids.takeChanges();
    this.asks.takeChanges();
  }

  /** Whether the book offers more than the common price allows: venues must not disagree unless a spread is planted. */
  strayed(fairLog: number): boolean {
    const fair = Math.exp(fairLog + this.displacement) * this.scale;
    const bid = this.bids.best()?.priceUnits ?? 0;
    const ask = this.asks.best()?.priceUnits ?? Number.POSITIVE_INFINITY;
    return bid > fair * (1 + STRAY_MAX) || ask < fair * (1 - STRAY_MAX);
  }

  /**
   * Lets the book live on: it follows the price, orders come and go, perhaps somebody trades.
   * @param elapsedUs time of the market, from which lags are measured
   * @param timeUs the same moment since the epoch, for stamps
   */
  update(fairLog: number, elapsedUs: number, timeUs: number): BookBatch {
    const { bids, asks, random } = this;
    const bidBefore = bids.best();
    const askBefore = asks.best();
    const trade = random.next() < 0.25 ? this.trade() : null;
    const weight = 1 - Math.exp((this.viewUs - elapsedUs) / this.instrument.shape.lagUs);
    const view = this.view + (fairLog - this.view) * weight;
    this.view = Math.max(fairLog - VIEW_MAX, Math.min(fairLog + VIEW_MAX, view));
    this.viewUs = elapsedUs;
    this.noise = Math.max(-NOISE_MAX, Math.min(NOISE_MAX, this.noise * 0.9 + random.normal() * 0.4e-4));
    // Gate.io advances its ids without a change now and then; the other venues stay silent instead.
    const silent = trade === null && this.instrument.venue === 'gateio' && random.next() < 0.02 && !this.strayed(fairLog);
    if (!silent) {
      this.follow();
      this.churn(bids);
      this.churn(asks);
    }
    const bidChanges = bids.takeChanges();
    const askChanges = asks.takeChanges();
    const previousId = this.lastId;
    // On USD-M futures ids of other books lie in between; everywhere else a batch starts right after the last one.
    const skipped = this.instrument.venue === 'binance' && this.instrument.market === 'futures' ? random.below(40) : 0;
    this.lastId += skipped + Math.max(1, bidChanges.length + askChanges.length);
    this.timeUs = timeUs;
    return {
      previousId,
      firstId: previousId + skipped + 1,
      lastId: this.lastId,
      timeUs,
      bids: bidChanges,
      asks: askChanges,
      trade,
      topChanged: bids.best() !== bidBefore || asks.best() !== askBefore,
    };
  }

  private follow(): void {
    const { tickUnits, shape } = this.instrument;
    const middle = Math.exp(this.view + this.noise + this.displacement) * this.scale;
    const half = shape.halfSpread * (0.8 + this.random.next() * 0.4);
    const bid = Math.max(1, Math.floor((middle * (1 - half)) / tickUnits)) * tickUnits;
    const ask = Math.max(bid + tickUnits, Math.ceil((middle * (1 + half)) / tickUnits) * tickUnits);
    // The side that gives way goes first, so that the two never meet in between.
    this.settle(this.bids, bid, -1);
    this.settle(this.asks, ask, 1);
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

  /** Orders below the touch come, change and go. */
  private churn(side: LadderSide): void {
    const { random } = this;
    for (let left = random.below(3); left > 0; left--) {
      const levels = side.levels();
      const level = levels[Math.floor(random.next() ** 3 * levels.length)];
      if (level === undefined) return;
      const removable = level !== side.best() && levels.length > this.instrument.shape.levels / 2;
      side.set(level.priceUnits, removable && random.next() < 0.15 ? 0 : this.quantity());
    }
  }

  private trade(): Trade | null {
    const buyerIsTaker = this.random.next() < 0.5;
    const side = buyerIsTaker ? this.asks : this.bids;
    const level = side.best();
    if (level === undefined) return null;
    const share = this.random.next() < 0.2 ? 1 : this.random.next();
    const qtyUnits = Math.max(1, Math.floor(level.qtyUnits * share));
    side.set(level.priceUnits, level.qtyUnits - qtyUnits);
    this.lastTrade = { id: ++this.tradeId, priceUnits: level.priceUnits, qtyUnits, buyerIsTaker };
    return this.lastTrade;
  }

  private ticks(price: number): number {
    const { tickUnits } = this.instrument;
    return Math.max(1, Math.round((price * this.scale) / tickUnits)) * tickUnits;
  }

  private gap(priceUnits: number): number {
    const { tickUnits, shape } = this.instrument;
    const units = -Math.log(1 - this.random.next()) * shape.gap * priceUnits;
    return Math.max(1, Math.round(units / tickUnits)) * tickUnits;
  }

  private quantity(): number {
    const { shape, contractSize, qtyDecimals } = this.instrument;
    const notional = shape.notionalMin * (shape.notionalMax / shape.notionalMin) ** this.random.next();
    const base = notional / Math.exp(this.view);
    return Math.max(1, Math.round((base / Number(contractSize)) * 10 ** qtyDecimals));
  }
}
