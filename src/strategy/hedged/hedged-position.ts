import type { StrategyContext } from '../context.js';
import { type Intent, LEGS_MAX, type LegUpdate } from '../intent.js';
import type { MarketView } from '../market-view.js';
import type { Funds } from './funds.js';
import { type HedgeGrid, type HedgeLeg, isTradable, worsened } from './order-terms.js';

/** What a position does at the moment. */
export const POSITION_STATES = ['flat', 'opening', 'open', 'closing'] as const;
export type PositionState = (typeof POSITION_STATES)[number];

/** How orders that have to be filled are made. */
export interface OrderSettings {
  /** How much worse than the price that was decided on is still taken, opening and closing. */
  readonly openSlack: number;
  readonly closeSlack: number;
  /** Orders have left, and are hedged, within so long; and what was not filled is tried again after so long. */
  readonly expireUs: number;
  readonly hedgeUs: number;
  readonly retryUs: number;
}

/** What is expected of an intent that opens or rolls. */
export interface Expectation {
  readonly net: number;
  readonly fraction: number;
  /** Id of the decision that explains it. */
  readonly decision: number;
}

/** One leg as it shall be. */
export interface Aim {
  readonly leg: HedgeLeg;
  readonly targetUnits: number;
  /** The price that was decided on. */
  readonly priceUnits: number;
}

const EPSILON = 1e-9;

/**
 * A position over several books whose base amounts cancel out. It goes flat -> opening -> open -> closing -> flat as its legs are
 * filled. Every intent names the position that each book shall have: closing aims at 0 whatever has happened before, and an opening
 * of which only a part was filled is brought back into balance by aiming at less where there is too much. Nothing it does after
 * opening makes a position greater.
 */
export class HedgedPosition {
  state: PositionState = 'flat';
  grid: HedgeGrid = { legs: [], stepBase: 0 };
  row = -1;
  /** Why it is being closed, in the words of the strategy; -1 while it is not. */
  reason = -1;
  openedUs = 0;
  openedEpochUs = 0;
  /** Quote assets received less paid by its fills, fees among them; the position's result once it is flat. */
  cashQuote = 0;
  feesQuote = 0;
  /** Value of all that was bought and sold to open it. */
  entryQuote = 0;
  /** It ended without having filled anything: its books are left alone until then. */
  restUntilUs = 0;
  private intent = 0;
  /** Bits of legs of the intent of which more may come. */
  private waiting = 0;
  private retryAtUs = 0;
  /** Whether the last intent was one to get out: when it was not filled, the next one waits. */
  private wasExit = false;
  private reservation = 0;
  private committed = 0;
  private readonly toldQuote = new Float64Array(LEGS_MAX);
  private readonly toldFee = new Float64Array(LEGS_MAX);

  constructor(
    private readonly funds: Funds,
    private readonly settings: OrderSettings,
  ) {}

  /** Whether it waits for what becomes of an intent. */
  get isPending(): boolean {
    return this.intent !== 0;
  }

  /**
   * Opens it, or changes an open one (a roll) where no leg may grow beyond what `aims` say.
   * @returns id of the intent; 0 when the funds are not there, and then nothing has happened
   */
  aim(
    aims: readonly Aim[],
    grid: HedgeGrid,
    row: number,
    expected: Expectation,
    market: MarketView,
    context: StrategyContext,
  ): number {
    const isRoll = this.state !== 'flat';
    const intent = context.intent(isRoll ? 'rebalance' : 'open', row, market);
    if (!isRoll) this.reservation = intent.id;
    let bound = 0;
    for (const { leg, targetUnits, priceUnits } of aims) {
      const { terms } = leg;
      const held = context.positions.of(terms.info.book);
      const change = targetUnits - held;
      if (change === 0) continue;
      const isReducing = Math.abs(targetUnits) < Math.abs(held) && targetUnits * held >= 0;
      const limit = worsened(terms, priceUnits, change > 0, this.settings.openSlack);
      if (!isReducing) {
        const reserved = Math.max(limit, priceUnits);
        bound += this.funds.bound(terms, change, reserved);
        if (!this.funds.reserve(context, this.reservation, terms, change, reserved))
          return this.unaffordable(isRoll, market, context);
      }
      context.aim(intent, market, terms.info.book, targetUnits, limit);
      const added = intent.legs[intent.legCount - 1];
      if (added !== undefined) added.reduceOnly = isReducing;
    }
    if (!context.budget.commit(bound)) return this.unaffordable(isRoll, market, context);
    this.committed += bound;
    this.grid = grid;
    this.row = row;
    this.reason = -1;
    if (!isRoll) this.begin(market);
    intent.expectedNet = expected.net;
    intent.expectedNetFraction = expected.fraction;
    intent.decision = expected.decision;
    this.state = 'opening';
    this.send(intent, market, context);
    return intent.id;
  }

