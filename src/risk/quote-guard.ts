import { STATE_SYNCED } from '../../assembly/memory/layout.js';
import type { Intent } from '../strategy/intent.js';
import type { MarketView } from '../strategy/market-view.js';
import type { RiskConfig } from './config.js';
import type { RiskBook, RiskUniverse } from './instruments.js';
import type { Verdict } from './verdict.js';

/** Venues that a price is compared with at most. */
const PEERS_MAX = 32;

/** Looks at the books that an intent was decided on: synchronised, fresh, the same as then, and priced like the other venues. */
export class QuoteGuard {
  private readonly mids = new Float64Array(PEERS_MAX);
  private readonly ageUsMax: number;

  constructor(
    private readonly market: RiskUniverse,
    private readonly config: RiskConfig,
  ) {
    this.ageUsMax = config.bookAgeMsMax * 1000;
  }

  /** @returns false when the verdict names what is wrong */
  check(intent: Intent, view: MarketView, verdict: Verdict): boolean {
    for (let index = 0; index < intent.legCount; index++) {
      const leg = intent.legs[index];
      const known = leg && this.market.books[leg.book];
      if (leg === undefined || known === undefined) continue;
      const { book } = leg;
      const { views } = view;
      if (views.state(book) !== STATE_SYNCED)
        return verdict.refuse('book-not-synced', views.state(book), STATE_SYNCED, index, book);
      const ageUs = view.nowUs - views.receiveUs(book);
      if (!(ageUs <= this.ageUsMax)) return verdict.refuse('book-too-old', ageUs, this.ageUsMax, index, book);
      const version = views.version(book);
      if (this.config.sameVersion && version !== leg.version)
        return verdict.refuse('book-changed', version, leg.version, index, book);
      const reference = this.reference(known, view);
      if (reference > 0) {
        const bps = Math.abs(leg.limitPriceUnits * known.info.priceUnit - reference) * (1e4 / reference);
        if (!(bps <= this.config.priceBandBps * (1 + 1e-9)))
          return verdict.refuse('price-band', bps, this.config.priceBandBps, index, book);
      } else if (!verdict.isReducing) return verdict.refuse('no-reference', 0, 1, index, book);
    }
    return true;
  }

  /** Median mid price of the other fresh books of the row, else of the same pair in the other market; 0 when none is fresh. */
  reference({ peers, rowPeers }: RiskBook, view: MarketView): number {
    let count = this.collect(peers, 0, rowPeers, view);
    if (count === 0) count = this.collect(peers, rowPeers, peers.length, view);
    if (count === 0) return 0;
    const { mids } = this;
    const middle = count >> 1;
    return count % 2 === 1 ? (mids[middle] ?? 0) : ((mids[middle - 1] ?? 0) + (mids[middle] ?? 0)) / 2;
  }

  /** Puts mid prices in order. @returns how many */
  private collect(peers: readonly number[], from: number, end: number, view: MarketView): number {
    const { mids } = this;
    const { views } = view;
    const oldestUs = view.nowUs - this.ageUsMax;
    let count = 0;
    for (let index = from; index < end && count < PEERS_MAX; index++) {
      const book = peers[index] ?? -1;
      if (!views.isTradable(book, oldestUs)) continue;
      const priceUnit = this.market.books[book]?.info.priceUnit ?? 0;
      const mid = ((views.bidPriceUnits(book) + views.askPriceUnits(book)) / 2) * priceUnit;
      let place = count++;
      for (; place > 0 && (mids[place - 1] ?? 0) > mid; place--) mids[place] = mids[place - 1] ?? 0;
      mids[place] = mid;
    }
    return count;
  }
}
