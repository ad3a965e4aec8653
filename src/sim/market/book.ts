import type { SeededRandom } from '../../domain/random.js';
import { Background } from './background.js';
import type { SimulatedInstrument } from './instruments.js';
import { LadderSide, type Level } from './ladder.js';
import { type RestingOrder, RestingSide } from './resting.js';

/** How far a book may stand on the wrong side of the common price; twice this is below any two fees. */
const STRAY_MAX = 4e-4;

/** A trade against the resting level at its price. */
export interface Trade {
  readonly id: number;
  readonly priceUnits: number;
  readonly qtyUnits: number;
  readonly buyerIsTaker: boolean;
  /** Microseconds since the epoch. */
  readonly timeUs: number;
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

/** What a taker meets first: an account's order, or a part of the background (`order` is null). */
export interface Front {
  readonly priceUnits: number;
  readonly qtyUnits: number;
  readonly order: RestingOrder | null;
}

/** Background liquidity from outside, as absolute levels; a quantity of 0 deletes one. */
export interface BackgroundLevels {
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  /** Whether these levels are the whole background; otherwise they replace only what they name. */
  readonly snapshot: boolean;
}

/** Whoever keeps the accounts whose orders rest in a book. */
export interface BookOwner {
  /** Sees every public trade, after its batch; `order` is the account's order that was hit, if it was one. */
  traded(book: SimulatedBook, trade: Trade, order: RestingOrder | null): void;
  /** Called when the background has moved and everything that follows from it is done. */
  moved(book: SimulatedBook): void;
}

/**
 * One venue's book of one instrument: the background and the accounts' orders, which trade with each other by price and time and
 * are published as one. It is never crossed. While no account's order rests, the background and the published sides are the same
 * ladders; otherwise the background keeps its own.
 */
export class SimulatedBook {
  /** The published sides: background and accounts' orders together. */
  readonly bids = new LadderSide(true);
  readonly asks = new LadderSide(false);
  /** Id of the last change, and time of the last update in microseconds since the epoch. */
  lastId: number;
  timeUs = 0;
  lastTrade: Trade;
  /** Added to the logarithm of the price while a spread is planted here. */
  displacement = 0;

  private readonly background: Background;
  private readonly restingBids = new RestingSide(true);
  private readonly restingAsks = new RestingSide(false);
  private owner: BookOwner | null = null;
  private driven = false;
  /** While the background is being published, its own ladders must not be given up. */
  private moving = false;
  private tradeId: number;

  /** @param publish gets every batch, in order; it must not call back into the book */
  constructor(
    readonly instrument: SimulatedInstrument,
    fairLog: number,
    private readonly random: SeededRandom,
    private readonly publish: (book: SimulatedBook, batch: BookBatch) => void,
  ) {
    this.background = new Background(instrument, fairLog, random, this.bids, this.asks);
    this.lastId = 1_000_000 + random.below(1_000_000_000);
    this.tradeId = 1_000_000 + random.below(100_000_000);
    this.lastTrade = {
      id: this.tradeId,
      priceUnits: this.ticks(Math.exp(fairLog)),
      qtyUnits: this.background.quantity(),
      buyerIsTaker: true,
      timeUs: 0,
    };
    this.background.follow(0);
    this.bids.forgetChanges();
    this.asks.forgetChanges();
  }

  /** Tells who keeps the accounts of this book's venue. */
  attach(owner: BookOwner): void {
    this.owner = owner;
  }

  /** Lets the ids of trades go on that much further. To be called before anything is traded. */
  skipTradeIds(count: number): void {
    this.tradeId += count;
    this.lastTrade = { ...this.lastTrade, id: this.tradeId };
  }

  /** Whether the background comes from outside, through `applyBackground`. */
  get isDriven(): boolean {
    return this.driven;
  }

  /** Whether the background offers more than the common price allows: venues must not disagree unless a spread is planted. */
  strayed(fairLog: number): boolean {
    if (this.driven) return false;
    const fair = Math.exp(fairLog + this.displacement) * 10 ** this.instrument.priceDecimals;
    const bid = this.background.bids.best()?.priceUnits ?? 0;
    const ask = this.background.asks.best()?.priceUnits ?? Number.POSITIVE_INFINITY;
    return bid > fair * (1 + STRAY_MAX) || ask < fair * (1 - STRAY_MAX);
  }

