import { type Decimal, Exact } from '../domain/decimal.js';
import { baseUnits, feeOf, fillKey, pairOf } from './books.js';
import type { EntryOf, JournalEntry } from './entries.js';
import { Position } from './position.js';

/** What an intent should have left, and what it did. */
export interface IntentResult {
  readonly intent: string;
  readonly strategy: string;
  readonly purpose: string;
  readonly tsUs: number;
  /** The asset of the amounts. */
  readonly asset: string;
  readonly expected: Decimal;
  /** What its own fills made when matched with each other, after their fees, whatever was open before. */
  readonly realised: Decimal;
  readonly fills: number;
  /** Whether all that was bought was sold as well; what is open still has its cost in no figure. */
  readonly isMatched: boolean;
  /** Whether every leg was filled whole where it was to be: nothing was missed, hedged elsewhere or unwound. */
  readonly isComplete: boolean;
}

interface OpenIntent {
  readonly entry: EntryOf<'intent'>;
  /** By pair: fills of all venues and markets together. */
  readonly pairs: Map<string, { readonly asset: string; readonly position: Position }>;
  /** What was filled by instrument and side, in the venue's own quantity. */
  readonly filled: Map<string, Decimal>;
  fills: number;
}

/** Realised against expected profit of intents, from the entries of a journal in their order. */
export class IntentResults {
  private readonly intents = new Map<string, OpenIntent>();
  private readonly intentOfOrder = new Map<string, OpenIntent>();
  private readonly intentOfFill = new Map<string, OpenIntent>();

  /** Takes notice of an entry. A fill told twice counts once. */
  see(entry: JournalEntry): void {
    if (entry.kind === 'intent') this.intents.set(entry.intent, { entry, pairs: new Map(), filled: new Map(), fills: 0 });
    else if (entry.kind === 'order') this.seeOrder(entry);
    else if (entry.kind === 'fill') this.seeFill(entry);
    else if (entry.kind === 'fee') this.seeFee(entry);
  }

  /** Intents in the order in which they were made. */
  *all(): Generator<IntentResult, void, undefined> {
    for (const { entry, pairs, filled, fills } of this.intents.values()) {
      const { intent, strategy, purpose, tsUs, expectedAsset, expectedNet, legs } = entry;
      const inAsset = [...pairs.values()].filter(({ asset }) => asset === expectedAsset);
      yield {
        intent,
        strategy,
        purpose,
        tsUs,
        asset: expectedAsset,
        expected: new Exact(expectedNet),
        realised: inAsset.reduce((sum, { position }) => sum.plus(position.realisedGross).minus(position.fees), new Exact(0)),
        fills,
        isMatched: [...pairs.values()].every(({ position }) => position.quantity.isZero()),
        isComplete: legs.every((leg) => filled.get(legKey(leg))?.gte(leg.quantity) === true),
      };
    }
  }

  private seeOrder({ intent, clientOrderId }: EntryOf<'order'>): void {
    const open = intent === null ? undefined : this.intents.get(intent);
    if (open !== undefined) this.intentOfOrder.set(clientOrderId, open);
  }

  private seeFill(fill: EntryOf<'fill'>): void {
    const intent = this.intentOfOrder.get(fill.clientOrderId);
    const key = fillKey(fill);
    if (intent === undefined || this.intentOfFill.has(key)) return;
    this.intentOfFill.set(key, intent);
    intent.fills++;
    intent.filled.set(legKey(fill), new Exact(fill.quantity).plus(intent.filled.get(legKey(fill)) ?? 0));
    const fee = feeOf(fill).taken;
    positionOf(intent, fill).fill({ side: fill.side, qty: baseUnits(fill), price: fill.price, fee });
  }

  private seeFee(fee: EntryOf<'fee'>): void {
    const { taken } = feeOf(fee);
    const { venue, market, symbol, tradeId } = fee;
    const intent = tradeId === null ? undefined : this.intentOfFill.get(fillKey({ venue, market, symbol, tradeId }));
    if (intent !== undefined && taken !== null) positionOf(intent, fee).charge(taken);
  }
}

function legKey({ venue, market, symbol, side }: EntryOf<'intent'>['legs'][number] | EntryOf<'fill'>): string {
  return `${venue} ${market} ${symbol} ${side}`;
}

function positionOf({ pairs }: OpenIntent, of: EntryOf<'fill'> | EntryOf<'fee'>): Position {
  const known = pairs.get(pairOf(of));
  if (known !== undefined) return known.position;
  const position = new Position('fifo');
  pairs.set(pairOf(of), { asset: of.quote, position });
  return position;
}
