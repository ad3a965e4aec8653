/** Microseconds in an hour. */
export const HOUR_US = 3_600_000_000;

/**
 * Sum of the funding rates that are expected from now to a horizon, in fractions of the mark price; a payment at the horizon counts.
 * The next payment is at the rate that is told, each one after it at `persistence` of that: rates return to nothing when what drove
 * them is gone, and more than the next one is only a guess. A payment of which no time is told is a whole interval away.
 * @param rate fraction due at the next payment; NaN when it was not told, which counts as no funding
 * @param nextUs microseconds since the epoch, as all times here; NaN when it was not told
 * @param intervalHours between payments; 0 for none
 */
export function expectedFunding(
  rate: number,
  nextUs: number,
  intervalHours: number,
  epochUs: number,
  horizonUs: number,
  persistence: number,
): number {
  if (!(intervalHours > 0) || Number.isNaN(rate)) return 0;
  const intervalUs = intervalHours * HOUR_US;
  let first = Number.isNaN(nextUs) ? epochUs + intervalUs : nextUs;
  // The venue's next time stands still while its stream does.
  if (first <= epochUs) first += Math.ceil((epochUs - first + 1) / intervalUs) * intervalUs;
  if (first > horizonUs) return 0;
  return rate + Math.floor((horizonUs - first) / intervalUs) * persistence * rate;
}
