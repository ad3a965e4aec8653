/** Why a request's timestamp is not accepted. */
export type WindowFault = 'malformed' | 'too-old' | 'too-new';

/**
 * Judges a request's timestamp; both are in the same unit, which is the venue's.
 * @param pastMax how old it may be, inclusive
 * @param futureMax how far ahead of the venue's clock it may be, exclusive
 * @returns null when it is accepted
 */
export function checkWindow(stamp: number, now: number, pastMax: number, futureMax: number): WindowFault | null {
  if (!Number.isFinite(stamp)) return 'malformed';
  if (stamp >= now + futureMax) return 'too-new';
  return now - stamp > pastMax ? 'too-old' : null;
}
