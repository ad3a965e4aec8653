import { SIZE_FEASIBLE } from '../../../assembly/memory/scan-layout.js';
import { BUY, SELL } from '../../kernel/pricing.js';
import type { MarketView } from '../market-view.js';
import type { RowInfo, StrategyUniverse } from '../universe.js';
import { Candidate } from './candidate.js';
import { depthFactor, freshnessFactor, persistenceFactor } from './confidence.js';
import type { ThreeTierConfig } from './config.js';
import type { OpportunityHistory } from './history.js';
import type { OpportunityRecord } from './opportunity-record.js';
import { opportunityOf } from './opportunity-report.js';
import { CONFIRMED, IMPLAUSIBLE, NO_SIZE, NOT_TRADABLE, NOTHING, UNCONFIRMED } from './stages.js';
import type { ArbitrageOpportunity, SizedOpportunity } from './types.js';

const BPS = 10_000;
/** Least time to the next look at a size that has stood long enough and was not looked at often enough. */
const LOOK_US = 1000;

/**
 * Finds rows of which a size leaves enough after all costs, and follows each for as long as it stands. The sizes are priced by the
 * scan. Every size has to stand by itself: a wall that makes a great size possible does not live on the age of a small one.
 */
export class TierThreeArbitrageDetector {
  /** One record a row. */
  readonly candidates: readonly Candidate[];
  private readonly minNet: number;
  private readonly confirmUs: number;
  private ids = 0;

  constructor(
    private readonly universe: StrategyUniverse,
    private readonly config: ThreeTierConfig,
    readonly history: OpportunityHistory,
    readonly record: OpportunityRecord,
  ) {
    this.candidates = universe.rows.map((row) => new Candidate(row));
    this.minNet = config.minNetBps / BPS;
    this.confirmUs = config.confirmMs * 1000;
  }

  /** Looks at a row as the scan left it. Looking twice in a turn changes nothing. @returns a verdict of the first stage, or NOTHING */
  look(row: number, market: MarketView): number {
    const info = this.universe.rows[row];
    const candidate = this.candidates[row];
    if (info === undefined || candidate === undefined) return NOTHING;
    const verdict = this.verdict(info, candidate, market);
    if (verdict !== CONFIRMED && verdict !== UNCONFIRMED) this.close(candidate, market.nowUs);
    return verdict;
  }

  /** When a size that stands has stood long enough, or is to be looked at again; Infinity when all that stand are confirmed. */
  dueUs(candidate: Candidate): number {
    let due = Number.POSITIVE_INFINITY;
    if (!candidate.isOpen) return due;
    for (let size = 0; size < candidate.sinceUs.length; size++) {
      const since = candidate.sinceUs[size] ?? -1;
      if (since < 0 || this.isConfirmed(candidate, size)) continue;
      const stands = since + this.confirmUs;
      due = Math.min(due, stands > candidate.lookedUs ? stands : candidate.lookedUs + Math.max(LOOK_US, this.confirmUs));
    }
    return due;
  }

  /** Whether a size stood long enough at the last look. */
  isConfirmed({ sinceUs, looks, lookedUs }: Candidate, size: number): boolean {
    const since = sinceUs[size] ?? -1;
    return since >= 0 && lookedUs - since >= this.confirmUs && (looks[size] ?? 0) >= this.config.confirmations;
  }

  /** Brings the candidate's confidence up to date for one of its sizes. @returns it */
  assess(candidate: Candidate, size: number, { pairs, views, nowUs, oldestUs }: MarketView): number {
    const { row, buyBook, sellBook, confidence } = candidate;
    const { books } = this.universe;
    const buyHeld = views.depthWithin(buyBook, BUY, pairs.sizeBuyWorstUnits(row, size)) * (books[buyBook]?.unitsPerQty ?? 0);
    const sellHeld = views.depthWithin(sellBook, SELL, pairs.sizeSellWorstUnits(row, size)) * (books[sellBook]?.unitsPerQty ?? 0);
    confidence.depth = depthFactor(buyHeld, sellHeld, pairs.sizeBaseUnits(row, size), this.config.depthMultiple);
    confidence.freshness = freshnessFactor(nowUs, oldestUs, views.receiveUs(buyBook), views.receiveUs(sellBook));
    confidence.persistence = persistenceFactor(nowUs - (candidate.sinceUs[size] ?? nowUs), this.confirmUs);
    confidence.history = this.history.successRate(candidate.pair);
    return confidence.value;
  }

  /** All opportunities that stand in the rows of this turn, the greatest net first. For reports. */
  scanOpportunities(market: MarketView): ArbitrageOpportunity[] {
    const rows = Array.from({ length: market.rowCount }, (_, index) => market.row(index));
    return rows
      .flatMap((row) => this.opportunity(row, market) ?? [])
      .sort((a, b) => b.bestOpportunity.netProfit - a.bestOpportunity.netProfit || a.row - b.row);
  }

  /** The opportunity of a row; null when there is none. */
  opportunity(row: number, market: MarketView): ArbitrageOpportunity | null {
    const verdict = this.look(row, market);
    const candidate = this.candidates[row];
    const info = this.universe.rows[row];
    if (candidate === undefined || info === undefined || (verdict !== CONFIRMED && verdict !== UNCONFIRMED)) return null;
    const successRate = this.history.successRate(candidate.pair);
    return opportunityOf(info, candidate, market, successRate, (size) => this.assess(candidate, size, market));
  }