  /** Closes it: every book at 0. Does nothing while an intent is under way; `sweep` comes back to it. */
  close(reason: number, decision: number, market: MarketView, context: StrategyContext): void {
    this.state = 'closing';
    this.reason = reason;
    if (this.isPending) return;
    const intent = context.intent('close', this.row, market);
    intent.decision = decision;
    for (const leg of this.grid.legs) this.reduceTo(leg, 0, intent, market, context);
    this.sendOrWait(intent, market, context);
  }

  /** Takes in what became of a leg; positions have been brought up to date before. */
  take(update: LegUpdate, market: MarketView, context: StrategyContext): void {
    if (update.intent === this.intent) {
      this.book(update);
      if (update.isFinal) this.waiting &= ~(1 << update.leg);
      if (this.waiting === 0) this.settle(market, context);
    } else if (!this.isPending) {
      // Told after the end of its intent: the balance has to hold with it as well.
      this.wasExit = false;
      this.settle(market, context);
    }
  }

  /** Tries again what was not filled. Called at least every `retryUs`. */
  sweep(market: MarketView, context: StrategyContext): void {
    if (this.isPending || market.nowUs < this.retryAtUs) return;
    if (this.state === 'closing') this.close(this.reason, 0, market, context);
    else if (this.state === 'opening') this.balance(market, context);
  }

  /** Steps of the grid by which what is held long exceeds what is held short. */
  imbalance(context: StrategyContext): number {
    let steps = 0;
    for (const { terms, unitsPerStep } of this.grid.legs) steps += context.positions.of(terms.info.book) / unitsPerStep;
    return steps;
  }

  private settle(market: MarketView, context: StrategyContext): void {
    this.intent = 0;
    this.retryAtUs = market.nowUs + this.settings.retryUs;
    if (this.isGone(market, context)) this.finish(context);
    else if (this.state === 'opening' || this.state === 'open') this.balance(market, context);
    else if (!this.wasExit) this.close(this.reason, 0, market, context);
  }

  /** Open when long and short are within one step of each other; else the larger side is brought down to the smaller. */
  private balance(market: MarketView, context: StrategyContext): void {
    const excess = this.imbalance(context);
    this.state = 'opening';
    if (Math.abs(excess) < 1 - EPSILON) {
      this.state = 'open';
      this.keepFunds(market, context);
      return;
    }
    if (this.wasExit && market.nowUs < this.retryAtUs) return;
    const intent = context.intent('reduce', this.row, market);
    let steps = Math.floor(Math.abs(excess) + EPSILON);
    for (const leg of this.grid.legs) {
      const held = context.positions.of(leg.terms.info.book);
      if (held * excess <= 0 || steps === 0) continue;
      const units = Math.min(Math.abs(held), steps * leg.unitsPerStep);
      if (!this.reduceTo(leg, held - Math.sign(held) * units, intent, market, context)) continue;
      steps -= Math.floor(units / leg.unitsPerStep);
    }
    // What is too little for an order of its own goes together with the rest.
    if (intent.legCount === 0 && this.isPriced(market)) this.close(this.reason, 0, market, context);
    else this.sendOrWait(intent, market, context);
  }

  /** Adds a leg that brings a book nearer to zero. @returns false when there is nothing that the venue would take */
  private reduceTo(leg: HedgeLeg, targetUnits: number, intent: Intent, market: MarketView, context: StrategyContext): boolean {
    const { terms } = leg;
    const { book } = terms.info;
    const change = targetUnits - context.positions.of(book);
    const priceUnits = touch(market, book, change > 0);
    if (change === 0 || priceUnits === 0 || !isTradable(terms, change, priceUnits, true)) return false;
    context.aim(intent, market, book, targetUnits, worsened(terms, priceUnits, change > 0, this.settings.closeSlack));
    return true;
  }

