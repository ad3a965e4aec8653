import { inspect } from 'node:util';
import type { Timer } from '../../src/domain/clock.js';
import { type Decimal, Exact } from '../../src/domain/decimal.js';
import { VenueConnectionError } from '../../src/domain/errors.js';
import { SeededRandom } from '../../src/domain/random.js';
import { VENUES } from '../../src/domain/venue.js';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { type DecisionEngine, makeDecisionEngine } from '../../src/engine/decision-engine.js';
import { RiskConfigSchema } from '../../src/risk/config.js';
import { LocalMarket, listFeeds } from '../../src/sim/framework/local-market.js';
import { moneyText } from '../../src/sim/matching/money.js';
import { strategyUniverse } from '../../src/strategy/build-universe.js';
import { DEFAULT_COST_SETTINGS } from '../../src/strategy/cost-model.js';
import { makeStrategies, type StrategySpec } from '../../src/strategy/registry.js';
import type { HostedStrategy } from '../../src/strategy/strategy.js';
import type { DeskEvent } from '../../src/trading/desk-types.js';
import type { LedgerWriter } from '../../src/trading/ledger-writer.js';
import { TradingDesk } from '../../src/trading/trading-desk.js';
import { type ExchangeOptions, Exchanges, type TradedMarket } from './exchanges.js';
import { Troubles } from './troubles.js';

export interface DayOptions {
  readonly seed: number;
  readonly ledger: LedgerWriter;
  readonly market?: Partial<ExchangeOptions>;
}

/** Noon, so that the UTC day changes and funding falls due in the middle of a long run. */
const NOON_US = Date.UTC(2026, 0, 5, 12) * 1000;
const MARKET = { venues: VENUES, symbols: 12, futuresSymbols: 1, updatesPerSecond: 4, plantIntervalMs: 8_000 };
/** Enters whatever the basis is, and leaves by the clock alone: contracts are held past several fundings of a day. */
const BASIS = {
  ...{ minNetBps: -300, convergence: 0, targetBasisBps: -500, fundingFlipBps: 1000 },
  ...{ maxHoldHours: 5, maxPositionQuote: 60, sellSpot: false },
};
/** One strategy that comes and goes, and one that holds contracts past the times of funding. */
const STRATEGIES: readonly StrategySpec[] = [
  { kind: 'three-tier', budgetQuote: 1_000, parameters: { minNetBps: 10, rowCooldownMs: 2_000 } },
  { kind: 'basis', budgetQuote: 400, parameters: BASIS },
];
const HOUR_US = 3600e6;
const CLEAR_MS = 60_000;
/** Contracts realise with more digits than exchanges keep: they round each time. */
const ROUNDING = '0.0001';
const BOOK_AGE_MS = 60_000;
const TURN_MS = 250;
const UPKEEP_MS = 1_000;
/** Small, so that they are full long before the day is over: as many as come in an hour or two. */
const IDS_REMEMBERED = 2_000;
const START_MS = 60_000;
const STEP_MS = 100;

/** A whole trading day in one process: exchanges, feeds, decisions, risk, execution, accounts and ledger, on virtual time. */
export class TradingDay {
  /** What wanted a person, in words. */
  readonly alerts: string[] = [];
  private readonly turning: Timer;
  /** How often trading stopped by itself, and was let go on. */
  halts = 0;
  private isTurning = false;
  private readonly startUs: number;

  private constructor(
    readonly time: VirtualTime,
    readonly exchanges: Exchanges,
    readonly market: LocalMarket,
    readonly strategies: readonly HostedStrategy[],
    readonly deciding: DecisionEngine,
    readonly accounts: readonly TradedMarket[],
    readonly desk: TradingDesk,
    readonly troubles: Troubles,
  ) {
    this.startUs = time.monotonicUs();
    this.turning = time.every(TURN_MS, () => this.turn());
  }

