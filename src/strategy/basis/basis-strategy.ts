import type { StrategyContext } from '../context.js';
import type { Decision } from '../decision-log.js';
import { orderSettings } from '../hedged/config.js';
import { Funds } from '../hedged/funds.js';
import { HOUR_US } from '../hedged/funding.js';
import { HedgeDesk } from '../hedged/hedge-desk.js';
import type { HedgedPosition } from '../hedged/hedged-position.js';
import { marginFraction } from '../hedged/margin-terms.js';
import type { LegUpdate } from '../intent.js';
import type { MarketView } from '../market-view.js';
import type { Strategy, StrategyDefinition } from '../strategy.js';
import type { BookInfo, StrategyUniverse } from '../universe.js';
import { BasisLook, type Direction } from './basis-look.js';
import { type BasisPair, type BasisPairs, basisPairs } from './basis-pair.js';
import { BasisSizer } from './basis-size.js';
import { type BasisConfig, basisConfig } from './config.js';
import { exitVerdict, type HeldBasis } from './exit.js';
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
    const margins = universe.books.map((info) => [marginFraction(info, false, config), marginFraction(info, true, config)] as const);
    const marginOf = ({ book }: BookInfo, isLong: boolean): number => margins[book]?.[isLong ? 1 : 0] ?? 1;
    const funds = new Funds(universe.accounts, marginOf);
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
    if (position?.state === 'flat') this.end(position, market, context);
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
    else this.seek(pair, spotHolder !== null || futuresHolder !== null, market, context);
  }

  /** Looks for an entry. */
  private seek(pair: BasisPair, isTaken: boolean, market: MarketView, context: StrategyContext): void {
    const { look, config, sizer } = this;
    look.read(pair, market, market.epochUs + config.horizonHours * HOUR_US);
    look.choose(pair, market, context.costs, config.sellSpot && this.canSell(pair, context));
    let verdict = stage.BELOW_THRESHOLD;
    sizer.steps = 0;
    if (look.expectedNetBps >= config.minNetBps) {
      if (isTaken) verdict = stage.BOOK_TAKEN;
      else if (look.hoursToExpiry <= config.rolloverWindowHours) verdict = stage.EXPIRING;
      else verdict = sizer.find(pair, look, market, context);
    }
    if (verdict !== stage.ENTER) this.note(stage.ENTRY, verdict, pair, market, context);
    else this.enter(pair, market, context);
  }

  private enter(pair: BasisPair, market: MarketView, context: StrategyContext): void {
    const { look, sizer } = this;
    const [spot, futures] = pair.grid.legs;
    if (spot === undefined || futures === undefined) return;
    const position = this.desk.position();
    const decision = this.write(stage.ENTRY, pair, market, context);
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
    look.face(direction);
    const verdict = exitVerdict(held, look, config, market);
    if (verdict === stage.HOLD || position.state !== 'open') {
      if (position.state === 'open') this.note(stage.EXIT, verdict, pair, market, context);
      return;
    }
    if (verdict === stage.ROLLOVER_WINDOW && this.roll(held, market, context)) return;
    // The roller has looked at other pairs.
    look.read(pair, market, market.epochUs);
    look.face(direction);
    const decision = context.decided(this.write(stage.EXIT, pair, market, context), verdict);
    position.close(verdict, decision.id, market, context);
  }

  /** @returns whether the position goes on with a later contract */
  private roll(held: HeldBasis, market: MarketView, context: StrategyContext): boolean {
    const next = this.roller.find(held, this.look, market, context);
    const decision = this.write(stage.ROLL, next ?? held.pair, market, context);
    const verdict = next === null ? stage.NO_LATER_CONTRACT : this.roller.isPaidFor ? stage.ROLLED : stage.NOT_PAID_FOR;
    const isRolled = next !== null && verdict === stage.ROLLED && this.roller.roll(held, next, decision.id, market, context);
    context.decided(decision, isRolled || verdict !== stage.ROLLED ? verdict : stage.NOT_PAID_FOR);
    if (!isRolled || next === null) return false;
    held.pair = next;
    held.entryBasisBps = this.look.entryBasisBps;
    held.entryFundingBps = this.look.nextFundingBps;
    held.entryFuturesPrice = this.roller.priceUnits * next.futures.info.priceUnit;
    return true;
  }

  private end(position: HedgedPosition, market: MarketView, context: StrategyContext): void {
    const held = this.held.get(position);
    if (held === undefined) return;
    this.held.delete(position);
    context.raise('basis-closed', {
      spot: held.pair.spot.info.instrument.symbol,
      futures: held.pair.futures.info.instrument.symbol,
      reason: BASIS_REASONS[position.reason] ?? 'not-filled',
      heldHours: (market.nowUs - position.openedUs) / HOUR_US,
      resultQuote: position.cashQuote,
      feesQuote: position.feesQuote,
    });
  }

  private canSell({ spot }: BasisPair, { capital }: StrategyContext): boolean {
    const { info } = spot;
    const scale = this.universe.accounts[info.baseAccount]?.scale ?? 0;
    return capital.available(info.baseAccount) >= spot.minUnits * info.basePerUnit * 10 ** scale;
  }

  /** Notes a verdict that changes nothing: when it is new, or was last noted long enough ago. */
  private note(at: number, verdict: number, pair: BasisPair, market: MarketView, context: StrategyContext): void {
    const isNew = pair.notedVerdict[at] !== verdict;
    if (!isNew && market.nowUs - (pair.notedUs[at] ?? 0) < this.config.noteMs * 1000) return;
    context.decided(this.write(at, pair, market, context), verdict);
    pair.notedVerdict[at] = verdict;
    pair.notedUs[at] = market.nowUs;
  }

  private write(at: number, pair: BasisPair, market: MarketView, context: StrategyContext): Decision {
    const { look, sizer, config } = this;
    const { spot, futures } = pair;
    const decision = context.decide(at, spot.info.row, market);
    decision.book = spot.info.book;
    decision.otherBook = futures.info.book;
    decision.note(look.spotBid).note(look.spotAsk).note(look.futuresBid).note(look.futuresAsk).note(look.direction);
    decision.note(look.midBasisBps).note(look.entryBasisBps).note(look.exitBasisBps).note(look.fairBps);
    decision.note(look.nextFundingBps).note(look.fundingBps).note(look.costsBps).note(look.expectedNetBps);
    decision.note(look.hoursToExpiry).note(context.positions.of(futures.info.book) * futures.info.basePerUnit);
    if (at === stage.EXIT) {
      const holder = this.desk.holder(futures.info.book);
      const held = holder === null ? undefined : this.held.get(holder);
      decision.note(config.targetBasisBps ?? look.fairBps).note(heldHours(held, market));
      return decision.note(held === undefined ? 0 : adverseBps(held, look));
    }
    if (at === stage.ROLL) return this.roller.write(decision);
    decision.note(sizer.steps * pair.grid.stepBase).note(sizer.steps > 0 ? sizer.netQuote : 0);
    return decision.note(sizer.steps > 0 ? sizer.netBps : 0).note(config.minNetBps);
  }
}

const BASIS_REASONS = stage.BASIS_STAGES[stage.EXIT]?.verdicts ?? [];

function heldHours(held: HeldBasis | undefined, market: MarketView): number {
  return held === undefined ? 0 : (market.nowUs - held.position.openedUs) / HOUR_US;
}

function adverseBps(held: HeldBasis, look: BasisLook): number {
  return (held.direction === 1 ? look.futuresAsk / held.entryFuturesPrice - 1 : 1 - look.futuresBid / held.entryFuturesPrice) * BPS;
}

/** Spot against futures. */
export const basisDefinition: StrategyDefinition<BasisConfig> = {
  name: 'basis',
  summary: 'Earns the distance between spot and a futures contract, and the funding until they meet.',
  config: basisConfig,
  stages: stage.BASIS_STAGES,
  create: (config, universe) => new BasisStrategy(config, universe),
};

export type { Direction };
