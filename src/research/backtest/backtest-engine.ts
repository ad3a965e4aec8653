import { createHash } from 'node:crypto';
import { CONTROL_EPOCH_OFFSET_US } from '../../../assembly/memory/layout.js';
import { InvalidInputError } from '../../domain/errors.js';
import { VirtualTime } from '../../domain/virtual-time.js';
import { reportOf } from '../../ledger/report.js';
import type { BacktestOptions, EngineResult } from './backtest-types.js';
import { countsOf, strategiesOf } from './counts.js';
import { EquitySampler } from './equity.js';
import type { MarketSource } from './market-source.js';
import { PaperTrading } from './paper-trading.js';
import { tradesOf } from './trades.js';

const EQUITY_MS = 1_000;
const PROGRESS_TURNS = 8_192;
/** How long orders get to end after the last event. */
const DRAIN_MS = 3_000;

/**
 * The live engine driven by history: the same decisions, risk checks, execution and ledger as in a run, over books that are played from
 * what was recorded, on a clock that jumps from event to event. Orders meet paper venues after the latency of their models.
 */
export class BacktestEngine {
  private readonly time: VirtualTime;
  private readonly alerts = new Map<string, number>();
  private readonly equity: EquitySampler;

  constructor(private readonly options: BacktestOptions) {
    this.time = new VirtualTime(options.epochOffsetUs);
    this.equity = new EquitySampler(options.equityMs ?? EQUITY_MS, options.setup.risk.rates);
  }

  /**
   * Plays the history to its end.
   * @throws InvalidInputError for a history without events, or one that cannot be read
   */
  async run(): Promise<EngineResult> {
    const { market, epochOffsetUs } = this.options;
    const { kernel } = market;
    kernel.float64[(kernel.plan.control + CONTROL_EPOCH_OFFSET_US) >> 3] = epochOffsetUs;
    const source = this.options.source(kernel);
    try {
      if (!(await source.load())) throw new InvalidInputError('the history holds no events');
      const startUs = Math.max(this.time.monotonicUs(), source.nextUs - 1);
      this.time.passTo(startUs);
      const trading = this.trading();
      const wasAborted = await this.play(source, trading);
      const isClean = await this.drain(trading);
      return this.result(source, trading, startUs + epochOffsetUs, { isClean, wasAborted });
    } finally {
      await source.close();
    }
  }

  private trading(): PaperTrading {
    const { market, setup, runId = 'backtest' } = this.options;
    const { time } = this;
    const trading: PaperTrading = new PaperTrading({
      ...setup,
      ...{ market, time, runId },
      onTurn: () => this.equity.turn(time.epochUs(), trading.desk),
      onEvent: (event) => {
        if ('level' in event && event.level !== 'info') this.alerts.set(event.kind, (this.alerts.get(event.kind) ?? 0) + 1);
      },
    });
    return trading;
  }

  /** Timers come before events of the same moment, events before the turn that sees them. @returns whether it was aborted */
  private async play(source: MarketSource, trading: PaperTrading): Promise<boolean> {
    const { time } = this;
    const { signal } = this.options;
    let turnsLeft = PROGRESS_TURNS;
    for (;;) {
      if (source.nextUs === Number.POSITIVE_INFINITY && !(await source.load())) return false;
      const eventUs = Math.max(source.nextUs, time.monotonicUs());
      const { dueUs } = trading;
      const timerUs = time.nextDueUs();
      if (timerUs <= eventUs && timerUs <= dueUs) {
        await time.runTo(timerUs);
      } else if (eventUs <= dueUs) {
        time.passTo(eventUs);
        source.play();
        trading.changed();
      } else {
        time.passTo(dueUs);
        trading.turn();
        if (trading.isStirred) await time.settle();
        if (--turnsLeft > 0) continue;
        turnsLeft = PROGRESS_TURNS;
        this.tellProgress(source, trading);
        // Timers and messages of the process get their turn now and then.
        await time.settle();
        if (signal?.aborted === true) return true;
      }
    }
  }

  /** Orders that are under way come to their end; the books stand. */
  private async drain(trading: PaperTrading): Promise<boolean> {
    const { time } = this;
    const endUs = time.monotonicUs() + DRAIN_MS * 1000;
    const stopping = trading.stop(DRAIN_MS);
    while (time.monotonicUs() < endUs) {
      const nextUs = Math.min(endUs, Math.max(time.monotonicUs(), trading.dueUs));
      await time.runTo(nextUs);
      if (nextUs >= trading.dueUs) trading.turn();
    }
    await time.settle();
    return stopping;
  }

  private tellProgress(source: MarketSource, trading: PaperTrading): void {
    const { events } = source;
    this.options.onProgress?.({ events, turns: trading.deciding.engine.turns, nowUs: this.time.epochUs() });
  }

  private result(
    source: MarketSource,
    trading: PaperTrading,
    startUs: number,
    end: Pick<EngineResult, 'isClean' | 'wasAborted'>,
  ): EngineResult {
    const { ledger } = trading;
    const endUs = this.time.epochUs();
    const report = reportOf(ledger.entries, { fromUs: 0, toUs: Number.POSITIVE_INFINITY });
    const trades = tradesOf(ledger.entries);
    const equity = this.equity.series();
    const hash = createHash('sha256').update(ledger.digest());
    for (const column of [equity.tsUs, equity.equity, equity.exposure]) hash.update(column);
    return {
      ...{ startUs, endUs, trades, equity, report, entries: ledger.entries },
      strategies: strategiesOf(report, trades, trading.strategyNames),
      counts: countsOf(source, trading, this.alerts),
      hash: hash.digest('hex'),
      ...end,
    };
  }
}
