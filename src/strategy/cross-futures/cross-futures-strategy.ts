import type { StrategyContext } from '../context.js';
import type { Decision } from '../decision-log.js';
import { orderSettings } from '../hedged/config.js';
import { HOUR_US } from '../hedged/funding.js';
import { Funds } from '../hedged/funds.js';
import { HedgeDesk } from '../hedged/hedge-desk.js';
import type { HedgedPosition } from '../hedged/hedged-position.js';
import { marginTable } from '../hedged/margin-terms.js';
import type { LegUpdate } from '../intent.js';
import type { MarketView } from '../market-view.js';
import { pairKey, Standing } from '../standing.js';
import type { Strategy, StrategyDefinition } from '../strategy.js';
import { rowName, type StrategyUniverse } from '../universe.js';
import { CrossExchangeFuturesArbitrage } from './arbitrage.js';
import { type CrossFuturesConfig, crossFuturesConfig } from './config.js';
import { ExitLook, type HeldRow } from './exit.js';
import type { FuturesRow } from './futures-row.js';
import type { Plan, PlanLeg } from './plan.js';
import * as stage from './stages.js';

const BPS = 10_000;
const SWEEP = 0;
const LOOK = 1;

/** Holds a contract long where it is cheap and short where it is dear until the venues agree. One position a row at a time. */
export class CrossFuturesStrategy implements Strategy {
  readonly arbitrage: CrossExchangeFuturesArbitrage;
  private readonly rows: readonly (FuturesRow | undefined)[];
  private readonly funds: Funds;
  private readonly desk: HedgeDesk;
  private readonly exit: ExitLook;
  private readonly standing: Standing;
  private readonly held = new Map<HedgedPosition, HeldRow>();
  private isTimed = false;

  constructor(
    private readonly config: CrossFuturesConfig,
    universe: StrategyUniverse,
  ) {
    this.arbitrage = new CrossExchangeFuturesArbitrage(config, universe);
    const rows: (FuturesRow | undefined)[] = universe.rows.map(() => undefined);
    for (const row of this.arbitrage.rows) rows[row.info.row] = row;
    this.rows = rows;
    this.funds = new Funds(universe.accounts, marginTable(universe, config));
    this.desk = new HedgeDesk(universe.books.length, this.funds, orderSettings(config));
    this.exit = new ExitLook(config);
    this.standing = new Standing(universe.rows.length);
  }

  onMarket(market: MarketView, context: StrategyContext): void {
    if (!this.isTimed) this.setTimer(market, context);
    for (let index = 0; index < market.rowCount; index++) {
      const row = this.rows[market.row(index)];
      if (row !== undefined) this.lookAt(row, market, context);
    }
  }

  onTimer(timer: number, market: MarketView, context: StrategyContext): void {
    if (timer === LOOK) {
      // A book that nothing moves stands as well.
      for (const row of this.rows) {
        if (row !== undefined && this.standing.stoodUs(row.info.row, market.nowUs) > 0) this.lookAt(row, market, context);
      }
      return;
    }
    this.setTimer(market, context);
    this.desk.sweep(market, context);
    for (const held of this.held.values()) this.guard(held, market, context);
  }

  onLegUpdate(update: LegUpdate, market: MarketView, context: StrategyContext): void {
    const position = this.desk.take(update, market, context);
    const held = position?.state === 'flat' ? this.held.get(position) : undefined;
    if (held !== undefined) this.end(held, market, context);
  }

  /** What the strategy holds, for reports. */
  positions(): readonly HeldRow[] {
    return [...this.held.values()];
  }

  private setTimer(market: MarketView, context: StrategyContext): void {
    this.isTimed = true;
    context.setTimer(SWEEP, market.nowUs + this.config.retryMs * 1000);
  }

  private lookAt(row: FuturesRow, market: MarketView, context: StrategyContext): void {
    const held = this.heldIn(row);
    if (held !== undefined) {
      this.guard(held, market, context);
      return;
    }
    const { pairs } = market;
    const { row: index } = row.info;
    const isWorth = pairs.hasPair(index) && pairs.net(index) * BPS >= this.config.minEntryNetBps;
    const stoodUs = this.standing.look(index, isWorth ? pairKey(pairs, index) : -1, market.nowUs);
    if (isWorth && !this.rests(row, market.nowUs)) this.seek(row, stoodUs, market, context);
  }

  private heldIn(row: FuturesRow): HeldRow | undefined {
    for (let place = 0; place < row.terms.length; place++) {
      const holder = this.desk.holder(row.bookAt(place));
      if (holder !== null) return this.held.get(holder);
    }
    return undefined;
  }

  private rests(row: FuturesRow, nowUs: number): boolean {
    for (let place = 0; place < row.terms.length; place++) if (this.desk.rests(row.bookAt(place), nowUs)) return true;
    return false;
  }

  private seek(row: FuturesRow, stoodUs: number, market: MarketView, context: StrategyContext): void {
    const confirmUs = this.config.confirmMs * 1000;
    const plan = this.arbitrage.plan(row, { market, context, funds: this.funds });
    let verdict = stage.NO_SIZE;
    if (plan !== null) verdict = plan.netFraction * BPS >= this.config.minNetBps ? stage.ENTER : stage.BELOW_THRESHOLD;
    if (plan?.legs.some(({ place }) => this.isExpiring(row, place, market)) === true) verdict = stage.EXPIRING;
    if (market.pairs.gross(row.info.row) * BPS > this.config.maxDistanceBps) verdict = stage.IMPLAUSIBLE;
    if (verdict === stage.ENTER && stoodUs < confirmUs) {
      verdict = stage.UNCONFIRMED;
      context.setTimer(LOOK, market.nowUs - stoodUs + confirmUs);
    }
    if (plan === null || verdict !== stage.ENTER) {
      const isNew = row.notedVerdict !== verdict;
      if (!isNew && market.nowUs - row.notedUs < this.config.noteMs * 1000) return;
      row.notedVerdict = verdict;
      row.notedUs = market.nowUs;
      const refused = context.decided(this.explainEntry(row, plan, market, context), verdict).id;
      if (verdict === stage.IMPLAUSIBLE)
        context.raise('cross-futures-implausible', { contract: rowName(row.info), decision: refused });
      return;
    }
    const decision = this.explainEntry(row, plan, market, context);
    const isOpened = this.open(row, plan, decision.id, market, context);
    context.decided(decision, isOpened ? stage.ENTER : stage.UNAFFORDABLE);
  }

