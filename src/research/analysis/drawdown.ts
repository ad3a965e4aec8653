/** How far below its greatest value so far a curve is at each point, as a fraction of that value: 0 at a new peak, 0.2 for a fifth below. */
export function drawdowns(equity: ArrayLike<number>): Float64Array {
  const depths = new Float64Array(equity.length);
  let peak = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < equity.length; at++) {
    const value = equity[at] as number;
    peak = Math.max(peak, value);
    depths[at] = (peak - value) / peak;
  }
  return depths;
}
