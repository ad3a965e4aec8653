import { createHmac } from 'node:crypto';
import type { VenueId } from '../../domain/venue.js';

/** A key pair that a simulated venue accepts. They are no secrets: the seed makes them, and they open nothing else. */
export interface TestKey {
  readonly apiKey: string;
  /** Base64 where the venue's real secrets are (Coinbase, Kraken). */
  readonly secret: string;
  /** Empty where the venue has none. */
  readonly passphrase: string;
}

/** The key pair number `index` of a venue in a simulation of that seed. */
export function testKey(venue: VenueId, seed: number, index = 0): TestKey {
  const digest = (what: string): Buffer =>
    createHmac('sha256', `tiercel-simulation-${seed}`).update(`${venue}:${index}:${what}`).digest();
  const secret = digest('secret');
  return {
    apiKey: `sim-${venue}-${digest('key').toString('hex').slice(0, 24)}`,
    secret: venue === 'coinbase' || venue === 'kraken' ? secret.toString('base64') : secret.toString('hex'),
    passphrase: venue === 'coinbase' ? digest('passphrase').toString('hex').slice(0, 12) : '',
  };
}
