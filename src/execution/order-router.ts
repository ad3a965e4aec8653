import { VENUES_MAX } from '../../assembly/memory/scan-layout.js';
import { ceilToGrid, type Decimal, Exact, floorToGrid, tenTo } from '../domain/decimal.js';
import type { OrderRequest, Side } from '../domain/order.js';
import { BUY, SELL } from '../kernel/pricing.js';
import type { CostModel } from '../strategy/cost-model.js';
import { Split } from '../strategy/hifa/split.js';
import type { BookInfo, StrategyUniverse } from '../strategy/universe.js';
import type { TradingFeatures } from '../venues/trading.js';
import { type OrderFit, orderFit } from './order-fit.js';
import { type BestPrices, SeenLevels } from './seen-levels.js';

/** A place where an amount may be traded. */
export interface RouteOffer {
  readonly info: BookInfo;
  /** Most of it in base assets: what is left to do there, or what the funds there pay for; null without a bound. */
  readonly mostBase: Decimal | null;
  /** Worst price that is taken; rounded to the side that rather fills. */
  readonly worstPrice: string;
}

/** What is to be traded. */
export interface RouteNeed {
  readonly side: Side;
  /** Base assets, positive. */
  readonly base: Decimal;
  /** Books received before this are not looked at. */
  readonly oldestUs: number;
  /** Whatever it costs: market orders, whose price nobody bounds. */
  readonly atMarket: boolean;
}

/** Terms of one order of a route. */
export type RouteTerms = Pick<OrderRequest, 'side' | 'type' | 'timeInForce' | 'quantity' | 'price'>;

/** Orders that together trade what is needed, as far as rules and bounds let. */
export interface Route<Offer extends RouteOffer> {
  readonly orders: readonly { readonly offer: Offer; readonly terms: RouteTerms; readonly base: Decimal }[];
  /** Base assets that no order takes. */
  readonly left: Decimal;
  /** Quote assets that it should bring, negative when it costs, all costs of taking included. What is not seen counts at the worst price. */
  readonly expectedQuote: number;
}

export interface RouterParts {
  readonly universe: StrategyUniverse;
  readonly prices: BestPrices;
  readonly costs: Pick<CostModel, 'total'>;
  /** What the venue's orders can do; null where nothing is said, and then they can do what all can. */
  readonly features: (info: BookInfo) => Pick<TradingFeatures, 'timeInForce'> | null;
}

/** By how much more than its price the amount itself counts: first as much as possible is traded, and then as well as possible. */
const WORTH = 1_000;

/**
 * Chooses where an amount is traded, in how many orders and of which type: every lot goes where it brings most after costs, by the
 * books in sight, within every venue's order rules (the same split that plans entries over venues). A limit order that does not rest
 * bounds the price; where a venue has none, and where the price does not count any more, it is a market order.
 */
export class OrderRouter {
  private readonly split = new Split();
  private readonly levels: SeenLevels;

  constructor(private readonly parts: RouterParts) {
    this.levels = new SeenLevels(parts.prices);
  }

  /** @param offers those named first are preferred at the same price; at most as many as an instrument has venues */
  route<Offer extends RouteOffer>(need: RouteNeed, offers: readonly Offer[]): Route<Offer> {
    const { split, levels } = this;
    const places = offers
      .slice(0, VENUES_MAX)
      .map((offer) => this.placeOf(need, offer))
      .filter(({ price }) => Number(price) > 0);
    const units = this.commonUnits(places.map(({ offer }) => offer.info));
    levels.see(places.map((place) => this.sideOf(place, need, units)));
    const wanted = need.base.mul(units.perBase).floor().toNumber();
    const taker = need.side === 'buy' ? BUY : SELL;
    const worth = WORTH * Math.max(...places.map(({ price }) => Number(price) * units.perQuote));
    split.clear();
    for (const [place, { offer, fit, price }] of places.entries()) {
      const one = split.offer();
      const bounds = [need.base, offer.mostBase ?? need.base, fit.most ?? need.base];
      one.book = place;
      one.unitsPerQty = 1;
      one.lot = fit.lot.mul(units.perBase).toNumber();
      one.least = fit.least.mul(units.perBase).toNumber();
      one.most = Exact.min(...bounds)
        .mul(units.perBase)
        .floor()
        .toNumber();
      one.cost = this.parts.costs.total(offer.info.book);
      one.limit = Number(price) * units.perQuote;
      one.value = need.side === 'buy' ? worth : -worth;
    }
    split.solve(levels, taker, wanted);
    let expected = 0;
    const orders = places.flatMap(({ offer, price, isMarket }, place) => {
      const { taken = 0, walked = 0, offer: one } = split.fills[place] ?? {};
      if (taken === 0) return [];
      const cost = one?.cost ?? 0;
      expected += need.side === 'buy' ? -walked * (1 + cost) : walked * (1 - cost);
      const base = new Exact(taken).div(units.perBase);
      return [{ offer, base, terms: termsOf(need.side, offer.info, base, isMarket ? null : price) }];
    });
    const left = orders.reduce((rest: Decimal, { base }) => rest.sub(base), need.base);
    return { orders, left, expectedQuote: expected / units.perQuote / units.perBase.toNumber() };
  }

  private placeOf<Offer extends RouteOffer>(
    { side, atMarket }: RouteNeed,
    offer: Offer,
  ): { readonly offer: Offer; readonly fit: OrderFit; readonly price: string; readonly isMarket: boolean } {
    const { instrument } = offer.info;
    const { tickSize } = instrument.rules;
    const price = side === 'buy' ? ceilToGrid(offer.worstPrice, tickSize) : floorToGrid(offer.worstPrice, tickSize);
    const isMarket = atMarket || this.parts.features(offer.info)?.timeInForce.includes('ioc') === false;
    return { offer, price, isMarket, fit: orderFit(instrument, price, isMarket) };
  }

  private sideOf(
    { offer: { info }, price }: { readonly offer: RouteOffer; readonly price: string },
    { oldestUs }: RouteNeed,
    units: CommonUnits,
  ) {
    return {
      book: info.book,
      isFresh: this.parts.prices.isTradable(info.book, oldestUs),
      priceFactor: units.perQuote / 10 ** info.priceScale,
      qtyFactor: info.unitsPerQty * 10 ** (units.baseScale - this.baseScale(info)),
      limit: Number(price) * units.perQuote,
    };
  }

  /** Units of which all prices and all quantities of some books are whole numbers. */
  private commonUnits(books: readonly BookInfo[]): CommonUnits {
    const baseScale = Math.max(0, ...books.map((info) => this.baseScale(info)));
    const perQuote = 10 ** Math.max(0, ...books.map(({ priceScale }) => priceScale));
    return { baseScale, perBase: tenTo(baseScale), perQuote };
  }

  private baseScale({ row }: BookInfo): number {
    return this.parts.universe.rows[row]?.baseScale ?? 0;
  }
}

interface CommonUnits {
  readonly baseScale: number;
  readonly perBase: Decimal;
  readonly perQuote: number;
}

function termsOf(side: Side, { instrument }: BookInfo, base: Decimal, price: string | null): RouteTerms {
  const quantity = base.div(instrument.contractSize).toFixed();
  return { side, type: price === null ? 'market' : 'limit', timeInForce: 'ioc', quantity, price };
}
