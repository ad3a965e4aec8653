/** A straight line through points. */
export interface LinearFit {
  /** Rise for each unit of x, and how far it may be off by chance. */
  readonly slope: number;
  readonly standardError: number;
  readonly mean: number;
}

/** Least squares through points; at least three of them at different places. @throws RangeError for fewer */
export function linearFit(points: readonly (readonly [x: number, y: number])[]): LinearFit {
  const { length } = points;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / length;
  const mean = points.reduce((sum, [, y]) => sum + y, 0) / length;
  const spread = points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (length < 3 || spread === 0) throw new RangeError(`no line through ${length} points at one place`);
  const slope = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - mean), 0) / spread;
  const rest = points.reduce((sum, [x, y]) => sum + (y - mean - slope * (x - meanX)) ** 2, 0);
  return { slope, standardError: Math.sqrt(rest / (length - 2) / spread), mean };
}
