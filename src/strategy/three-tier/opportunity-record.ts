import type { Candidate } from './candidate.js';

/** An opportunity that opened, and closed unless `closedUs` is null. Times are monotonic microseconds. */
export interface RecordedOpportunity {
  readonly id: number;
  readonly row: number;
  /** Books of the pair. */
  readonly buyBook: number;
  readonly sellBook: number;
  readonly openedUs: number;
  readonly closedUs: number | null;
  /** Whether it stood long enough to be believed. */
  readonly isConfirmed: boolean;
  /** The greatest net of each size in the quote asset while it stood, 0 for a size that was never worth it; and of all. */
  readonly sizeNetQuotes: readonly number[];
  readonly bestNetQuote: number;
}

/** Hears of every opportunity when it opens, is confirmed and closes. */
export type OpportunityListener = (what: 'opened' | 'confirmed' | 'closed', opportunity: RecordedOpportunity) => void;

/** The last opportunities that closed; those that are open are in the detector. */
export class OpportunityRecord {
  listener: OpportunityListener | null = null;
  private readonly kept: (RecordedOpportunity | undefined)[];
  private closed = 0;

  /** @param size how many are kept */
  constructor(private readonly size: number) {
    this.kept = new Array<RecordedOpportunity | undefined>(size).fill(undefined);
  }

  get closedCount(): number {
    return this.closed;
  }

  opened(candidate: Candidate): void {
    this.listener?.('opened', recorded(candidate, null));
  }
  confirmed(candidate: Candidate): void {
    this.listener?.('confirmed', recorded(candidate, null));
  }
  /** Once in the life of an opportunity, and so a copy is made. */
  close(candidate: Candidate, closedUs: number): void {
    const copy = recorded(candidate, closedUs);
    this.kept[this.closed++ % this.size] = copy;
    this.listener?.('closed', copy);
  }

  /** Those that closed, the last one first. */
  newest(max: number): RecordedOpportunity[] {
    const count = Math.min(max, this.closed, this.size);
    return Array.from({ length: count }, (_, age) => this.kept[(this.closed - 1 - age) % this.size] as RecordedOpportunity);
  }
}

/** A plain copy of what is known of an opportunity. */
export function recorded(candidate: Candidate, closedUs: number | null): RecordedOpportunity {
  const { id, row, buyBook, sellBook, openedUs, isConfirmed, bestNetQuotes, bestNetQuote } = candidate;
  return { id, row, buyBook, sellBook, openedUs, closedUs, isConfirmed, sizeNetQuotes: [...bestNetQuotes], bestNetQuote };
}
