import type { Random } from '../../domain/random.js';
import { keyOf } from '../../execution/reconciler.js';
import type { AccountName } from '../../execution/reconciliation-types.js';
import type { JournalEntry } from '../../ledger/entries.js';
import type { PaperLatency } from '../../trading/paper/models.js';

/** Times that messages took, in milliseconds; ascending. */
export interface LatencySamples {
  readonly toVenueMs: Float64Array;
  readonly fromVenueMs: Float64Array;
}

/** Each message takes as long as one that was seen, drawn anew: the empirical distribution, between two samples a straight line. */
function empiricalLatency({ toVenueMs, fromVenueMs }: LatencySamples, random: Random): PaperLatency {
  return { toVenueMs: () => quantile(toVenueMs, random.next()), fromVenueMs: () => quantile(fromVenueMs, random.next()) };
}

/** Every message takes the same. */
export function fixedLatency(toVenueMs: number, fromVenueMs: number): PaperLatency {
  return { toVenueMs: () => toVenueMs, fromVenueMs: () => fromVenueMs };
}

/** Venues stamp in whole milliseconds: in the middle of one, on average. */
const STAMP_MIDDLE_US = 500;

/**
 * Round trips by account, from the entries of a ledger: an order's sending, the venue's own time of its first fill, and when that fill
 * was heard of. Where the venue's clock puts the fill outside that time, the round trip is halved; so it is for orders that were
 * acknowledged and never filled.
 */
export function calibrateLatency(entries: Iterable<JournalEntry>): ReadonlyMap<string, LatencySamples> {
  const sent = new Map<string, number>();
  const trips = new Map<string, { readonly to: number[]; readonly from: number[] }>();
  for (const entry of entries) {
    if (entry.kind === 'order' && entry.step === 'sending') sent.set(entry.clientOrderId, entry.tsUs);
    const isAnswer = entry.kind === 'fill' || (entry.kind === 'order' && entry.step === 'acknowledged' && !isFilled(entry));
    if (!isAnswer) continue;
    const sentUs = sent.get(entry.clientOrderId);
    if (sentUs === undefined) continue;
    sent.delete(entry.clientOrderId);
    const roundMs = (entry.tsUs - sentUs) / 1000;
    const toMs = entry.kind === 'fill' ? (entry.venueTimeMs * 1000 + STAMP_MIDDLE_US - sentUs) / 1000 : Number.NaN;
    const isInside = toMs >= 0 && toMs <= roundMs;
    const key = keyOf(entry);
    const trip = trips.get(key) ?? { to: [], from: [] };
    trips.set(key, trip);
    trip.to.push(isInside ? toMs : roundMs / 2);
    trip.from.push(isInside ? roundMs - toMs : roundMs / 2);
  }
  const ascending = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
  return new Map([...trips].map(([key, { to, from }]) => [key, { toVenueMs: ascending(to), fromVenueMs: ascending(from) }]));
}

/** The model of an account out of what was calibrated; of all accounts together where it has no round trips of its own. */
export function latencyOf(
  samples: ReadonlyMap<string, LatencySamples>,
  account: AccountName,
  random: Random,
): PaperLatency | undefined {
  const own = samples.get(keyOf(account)) ?? pooled(samples);
  return own === undefined ? undefined : empiricalLatency(own, random);
}

function pooled(samples: ReadonlyMap<string, LatencySamples>): LatencySamples | undefined {
  if (samples.size === 0) return undefined;
  const all = (of: keyof LatencySamples): Float64Array =>
    Float64Array.from([...samples.values()].flatMap((one) => [...one[of]])).sort();
  return { toVenueMs: all('toVenueMs'), fromVenueMs: all('fromVenueMs') };
}

function isFilled({ filledQuantity }: { readonly filledQuantity: string | null }): boolean {
  return Number(filledQuantity ?? 0) > 0;
}

/** @param sorted ascending, not empty */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const lower = sorted[low] ?? 0;
  return lower + ((sorted[low + 1] ?? lower) - lower) * (at - low);
}
