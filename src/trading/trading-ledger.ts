import type { Clock } from '../domain/clock.js';
import { Exact } from '../domain/decimal.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { Fill, OrderReference, OrderReport, OrderState } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { InstrumentIndex } from '../execution/instrument-index.js';
import type { ExecutionJournal, JournalFill, JournalIntent, JournalOrder } from '../execution/ports.js';
import type { AccountName, AccountSnapshot, Movement } from '../execution/reconciliation-types.js';
import type { Booking } from '../ledger/books.js';
import type { EntryOf, JournalEntry } from '../ledger/entries.js';
import type { RiskConfig } from '../risk/config.js';
import { OPENING } from './follow-record.js';
import { LedgerMemory, type LedgerOrder } from './ledger-memory.js';
import type { LedgerWriter } from './ledger-writer.js';
import { intentEntry, orderEntry, type Stamp } from './order-entries.js';

export interface TradingLedgerParts {
  readonly writer: LedgerWriter;
  readonly clock: Clock;
  /** Of this run and no other: intents are named by it in the ledger. */
  readonly runId: string;
  /** The engine's turn. */
  readonly turn: () => number;
  readonly instruments: InstrumentIndex;
  /** Reference currency in one unit of each quote asset. */
  readonly rates: RiskConfig['rates'];
  /** What a unit of an asset is worth in another at a venue, as an exact text; null when no book says. */
  readonly worth: (venue: VenueId, asset: string, quote: string) => string | null;
  readonly onBooked: (booking: Booking, entry: JournalEntry) => void;
  /** A fill, or the fee of one that was told without, has been booked. */
  readonly onFill: (fill: Fill) => void;
  /** A fill on spot cost so much of the bought asset itself. */
  readonly onBaseFee: (strategy: string, instrument: TradableInstrument, fee: string) => void;
  /** Told once: from now on nothing can be put on record. */
  readonly onBroken: (reason: string) => void;
}

/** Whose fills and orders are that no strategy of ours is known to have asked for. */
export const UNATTRIBUTED = 'unattributed';

/** What of a funding payment is one strategy's. */
export type FundingPart = Pick<EntryOf<'funding'>, 'symbol' | 'strategy' | 'amount' | 'rate' | 'markPrice' | 'dueMs'>;

/** An entry before it has its place; complete, so that it reads as it was written. */
type NewEntry = JournalEntry extends infer E ? (E extends JournalEntry ? Omit<E, 'sequence'> : never) : never;

const NOBODY = { strategy: null, venue: null, market: null, symbol: null, clientOrderId: null } as const;
const NO_LIMIT = { limit: null, bound: null, value: null } as const;

/**
 * Writes what trading does into the ledger, entry by entry as it happens, and keeps in mind what the entries come to. A fill is booked
 * once, from whichever side it is told first; a fee that is told later is booked by itself.
 */
export class TradingLedger implements ExecutionJournal {
  private readonly known: LedgerMemory;
  /** Departures that are kept, but not in mind yet: the orders leave first. */
  private readonly unseen: { readonly entries: readonly NewEntry[]; readonly last: number }[] = [];
  /** What a write failed with: after it nothing more is kept, for every entry says that all before it is known. */
  private broken: { readonly cause: unknown } | null = null;
  /** Last entry that a state was kept at, or tried to be. */
  private checkpointed = 0;

  constructor(private readonly parts: TradingLedgerParts) {
    this.known = new LedgerMemory(parts.rates);
  }

  /** What the entries come to. */
  get memory(): LedgerMemory {
    if (this.unseen.length > 0)
      for (const { entries, last } of this.unseen.splice(0)) {
        const first = last - entries.length + 1;
        for (const [place, entry] of entries.entries()) this.known.see({ ...entry, sequence: first + place } as JournalEntry);
      }
    return this.known;
  }

  get entries(): number {
    return this.parts.writer.lastSequence;
  }
  /** Whether entries can still be kept. */
  get isHealthy(): boolean {
    return this.broken === null;
  }

  /** Reads what is there and notes that a run begins. @throws LedgerError when it cannot be read or written */
  open(mode: 'paper' | 'live', version: string): void {
    this.checkpointed = this.memory.readAll(this.parts.writer);
    this.keep({ kind: 'start', ...this.stamp(), mode, version });
  }

  /** Entries that the next start has to read again. */
  get uncheckpointed(): number {
    return this.entries - this.checkpointed;
  }

  /** Keeps what the entries come to, so that a start goes on from there. It takes some milliseconds, and nothing depends on it. */
  checkpoint(): void {
    if (!this.isHealthy || this.uncheckpointed === 0) return;
    this.parts.writer.checkpoints?.keep(this.memory.basis, this.memory.state());
    this.checkpointed = this.entries;
  }

