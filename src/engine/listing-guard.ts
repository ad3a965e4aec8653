import type { Scanner } from '../kernel/scan.js';
import { SAME_ASSET_RATIO_MAX } from '../market/price-identity.js';
import type { MarketView } from '../strategy/market-view.js';
import type { StrategyUniverse } from '../strategy/universe.js';

/** A book that is alone says nothing about the others. */
const WITNESSES_MIN = 2;

/** A listing that was taken out of its row, or came back. */
export type ListingChange = (row: number, book: number, isListed: boolean) => void;

/**
 * Takes listings out of a row whose price says that they are another asset than most of the row's venues trade, whatever their ticker
 * says, and back in when they agree again. By the rule of `samePrice`: prices within a ratio are one asset, and a majority is believed.
 * Without a majority nothing changes, and the row is left to the strategies' own bounds. Looks at the middles of sound books only.
 */
export class ListingGuard {
  private readonly middles: Float64Array;

  constructor(
    private readonly universe: StrategyUniverse,
    private readonly scanner: Scanner,
    private readonly onChange: ListingChange,
    private readonly ratioMax = SAME_ASSET_RATIO_MAX,
  ) {
    this.middles = new Float64Array(Math.max(0, ...universe.rows.map(({ books }) => books.length)));
  }

  /** Looks at all rows; what changes counts from the next scan on. */
  look(market: MarketView): void {
    for (let row = 0; row < this.universe.rows.length; row++) this.lookAt(row, market);
  }

  private lookAt(row: number, { views, oldestUs }: MarketView): void {
    const books = this.universe.rows[row]?.books ?? [];
    const { middles } = this;
    let sound = 0;
    for (let place = 0; place < books.length; place++) {
      const book = books[place]?.book ?? -1;
      const isSound = views.isTradable(book, oldestUs);
      middles[place] = isSound ? (views.bidPriceUnits(book) + views.askPriceUnits(book)) / 2 : 0;
      if (isSound) sound++;
    }
    const lowest = this.believed(books.length, sound);
    if (lowest === 0) return;
    for (let place = 0; place < books.length; place++) {
      const middle = middles[place] ?? 0;
      if (middle === 0) continue;
      const isListed = middle >= lowest && middle <= lowest * this.ratioMax;
      if (isListed === this.scanner.isListed(row, place)) continue;
      this.scanner.setListed(row, place, books[place]?.book ?? -1, isListed);
      this.onChange(row, books[place]?.book ?? -1, isListed);
    }
  }

  /** Lowest middle of the group that most sound books belong to; 0 when no group is a majority. */
  private believed(places: number, sound: number): number {
    const { middles } = this;
    let believed = 0;
    for (let place = 0; place < places; place++) {
      const lowest = middles[place] ?? 0;
      if (lowest === 0 || (believed > 0 && lowest >= believed)) continue;
      let members = 0;
      for (let other = 0; other < places; other++) {
        const middle = middles[other] ?? 0;
        if (middle >= lowest && middle <= lowest * this.ratioMax) members++;
      }
      if (members >= WITNESSES_MIN && members * 2 > sound) believed = lowest;
    }
    return believed;
  }
}