  /**
   * Lets the background live on: it follows the price, orders come and go, perhaps somebody trades. Nothing happens where the
   * background comes from outside.
   * @param elapsedUs time of the market, from which lags are measured
   * @param timeUs the same moment since the epoch, for stamps
   */
  update(fairLog: number, elapsedUs: number, timeUs: number): void {
    if (this.driven) return;
    const { bids, asks, random, background } = this;
    const stampUs = Math.max(this.timeUs, timeUs);
    const trades = random.next() < 0.25;
    const amongOrders = this.hasOrders();
    if (trades && amongOrders) this.tradeAmongOrders(stampUs);
    const bidBefore = bids.best();
    const askBefore = asks.best();
    const trade = trades && !amongOrders ? this.tradeAlone(stampUs) : null;
    background.look(fairLog, elapsedUs);
    // Gate.io advances its ids without a change now and then; the other venues stay silent instead.
    const silent = !trades && this.instrument.venue === 'gateio' && random.next() < 0.02 && !this.strayed(fairLog);
    if (!silent) {
      background.follow(this.displacement);
      background.churn();
    }
    if (this.hasOrders()) this.publishBackground(stampUs);
    else this.tell(stampUs, bidBefore, askBefore, trade);
    if (trade !== null) this.owner?.traded(this, trade, null);
    this.owner?.moved(this);
  }

  /**
   * Sets levels of the background from outside; from now on the book has no life of its own. What crosses accounts' orders trades
   * with them. The levels themselves must not be crossed.
   */
  applyBackground(levels: BackgroundLevels, timeUs: number): void {
    this.driven = true;
    const { background } = this;
    const bidBefore = this.bids.best();
    const askBefore = this.asks.best();
    for (const [side, changes] of [
      [background.bids, levels.bids],
      [background.asks, levels.asks],
    ] as const) {
      if (levels.snapshot) {
        const kept = new Set(changes.map(({ priceUnits }) => priceUnits));
        for (const { priceUnits } of [...side.levels()]) if (!kept.has(priceUnits)) side.set(priceUnits, 0);
      }
      for (const { priceUnits, qtyUnits } of changes) if (side.unitsAt(priceUnits) !== qtyUnits) side.set(priceUnits, qtyUnits);
    }
    const stampUs = Math.max(this.timeUs, timeUs);
    if (this.hasOrders()) this.publishBackground(stampUs);
    else this.tell(stampUs, bidBefore, askBefore, null);
    this.owner?.moved(this);
  }

  /**
   * A trade of the background from outside: it hits what is at its price or better, by priority, accounts' orders included. What
   * finds nothing there is published all the same.
   */
  applyTrade(priceUnits: number, qtyUnits: number, buyerIsTaker: boolean, timeUs: number): void {
    this.driven = true;
    const stampUs = Math.max(this.timeUs, timeUs);
    let left = qtyUnits;
    for (let front = this.front(buyerIsTaker); front !== null && left > 0; front = this.front(buyerIsTaker)) {
      if (buyerIsTaker ? front.priceUnits > priceUnits : front.priceUnits < priceUnits) break;
      const part = Math.min(left, front.qtyUnits);
      this.execute(buyerIsTaker, part, stampUs);
      left -= part;
    }
    if (left > 0) {
      const trade = this.nextTrade(priceUnits, left, buyerIsTaker, stampUs);
      this.tell(stampUs, this.bids.best(), this.asks.best(), trade);
      this.owner?.traded(this, trade, null);
    }
    this.owner?.moved(this);
  }

  /** What the next taker meets, or null on an empty side. */
  front(buyerIsTaker: boolean): Front | null {
    const level = (buyerIsTaker ? this.asks : this.bids).best();
    if (level === undefined) return null;
    const first = (buyerIsTaker ? this.restingAsks : this.restingBids).at(level.priceUnits)?.head;
    if (first === undefined || first === null) return { ...level, order: null };
    return { priceUnits: level.priceUnits, qtyUnits: first.qtyUnits, order: first.order };
  }

  /** Everything that a taker would meet at one price, in its order. */
  queueAt(buyerIsTaker: boolean, level: Level): readonly Front[] {
    const queue = (buyerIsTaker ? this.restingAsks : this.restingBids).at(level.priceUnits);
    if (queue === undefined) return [{ ...level, order: null }];
    const fronts: Front[] = [];
    for (let place = queue.head; place !== null; place = place.next) {
      fronts.push({ priceUnits: level.priceUnits, qtyUnits: place.qtyUnits, order: place.order });
    }
    return fronts;
  }

