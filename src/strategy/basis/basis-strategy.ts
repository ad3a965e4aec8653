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
import type { Strategy, StrategyDefinition } from '../strategy.js';
import type { StrategyUniverse } from '../universe.js';
import { BasisLook } from './basis-look.js';
import { type BasisPair, type BasisPairs, basisPairs } from './basis-pair.js';
import { BasisSizer } from './basis-size.js';
import { type BasisConfig, basisConfig } from './config.js';
import { adverseMoveBps, exitVerdict, type HeldBasis, heldHours } from './exit.js';
import { explainLook } from './explain.js';
import { Roller } from './roll.js';
import * as stage from './stages.js';

const BPS = 10_000;
const SWEEP = 0;

/**
 * Holds spot against a futures contract where the distance between them, with the funding to come, is worth more than the four trades
 * cost. One position a book at a time.
 */
export class BasisStrategy implements Strategy {
  private readonly pairs: BasisPairs;
  private readonly look: BasisLook;
  private readonly sizer: BasisSizer;
  private readonly desk: HedgeDesk;
  private readonly roller: Roller;
  /** What is held, by its position. */
  private readonly held = new Map<HedgedPosition, HeldBasis>();
  private isTimed = false;

  constructor(
    private readonly config: BasisConfig,
    private readonly universe: StrategyUniverse,
  ) {
    const funds = new Funds(universe.accounts, marginTable(universe, config));
    this.pairs = basisPairs(universe);
    this.look = new BasisLook(config);
    this.sizer = new BasisSizer(config, funds);
    this.desk = new HedgeDesk(universe.books.length, funds, orderSettings(config));
    this.roller = new Roller(config, this.pairs, this.desk);
  }

  onMarket(market: MarketView, context: StrategyContext): void {
    if (!this.isTimed) this.setTimer(market, context);
    for (let index = 0; index < market.bookCount; index++) {
      const pairs = this.pairs.ofBook[market.book(index)] ?? [];
      for (let place = 0; place < pairs.length; place++) {
        const pair = pairs[place] as BasisPair;
        if (pair.lookedTurn === market.turn) continue;
        pair.lookedTurn = market.turn;
        this.lookAt(pair, market, context);
      }
    }
  }

  onTimer(_timer: number, market: MarketView, context: StrategyContext): void {
    this.setTimer(market, context);
    this.desk.sweep(market, context);
    // Time passes without a message: holds end, contracts come near their end.
    for (const held of this.held.values()) this.lookAt(held.pair, market, context);
  }

  onLegUpdate(update: LegUpdate, market: MarketView, context: StrategyContext): void {
    const position = this.desk.take(update, market, context);
    const held = position === null ? undefined : this.held.get(position);
    if (held === undefined) return;
    if (held.position.state === 'flat') this.end(held, market, context);
    else if (held.position.state === 'open') settleRoll(held, context);
  }

  /** What the strategy holds, for reports. */
  positions(): readonly HeldBasis[] {
    return [...this.held.values()];
  }

  private setTimer(market: MarketView, context: StrategyContext): void {
    this.isTimed = true;
    context.setTimer(SWEEP, market.nowUs + this.config.retryMs * 1000);
  }

  private lookAt(pair: BasisPair, market: MarketView, context: StrategyContext): void {
    const { spot, futures } = pair;
    const { views, oldestUs } = market;
    if (!views.isTradable(spot.info.book, oldestUs) || !views.isTradable(futures.info.book, oldestUs)) return;
    const spotHolder = this.desk.holder(spot.info.book);
    const futuresHolder = this.desk.holder(futures.info.book);
    const held = spotHolder === null ? undefined : this.held.get(spotHolder);
    if (held?.pair === pair) this.guard(held, market, context);
    else {
      const rests = this.desk.rests(spot.info.book, market.nowUs) || this.desk.rests(futures.info.book, market.nowUs);
      this.seek(pair, rests || spotHolder !== null || futuresHolder !== null, market, context);
    }
  }

