/** A frame of the wire whose stamp and update ids are written anew whenever it is sent. */
export interface PacedFrame {
  /** Where it begins and ends in the wire, header included. */
  readonly from: number;
  readonly to: number;
  /** Where the 15 digits of its stamp and the 11 digits of its two update ids are. */
  readonly stampAt: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly first: number;
  readonly last: number;
  /** What is added to the ids each time all frames have been sent. */
  readonly idSpan: number;
}

/** What the thread that sends on time is given. */
export interface PacedServerData {
  readonly wire: Uint8Array;
  readonly frames: readonly PacedFrame[];
}

/** Starts a burst: so many frames at such a rate. Answered by 'sent' when the last one is written. */
export interface PacedOrder {
  readonly framesPerSecond: number;
  readonly count: number;
}

/** Stamps of 15 digits are taken for microseconds, by the kernel as by venues; added to the monotonic clock to have that many. */
export const STAMP_OFFSET_US = 1e14;