  /** Trades a quantity with the front, at most what the front has; publishes the trade. */
  execute(buyerIsTaker: boolean, qtyUnits: number, timeUs: number): Trade {
    const trade = this.trade(buyerIsTaker, qtyUnits, timeUs);
    this.join();
    return trade;
  }

  /** Puts an account's order behind everything at its price. It must not cross the book. */
  rest(order: RestingOrder, priceUnits: number, timeUs: number): void {
    const buy = order.side === 'buy';
    const { background } = this;
    if (!this.hasOrders()) {
      background.bids = this.bids.copy();
      background.asks = this.asks.copy();
    }
    const alone = (buy ? background.bids : background.asks).unitsAt(priceUnits);
    (buy ? this.restingBids : this.restingAsks).add(order, priceUnits, alone);
    this.change(buy ? this.bids : this.asks, priceUnits, order.leftUnits, timeUs);
  }

  /** Takes an account's order out. */
  remove(order: RestingOrder, timeUs: number): void {
    const priceUnits = order.place?.queue.priceUnits;
    if (priceUnits === undefined) return;
    const buy = order.side === 'buy';
    (buy ? this.restingBids : this.restingAsks).remove(order);
    this.change(buy ? this.bids : this.asks, priceUnits, -order.leftUnits, timeUs);
    this.join();
  }

  private hasOrders(): boolean {
    return this.restingBids.count + this.restingAsks.count > 0;
  }

  /** Makes background and published sides one again when the last account's order has left. */
  private join(): void {
    if (this.moving || this.hasOrders() || this.background.bids === this.bids) return;
    this.background.bids = this.bids;
    this.background.asks = this.asks;
  }

  private change(side: LadderSide, priceUnits: number, byUnits: number, timeUs: number): void {
    const bidBefore = this.bids.best();
    const askBefore = this.asks.best();
    side.set(priceUnits, side.unitsAt(priceUnits) + byUnits);
    this.tell(timeUs, bidBefore, askBefore, null);
  }

  /** One trade with the front; its batch is published, the sides stay as they are. */
  private trade(buyerIsTaker: boolean, qtyUnits: number, timeUs: number): Trade {
    const published = buyerIsTaker ? this.asks : this.bids;
    const resting = buyerIsTaker ? this.restingAsks : this.restingBids;
    const alone = buyerIsTaker ? this.background.asks : this.background.bids;
    const bidBefore = this.bids.best();
    const askBefore = this.asks.best();
    const level = published.best() as Level;
    const queue = resting.at(level.priceUnits);
    const order = queue?.head?.order ?? null;
    if (queue !== undefined) resting.take(queue, qtyUnits);
    if (order === null && alone !== published) alone.set(level.priceUnits, alone.unitsAt(level.priceUnits) - qtyUnits);
    published.set(level.priceUnits, level.qtyUnits - qtyUnits);
    const trade = this.nextTrade(level.priceUnits, qtyUnits, buyerIsTaker, timeUs);
    this.tell(timeUs, bidBefore, askBefore, trade);
    this.owner?.traded(this, trade, order);
    return trade;
  }

  /** Somebody of the background trades; nothing but the background is there. */
  private tradeAlone(timeUs: number): Trade | null {
    const buyerIsTaker = this.random.next() < 0.5;
    const side = buyerIsTaker ? this.asks : this.bids;
    const level = side.best();
    if (level === undefined) return null;
    const qtyUnits = this.drawShare(level.qtyUnits);
    side.set(level.priceUnits, level.qtyUnits - qtyUnits);
    return this.nextTrade(level.priceUnits, qtyUnits, buyerIsTaker, timeUs);
  }

  /** The same where accounts' orders wait as well: one trade for each that is hit. */
  private tradeAmongOrders(timeUs: number): void {
    const buyerIsTaker = this.random.next() < 0.5;
    const level = (buyerIsTaker ? this.asks : this.bids).best();
    if (level === undefined) return;
    for (let left = this.drawShare(level.qtyUnits); left > 0; ) {
      const front = this.front(buyerIsTaker);
      if (front?.priceUnits !== level.priceUnits) return;
      const part = Math.min(left, front.qtyUnits);
      this.execute(buyerIsTaker, part, timeUs);
      left -= part;
    }
  }

  private drawShare(qtyUnits: number): number {
    const share = this.random.next() < 0.2 ? 1 : this.random.next();
    return Math.max(1, Math.floor(qtyUnits * share));
  }

  private nextTrade(priceUnits: number, qtyUnits: number, buyerIsTaker: boolean, timeUs: number): Trade {
    this.lastTrade = { id: ++this.tradeId, priceUnits, qtyUnits, buyerIsTaker, timeUs };
    return this.lastTrade;
  }