  /** Looks for an entry. */
  private seek(pair: BasisPair, isTaken: boolean, market: MarketView, context: StrategyContext): void {
    const { look, config, sizer } = this;
    look.read(pair, market, market.epochUs + config.horizonHours * HOUR_US);
    look.choose(pair, market, context.costs, config.sellSpot && this.canSell(pair, context));
    let verdict = stage.BELOW_THRESHOLD;
    sizer.steps = 0;
    if (look.expectedNetBps >= config.minNetBps) {
      if (Math.abs(look.midBasisBps) > config.maxDistanceBps) verdict = stage.IMPLAUSIBLE;
      else if (isTaken) verdict = stage.BOOK_TAKEN;
      else if (look.hoursToExpiry <= config.rolloverWindowHours) verdict = stage.EXPIRING;
      else verdict = sizer.find(pair, look, market, context);
    }
    if (verdict === stage.ENTER) this.enter(pair, market, context);
    else if (this.isNear(verdict) && this.isNoted(stage.ENTRY, verdict, pair, market))
      this.refuse(verdict, pair, market, context);
  }

  private refuse(verdict: number, pair: BasisPair, market: MarketView, context: StrategyContext): void {
    const decision = context.decided(this.writeEntry(pair, market, context), verdict).id;
    if (verdict !== stage.IMPLAUSIBLE) return;
    const [spot, futures] = [pair.spot.info.instrument, pair.futures.info.instrument];
    context.raise('basis-implausible', {
      spot: spot.symbol,
      futures: futures.symbol,
      midBasisBps: this.look.midBasisBps,
      decision,
    });
  }

  private enter(pair: BasisPair, market: MarketView, context: StrategyContext): void {
    const { look, sizer } = this;
    const [spot, futures] = pair.grid.legs;
    if (spot === undefined || futures === undefined) return;
    const position = this.desk.position();
    const decision = this.writeEntry(pair, market, context);
    const aims = [
      { leg: spot, targetUnits: look.direction * sizer.steps * spot.unitsPerStep, priceUnits: sizer.spotPriceUnits },
      { leg: futures, targetUnits: -look.direction * sizer.steps * futures.unitsPerStep, priceUnits: sizer.futuresPriceUnits },
    ];
    const expected = { net: sizer.netQuote, fraction: sizer.netBps / BPS, decision: decision.id };
    const intent = position.aim(aims, pair.grid, spot.terms.info.row, expected, market, context);
    context.decided(decision, intent === 0 ? stage.UNAFFORDABLE : stage.ENTER);
    if (intent === 0) return;
    this.desk.hold(position);
    this.held.set(position, {
      position,
      pair,
      previous: null,
      direction: look.direction,
      entryBasisBps: look.entryBasisBps,
      entryFundingBps: look.nextFundingBps,
      entryFuturesPrice: sizer.futuresPriceUnits * pair.futures.info.priceUnit,
    });
  }

  /** Looks for the end of what is held. */
  private guard(held: HeldBasis, market: MarketView, context: StrategyContext): void {
    const { look, config } = this;
    const { pair, position, direction } = held;
    look.read(pair, market, Math.max(market.epochUs, position.openedEpochUs + config.horizonHours * HOUR_US));
    look.touchNet(direction, pair, market, context.costs);
    const verdict = exitVerdict(held, look, config, market);
    if (position.state !== 'open') return;
    if (verdict === stage.HOLD) {
      if (this.isNoted(stage.EXIT, verdict, pair, market)) context.decided(this.writeExit(held, market, context), verdict);
      return;
    }
    const decision = context.decided(this.writeExit(held, market, context), verdict).id;
    if (verdict === stage.ROLLOVER_WINDOW && this.roll(held, market, context)) return;
    position.close(verdict, decision, market, context);
  }

