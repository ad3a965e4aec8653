/**
 * How far an opportunity is to be believed: four factors in [0, 1], and their geometric mean, so that a factor of 0 makes it 0 and
 * no factor alone decides otherwise.
 */
export class Confidence {
  depth = 0;
  freshness = 0;
  persistence = 0;
  history = 0;

  /** In [0, 1]. */
  get value(): number {
    return (this.depth * this.freshness * this.persistence * this.history) ** 0.25;
  }
}

/** Full when the thinner side holds `depthMultiple` times the size at its limit or better. */
export function depthFactor(buyHeld: number, sellHeld: number, size: number, depthMultiple: number): number {
  return size > 0 ? Math.min(1, Math.min(buyHeld, sellHeld) / (size * depthMultiple)) : 0;
}

/** Full when both books were received just now, none when the older one is as old as a book may be. */
export function freshnessFactor(nowUs: number, oldestUs: number, buyReceiveUs: number, sellReceiveUs: number): number {
  const maxAgeUs = nowUs - oldestUs;
  const ageUs = nowUs - Math.min(buyReceiveUs, sellReceiveUs);
  return maxAgeUs > 0 ? Math.max(0, Math.min(1, 1 - ageUs / maxAgeUs)) : 0;
}

/** None when it has just come, a half when it has stood for the time it has to stand, near one when it has stood for many of those. */
export function persistenceFactor(stoodUs: number, confirmUs: number): number {
  return confirmUs === 0 ? 1 : Math.max(0, 1 - 0.5 ** (stoodUs / confirmUs));
}
