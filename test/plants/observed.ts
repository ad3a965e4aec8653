import type { VenueId } from '../../src/domain/venue.js';
import type { RowName, SignalKind, VenuePair } from '../../src/sim/plants/truth.js';

/** One size of an opportunity that the engine takes for worth it. */
export interface FoundSize {
  readonly multiple: number;
  /** Base assets as an exact decimal, and what the engine expects to be left in the quote asset. */
  readonly base: string;
  readonly net: number;
}

/** An opportunity that the engine detected, once for each turn in which what it says of it is new. */
export interface Found {
  readonly row: RowName;
  readonly pair: VenuePair;
  /** Virtual monotonic time of the turn. */
  readonly atUs: number;
  readonly sizes: readonly FoundSize[];
}

/** One order of an intent. */
export interface ObservedLeg {
  readonly row: RowName;
  readonly venue: VenueId;
  readonly side: 'buy' | 'sell';
  /** Base assets as an exact decimal. */
  readonly base: string;
}

/** What the engine wanted to trade. */
export interface ObservedIntent {
  readonly atUs: number;
  readonly legs: readonly ObservedLeg[];
  /** What it expects to be left, in the quote asset. */
  readonly expectedNet: number;
}

/** A signal that began. */
export interface Onset {
  readonly kind: SignalKind;
  readonly row: RowName;
  readonly venue: VenueId;
  readonly up: boolean;
  readonly atUs: number;
}

/** Everything that a detector said in the run of one seed. */
export interface Observed {
  readonly found: readonly Found[];
  readonly intents: readonly ObservedIntent[];
  readonly onsets: readonly Onset[];
}

export function isSameRow(left: RowName, right: RowName): boolean {
  return left.base === right.base && left.market === right.market && left.quote === right.quote;
}