  /** Does something that writes, where nothing depends on it: that it could not be kept has been told to `onBroken`. */
  attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      if (this.isHealthy) throw error;
    }
  }

  /** An intent's name in the ledger. */
  intentName(intent: number): string {
    return `${this.parts.runId}/${intent}`;
  }

  departure(intent: JournalIntent | null, orders: readonly JournalOrder[]): void {
    const stamp = this.stamp();
    const entries: NewEntry[] = [];
    if (intent !== null) entries.push(intentEntry(intent, this.intentName(intent.intent), stamp));
    for (const order of orders) entries.push(orderEntry(order, this.intentName(order.intent), 'sending', stamp));
    const last = this.written(() => this.parts.writer.appendAll(entries));
    this.unseen.push({ entries, last });
  }

  order(entry: JournalOrder): void {
    const { clientOrderId, venueOrderId, state } = entry;
    const known = this.memory.order({ venue: entry.venue as VenueId, market: entry.market as Market }, clientOrderId, null);
    const isHeard = known?.wasAcknowledged === false && state !== 'unknown' && (state !== 'rejected' || venueOrderId !== null);
    this.keep(orderEntry(entry, this.intentName(entry.intent), isHeard ? 'acknowledged' : 'changed', this.stamp()));
  }

  fill({ strategy, clientOrderId, fill }: JournalFill): void {
    this.bookFill(fill, clientOrderId, strategy);
  }

  note(topic: string, facts: object): void {
    this.keep({ kind: 'note', ...this.stamp(), ...NOBODY, topic, text: JSON.stringify(facts) });
  }

  /**
   * Books a fill that the venue told, with whose order it was as far as orders are known.
   * @returns false when it was booked before
   */
  venueFill(fill: Fill): boolean {
    const order = this.memory.order(fill, fill.clientOrderId, fill.venueOrderId);
    return this.bookFill(fill, order?.clientOrderId ?? fill.clientOrderId ?? fill.venueOrderId, order?.strategy ?? UNATTRIBUTED);
  }

  /** Books a fill that was worked out from a difference, as a strategy's. */
  workedOutFill(fill: Fill, strategy: string): void {
    this.bookFill(fill, fill.clientOrderId ?? fill.venueOrderId, strategy);
  }

  /** Whether something of a fill is not booked: all of it, or its fee. */
  lacks(fill: Fill): boolean {
    const symbol = this.parts.instruments.find(fill, fill.symbol)?.symbol ?? fill.symbol;
    const feeKnown = this.memory.feeKnown({ ...fill, symbol });
    return feeKnown === undefined || (!feeKnown && fill.fee !== null);
  }

  /** How an order of an earlier life ended; null when it had never arrived. */
  orderEnded(account: AccountName, { clientOrderId, venueOrderId }: OrderReference, report: OrderReport | null): void {
    const order = this.memory.order(account, clientOrderId, venueOrderId);
    if (order === undefined) return;
    const reason = report === null ? 'it never arrived at the venue' : report.reason;
    this.change(order, report?.state ?? 'rejected', report?.venueOrderId ?? null, report?.filledQty ?? null, reason);
  }

  /** What an account begins with; the note at the end says that it is complete. @param venueMs when, by the venue's clock */
  opening({ venue, market, balances, positions }: AccountSnapshot, venueMs: number): void {
    const text = JSON.stringify({ balances: balances.length, positions: positions.length, venueMs });
    // All or nothing: what was half read in would be read in again.
    this.keepAll([
      ...balances
        .filter(({ total }) => !new Exact(total).isZero())
        .map(({ asset, total }) => this.transferOf({ venue, market }, asset, total, OPENING)),
      { kind: 'note', ...this.stamp(), ...NOBODY, venue, market, topic: OPENING, text },
    ]);
  }

  transfer(account: AccountName, asset: string, amount: string, reason: string): void {
    this.keep(this.transferOf(account, asset, amount, reason));
  }

  /** Books money that came or went without a trade, as reconciliation found it. */
  movement({ venue, market, kind, id, asset, amount }: Movement): void {
    if (kind === 'transfer') {
      this.transfer({ venue, market }, asset, amount, id);
      return;
    }
    this.reconciliation({
      ...{ venue, market, asset, adjustment: amount, subject: 'balance', action: `${kind}: ${id}` },
      ...{ expected: '0', actual: amount },
    });
  }

  /** Funding that an account was paid, or paid where negative: the parts of it, all or none. */
  funding(account: AccountName, parts: readonly FundingPart[]): void {
    const { venue, market } = account;
    this.keepAll(
      parts.flatMap(({ symbol, strategy, amount, rate, markPrice, dueMs }): NewEntry[] => {
        const instrument = this.parts.instruments.find(account, symbol);
        if (instrument === undefined) return [];
        const whose = { venue, market, symbol: instrument.symbol, ...assetsOf(instrument), strategy };
        return [{ kind: 'funding', ...this.stamp(), ...whose, amount, rate, markPrice, dueMs }];
      }),
    );
  }

  /** What was compared with a venue, and what was done about it. */
  reconciliation(
    what: Pick<EntryOf<'reconciliation'>, 'subject' | 'expected' | 'actual' | 'action' | 'adjustment'> & {
      readonly venue: VenueId;
      readonly market: Market;
      readonly asset: string | null;
      readonly symbol?: string | null;
      readonly clientOrderId?: string | null;
    },
  ): void {
    this.keep({ kind: 'reconciliation', ...this.stamp(), ...NOBODY, ...what });
  }

  parameter(strategy: string, name: string, before: string | null, after: string, by: string): void {
    this.keep({ kind: 'parameter', ...this.stamp(), ...NOBODY, strategy, name, before, after, by });
  }

  risk(event: string, text: string, limit: string | null = null): void {
    this.keep({ kind: 'risk', ...this.stamp(), ...NOBODY, ...NO_LIMIT, limit, event, text });
  }

  private change(
    { venue, market, symbol, strategy, clientOrderId, intent, leg, side, quantity, price }: LedgerOrder,
    state: OrderState,
    venueOrderId: string | null,
    filledQuantity: string | null,
    reason: string | null,
  ): void {
    this.keep({
      kind: 'order',
      ...this.stamp(),
      ...{ venue, market, symbol, strategy, clientOrderId, intent, leg, side, quantity, price },
      ...{ state, venueOrderId, filledQuantity, reason, step: 'changed' },
    });
  }

  private bookFill(fill: Fill, clientOrderId: string, strategy: string): boolean {
    const instrument = this.parts.instruments.find(fill, fill.symbol);
    if (instrument === undefined) {
      this.note('unlisted-fill', fill);
      return false;
    }
    const named = { ...fill, symbol: instrument.symbol };
    const feeKnown = this.memory.feeKnown(named);
    if (feeKnown === true || (feeKnown === false && fill.fee === null)) return false;
    const { venue, market, symbol, tradeId, fee, feeAsset } = named;
    const asset = feeAsset ?? instrument.quote;
    const conversion = fee === null ? null : this.conversion(named, instrument, asset);
    if (feeKnown === false && fee !== null) {
      this.keep({
        kind: 'fee',
        ...this.stamp(),
        ...{ venue, market, symbol, strategy, tradeId, asset, amount: fee, conversion },
        ...assetsOf(instrument),
      });
      this.parts.onFill(fill);
      this.tellBaseFee(strategy, instrument, asset, fee);
      return false;
    }
    const { venueOrderId, side, price, quantity, liquidity, timeMs } = named;
    this.keep({
      kind: 'fill',
      ...this.stamp(),
      ...{ venue, market, symbol, strategy, clientOrderId, tradeId, venueOrderId, side, price, quantity, liquidity },
      ...assetsOf(instrument),
      ...{ fee, feeAsset: fee === null ? null : asset, feeConversion: conversion, venueTimeMs: timeMs },
    });
    this.parts.onFill(fill);
    if (fee !== null) this.tellBaseFee(strategy, instrument, asset, fee);
    return true;
  }

  private tellBaseFee(strategy: string, instrument: TradableInstrument, asset: string, fee: string): void {
    if (instrument.market === 'spot' && asset === instrument.base && !new Exact(fee).isZero())
      this.parts.onBaseFee(strategy, instrument, fee);
  }

  /** Quote units for one unit of a fee's asset. */
  private conversion({ price, venue }: Fill, { base, quote }: TradableInstrument, asset: string): string | null {
    if (asset === quote) return null;
    return asset === base ? price : this.parts.worth(venue, asset, quote);
  }

  private stamp(): Stamp {
    const { clock, turn } = this.parts;
    return { tsUs: clock.epochUs(), monotonicUs: clock.monotonicUs(), turn: turn() };
  }

  private transferOf({ venue, market }: AccountName, asset: string, amount: string, reason: string): NewEntry {
    return { kind: 'transfer', ...this.stamp(), ...NOBODY, venue, market, asset, amount, reason };
  }

  private keep(entry: NewEntry): void {
    this.take(
      entry,
      this.written(() => this.parts.writer.append(entry)),
    );
  }

  private keepAll(entries: readonly NewEntry[]): void {
    if (entries.length === 0) return;
    const last = this.written(() => this.parts.writer.appendAll(entries));
    for (const [place, entry] of entries.entries()) this.take(entry, last - entries.length + 1 + place);
  }

  private take(entry: NewEntry, sequence: number): void {
    const kept = { ...entry, sequence } as JournalEntry;
    const booking = this.memory.see(kept);
    if (booking !== null) this.parts.onBooked(booking, kept);
  }

  private written(write: () => number): number {
    if (this.broken !== null) throw this.broken.cause;
    try {
      return write();
    } catch (error) {
      this.broken = { cause: error };
      this.parts.onBroken(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }
}

function assetsOf({ base, quote, contractSize }: TradableInstrument): {
  readonly base: string;
  readonly quote: string;
  readonly contractSize: string;
} {
  return { base, quote, contractSize };
}
