/** A demand that is not met; the message says what was expected and what was there. */
export class Shortfall extends Error {}

/** The venue has no such thing; the message says what is missing. */
export class NotApplicable extends Error {}

/** @throws Shortfall unless it holds */
export function demand(holds: boolean, otherwise: string): asserts holds {
  if (!holds) throw new Shortfall(otherwise);
}

/** What is there. @throws Shortfall when it is not */
export function present<T>(value: T | null | undefined, otherwise: string): T {
  if (value === null || value === undefined) throw new Shortfall(otherwise);
  return value;
}
