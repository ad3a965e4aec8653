import { Decimal, Exact } from '../../domain/decimal.js';
import type { Side } from '../../domain/order.js';
import type { Market, VenueId } from '../../domain/venue.js';
import type { EntryOf, JournalEntry } from '../../ledger/entries.js';
import { IntentResults } from '../../ledger/intents.js';

/** A leg as it was decided. */
export type PlannedLeg = Pick<TradedLeg, 'venue' | 'market' | 'symbol' | 'side' | 'quantity'>;

/** What one intent traded of one instrument on one side, hedges included. Decimals are plain texts. */
export interface TradedLeg {
  readonly venue: VenueId;
  readonly market: Market;
  readonly symbol: string;
  readonly side: Side;
  /** Base units on spot, contracts on futures. */
  readonly quantity: string;
  readonly averagePrice: string;
  /** In the quote asset, as far as fees are in it. */
  readonly fee: string;
}

/** One intent of which something was filled. */
export interface BacktestTrade {
  readonly intent: string;
  readonly strategy: string;
  readonly purpose: string;
  /** Microseconds since the epoch: when it was decided, and when its last fill was heard of. */
  readonly tsUs: number;
  readonly endUs: number;
  /** In `asset`, after fees. */
  readonly expected: string;
  readonly realised: string;
  readonly asset: string;
  /** Whether all that was bought was sold as well: else its profit shows in a later trade. */
  readonly isMatched: boolean;
  /** What was to be traded. */
  readonly planned: readonly PlannedLeg[];
  /** What was. */
  readonly legs: readonly TradedLeg[];
}

interface LegSum {
  readonly fill: EntryOf<'fill'>;
  quantity: Decimal;
  value: Decimal;
  fee: Decimal;
}

/** The trades of a ledger, in the order in which they were decided. */
export function tradesOf(entries: Iterable<JournalEntry>): BacktestTrade[] {
  const results = new IntentResults();
  const intentOf = new Map<string, string>();
  const planned = new Map<string, readonly PlannedLeg[]>();
  const legs = new Map<string, Map<string, LegSum>>();
  const ends = new Map<string, number>();
  for (const entry of entries) {
    results.see(entry);
    if (entry.kind === 'intent') planned.set(entry.intent, entry.legs.map(plannedLeg));
    if (entry.kind === 'order' && entry.intent !== null) intentOf.set(entry.clientOrderId, entry.intent);
    if (entry.kind !== 'fill') continue;
    const intent = intentOf.get(entry.clientOrderId);
    if (intent === undefined) continue;
    const own = legs.get(intent) ?? new Map<string, LegSum>();
    legs.set(intent, own);
    add(own, entry);
    ends.set(intent, entry.tsUs);
  }
  return [...results.all()]
    .filter(({ fills }) => fills > 0)
    .map(({ intent, strategy, purpose, tsUs, expected, realised, asset, isMatched }) => ({
      ...{ intent, strategy, purpose, tsUs, asset, isMatched },
      endUs: ends.get(intent) ?? tsUs,
      expected: expected.toFixed(),
      realised: realised.toFixed(),
      planned: planned.get(intent) ?? [],
      legs: [...(legs.get(intent)?.values() ?? [])].map(legOf),
    }));
}

function add(legs: Map<string, LegSum>, fill: EntryOf<'fill'>): void {
  const { venue, market, symbol, side, quantity, price, fee, feeAsset, quote } = fill;
  const key = `${venue} ${market} ${symbol} ${side}`;
  const zero = new Exact(0);
  const leg = legs.get(key) ?? { fill, quantity: zero, value: zero, fee: zero };
  legs.set(key, leg);
  leg.quantity = leg.quantity.plus(quantity);
  leg.value = leg.value.plus(new Exact(quantity).mul(price));
  if (fee !== null && (feeAsset ?? quote) === quote) leg.fee = leg.fee.plus(fee);
}

function legOf({ fill: { venue, market, symbol, side }, quantity, value, fee }: LegSum): TradedLeg {
  const averagePrice = new Decimal(value).div(quantity).toFixed();
  return { venue, market, symbol, side, quantity: quantity.toFixed(), averagePrice, fee: fee.toFixed() };
}

function plannedLeg({ venue, market, symbol, side, quantity }: EntryOf<'intent'>['legs'][number]): PlannedLeg {
  return { venue, market, symbol, side, quantity };
}
