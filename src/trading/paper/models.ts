import type { PaperSettings } from './settings.js';

/** How long messages take, asked for each of them: milliseconds. */
export interface PaperLatency {
  /** From us to the venue. */
  toVenueMs(): number;
  /** Back. */
  fromVenueMs(): number;
}

/** What is drawn or looked up, and so no plain setting. */
export interface PaperModels {
  readonly latency: PaperLatency;
  /** Whether the venue is out of order then: orders are refused, and nothing is matched. @param epochUs microseconds since the epoch */
  isDown(epochUs: number): boolean;
}

/** Every message takes as long as the settings say, and the venue is always there. */
export function fixedModels({ toVenueMs, fromVenueMs }: Pick<PaperSettings, 'toVenueMs' | 'fromVenueMs'>): PaperModels {
  return { latency: { toVenueMs: () => toVenueMs, fromVenueMs: () => fromVenueMs }, isDown: () => false };
}
