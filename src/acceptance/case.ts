import type { Market } from '../domain/venue.js';
import type { Subject } from './subject.js';

/** One numbered demand that every venue must meet: D for data, X for orders and the account. */
export interface AcceptanceCase {
  readonly id: string;
  readonly title: string;
  /** Left out where it is for both. */
  readonly market?: Market;
  /**
   * Does what the title says.
   * @returns a few words on what was seen
   * @throws Shortfall when the demand is not met, NotApplicable when the venue has no such thing
   */
  run(subject: Subject): Promise<string>;
}

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