  /** Every size of the row's opportunity that is worth it; empty when there is none. */
  calculateMultiSizeProfits(row: number, market: MarketView): readonly SizedOpportunity[] {
    return this.opportunity(row, market)?.sizedOpportunities ?? [];
  }

  /** Whether the opportunity of a row stands, has stood long enough, and is believed. */
  estimateExecutionFeasibility(row: number, market: MarketView): boolean {
    const candidate = this.candidates[row];
    if (candidate === undefined || this.look(row, market) !== CONFIRMED) return false;
    return this.assess(candidate, candidate.bestConfirmed, market) >= this.config.minConfidence;
  }

  private verdict(info: RowInfo, candidate: Candidate, market: MarketView): number {
    const { row } = info;
    const { pairs } = market;
    if (info.market !== 'spot' || !pairs.hasPair(row) || !(pairs.net(row) >= this.minNet) || pairs.sizeCount(row) === 0)
      return NOTHING;
    this.face(info, candidate, pairs.buyVenue(row), pairs.sellVenue(row), market.nowUs);
    const { buyBook, sellBook } = candidate;
    if (!isSound(buyBook, market) || !isSound(sellBook, market)) return NOT_TRADABLE;
    candidate.disagreement = disagreement(info, market);
    if (Math.max(pairs.gross(row), candidate.disagreement) > this.config.maxSpread) return IMPLAUSIBLE;
    this.readSizes(candidate, market);
    if (candidate.sizes === 0) return NO_SIZE;
    return candidate.bestConfirmed >= 0 ? CONFIRMED : UNCONFIRMED;
  }

  /** Turns to the row's pair; another pair is another opportunity. */
  private face(info: RowInfo, candidate: Candidate, buyPlace: number, sellPlace: number, nowUs: number): void {
    if (buyPlace === candidate.buyPlace && sellPlace === candidate.sellPlace) return;
    this.close(candidate, nowUs);
    candidate.buyPlace = buyPlace;
    candidate.sellPlace = sellPlace;
    candidate.buyBook = info.books[buyPlace]?.book ?? -1;
    candidate.sellBook = info.books[sellPlace]?.book ?? -1;
    candidate.pair = this.history.pair(info.row, buyPlace, sellPlace);
  }

  private readSizes(candidate: Candidate, { pairs, nowUs, epochUs }: MarketView): void {
    const { row } = candidate;
    const isLater = nowUs > candidate.lookedUs;
    const wasOpen = candidate.isOpen;
    let bestNet = 0;
    let bestConfirmedNet = 0;
    candidate.sizes = 0;
    candidate.best = -1;
    candidate.bestConfirmed = -1;
    for (let size = 0; size < pairs.sizeCount(row); size++) {
      if (pairs.sizeStatus(row, size) !== SIZE_FEASIBLE || !(pairs.sizeNet(row, size) >= this.minNet)) {
        candidate.sinceUs[size] = -1;
        continue;
      }
      if (!candidate.isOpen) {
        candidate.open(++this.ids, nowUs, epochUs);
        this.history.countOpened(candidate.pair);
      }
      const isNew = (candidate.sinceUs[size] ?? -1) < 0;
      if (isNew) candidate.sinceUs[size] = nowUs;
      if (isNew) candidate.looks[size] = 0;
      else if (isLater) candidate.looks[size] = (candidate.looks[size] ?? 0) + 1;
      const net = pairs.sizeNetUnits(row, size) * candidate.quoteUnit;
      candidate.bestNetQuotes[size] = Math.max(candidate.bestNetQuotes[size] ?? 0, net);
      candidate.sizes++;
      if (candidate.best < 0 || net > bestNet) {
        candidate.best = size;
        bestNet = net;
      }
      // isConfirmed goes by the moment of the look, which is this one.
      candidate.lookedUs = nowUs;
      if (this.isConfirmed(candidate, size) && (candidate.bestConfirmed < 0 || net > bestConfirmedNet)) {
        candidate.bestConfirmed = size;
        bestConfirmedNet = net;
      }
    }
    candidate.bestNetQuote = Math.max(candidate.bestNetQuote, bestNet);
    if (candidate.isOpen && !wasOpen) this.record.opened(candidate);
    if (candidate.bestConfirmed < 0 || candidate.isConfirmed) return;
    candidate.isConfirmed = true;
    this.history.countConfirmed(candidate.pair);
    this.record.confirmed(candidate);
  }

  private close(candidate: Candidate, nowUs: number): void {
    if (!candidate.isOpen) return;
    candidate.isOpen = false;
    candidate.bestConfirmed = -1;
    this.record.close(candidate, nowUs);
  }
}

/** Tradable, and not crossed within itself. */
export function isSound(book: number, { views, oldestUs }: MarketView): boolean {
  return views.isTradable(book, oldestUs) && views.bidPriceUnits(book) < views.askPriceUnits(book);
}

/** How far the middles of a row's books are from each other, as a fraction: wide apart, they are hardly one asset. */
function disagreement({ row, books }: RowInfo, market: MarketView): number {
  const { views, pairs } = market;
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (let place = 0; place < books.length; place++) {
    const book = books[place]?.book ?? -1;
    if (!pairs.isListed(row, place) || !isSound(book, market)) continue;
    const middle = (views.bidPriceUnits(book) + views.askPriceUnits(book)) / 2;
    low = Math.min(low, middle);
    high = Math.max(high, middle);
  }
  return high > 0 ? high / low - 1 : 0;
}
