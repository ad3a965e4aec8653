/** Amounts of which every combination is tried: 16,384 sums. */
const TRIED_MAX = 14;
/** What is nearer by no more than rounding is as near. */
const NEARER = 1 - 1e-9;

/**
 * Which of some amounts come together nearest to a sum; of equally near ones the most. Where they are many, the smallest are taken to be
 * among them.
 * @returns their places in the list, ascending; none for an empty list
 */
export function nearestSubset(amounts: readonly number[], sum: number): readonly number[] {
  const bySize = amounts.map((_, place) => place).sort((a, b) => Math.abs(amounts[b] ?? 0) - Math.abs(amounts[a] ?? 0));
  const tried = bySize.slice(0, TRIED_MAX);
  const along = bySize.slice(TRIED_MAX);
  const sums = new Float64Array(2 ** tried.length);
  sums[0] = along.reduce((total, place) => total + (amounts[place] ?? 0), 0);
  for (const [bit, place] of tried.entries()) {
    const known = 2 ** bit;
    for (let set = 0; set < known; set++) sums[known + set] = (sums[set] ?? 0) + (amounts[place] ?? 0);
  }
  let best = sums.length - 1;
  for (let set = best - 1; set > 0; set--)
    if (Math.abs((sums[set] ?? 0) - sum) < Math.abs((sums[best] ?? 0) - sum) * NEARER) best = set;
  return [...tried.filter((_, bit) => (best >> bit) % 2 === 1), ...along].sort((a, b) => a - b);
}
