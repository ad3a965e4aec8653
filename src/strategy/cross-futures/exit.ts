import type { StrategyContext } from '../context.js';
import { HOUR_US } from '../hedged/funding.js';
import type { HedgedPosition } from '../hedged/hedged-position.js';
import type { MarketView } from '../market-view.js';
import type { CrossFuturesConfig } from './config.js';
import type { FuturesRow } from './futures-row.js';
import { ADVERSE_MOVE, CONVERGED, FUNDING_AGAINST, HOLD, MAXIMUM_HOLD, ROLLOVER_WINDOW } from './stages.js';

const BPS = 10_000;
/** Two values that are the same differ by the rounding of their products. */
const EPSILON_BPS = 1e-9;

/** A position in a row and what it was opened at. */
export interface HeldRow {
  readonly row: FuturesRow;
  readonly position: HedgedPosition;
  /** Price of every place's leg when it was opened, in the quote asset; 0 where there is none. */
  readonly entryPrices: readonly number[];
}

/** What closing a position now would come to. One record is used over and over. */
export class ExitLook {
  longQuote = 0;
  shortQuote = 0;
  /** What is left between the sides, executable, and the funding to come: both of the long side's value. */
  spreadBps = 0;
  fundingBps = 0;
  /** What holding on is expected to bring before the costs of closing, which come either way. */
  holdBps = 0;
  adverseMoveBps = 0;
  hoursToExpiry = 0;
  heldHours = 0;
  verdict = HOLD;

  constructor(private readonly config: CrossFuturesConfig) {}

  /** Looks at a position. @returns whether all its books can be traded on; else nothing here is of use */
  read({ row, position, entryPrices }: HeldRow, market: MarketView, context: StrategyContext): boolean {
    const { config } = this;
    const { views, epochUs } = market;
    const horizonUs = Math.max(epochUs, position.openedEpochUs + config.horizonHours * HOUR_US);
    row.read(market, context.costs, horizonUs, config);
    this.longQuote = 0;
    this.shortQuote = 0;
    this.adverseMoveBps = 0;
    this.hoursToExpiry = Number.POSITIVE_INFINITY;
    let funding = 0;
    for (let place = 0; place < row.terms.length; place++) {
      const units = context.positions.of(row.bookAt(place));
      if (units === 0) continue;
      if (row.isTradable[place] === 0) return false;
      const book = row.bookAt(place);
      const isLong = units > 0;
      const price = (isLong ? views.bidPriceUnits(book) : views.askPriceUnits(book)) * (row.terms[place]?.info.priceUnit ?? 0);
      const quote = Math.abs(units) * price * (row.terms[place]?.info.basePerUnit ?? 0);
      if (isLong) this.longQuote += quote;
      else this.shortQuote += quote;
      funding += (isLong ? -quote : quote) * (row.funding[place] ?? 0);
      const entry = entryPrices[place] ?? 0;
      if (entry > 0) this.adverseMoveBps = Math.max(this.adverseMoveBps, (isLong ? 1 - price / entry : price / entry - 1) * BPS);
      const expiryMs = row.expiryMs(place);
      if (expiryMs !== null) this.hoursToExpiry = Math.min(this.hoursToExpiry, (expiryMs * 1000 - epochUs) / HOUR_US);
    }
    if (this.longQuote === 0) return false;
    this.spreadBps = (this.shortQuote / this.longQuote - 1) * BPS;
    this.fundingBps = (funding / this.longQuote) * BPS;
    this.holdBps = this.spreadBps * config.convergence + this.fundingBps;
    this.heldHours = (epochUs - position.openedEpochUs) / HOUR_US;
    this.verdict = this.judge();
    return true;
  }

  /** What endangers the position comes first. */
  private judge(): number {
    const { config } = this;
    if (this.adverseMoveBps >= config.maxAdverseMove * BPS) return ADVERSE_MOVE;
    if (this.hoursToExpiry <= config.rolloverWindowHours) return ROLLOVER_WINDOW;
    const targetBps = config.targetSpreadBps + EPSILON_BPS;
    if (this.holdBps <= targetBps) return this.spreadBps <= targetBps ? CONVERGED : FUNDING_AGAINST;
    return this.heldHours >= config.maxHoldHours ? MAXIMUM_HOLD : HOLD;
  }
}
