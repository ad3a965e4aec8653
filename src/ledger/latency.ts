import type { JournalEntry } from './entries.js';

/** Times between two steps, in microseconds. */
export interface LatencyFigures {
  readonly count: number;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** Steps of a cycle that entries tell the times of. */
export const LATENCY_STEPS = ['intentToOrder', 'orderToAcknowledged', 'orderToFill'] as const;
export type LatencyStep = (typeof LATENCY_STEPS)[number];

/** Latencies between entries: from an intent to its orders, from an order to its acknowledgement and to its first fill. */
export class LedgerLatency {
  private readonly times: Record<LatencyStep, number[]> = { intentToOrder: [], orderToAcknowledged: [], orderToFill: [] };
  private readonly intents = new Map<string, number>();
  private readonly unacknowledged = new Map<string, number>();
  private readonly unfilled = new Map<string, number>();

  /** Takes notice of an entry. @param isCounted whether what ends with it is counted */
  see(entry: JournalEntry, isCounted: boolean): void {
    const { monotonicUs } = entry;
    const end = (step: LatencyStep, startUs: number | undefined): void => {
      if (startUs !== undefined && isCounted) this.times[step].push(monotonicUs - startUs);
    };
    if (entry.kind === 'start') {
      // Another process: its monotonic clock has another origin.
      for (const pending of [this.intents, this.unacknowledged, this.unfilled]) pending.clear();
    } else if (entry.kind === 'intent') {
      this.intents.set(entry.intent, monotonicUs);
    } else if (entry.kind === 'order' && entry.step === 'sending') {
      if (entry.intent !== null) end('intentToOrder', this.intents.get(entry.intent));
      this.unacknowledged.set(entry.clientOrderId, monotonicUs);
      this.unfilled.set(entry.clientOrderId, monotonicUs);
    } else if (entry.kind === 'order' && entry.step === 'acknowledged') {
      end('orderToAcknowledged', this.unacknowledged.get(entry.clientOrderId));
      this.unacknowledged.delete(entry.clientOrderId);
    } else if (entry.kind === 'fill') {
      end('orderToFill', this.unfilled.get(entry.clientOrderId));
      this.unfilled.delete(entry.clientOrderId);
    }
  }

  /** Null for a step that was never seen. */
  figures(): Readonly<Record<LatencyStep, LatencyFigures | null>> {
    const { intentToOrder, orderToAcknowledged, orderToFill } = this.times;
    return {
      intentToOrder: figuresOf(intentToOrder),
      orderToAcknowledged: figuresOf(orderToAcknowledged),
      orderToFill: figuresOf(orderToFill),
    };
  }
}

function figuresOf(times: readonly number[]): LatencyFigures | null {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
  if (sorted.length === 0) return null;
  return { count: sorted.length, p50Us: at(0.5), p90Us: at(0.9), p99Us: at(0.99), maxUs: at(1) };
}
