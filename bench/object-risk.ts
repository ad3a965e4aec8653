import { STATE_SYNCED } from '../assembly/memory/layout.js';
import { Decimal } from '../src/domain/decimal.js';
import type { Views } from '../src/kernel/views.js';
import type { RiskConfig } from '../src/risk/config.js';
import type { Intent } from '../src/strategy/intent.js';
import type { BookInfo, StrategyUniverse } from '../src/strategy/universe.js';

interface OpenOrder {
  readonly intent: number;
  readonly info: BookInfo;
  readonly size: Decimal;
  readonly value: Decimal;
}

/** The limits of the risk check as one writes them first: orders are objects, amounts decimals, sums are kept by name. */
export class ObjectRisk {
  private orders: OpenOrder[] = [];
  private sent: number[] = [];
  private readonly bySymbol = new Map<string, { buys: Decimal; sells: Decimal }>();
  private readonly byVenue = new Map<string, Decimal>();
  private readonly drawn = new Map<number, Decimal>();
  private total = new Decimal(0);

  constructor(
    private readonly universe: StrategyUniverse,
    private readonly views: Views,
    private readonly config: RiskConfig,
  ) {}

  /** @returns the limit that refused; null when it passes, and its orders count as open */
  check(intent: Intent, nowUs: number): string | null {
    const { config, views } = this;
    const legs: OpenOrder[] = [];
    for (const leg of intent.legs.slice(0, intent.legCount)) {
      const info = this.universe.books[leg.book];
      if (info === undefined || leg.changeUnits === 0) return 'malformed';
      if (views.state(leg.book) !== STATE_SYNCED) return 'book-not-synced';
      if (nowUs - views.receiveUs(leg.book) > config.bookAgeMsMax * 1000) return 'book-too-old';
      if (views.version(leg.book) !== leg.version) return 'book-changed';
      const price = new Decimal(leg.limitPriceUnits).div(10 ** info.priceScale);
      const reference = this.reference(info, nowUs);
      if (reference === null) return 'no-reference';
      if (price.minus(reference).abs().div(reference).mul(1e4).gt(config.priceBandBps)) return 'price-band';
      const size = new Decimal(leg.changeUnits).div(10 ** info.qtyScale);
      legs.push({ intent: intent.id, info, size, value: size.abs().mul(price) });
    }
    if (nowUs > intent.expiresUs) return 'expired';
    if (intent.hedgeByUs - nowUs > config.unhedged.secondsMax * 1e6) return 'hedge-deadline';
    this.sent = this.sent.filter((at) => at > nowUs - config.orderRate.windowMs * 1000);
    if (this.sent.length + legs.length > config.orderRate.orders) return 'order-rate';
    for (const leg of legs) this.count(leg, 1);
    this.orders.push(...legs);
    const refused = this.limits(legs);
    if (refused !== null) this.withdraw(intent);
    else this.sent.push(...legs.map(() => nowUs));
    return refused;
  }

  withdraw({ id }: Intent): void {
    for (const order of this.orders) if (order.intent === id) this.count(order, -1);
    this.orders = this.orders.filter(({ intent }) => intent !== id);
  }

  private limits(legs: readonly OpenOrder[]): string | null {
    const { config } = this;
    if (this.orders.length > config.openOrdersMax) return 'open-orders';
    if (this.total.gt(config.openQuoteMax.total)) return 'open-value-total';
    let exposure = new Decimal(0);
    for (const { buys, sells } of this.bySymbol.values()) exposure = exposure.plus(Decimal.max(buys, sells));
    if (exposure.gt(config.exposureQuoteMax.total)) return 'exposure-total';
    if (exposure.gt(config.exposureQuoteMax.strategy)) return 'exposure-strategy';
    for (const { info, value, size } of legs) {
      const { base, venue } = info.instrument;
      if (value.gt(config.orderQuoteMax)) return 'order-value';
      const symbol = this.bySymbol.get(base);
      if (symbol !== undefined && Decimal.max(symbol.buys, symbol.sells).gt(config.exposureQuoteMax.symbol))
        return 'exposure-symbol';
      if (symbol !== undefined && Decimal.max(symbol.buys, symbol.sells).gt(config.unhedged.quoteMax)) return 'unhedged-value';
      const atVenue = this.byVenue.get(venue);
      if (atVenue?.gt(config.exposureQuoteMax.venue) === true) return 'exposure-venue';
      if (atVenue?.gt(config.openQuoteMax.venue) === true) return 'open-value-venue';
      const account = size.gt(0) ? info.quoteAccount : info.baseAccount;
      const floor = config.balanceFloors[this.universe.accounts[account]?.asset ?? ''] ?? 0;
      if (new Decimal(1e6).minus(this.drawn.get(account) ?? 0).lt(floor)) return 'balance-floor';
    }
    return null;
  }

  private reference(info: BookInfo, nowUs: number): Decimal | null {
    const mids = (this.universe.rows[info.row]?.books ?? [])
      .filter(({ book }) => book !== info.book && this.views.isTradable(book, nowUs - this.config.bookAgeMsMax * 1000))
      .map(({ book, priceScale }) =>
        new Decimal(this.views.bidPriceUnits(book))
          .plus(this.views.askPriceUnits(book))
          .div(2)
          .div(10 ** priceScale),
      )
      .sort((a, b) => a.cmp(b));
    const [low, high] = [mids[(mids.length - 1) >> 1], mids[mids.length >> 1]];
    return low === undefined || high === undefined ? null : low.plus(high).div(2);
  }

  private count({ info, size, value }: OpenOrder, sign: 1 | -1): void {
    const { base, venue } = info.instrument;
    const signed = value.mul(sign);
    const symbol = this.bySymbol.get(base) ?? { buys: new Decimal(0), sells: new Decimal(0) };
    if (size.gt(0)) symbol.buys = symbol.buys.plus(signed);
    else symbol.sells = symbol.sells.plus(signed);
    this.bySymbol.set(base, symbol);
    this.byVenue.set(venue, (this.byVenue.get(venue) ?? new Decimal(0)).plus(signed));
    this.total = this.total.plus(signed);
    const account = size.gt(0) ? info.quoteAccount : info.baseAccount;
    const drawn = size.gt(0) ? signed.mul(1 + info.takerFee) : size.abs().mul(sign);
    this.drawn.set(account, (this.drawn.get(account) ?? new Decimal(0)).plus(drawn));
  }
}
