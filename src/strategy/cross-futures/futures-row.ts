import { VENUES_MAX } from '../../../assembly/memory/scan-layout.js';
import type { CostModel } from '../cost-model.js';
import { expectedFunding } from '../hedged/funding.js';
import { type HedgeGrid, hedgeGrid, type OrderTerms, orderTerms } from '../hedged/order-terms.js';
import type { MarketView } from '../market-view.js';
import type { RowInfo } from '../universe.js';

/** What closing and funding are reckoned with. */
export interface HorizonSettings {
  readonly convergence: number;
  readonly fundingPersistence: number;
}

/**
 * One contract at its venues, and what a base asset of it is worth until a horizon: all venues are expected to come to one price (as
 * far as they converge), there a position is closed across half the venue's spread, with its fee and slippage, and until then it pays
 * or receives funding.
 */
export class FuturesRow {
  readonly terms: readonly OrderTerms[];
  /** The grid of all its venues. */
  readonly grid: HedgeGrid;
  /** By place: what closing a base asset that is held long brings, and what closing one held short costs, with the funding. */
  readonly longBack: Float64Array;
  readonly shortBack: Float64Array;
  /** Sum of the funding rates that are expected until the horizon. */
  readonly funding: Float64Array;
  readonly isTradable: Uint8Array;
  notedUs = Number.NEGATIVE_INFINITY;
  notedVerdict = -1;

  private readonly grids = new Map<number, HedgeGrid>();

  constructor(readonly info: RowInfo) {
    this.terms = info.books.map(orderTerms);
    const [first, ...others] = this.terms;
    this.grid = first === undefined ? { legs: [], stepBase: 0 } : hedgeGrid(first, ...others);
    this.longBack = new Float64Array(info.books.length);
    this.shortBack = new Float64Array(info.books.length);
    this.funding = new Float64Array(info.books.length);
    this.isTradable = new Uint8Array(info.books.length);
  }

  /** Takes the market's figures. @param horizonUs microseconds since the epoch */
  read({ views, oldestUs, epochUs }: MarketView, costs: CostModel, horizonUs: number, settings: HorizonSettings): void {
    const { books } = this.info;
    let sum = 0;
    let count = 0;
    for (let place = 0; place < books.length; place++) {
      const { book, priceUnit } = this.terms[place]?.info ?? NO_BOOK;
      const isTradable = views.isTradable(book, oldestUs);
      this.isTradable[place] = isTradable ? 1 : 0;
      if (!isTradable) continue;
      sum += ((views.bidPriceUnits(book) + views.askPriceUnits(book)) / 2) * priceUnit;
      count++;
    }
    for (let place = 0; place < books.length; place++) {
      if (this.isTradable[place] === 0) continue;
      const { book, priceUnit, instrument } = this.terms[place]?.info ?? NO_BOOK;
      const bid = views.bidPriceUnits(book) * priceUnit;
      const ask = views.askPriceUnits(book) * priceUnit;
      const mid = (bid + ask) / 2;
      const then = settings.convergence * (sum / count) + (1 - settings.convergence) * mid;
      const hours = instrument?.contract?.settlementDate === null ? instrument.contract.fundingInterval : 0;
      const nextUs = views.nextFundingUs(book);
      const funding = expectedFunding(views.fundingRate(book), nextUs, hours, epochUs, horizonUs, settings.fundingPersistence);
      const fraction = costs.takerFee(book) + costs.slippage(book);
      this.funding[place] = funding;
      this.longBack[place] = (then - (ask - bid) / 2) * (1 - fraction) - funding * mid;
      this.shortBack[place] = (then + (ask - bid) / 2) * (1 + fraction) - funding * mid;
    }
  }

  /** What is expected to be left of `base` assets bought at one place and sold at another for these values, in the quote asset. */
  expectedNet(costs: CostModel, long: number, short: number, base: number, longQuote: number, shortQuote: number): number {
    const entry = costs.received(this.bookAt(short), shortQuote) - costs.paid(this.bookAt(long), longQuote);
    return entry + base * ((this.longBack[long] ?? 0) - (this.shortBack[short] ?? 0));
  }

  /** Whether two places trade the same contract: dated ones end at the same moment. */
  isSame(left: number, right: number): boolean {
    return expiryOf(this.terms[left]) === expiryOf(this.terms[right]);
  }

  /** The grid of some of its venues, with legs in their order; reckoned once. */
  gridOf(places: readonly number[]): HedgeGrid {
    const key = places.reduce((before, place) => before * (VENUES_MAX + 1) + place + 1, 0);
    const known = this.grids.get(key);
    if (known !== undefined) return known;
    const [first, ...others] = places.flatMap((place) => this.terms[place] ?? []);
    const grid = first === undefined ? this.grid : hedgeGrid(first, ...others);
    this.grids.set(key, grid);
    return grid;
  }

  /** Milliseconds since the epoch; null for a perpetual. */
  expiryMs(place: number): number | null {
    return expiryOf(this.terms[place]);
  }

  bookAt(place: number): number {
    return this.terms[place]?.info.book ?? -1;
  }
}

const NO_BOOK = { book: -1, priceUnit: 0, instrument: undefined };

function expiryOf(terms: OrderTerms | undefined): number | null {
  return terms?.info.instrument.contract?.settlementDate ?? null;
}
