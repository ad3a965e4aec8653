import { type Decimal, Exact, floorToGrid } from '../../domain/decimal.js';
import { decimalText } from '../../kernel/book-view.js';
import { BUY, SELL, type TakerSide } from '../../kernel/pricing.js';
import type { Views } from '../../kernel/views.js';
import type { PaperOrder } from './orders.js';

/** Where a resting order stands. Quantity units of its book. */
interface Place {
  /** Waits in front of it. */
  ahead: number;
  /** What its level showed at the last look, and takers of the other side had traded in all. */
  shown: number;
  traded: number;
  /** Whether no better price was shown on its side at the last look. */
  wasBest: boolean;
  /** Reached by trades and not yet filled: less than a lot. */
  reached: number;
}

const ZERO = new Exact(0);

/**
 * Queues of resting orders at their prices. An order joins behind everything that its level shows. Trades against its side, while its
 * price is the best, take what is ahead first and then the order; of what else disappears from the level, a share goes from ahead of it
 * as large as the part of the level that is ahead (nobody knows who cancelled). What is added queues behind. A book tells the sum of its
 * trades between two looks, not each one's price, so sums are taken to have traded at the best price. Source of the model: the
 * probability queue models of hftbacktest, with a probability that is proportional to the share ahead.
 */
export class PaperQueues {
  private readonly places = new WeakMap<PaperOrder, Place>();

  constructor(private readonly views: Views) {}

  /** Moves an order on to where it stands now; one that is new joins. @returns what trades filled of it since the last look */
  advance(order: PaperOrder, left: Decimal): Decimal {
    const seen = this.look(order);
    const place = this.places.get(order);
    if (place === undefined) {
      this.places.set(order, { ahead: seen.shown, reached: 0, ...seen });
      return ZERO;
    }
    const tradedNow = place.wasBest || seen.wasBest ? Math.max(0, seen.traded - place.traded) : 0;
    const cancelled = Math.max(0, place.shown - tradedNow - seen.shown);
    const others = place.shown - tradedNow;
    const isAhead = Math.max(0, place.ahead - tradedNow);
    const beyond = Math.max(0, tradedNow - place.ahead);
    place.ahead = others > 0 ? isAhead * (1 - Math.min(1, cancelled / others)) : 0;
    place.reached += beyond;
    Object.assign(place, seen);
    return this.take(order, place, left);
  }

  private take({ info }: PaperOrder, place: Place, left: Decimal): Decimal {
    if (place.reached <= 0) return ZERO;
    const units = Math.floor(place.reached);
    const lots = new Exact(floorToGrid(decimalText(units, info.qtyScale), info.instrument.rules.lotSize));
    const filled = Exact.min(lots, left);
    place.reached -= filled.mul(new Exact(10).pow(info.qtyScale)).toNumber();
    return filled;
  }

  private look({ info: { book, priceScale }, request: { side, price } }: PaperOrder): Omit<Place, 'ahead' | 'reached'> {
    const { views } = this;
    // A buyer rests among the bids, which are what sellers take.
    const own: TakerSide = side === 'buy' ? SELL : BUY;
    const priceUnits = new Exact(price ?? 0).mul(new Exact(10).pow(priceScale)).toNumber();
    const best = side === 'buy' ? views.bidPriceUnits(book) : views.askPriceUnits(book);
    const traded = side === 'buy' ? views.soldQtyUnits(book) : views.boughtQtyUnits(book);
    const wasBest = best === 0 || (side === 'buy' ? best <= priceUnits : best >= priceUnits);
    const count = views.levelCount(book, own);
    for (let level = 0; level < count; level++) {
      if (views.levelPriceUnits(book, own, level) !== priceUnits) continue;
      return { shown: views.levelQtyUnits(book, own, level), traded, wasBest };
    }
    return { shown: 0, traded, wasBest };
  }
}
