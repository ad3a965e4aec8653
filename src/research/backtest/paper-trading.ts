import type { VirtualTime } from '../../domain/virtual-time.js';
import { type DecisionEngine, type DecisionEngineParts, makeDecisionEngine } from '../../engine/decision-engine.js';
import type { TurnSink } from '../../engine/engine.js';
import type { TurnLogWriter } from '../../engine/turn-log.js';
import type { AccountName } from '../../execution/reconciliation-types.js';
import type { RiskConfig } from '../../risk/config.js';
import type { StrategyEvent } from '../../strategy/context.js';
import type { Intent } from '../../strategy/intent.js';
import type { HostedStrategy } from '../../strategy/strategy.js';
import type { DeskEvent, DeskSettings } from '../../trading/desk-types.js';
import { MemoryLedger } from '../../trading/memory-ledger.js';
import type { PaperModels } from '../../trading/paper/models.js';
import { firstOpening, isInSight, type PaperEndowment } from '../../trading/paper/opening.js';
import { PaperVenues } from '../../trading/paper/paper-venues.js';
import type { PaperSettings } from '../../trading/paper/settings.js';
import { TradingDesk } from '../../trading/trading-desk.js';
import type { BacktestMarket } from './backtest-market.js';

/** How the engine and its desk are set up: the same for a run that is recorded and for its backtest. */
export interface TradingSetup {
  readonly strategies: readonly HostedStrategy[];
  readonly decisions: Pick<DecisionEngineParts, 'options' | 'sizing' | 'costs'>;
  readonly risk: RiskConfig;
  /** What each account begins with. */
  readonly endowment: PaperEndowment;
  readonly paper?: Partial<PaperSettings>;
  modelsOf?(account: AccountName): Partial<PaperModels>;
  readonly desk?: Partial<DeskSettings>;
  /** From a change of the books until the engine has turned: waking up and the turn itself. */
  readonly reactionUs: number;
  /** The engine turns at least so often. */
  readonly idleMs: number;
  /** Accounts are opened when most books are in sight, or after so long. */
  readonly patienceMs: number;
}

export interface PaperTradingParts extends TradingSetup {
  readonly market: BacktestMarket;
  readonly time: VirtualTime;
  /** Names the run in the ledger and in client order ids. */
  readonly runId: string;
  /** Told of every turn's inputs, and of what came of it. */
  readonly sink?: TurnSink;
  readonly record?: Pick<TurnLogWriter, 'update' | 'balance' | 'intent'>;
  onIntent?(intent: Intent): void;
  onTurn?(nowUs: number): void;
  onEvent?(event: DeskEvent | StrategyEvent): void;
}

/**
 * The live engine, its desk and paper venues on virtual time, over books that somebody else keeps. It says when the next turn is due;
 * whoever drives the time makes it.
 */
export class PaperTrading {
  readonly deciding: DecisionEngine;
  readonly ledger = new MemoryLedger();
  readonly strategyNames: readonly string[];
  /** When the next turn is due, on the monotonic clock. */
  dueUs: number;
  /** Whether the last turn set something going that has to settle before time goes on. */
  isStirred = false;
  private readonly openByUs: number;
  private trading: { readonly desk: TradingDesk; readonly venues: PaperVenues } | undefined;

  constructor(private readonly parts: PaperTradingParts) {
    const { market, time, strategies, decisions, record, sink } = parts;
    const { kernel, universe } = market;
    this.strategyNames = strategies.map(({ name }) => name);
    this.deciding = makeDecisionEngine({
      ...{ kernel, universe, strategies, clock: time, ...decisions },
      histogram: kernel.plan.histograms[0] ?? 0,
      emit: (intent) => {
        record?.intent(intent);
        parts.onIntent?.(intent);
        this.isStirred = true;
        this.trading?.desk.take(intent);
      },
      raise: (event) => {
        parts.onEvent?.(event);
        this.trading?.desk.onStrategyEvent(event);
      },
      ...(sink !== undefined && { sink }),
    });
    const nowUs = time.monotonicUs();
    this.openByUs = nowUs + parts.patienceMs * 1000;
    this.dueUs = nowUs + parts.idleMs * 1000;
  }

  /** Null until the accounts were opened. */
  get desk(): TradingDesk | null {
    return this.trading?.desk ?? null;
  }

  get venues(): PaperVenues | null {
    return this.trading?.venues ?? null;
  }

  /** Books changed, or somebody was told something: a turn follows. */
  readonly changed = (): void => {
    const dueUs = this.parts.time.monotonicUs() + this.parts.reactionUs;
    if (dueUs < this.dueUs) this.dueUs = dueUs;
  };

  /** One turn, now: decisions, what the desk does after a turn, what rests at the venues. */
  turn(): void {
    const { time, idleMs, reactionUs, onTurn } = this.parts;
    const { engine, host } = this.deciding;
    const nowUs = time.monotonicUs();
    this.dueUs = nowUs + idleMs * 1000;
    this.isStirred = false;
    engine.turn();
    if (this.trading !== undefined) {
      this.trading.desk.onTurn(engine.market);
      this.trading.venues.look();
    } else if (this.mayOpen(nowUs)) this.open();
    onTurn?.(nowUs);
    for (const context of host.contexts) this.dueUs = Math.min(this.dueUs, Math.max(context.nextDueUs(), nowUs + reactionUs));
  }

  /** Lets what is under way end, for so long at most; time must pass meanwhile. @returns whether everything ended */
  async stop(withinMs: number): Promise<boolean> {
    const isClean = (await this.trading?.desk.stop(withinMs)) ?? true;
    this.trading?.venues.stop();
    return isClean;
  }

  private mayOpen(nowUs: number): boolean {
    const { universe } = this.parts.market;
    const { engine, views } = this.deciding;
    return nowUs >= this.openByUs || isInSight(universe, views, engine.market.oldestUs);
  }

  private open(): void {
    const { market, time, risk, endowment, paper, modelsOf, runId, record, desk: settings } = this.parts;
    const { universe } = market;
    const { views } = this.deciding;
    const venues = new PaperVenues({
      ...{ universe, views, clock: time, timers: time },
      openingOf: (account) => firstOpening(universe, views, account, endowment),
      onAccount: (venue, kind, event) => desk.onAccount(venue, kind, event),
      settings: { leverage: risk.futures.leverage, bookAgeMsMax: risk.bookAgeMsMax, ...paper },
      ...(modelsOf !== undefined && { modelsOf }),
    });
    const desk = new TradingDesk({
      ...{ runId, mode: 'paper', version: 'research', deciding: this.deciding, universe, ledger: this.ledger, risk },
      strategyNames: this.strategyNames,
      accounts: venues.accounts,
      haltStore: { load: () => null, save: () => undefined },
      ...{ clock: time, timers: time, wake: this.changed },
      onEvent: (event) => this.parts.onEvent?.(event),
      ...(record !== undefined && { record }),
      ...(settings !== undefined && { settings }),
    });
    this.trading = { desk, venues };
    this.isStirred = true;
    void venues.start();
    void desk.start();
  }
}
