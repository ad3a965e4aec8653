import type { z } from 'zod';
import type { Timer } from '../../../src/domain/clock.js';
import { Exact } from '../../../src/domain/decimal.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import { type DecisionEngine, makeDecisionEngine } from '../../../src/engine/decision-engine.js';
import { RiskConfigSchema } from '../../../src/risk/config.js';
import { Rig as Lab, type RigOptions } from '../../../src/sim/lab/rig.js';
import { DEFAULT_COST_SETTINGS } from '../../../src/strategy/cost-model.js';
import type { HostedStrategy } from '../../../src/strategy/strategy.js';
import type { DeskEvent } from '../../../src/trading/desk-types.js';
import { PaperVenues, type PaperVenuesParts } from '../../../src/trading/paper/paper-venues.js';
import { TradingDesk } from '../../../src/trading/trading-desk.js';
import { CheckedLedger } from '../checked-ledger.js';

export interface DeskRigOptions {
  readonly rows: RigOptions['rows'];
  strategy(lab: Lab): HostedStrategy;
  readonly openingOf: PaperVenuesParts['openingOf'];
  readonly ledger?: CheckedLedger;
  readonly risk?: z.input<typeof RiskConfigSchema>;
  readonly time?: VirtualTime;
}

/** The whole way from books to money in one process: engine, strategy, trading desk, and a paper venue for each market. */
export class DeskRig {
  readonly time: VirtualTime;
  readonly lab: Lab;
  readonly ledger: CheckedLedger;
  readonly events: DeskEvent[] = [];
  readonly engine: DecisionEngine;
  readonly desk: TradingDesk;
  readonly venues: PaperVenues;
  private turning: Timer | undefined;

  constructor({ rows, strategy, openingOf, ledger = new CheckedLedger(), risk, time = new VirtualTime() }: DeskRigOptions) {
    this.time = time;
    this.ledger = ledger;
    this.lab = new Lab({ rows });
    const { lab } = this;
    const { universe, kernel } = lab;
    const hosted = strategy(lab);
    this.engine = makeDecisionEngine({
      ...{ kernel, universe, strategies: [hosted], clock: time, histogram: kernel.plan.histograms[0] ?? 0 },
      options: { minNet: 0, maxQuoteAgeUs: 5_000_000, fullScanIntervalUs: 100_000 },
      sizing: { multipliers: [1, 2], minOrderQuote: '5', rounding: 'up', fromNet: 0 },
      costs: DEFAULT_COST_SETTINGS,
      emit: (intent) => this.desk.take(intent),
      raise: () => undefined,
    });
    this.venues = new PaperVenues({
      ...{ universe, views: this.engine.views, clock: time, timers: time, openingOf },
      onAccount: (venue, market, event) => this.desk.onAccount(venue, market, event),
    });
    this.desk = new TradingDesk({
      ...{ runId: `r${ledger.lastSequence}`, mode: 'paper', version: 'test', deciding: this.engine, universe, ledger },
      strategyNames: [hosted.name],
      accounts: this.venues.accounts,
      risk: RiskConfigSchema.parse(risk ?? {}),
      haltStore: { load: () => null, save: () => undefined },
      ...{ clock: time, timers: time, wake: () => undefined, onEvent: (event) => this.events.push(event) },
    });
  }

  /** Starts everything; the engine turns every `turnMs`. */
  async start(turnMs: number): Promise<void> {
    const following = this.venues.start();
    await this.run(100);
    await following;
    this.turnEvery(turnMs);
    const started = this.desk.start();
    await this.run(1_000);
    await started;
  }

  /** The engine turns so often from now on. */
  turnEvery(ms: number): void {
    this.turning?.cancel();
    this.turning = this.time.every(ms, () => {
      this.engine.engine.turn();
      this.desk.onTurn(this.engine.engine.market);
    });
  }
  run(ms: number): Promise<void> {
    return this.time.run(ms * 1000);
  }

  async stop(): Promise<boolean> {
    const stopped = this.desk.stop(2_000);
    await this.run(2_100);
    this.venues.stop();
    this.turning?.cancel();
    return stopped;
  }

  /** What the accounts hold of an asset, all together. */
  total(asset: string): string {
    let sum = new Exact(0);
    for (const { port } of this.venues.accounts)
      for (const balance of port.snapshot().balances) if (balance.asset === asset) sum = sum.plus(balance.total);
    return sum.toFixed();
  }

  /** Profit after fees and funding, as the ledger has it, in all. */
  profit(): string {
    return this.desk
      .report()
      .profit.reduce((sum, { net }) => sum.plus(net), new Exact(0))
      .toFixed();
  }

  /** Everything that wants a person. */
  alerts(): readonly DeskEvent[] {
    return this.events.filter(({ level }) => level !== 'info');
  }
}
