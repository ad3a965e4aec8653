import type { Clock, Timers } from '../../domain/clock.js';
import type { CatalogueFlags } from './catalogue.js';

/** What `tiercel history fetch` is asked for. */
export interface FetchFlags extends CatalogueFlags {
  readonly symbols: readonly string[];
  readonly from: string;
  readonly to?: string;
  // Venues
  /** "klines" when left out, or "funding". */
  readonly kind?: string;
  readonly exchanges?: readonly string[];
  readonly interval: string;
  readonly liveData?: boolean;
  // Tardis
  readonly tardis?: string;
  readonly types: readonly string[];
  readonly channels?: readonly string[];
  readonly tardisUrl?: string;
  readonly downloads?: string;
}

/** Time, as the command is given it. */
export interface Surroundings {
  readonly clock: Clock;
  readonly timers: Timers;
}