  /** Brings the published sides up to the background's own, which first trades with the orders that it has moved across. */
  private publishBackground(timeUs: number): void {
    const { background, restingBids, restingAsks } = this;
    this.moving = true;
    const bidPrices = moved(background.bids, restingBids);
    const askPrices = moved(background.asks, restingAsks);
    const bid = background.bids.best()?.priceUnits ?? Number.NEGATIVE_INFINITY;
    const ask = background.asks.best()?.priceUnits ?? Number.POSITIVE_INFINITY;
    if (bid >= (restingAsks.best()?.priceUnits ?? Number.POSITIVE_INFINITY)) {
      this.publishSide(true, askPrices, timeUs);
      this.meet(true, timeUs);
    } else if (ask <= (restingBids.best()?.priceUnits ?? Number.NEGATIVE_INFINITY)) {
      this.publishSide(false, bidPrices, timeUs);
      this.meet(false, timeUs);
    }
    const bidBefore = this.bids.best();
    const askBefore = this.asks.best();
    this.show(this.bids, background.bids, restingBids, bidPrices);
    this.show(this.asks, background.asks, restingAsks, askPrices);
    this.tell(timeUs, bidBefore, askBefore, null);
    background.bids.forgetChanges();
    background.asks.forgetChanges();
    this.moving = false;
    this.join();
  }

  /** The side that gives way is published first, so that trades with the orders behind it are trades at the touch. */
  private publishSide(asks: boolean, prices: readonly number[], timeUs: number): void {
    const bidBefore = this.bids.best();
    const askBefore = this.asks.best();
    if (asks) this.show(this.asks, this.background.asks, this.restingAsks, prices);
    else this.show(this.bids, this.background.bids, this.restingBids, prices);
    this.tell(timeUs, bidBefore, askBefore, null);
  }

  /** The background's crossing levels take from the accounts' orders until nothing crosses. */
  private meet(buyerIsTaker: boolean, timeUs: number): void {
    const takers = buyerIsTaker ? this.background.bids : this.background.asks;
    for (;;) {
      const taker = takers.best();
      const front = this.front(buyerIsTaker);
      if (taker === undefined || front === null) return;
      if (buyerIsTaker ? front.priceUnits > taker.priceUnits : front.priceUnits < taker.priceUnits) return;
      const qtyUnits = Math.min(taker.qtyUnits, front.qtyUnits);
      takers.set(taker.priceUnits, taker.qtyUnits - qtyUnits);
      this.trade(buyerIsTaker, qtyUnits, timeUs);
    }
  }

  private show(published: LadderSide, alone: LadderSide, resting: RestingSide, prices: readonly number[]): void {
    for (const priceUnits of prices) {
      const qtyUnits = alone.unitsAt(priceUnits) + resting.unitsAt(priceUnits);
      if (published.unitsAt(priceUnits) !== qtyUnits) published.set(priceUnits, qtyUnits);
    }
  }

  /** Publishes what changed since the last batch. */
  private tell(timeUs: number, bidBefore: Level | undefined, askBefore: Level | undefined, trade: Trade | null): void {
    const bidChanges = this.bids.takeChanges();
    const askChanges = this.asks.takeChanges();
    const previousId = this.lastId;
    // On USD-M futures ids of other books lie in between; everywhere else a batch starts right after the last one.
    const skipped = this.instrument.venue === 'binance' && this.instrument.market === 'futures' ? this.random.below(40) : 0;
    this.lastId += skipped + Math.max(1, bidChanges.length + askChanges.length);
    this.timeUs = timeUs;
    this.publish(this, {
      previousId,
      firstId: previousId + skipped + 1,
      lastId: this.lastId,
      timeUs,
      bids: bidChanges,
      asks: askChanges,
      trade,
      topChanged: this.bids.best() !== bidBefore || this.asks.best() !== askBefore,
    });
  }

  private ticks(price: number): number {
    const { tickUnits, priceDecimals } = this.instrument;
    return Math.max(1, Math.round((price * 10 ** priceDecimals) / tickUnits)) * tickUnits;
  }
}

/** The prices at which the background changed; its parts in the accounts' queues follow. */
function moved(alone: LadderSide, resting: RestingSide): number[] {
  return alone.takeChanges().map(({ priceUnits, qtyUnits }) => {
    resting.at(priceUnits)?.setBackground(qtyUnits);
    return priceUnits;
  });
}
