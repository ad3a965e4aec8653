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
