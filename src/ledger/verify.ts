import { CalculationError } from '../domain/calculation-error.js';
import { Books, fillKey } from './books.js';
import { decodeEntry, type JournalEntry } from './entries.js';
import { LedgerError } from './errors.js';
import type { JournalReader } from './journal.js';
import { chainHash, FIRST_HASH } from './journal-file.js';

/**
 * What can be wrong: a sequence that is missing; an entry whose hash does not follow from its bytes and the entry before; bytes that
 * are no entry; postings that do not add up; a fill, or a later step, of an order that no entry sent; a fill that is told twice.
 */
export type FindingKind = 'gap' | 'hash' | 'unreadable' | 'unbalanced' | 'unknown-order' | 'repeated-fill';

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
}

/**
 * Goes through a whole ledger. The chain of hashes shows every edit of an entry that is followed by others; someone who writes all
 * the rest anew as well, or cuts off the end, is only found by a head that was noted before.
 * @throws LedgerError when the file cannot be read at all
 */
export function verify(journal: JournalReader): Audit {
  const findings: Finding[] = [];
  const contents = new ContentCheck(findings);
  let entries = 0;
  let expected = 1;
  let head: Uint8Array = FIRST_HASH;
  for (const { sequence, payload, hash } of journal.rows()) {
    const add = (kind: FindingKind, text: string): unknown => findings.push({ kind, sequence, text });
    if (sequence !== expected) add('gap', gapText(expected, sequence - 1));
    else if (Buffer.compare(hash, chainHash(head, payload)) !== 0) add('hash', `entry ${sequence} or its hash was changed`);
    try {
      contents.check(decodeEntry(sequence, payload));
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
  return { entries, head: Buffer.from(head).toString('hex'), findings };
}

/** What entries say of each other. */
class ContentCheck {
  readonly books = new Books();
  private readonly orders = new Set<string>();
  private readonly fills = new Map<string, number>();

  constructor(private readonly findings: Finding[]) {}

  check(entry: JournalEntry): void {
    if (entry.kind === 'order') this.checkOrder(entry.sequence, entry.clientOrderId, entry.step === 'sending');
    if (entry.kind === 'fill') {
      const { sequence, clientOrderId, venue, tradeId } = entry;
      this.checkOrder(sequence, clientOrderId, false);
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

function gapText(first: number, last: number): string {
  return first === last ? `entry ${first} is missing` : `entries ${first} to ${last} are missing`;
}