  /** Starts everything and waits until it trades. @throws VenueConnectionError when it does not within a minute */
  static async open({ seed, ledger, market: wanted }: DayOptions): Promise<TradingDay> {
    const time = new VirtualTime(NOON_US);
    const setting = { ...MARKET, ...wanted };
    const exchanges = await Exchanges.open(time, { seed, ...setting });
    const { host } = exchanges;
    const listing = listFeeds(host, exchanges.protocols());
    await time.run(1_000_000);
    let day: TradingDay | undefined;
    const random = new SeededRandom(seed).fork('feeds');
    const market = new LocalMarket({
      ...{ feeds: await listing, host, clock: time, timers: time, random },
      onDelivered: () => day?.turn(),
    });
    const { kernel } = market;
    const universe = strategyUniverse(market.universe, ({ takerFeeBps, makerFeeBps }) => ({ takerFeeBps, makerFeeBps }));
    const strategies = makeStrategies(STRATEGIES, universe);
    const deciding = makeDecisionEngine({
      ...{ kernel, universe, strategies, clock: time, histogram: kernel.plan.histograms[0] ?? 0 },
      options: { minNet: 0, maxQuoteAgeUs: BOOK_AGE_MS * 1000, fullScanIntervalUs: 1_000_000 },
      sizing: { multipliers: [1, 2, 5], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
      costs: DEFAULT_COST_SETTINGS,
      emit: (intent) => day?.desk.take(intent),
      raise: () => undefined,
    });
    const accounts = exchanges.gateways(
      ({ venue, market: kind }) =>
        (event) =>
          desk.onAccount(venue, kind, event),
      (notice) => desk.onNotice(notice),
    );
    const desk = new TradingDesk({
      ...{ runId: `soak${seed}`, mode: 'paper', version: 'soak', deciding, universe, ledger, clock: time, timers: time },
      strategyNames: strategies.map(({ name }) => name),
      accounts: accounts.map(({ venue, market: kind, gateway }) => ({
        ...{ venue, market: kind, port: gateway },
        fundingHistory: (symbol, fromMs, toMs) => gateway.fundingHistory(symbol, fromMs, toMs),
        fundingRate: (symbol) => gateway.getFundingRate(symbol),
        setMargin: (symbol, setting) => gateway.setMargin(symbol, setting),
      })),
      risk: RiskConfigSchema.parse({ bookAgeMsMax: BOOK_AGE_MS, dailyLossQuoteMax: 500, venueErrors: { count: 1000 } }),
      haltStore: { load: () => null, save: () => undefined },
      wake: () => undefined,
      settings: { upkeepMs: UPKEEP_MS, reconciliation: { idsRemembered: IDS_REMEMBERED } },
      onEvent: (event) => {
        if (event.level === 'alert') day?.onAlert(event);
      },
    });
    const troubles = new Troubles(exchanges.simulation.faults, time, setting.venues);
    day = new TradingDay(time, exchanges, market, strategies, deciding, accounts, desk, troubles);
    const starting = Promise.all(accounts.map(({ gateway }) => gateway.start())).then(() => desk.start());
    if (!(await day.until(starting, START_MS))) {
      const reason = desk.report().reason;
      await day.stop();
      throw new VenueConnectionError(`no trading within ${START_MS} ms: ${reason}`, { seed });
    }
    return day;
  }

  /** Hours since the start. */
  get elapsedHours(): number {
    return (this.time.monotonicUs() - this.startUs) / HOUR_US;
  }

  /** Lets time pass until so long after the start. */
  runTo(minutes: number): Promise<void> {
    return this.run(Math.max(0, minutes - this.elapsedHours * 60));
  }

  /** Lets time pass. */
  run(minutes: number): Promise<void> {
    return this.time.run(minutes * 60e6);
  }

  /** Nothing is planted any more, and nothing goes wrong: what is under way comes to its end. */
  async calm(): Promise<void> {
    this.troubles.stop();
    await this.run(2);
  }

  /** Ends everything. @returns whether every order had ended in time */
  async stop(): Promise<boolean> {
    this.troubles.stop();
    const stopping = this.desk.stop(10_000);
    await this.until(stopping, START_MS);
    const isClean = await stopping;
    this.turning.cancel();
    this.market.stop();
    const ended = Promise.all(this.accounts.map(({ gateway }) => gateway.stop()));
    await this.until(ended, START_MS);
    await this.exchanges.simulation.stop();
    await this.run(2);
    return isClean;
  }

  /** Where the ledger and the exchanges do not agree to the last digit: one sentence each. Nothing may be under way. */
  differences(): string[] {
    const { books } = this.desk.ledger.memory;
    const findings: string[] = [];
    const compare = (what: string, theirs: Decimal, ours: Decimal, slack = '0'): void => {
      if (theirs.minus(ours).abs().gt(slack))
        findings.push(`${what}: the exchange has ${theirs.toFixed()}, the ledger ${ours.toFixed()}`);
    };
    for (const { venue, market } of this.accounts) {
      const account = this.exchanges.simulation.access.get(venue)?.customers()[0]?.account;
      if (account === undefined) continue;
      const instruments = this.market.universe.books.map(({ instrument }) => instrument);
      const here = instruments.filter((instrument) => instrument.venue === venue && instrument.market === market);
      for (const asset of new Set(here.flatMap(({ base, quote }) => (market === 'spot' ? [base, quote] : [quote])))) {
        const theirs = new Exact(moneyText(account.balance(market, asset).total));
        compare(
          `${venue} ${market} ${asset}`,
          theirs,
          books.holding(venue, market, asset),
          market === 'futures' ? ROUNDING : '0',
        );
      }
      if (market === 'spot') continue;
      for (const { book, qtyUnits } of account.positions()) {
        const { symbol, qtyDecimals } = book.instrument;
        compare(`${venue} ${symbol}`, new Exact(10).pow(-qtyDecimals).mul(qtyUnits), books.contracts(venue, symbol));
      }
    }
    return findings;
  }

  /** A stop is noted, and cleared a minute later, as a person would. */
  private onAlert(event: DeskEvent): void {
    // What a closed venue cannot do has to be told, and is nothing wrong here.
    if (event.kind === 'gateway-dead-mans-switch' && this.troubles.isClosed(event.facts['venue'])) return;
    this.alerts.push(
      `hour ${this.elapsedHours.toFixed(2)}: ${event.kind}: ${inspect(event.facts, { depth: 1, breakLength: Number.POSITIVE_INFINITY })}`,
    );
    if (event.kind !== 'halted') return;
    this.halts++;
    this.time.after(CLEAR_MS, () => this.desk.clearStop('soak'));
  }

  private turn(): void {
    if (this.isTurning) return;
    this.isTurning = true;
    this.deciding.engine.turn();
    this.desk.onTurn(this.deciding.engine.market);
    this.isTurning = false;
  }

  /** Lets time pass until a work is done. @returns false when it was not in time */
  private async until(work: Promise<unknown>, withinMs: number): Promise<boolean> {
    let isDone = false;
    const done = work.then(() => {
      isDone = true;
    });
    for (let passedMs = 0; !isDone && passedMs < withinMs; passedMs += STEP_MS) await this.time.run(STEP_MS * 1000);
    if (isDone) await done;
    return isDone;
  }
}
