import type { Market, VenueId } from '../../domain/venue.js';
import { decoderOf, ORIGINS } from './origin.js';
import { captureName, readCapture } from './reader.js';
import { parsePayload } from './survey.js';

/** Venue and market of the first message of a capture that tells; nulls when none does. */
export async function originOfCapture(file: string): Promise<{ venue: VenueId | null; market: Market | null }> {
  const name = captureName(file);
  for await (const { record } of readCapture(file)) {
    const origin = ORIGINS[decoderOf(name, record, parsePayload(record).message)];
    if (origin !== undefined) return { venue: origin.venue, market: origin.market };
  }
  return { venue: null, market: null };
}
