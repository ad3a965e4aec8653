import { CalculationError } from '../domain/calculation-error.js';
import { Books, fillKey } from './books.js';
import { type CheckpointRow, isWhole } from './checkpoints.js';
import { decodeEntry, type EntryOf, type JournalEntry, SYNTHETIC } from './entries.js';
import { LedgerError } from './errors.js';
import type { JournalReader } from './journal.js';
import { chainHash, FIRST_HASH } from './journal-file.js';

/**
 * What can be wrong: a sequence that is missing; an entry whose hash does not follow from its bytes and the entry before; bytes that
 * are no entry; postings that do not add up; a fill, or a later step, of an order that no entry sent; a fill that is told twice; a
 * checkpoint that is not what its entries come to.
 */
export type FindingKind = 'gap' | 'hash' | 'unreadable' | 'unbalanced' | 'unknown-order' | 'repeated-fill' | 'checkpoint';

/**
 * What has no order of ours behind it and is nothing wrong: an order of the venue's own, such as the close of a position it liquidates;
 * a fill that reconciliation worked out.
 */
export type OutsideKind = 'venue-order' | 'worked-out';

/** Something wrong with a ledger. */
export interface Finding {
  readonly kind: FindingKind;
  readonly sequence: number;
  readonly text: string;
}

/** What an audit saw. */
export interface Audit {
  readonly entries: number;
  /** Hash of the last entry: noted elsewhere, it proves later that nothing was taken from the end. */
  readonly head: string;
  readonly findings: readonly Finding[];
  /** Fills that no order of ours explains, by what does. */
  readonly outside: Readonly<Record<OutsideKind, number>>;
  /** Checkpoints that were compared with their entries. */
  readonly checkpoints: number;
}

/** Works out anew what entries come to. */
export interface Replay {
  see(entry: JournalEntry): unknown;
  /** What a checkpoint of now would have. */
  state(): Uint8Array;
}

/**
 * Goes through a whole ledger. The chain of hashes shows every edit of an entry that is followed by others; someone who writes all
 * the rest anew as well, or cuts off the end, is only found by a head that was noted before.
 * @param replayOf makes what works out the states of checkpoints, by what else they depend on; null when it does not know how
 * @throws LedgerError when the file cannot be read at all
 */
export function verify(journal: JournalReader, replayOf: (basis: string) => Replay | null = () => null): Audit {
  const findings: Finding[] = [];
  const contents = new ContentCheck(findings);
  const checkpoints = new CheckpointCheck(journal.checkpointRows(), replayOf, findings);
  let entries = 0;
  let expected = 1;
  let head: Uint8Array = FIRST_HASH;
  for (const { sequence, payload, hash } of journal.rows()) {
    const add = (kind: FindingKind, text: string): unknown => findings.push({ kind, sequence, text });
    if (sequence !== expected) add('gap', gapText(expected, sequence - 1));
    else if (Buffer.compare(hash, chainHash(head, payload)) !== 0) add('hash', `entry ${sequence} or its hash was changed`);
    try {
      const entry = decodeEntry(sequence, payload);
      contents.check(entry);
      checkpoints.see(entry, hash);
    } catch (error) {
      if (!(error instanceof LedgerError || error instanceof CalculationError)) throw error;
      add(error instanceof LedgerError && error.fault === 'corrupt' ? 'unreadable' : 'unbalanced', error.message);
    }
    entries++;
    expected = sequence + 1;
    head = hash;
  }
  for (const { asset, sum } of contents.books.unbalanced()) {
    findings.push({ kind: 'unbalanced', sequence: expected - 1, text: `all accounts together have ${sum.toFixed()} ${asset}` });
  }
  checkpoints.end();
  const { outside } = contents;
  return { entries, head: Buffer.from(head).toString('hex'), findings, outside, checkpoints: checkpoints.compared };
}

/** Whether checkpoints have what their entries come to. */
class CheckpointCheck {
  compared = 0;
  private readonly bySequence: Map<number, CheckpointRow>;
  private readonly replays: Map<string, Replay | null>;

  constructor(
    rows: readonly CheckpointRow[],
    replayOf: (basis: string) => Replay | null,
    private readonly findings: Finding[],
  ) {
    this.bySequence = new Map(rows.map((row) => [row.sequence, row]));
    this.replays = new Map(rows.map(({ basis }) => [basis, replayOf(basis)]));
  }

  see(entry: JournalEntry, hash: Uint8Array): void {
    // Nothing is worked out that no checkpoint is left for.
    if (this.bySequence.size === 0) return;
    for (const replay of this.replays.values()) replay?.see(entry);
    const row = this.bySequence.get(entry.sequence);
    if (row === undefined) return;
    this.bySequence.delete(entry.sequence);
    const replay = this.replays.get(row.basis) ?? null;
    this.compared++;
    if (!isWhole(row)) this.add(row, 'was changed');
    else if (Buffer.compare(row.hash, hash) !== 0) this.add(row, 'belongs to other entries');
    else if (replay === null) this.compared--;
    else if (Buffer.compare(row.state, replay.state()) !== 0) this.add(row, 'is not what its entries come to');
  }

  end(): void {
    for (const row of this.bySequence.values()) this.add(row, 'has no entry');
  }

  private add({ sequence }: CheckpointRow, what: string): void {
    this.findings.push({ kind: 'checkpoint', sequence, text: `the checkpoint at entry ${sequence} ${what}` });
  }
}

/** What entries say of each other. */
class ContentCheck {
  readonly books = new Books();
  readonly outside = { 'venue-order': 0, 'worked-out': 0 };
  private readonly orders = new Set<string>();
  private readonly fills = new Map<string, number>();

  constructor(private readonly findings: Finding[]) {}

  check(entry: JournalEntry): void {
    if (entry.kind === 'order') this.checkOrder(entry.sequence, entry.clientOrderId, entry.step === 'sending');
    if (entry.kind === 'fill') {
      const { sequence, clientOrderId, venue, tradeId } = entry;
      const outside = this.orders.has(clientOrderId) ? null : outsideKind(entry);
      if (outside === null) this.checkOrder(sequence, clientOrderId, false);
      else this.outside[outside]++;
      const key = fillKey(entry);
      const first = this.fills.get(key);
      if (first === undefined) this.fills.set(key, sequence);
      else this.add('repeated-fill', sequence, `fill ${tradeId} of ${venue} is told by entry ${first} and by entry ${sequence}`);
      if (first !== undefined) return;
    }
    this.books.book(entry);
  }

  private checkOrder(sequence: number, clientOrderId: string, isSending: boolean): void {
    if (isSending) this.orders.add(clientOrderId);
    else if (!this.orders.has(clientOrderId)) {
      this.add('unknown-order', sequence, `entry ${sequence} is about order ${clientOrderId}, which no entry before it sent`);
    }
  }

  private add(kind: FindingKind, sequence: number, text: string): void {
    this.findings.push({ kind, sequence, text });
  }
}

/** What else than an order of ours is behind a fill; null for nothing. One of an order that only the venue names is the venue's own. */
function outsideKind({ tradeId, clientOrderId, venueOrderId }: EntryOf<'fill'>): OutsideKind | null {
  if (tradeId.startsWith(SYNTHETIC)) return 'worked-out';
  return clientOrderId === venueOrderId ? 'venue-order' : null;
}

function gapText(first: number, last: number): string {
  return first === last ? `entry ${first} is missing` : `entries ${first} to ${last} are missing`;
}
