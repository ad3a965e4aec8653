import type { DeltaTrade, StrategyPerformance, TradeCounters } from './types.js';

const MIB = 2 ** 20;

/** Counts what the strategy does; nothing here is kept per trade. */
export class PerformanceCounters {
  private trades = 0;
  private wins = 0;
  private netQuote = 0;
  private maxHoldExits = 0;
  private safetyExits = 0;
  private executions = 0;
  private executionUs = 0;
  private startedUs = -1;
  private lastUs = 0;
  private liveUs = 0;
  private wasLive = false;

  /** Once a turn: whether a pair could be traded in it. */
  seen(nowUs: number, isLive: boolean): void {
    if (this.startedUs < 0) this.startedUs = nowUs;
    else if (this.wasLive) this.liveUs += nowUs - this.lastUs;
    this.lastUs = nowUs;
    this.wasLive = isLive;
  }

  /** The orders of an entry or an exit have come to an end. */
  executed(durationUs: number): void {
    this.executions++;
    this.executionUs += durationUs;
  }

  closed({ netQuote, reason }: DeltaTrade): void {
    this.trades++;
    if (netQuote > 0) this.wins++;
    this.netQuote += netQuote;
    if (reason === 'max-hold') this.maxHoldExits++;
    if (reason === 'safety') this.safetyExits++;
  }

  get counters(): TradeCounters {
    const { trades, wins, netQuote, maxHoldExits, safetyExits } = this;
    return { trades, wins, hitRate: trades === 0 ? null : wins / trades, netQuote, maxHoldExits, safetyExits };
  }

  /** @param memoryBytes what the process uses, as whoever asks has measured it */
  performance(memoryBytes: number, parameterUpdateDurationMs: number): StrategyPerformance {
    const observedUs = this.lastUs - this.startedUs;
    return {
      avgTradeExecutionMs: this.executions === 0 ? 0 : this.executionUs / this.executions / 1000,
      parameterUpdateDurationMs,
      memoryUsageMb: memoryBytes / MIB,
      uptimePercentage: this.startedUs < 0 || observedUs === 0 ? (this.wasLive ? 100 : 0) : (this.liveUs / observedUs) * 100,
    };
  }
}