  /** @returns whether the position goes on with a later contract */
  private roll(held: HeldBasis, market: MarketView, context: StrategyContext): boolean {
    const next = this.roller.find(held, this.look, market, context);
    const { roller, look } = this;
    const decision = explainLook(stage.ROLL, next ?? held.pair, look, market, context)
      .note(roller.sizeBase)
      .note(roller.netQuote)
      .note(roller.netBps)
      .note(this.config.minNetBps);
    const isRolled = next !== null && roller.isPaidFor && roller.roll(held, next, decision.id, market, context);
    context.decided(decision, isRolled ? stage.ROLLED : next === null ? stage.NO_LATER_CONTRACT : stage.NOT_PAID_FOR);
    if (!isRolled) return false;
    held.previous = held.pair;
    held.pair = next;
    held.entryBasisBps = look.entryBasisBps;
    held.entryFundingBps = look.nextFundingBps;
    held.entryFuturesPrice = roller.priceUnits * next.futures.info.priceUnit;
    return true;
  }

  private end(held: HeldBasis, market: MarketView, context: StrategyContext): void {
    const { position } = held;
    this.held.delete(position);
    context.raise('basis-closed', {
      spot: held.pair.spot.info.instrument.symbol,
      futures: held.pair.futures.info.instrument.symbol,
      reason: EXIT_REASONS[position.reason] ?? 'not-filled',
      heldHours: heldHours(held, market),
      resultQuote: position.cashQuote,
      feesQuote: position.feesQuote,
    });
  }

  private canSell({ spot }: BasisPair, { capital }: StrategyContext): boolean {
    const { info } = spot;
    const scale = this.universe.accounts[info.baseAccount]?.scale ?? 0;
    return capital.available(info.baseAccount) >= spot.minUnits * info.basePerUnit * 10 ** scale;
  }

  private isNear(verdict: number): boolean {
    const { minNetBps, noteWithinBps } = this.config;
    return verdict !== stage.BELOW_THRESHOLD || this.look.expectedNetBps >= minNetBps - noteWithinBps;
  }

  /** Whether a verdict that changes nothing is noted: when it is new, or was last noted long enough ago. */
  private isNoted(at: number, verdict: number, pair: BasisPair, market: MarketView): boolean {
    const isNew = pair.notedVerdict[at] !== verdict;
    if (!isNew && market.nowUs - (pair.notedUs[at] ?? 0) < this.config.noteMs * 1000) return false;
    pair.notedVerdict[at] = verdict;
    pair.notedUs[at] = market.nowUs;
    return true;
  }

  /** Begins the record of a look at a pair that is not held, with the size that was found. */
  private writeEntry(pair: BasisPair, market: MarketView, context: StrategyContext): Decision {
    const { sizer } = this;
    const isSized = sizer.steps > 0;
    return explainLook(stage.ENTRY, pair, this.look, market, context)
      .note(sizer.steps * pair.grid.stepBase)
      .note(isSized ? sizer.netQuote : 0)
      .note(isSized ? sizer.netBps : 0)
      .note(this.config.minNetBps);
  }
  private writeExit(held: HeldBasis, market: MarketView, context: StrategyContext): Decision {
    const { look, config } = this;
    return explainLook(stage.EXIT, held.pair, look, market, context)
      .note(config.targetBasisBps ?? look.fairBps)
      .note(heldHours(held, market))
      .note(adverseMoveBps(held, look));
  }
}

/** A roll of which the near contract was not wholly closed is not over: the position is still one in the near contract. */
function settleRoll(held: HeldBasis, context: StrategyContext): void {
  const { previous } = held;
  if (previous === null) return;
  if (context.positions.of(previous.futures.info.book) !== 0) held.pair = previous;
  held.previous = null;
}

const EXIT_REASONS = stage.BASIS_STAGES[stage.EXIT]?.verdicts ?? [];

/** Spot against futures. */
export const basisDefinition: StrategyDefinition<BasisConfig> = {
  name: 'basis',
  summary: 'Earns the distance between spot and a futures contract, and the funding until they meet.',
  config: basisConfig,
  stages: stage.BASIS_STAGES,
  create: (config, universe) => new BasisStrategy(config, universe),
};