  private open(row: FuturesRow, plan: Plan, decision: number, market: MarketView, context: StrategyContext): boolean {
    const aims = plan.legs.flatMap(({ isLong, units, priceUnits }, index) => {
      const leg = plan.grid.legs[index];
      return leg === undefined ? [] : [{ leg, targetUnits: isLong ? units : -units, priceUnits }];
    });
    const position = this.desk.position();
    const expected = { net: plan.netQuote, fraction: plan.netFraction, decision };
    if (position.aim(aims, plan.grid, row.info.row, expected, market, context) === 0) return false;
    this.desk.hold(position);
    const priceAt = (leg: PlanLeg | undefined, place: number): number =>
      leg === undefined ? 0 : leg.priceUnits * (row.terms[place]?.info.priceUnit ?? 0);
    const entryPrices = row.terms.map((_, place) =>
      priceAt(
        plan.legs.find((leg) => leg.place === place),
        place,
      ),
    );
    this.held.set(position, { row, position, entryPrices });
    return true;
  }

  private isExpiring(row: FuturesRow, place: number, { epochUs }: MarketView): boolean {
    const expiryMs = row.expiryMs(place);
    return expiryMs !== null && (expiryMs * 1000 - epochUs) / HOUR_US <= this.config.rolloverWindowHours;
  }

  private guard(held: HeldRow, market: MarketView, context: StrategyContext): void {
    const { exit, config } = this;
    const { row, position } = held;
    if (position.state !== 'open' || !exit.read(held, market, context)) return;
    if (exit.verdict === stage.HOLD) {
      const isNew = row.notedVerdict !== HOLD_NOTED;
      if (!isNew && market.nowUs - row.notedUs < config.noteMs * 1000) return;
      row.notedVerdict = HOLD_NOTED;
      row.notedUs = market.nowUs;
      context.decided(this.explainExit(row, market, context), stage.HOLD);
      return;
    }
    const decision = context.decided(this.explainExit(row, market, context), exit.verdict);
    position.close(exit.verdict, decision.id, market, context);
  }

  private end(held: HeldRow, market: MarketView, context: StrategyContext): void {
    const { position, row } = held;
    this.held.delete(position);
    context.raise('cross-futures-closed', {
      contract: rowName(row.info),
      reason: EXIT_REASONS[position.reason] ?? 'not-filled',
      heldHours: (market.epochUs - position.openedEpochUs) / HOUR_US,
      resultQuote: position.cashQuote,
      feesQuote: position.feesQuote,
    });
  }

  private explainEntry(row: FuturesRow, plan: Plan | null, market: MarketView, context: StrategyContext): Decision {
    const { pairs } = market;
    const { row: index, books } = row.info;
    const buy = pairs.buyVenue(index);
    const sell = pairs.sellVenue(index);
    const decision = context.decide(stage.ENTRY, index, market);
    decision.book = row.bookAt(buy);
    decision.otherBook = row.bookAt(sell);
    const priceUnit = books[0]?.priceUnit ?? 0;
    decision.note(pairs.askPriceUnits(index) * priceUnit).note(pairs.bidPriceUnits(index) * priceUnit);
    decision.note(pairs.gross(index) * BPS).note(pairs.net(index) * BPS);
    decision.note((row.funding[buy] ?? 0) * BPS).note((row.funding[sell] ?? 0) * BPS);
    decision
      .note(plan?.legs.length ?? 0)
      .note(plan?.base ?? 0)
      .note(plan?.netQuote ?? 0);
    decision.note((plan?.netFraction ?? 0) * BPS).note(this.config.minNetBps);
    return decision.note(this.standing.stoodUs(index, market.nowUs) / 1000).note(this.config.confirmMs);
  }

  private explainExit(row: FuturesRow, market: MarketView, context: StrategyContext): Decision {
    const { exit } = this;
    const decision = context.decide(stage.EXIT, row.info.row, market);
    decision.book = row.bookAt(0);
    decision.note(exit.longQuote).note(exit.shortQuote).note(exit.spreadBps).note(exit.fundingBps).note(exit.holdBps);
    return decision.note(this.config.targetSpreadBps).note(exit.heldHours).note(exit.adverseMoveBps);
  }
}

/** What `notedVerdict` says of a position that is held: no outcome of an entry. */
const HOLD_NOTED = -2;
const EXIT_REASONS = stage.CROSS_FUTURES_STAGES[stage.EXIT]?.verdicts ?? [];

/** The same contract on several venues. */
export const crossFuturesDefinition: StrategyDefinition<CrossFuturesConfig> = {
  name: 'cross-futures',
  summary: 'Earns the distance between venues of one futures contract, and the difference of their funding, until they agree.',
  config: crossFuturesConfig,
  stages: stage.CROSS_FUTURES_STAGES,
  create: (config, universe) => new CrossFuturesStrategy(config, universe),
};
