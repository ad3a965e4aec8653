import type { StrategyContext } from '../../src/strategy/context.js';
import type { MarketView } from '../../src/strategy/market-view.js';
import type { Strategy } from '../../src/strategy/strategy.js';
import type { StrategyUniverse } from '../../src/strategy/universe.js';

/** What the plain strategy takes for an opportunity. */
export interface PlainSettings {
  readonly minNet: number;
  /** How long a pair must have been one. */
  readonly holdUs: number;
  /** A wider gross spread is another asset's. */
  readonly grossMax: number;
  /** Whether the touch is believed, whatever the sizes come to. */
  readonly byTouch: boolean;
}

/** The pair of a row that is waited for, or traded. */
interface Watched {
  readonly pair: number;
  readonly sinceUs: number;
  tradedUs: number;
}

/** What stands is traded again after so long. */
const AGAIN_US = 1_000_000;

/**
 * The least that a strategy needs in order to fall into no trap, with which traps are shown to be traps: take one of these away, and
 * the judge must see it.
 */
export class PlainStrategy implements Strategy {
  private readonly watched = new Map<number, Watched>();

  constructor(
    private readonly universe: StrategyUniverse,
    private readonly settings: PlainSettings,
  ) {}

  onMarket(market: MarketView, context: StrategyContext): void {
    for (let place = 0; place < market.rowCount; place++) this.look(market.row(place), market, context);
  }

  private look(row: number, market: MarketView, context: StrategyContext): void {
    const { pairs, nowUs } = market;
    const { minNet, holdUs, grossMax, byTouch } = this.settings;
    const isPriced = pairs.hasPair(row) && pairs.sizeCount(row) > 0;
    const size = !isPriced ? -1 : byTouch ? 0 : pairs.bestSize(row);
    const net = size < 0 ? Number.NEGATIVE_INFINITY : byTouch ? pairs.net(row) : pairs.sizeNet(row, size);
    if (net < minNet || pairs.gross(row) > grossMax) {
      this.watched.delete(row);
      return;
    }
    const pair = pairs.buyVenue(row) * 100 + pairs.sellVenue(row);
    let watched = this.watched.get(row);
    if (watched?.pair !== pair) {
      watched = { pair, sinceUs: nowUs, tradedUs: Number.NEGATIVE_INFINITY };
      this.watched.set(row, watched);
    }
    if (nowUs - watched.tradedUs < AGAIN_US || nowUs - watched.sinceUs < holdUs) return;
    watched.tradedUs = nowUs;
    this.trade(row, size, market, context);
  }

  private trade(row: number, size: number, market: MarketView, context: StrategyContext): void {
    const { pairs } = market;
    const info = this.universe.rows[row];
    const buy = info?.books[pairs.buyVenue(row)];
    const sell = info?.books[pairs.sellVenue(row)];
    if (info === undefined || buy === undefined || sell === undefined) return;
    const { positions } = context;
    const base = pairs.sizeBaseUnits(row, size);
    const intent = context.intent('open', row, market);
    intent.expectedNet = pairs.sizeNetUnits(row, size) * 10 ** -(info.priceScale + info.baseScale);
    intent.expectedNetFraction = pairs.sizeNet(row, size);
    context.aim(intent, market, buy.book, positions.of(buy.book) + base / buy.unitsPerQty, pairs.sizeBuyWorstUnits(row, size));
    context.aim(
      intent,
      market,
      sell.book,
      positions.of(sell.book) - base / sell.unitsPerQty,
      pairs.sizeSellWorstUnits(row, size),
    );
    context.emit(intent);
  }
}
