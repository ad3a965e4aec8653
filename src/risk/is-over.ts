/** Sums of doubles are a little off: what is above a limit by less than this part of it is at the limit. */
const SLACK = 1 + 1e-9;

/** @returns whether a limit is passed; what cannot be compared passes no limit check */
export function isOver(value: number, limit: number): boolean {
  return !(value <= limit * SLACK);
}
