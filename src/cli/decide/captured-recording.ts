import { InvalidInputError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { SignalRules } from '../../kernel/signal-plan.js';
import type { MarketSource } from '../../research/backtest/market-source.js';
import type { Recording } from '../../research/backtest/recording.js';
import { type BookFees, strategyUniverse } from '../../strategy/build-universe.js';
import { type CapturedMarket, CaptureEnds, captureMarket } from './captured-market.js';
import { type MergedLine, mergedCaptures } from './merged-captures.js';

export interface CaptureBacktest {
  readonly files: readonly string[];
  feesOf(instrument: TradableInstrument): BookFees;
  readonly signals?: SignalRules | undefined;
  /** When given, messages count as received so long after their venue's time. */
  readonly latencyMs?: number | undefined;
}

/**
 * Captures of any origin, taken as one market by their times, ready to be backtested once. The session takes part, since such captures do
 * not say what became of their books.
 * @throws InvalidInputError for files that are no captures, or whose messages have no times
 */
export async function openCaptures({ files, feesOf, signals, latencyMs }: CaptureBacktest): Promise<Recording> {
  const captured = await captureMarket(files, signals);
  for (const { name, firstMs } of captured.captures) {
    if (firstMs === null && latencyMs === undefined)
      throw new InvalidInputError(`${name} has no receive times; --receive-latency-ms assumes them after the venue's own`, {
        name,
      });
  }
  return {
    market: { universe: strategyUniverse(captured.universe, feesOf), kernel: captured.replay.kernel },
    source: () => new CapturesSource(captured, mergedCaptures(files, latencyMs)),
    epochOffsetUs: 0,
  };
}

/** Lines that are read at a time. */
const LINES = 512;

class CapturesSource implements MarketSource {
  events = 0;
  nextUs = Number.POSITIVE_INFINITY;
  private lines: MergedLine[] = [];
  private place = 0;
  private readonly ends: CaptureEnds;

  constructor(
    private readonly captured: CapturedMarket,
    private readonly merged: AsyncGenerator<MergedLine>,
  ) {
    this.ends = new CaptureEnds(captured);
  }

  async load(): Promise<boolean> {
    if (this.nextUs < Number.POSITIVE_INFINITY) return true;
    this.lines = [];
    this.place = 0;
    while (this.lines.length < LINES) {
      const next = await this.merged.next();
      if (next.done === true) break;
      this.lines.push(next.value);
    }
    this.setNext();
    return this.lines.length > 0;
  }

  play(): void {
    const line = this.lines[this.place++];
    if (line === undefined) return;
    if (line.record.dir === 'in') this.events++;
    this.captured.replay.replay(line.record);
    if (line.ended >= 0) this.ends.end(line.ended);
    this.setNext();
  }

  async close(): Promise<void> {
    await this.merged.return(undefined);
  }

  private setNext(): void {
    const line = this.lines[this.place];
    this.nextUs = line === undefined ? Number.POSITIVE_INFINITY : Math.round(line.atMs * 1000);
  }
}