  private sendOrWait(intent: Intent, market: MarketView, context: StrategyContext): void {
    this.retryAtUs = market.nowUs + this.settings.retryUs;
    if (intent.legCount > 0) this.send(intent, market, context);
  }

  private send(intent: Intent, market: MarketView, context: StrategyContext): void {
    intent.expiresUs = market.nowUs + this.settings.expireUs;
    intent.hedgeByUs = market.nowUs + this.settings.hedgeUs;
    this.intent = intent.id;
    this.wasExit = intent.purpose === 'close' || intent.purpose === 'reduce';
    this.waiting = (1 << intent.legCount) - 1;
    this.toldQuote.fill(0);
    this.toldFee.fill(0);
    context.emit(intent);
  }

  private unaffordable(isRoll: boolean, market: MarketView, context: StrategyContext): number {
    if (isRoll) this.keepFunds(market, context);
    else context.capital.release(this.reservation);
    return 0;
  }

  private begin(market: MarketView): void {
    this.openedUs = market.nowUs;
    this.openedEpochUs = market.epochUs;
    this.cashQuote = 0;
    this.feesQuote = 0;
    this.entryQuote = 0;
  }

  /** Totals of a leg become what is new in them. */
  private book({ leg, book, filledUnits, filledQuoteUnits, feeQuote }: LegUpdate): void {
    const terms = this.grid.legs.find(({ terms: { info } }) => info.book === book)?.terms;
    if (terms === undefined) return;
    const quote = (filledQuoteUnits - (this.toldQuote[leg] ?? 0)) * terms.quotePerUnit;
    const fee = feeQuote - (this.toldFee[leg] ?? 0);
    this.toldQuote[leg] = filledQuoteUnits;
    this.toldFee[leg] = feeQuote;
    this.feesQuote += fee;
    this.cashQuote += (filledUnits > 0 ? -quote : quote) - fee;
    if (this.state === 'opening') this.entryQuote += quote;
  }

  /** Nothing left, or so little that no venue takes an order for it; the next opening takes that in by its targets. */
  private isGone(market: MarketView, context: StrategyContext): boolean {
    for (const { terms } of this.grid.legs) {
      const { book } = terms.info;
      const held = context.positions.of(book);
      if (held === 0) continue;
      const priceUnits = touch(market, book, held < 0);
      if (priceUnits === 0 || isTradable(terms, held, priceUnits, true)) return false;
    }
    return true;
  }

  private isPriced(market: MarketView): boolean {
    for (const { terms } of this.grid.legs) {
      const { book } = terms.info;
      if (touch(market, book, true) === 0 || touch(market, book, false) === 0) return false;
    }
    return true;
  }

  private finish(context: StrategyContext): void {
    this.state = 'flat';
    this.restUntilUs = this.entryQuote === 0 ? this.retryAtUs : 0;
    context.capital.release(this.reservation);
    context.budget.free(this.committed);
    this.committed = 0;
  }

  /** What is held stays reserved: margin, and what a spot leg is closed with. */
  private keepFunds(market: MarketView, context: StrategyContext): void {
    // Without prices there is no value: what was reserved stays.
    if (!this.isPriced(market)) return;
    context.capital.release(this.reservation);
    let bound = 0;
    for (const { terms } of this.grid.legs) {
      const { book, instrument } = terms.info;
      const held = context.positions.of(book);
      const priceUnits = touch(market, book, held > 0);
      bound += this.funds.bound(terms, held, priceUnits);
      // A spot leg is closed the other way round. Where the balance was not told of yet, it is not reserved.
      if (held !== 0)
        this.funds.reserve(context, this.reservation, terms, instrument.market === 'spot' ? -held : held, priceUnits);
    }
    context.budget.free(this.committed);
    this.committed = Math.min(bound, context.budget.leftQuote);
    context.budget.commit(this.committed);
  }
}

/** The price that a taker meets. */
function touch({ views }: MarketView, book: number, isBuy: boolean): number {
  return isBuy ? views.askPriceUnits(book) : views.bidPriceUnits(book);
}
