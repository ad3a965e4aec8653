import { BUY, SELL } from '../../kernel/pricing.js';
import type { StrategyContext } from '../context.js';
import { HOUR_US } from '../hedged/funding.js';
import type { HedgeDesk } from '../hedged/hedge-desk.js';
import { hedgeGrid } from '../hedged/order-terms.js';
import type { MarketView } from '../market-view.js';
import type { BasisLook } from './basis-look.js';
import type { BasisPair, BasisPairs } from './basis-pair.js';
import type { BasisConfig } from './config.js';
import type { HeldBasis } from './exit.js';

const BPS = 10_000;

/**
 * Rolls a position into a later contract: the near contract is closed and the next one opened by one intent, the spot leg stays. What
 * it leaves is compared with closing everything now, so the spot leg costs nothing and the near contract's closing is paid either way.
 */
export class Roller {
  sizeBase = 0;
  netQuote = 0;
  netBps = 0;
  /** Worst price taken of the later contract. */
  priceUnits = 0;

  constructor(
    private readonly config: BasisConfig,
    private readonly pairs: BasisPairs,
    private readonly desk: HedgeDesk,
  ) {}

  get isPaidFor(): boolean {
    return this.netBps >= this.config.minNetBps;
  }

  /** The later contract that leaves most; its figures stand here, and `look` is at it. Null when there is none. */
  find(held: HeldBasis, look: BasisLook, market: MarketView, context: StrategyContext): BasisPair | null {
    this.sizeBase = 0;
    this.netQuote = 0;
    this.netBps = 0;
    let best: BasisPair | null = null;
    for (const pair of this.pairs.ofBook[held.pair.spot.info.book] ?? []) {
      const holder = this.desk.holder(pair.futures.info.book);
      const isFree = holder === null || (holder === held.position && pair !== held.pair);
      if (!isFree || !market.views.isTradable(pair.futures.info.book, market.oldestUs)) continue;
      const net = this.price(pair, held, look, market, context);
      if (look.hoursToExpiry <= this.config.rolloverWindowHours || this.sizeBase === 0) continue;
      if (best === null || net > this.netQuote) {
        best = pair;
        this.netQuote = net;
      }
    }
    // Once more, so that all figures are those of the best.
    if (best !== null) this.netQuote = this.price(best, held, look, market, context);
    return best;
  }

  /** Emits the intent. @returns whether the funds were there */
  roll(held: HeldBasis, next: BasisPair, decision: number, market: MarketView, context: StrategyContext): boolean {
    const { position, direction } = held;
    const { spot, futures: near } = held.pair;
    const grid = hedgeGrid(spot, near, next.futures);
    const [, nearLeg, nextLeg] = grid.legs;
    if (nearLeg === undefined || nextLeg === undefined) return false;
    const { views } = market;
    const nearBook = near.info.book;
    const nearPrice = direction === 1 ? views.askPriceUnits(nearBook) : views.bidPriceUnits(nearBook);
    const nextUnits = Math.floor(this.sizeBase / grid.stepBase + 1e-9) * nextLeg.unitsPerStep;
    if (nextUnits === 0) return false;
    const aims = [
      { leg: nearLeg, targetUnits: 0, priceUnits: nearPrice },
      { leg: nextLeg, targetUnits: -direction * nextUnits, priceUnits: this.priceUnits },
    ];
    const expected = { net: this.netQuote, fraction: this.netBps / BPS, decision };
    if (position.aim(aims, grid, spot.info.row, expected, market, context) === 0) return false;
    this.desk.hold(position);
    return true;
  }

  private price(pair: BasisPair, held: HeldBasis, look: BasisLook, market: MarketView, context: StrategyContext): number {
    const { positions, costs } = context;
    const { direction } = held;
    const spotBook = pair.spot.info.book;
    look.read(pair, market, market.epochUs + this.config.horizonHours * HOUR_US);
    look.touchNet(direction, pair, market, costs);
    const heldBase = Math.abs(positions.of(spotBook)) * pair.spot.info.basePerUnit;
    const steps = Math.floor(heldBase / pair.grid.stepBase + 1e-9);
    const units = steps * (pair.grid.legs[1]?.unitsPerStep ?? 0);
    const side = direction === 1 ? SELL : BUY;
    const { book } = pair.futures.info;
    const walked = market.views.walk(book, side, units) * pair.futures.quotePerUnit;
    this.sizeBase = walked > 0 ? steps * pair.grid.stepBase : 0;
    if (this.sizeBase === 0) return 0;
    this.priceUnits = market.views.worstPriceUnits(book, side, units);
    const spotQuote = this.sizeBase * (direction === 1 ? look.spotBid : look.spotAsk);
    const spotCosts = costs.total(spotBook) + costs.takerFee(spotBook) + costs.slippage(spotBook);
    const net = look.expectedNet(pair, market, costs, this.sizeBase, spotQuote, walked) + spotQuote * spotCosts;
    this.netBps = (net / spotQuote) * BPS;
    look.expectedNetBps = this.netBps;
    return net;
  }
}
