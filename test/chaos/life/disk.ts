import type { Checkpoint, CheckpointStore } from '../../../src/ledger/checkpoints.js';
import { decodeEntry, encodeEntry, type JournalEntry, type LedgerEntry } from '../../../src/ledger/entries.js';
import { LedgerError } from '../../../src/ledger/errors.js';
import type { HaltRecord, HaltStore } from '../../../src/risk/halt.js';
import type { LedgerWriter } from '../../../src/trading/ledger-writer.js';

const CHECKPOINTS_KEPT = 2;

/** What outlives every process: the bytes of the ledger, and the record of a stop. */
export class Disk {
  readonly payloads: Uint8Array[] = [];
  readonly entries: JournalEntry[] = [];
  halt: string | null = null;
  /** What the entries had come to, the oldest first. */
  readonly checkpoints: (Checkpoint & { readonly basis: string })[] = [];
  fault: 'full' | 'unwritable' | null = null;

  /** @throws LedgerError while the disk has a fault */
  write(payload: Uint8Array, written: LedgerEntry): JournalEntry {
    if (this.fault !== null) throw new LedgerError(this.fault, `the disk is ${this.fault}`);
    this.payloads.push(payload);
    const entry = { ...written, sequence: this.payloads.length } as JournalEntry;
    this.entries.push(entry);
    return entry;
  }
}

/** When a process dies at its ledger: at which of its entries, and whether that entry was still kept. */
export interface JournalDeath {
  readonly at: number;
  readonly isKept: boolean;
}

/** The ledger as one process has it open. What it appends after its death goes nowhere. */
export class DiskLedger implements LedgerWriter {
  /** How often was written. */
  private writes = 0;
  private broken: LedgerError | null = null;

  constructor(
    private readonly disk: Disk,
    private readonly life: { readonly isAlive: boolean; die(why: string): void },
    private readonly death: JournalDeath | null,
    private readonly onEntry: (entry: JournalEntry) => void,
  ) {}

  get lastSequence(): number {
    return this.disk.payloads.length;
  }

  append(entry: LedgerEntry): number {
    return this.appendAll([entry]);
  }

  appendAll(entries: readonly LedgerEntry[]): number {
    const last = this.lastSequence + entries.length;
    if (!this.life.isAlive) return last;
    if (this.broken !== null) throw this.broken;
    const payloads = entries.map(encodeEntry);
    const isDeath = ++this.writes === this.death?.at;
    if (isDeath && this.death?.isKept === false) {
      this.life.die(`before entry ${last} (${entries.at(-1)?.kind})`);
      return last;
    }
    try {
      for (const [place, payload] of payloads.entries()) this.onEntry(this.disk.write(payload, entries[place] as LedgerEntry));
    } catch (error) {
      if (error instanceof LedgerError) this.broken = error;
      throw error;
    }
    if (isDeath) this.life.die(`after entry ${last} (${entries.at(-1)?.kind})`);
    return last;
  }

  readonly checkpoints: CheckpointStore = {
    newest: (basis) => this.disk.checkpoints.filter((one) => one.basis === basis).reverse(),
    keep: (basis, state) => {
      if (!this.life.isAlive || this.broken !== null || this.disk.fault !== null) return false;
      this.disk.checkpoints.push({ sequence: this.lastSequence, basis, state });
      if (this.disk.checkpoints.length > CHECKPOINTS_KEPT) this.disk.checkpoints.shift();
      return true;
    },
  };

  *read(from = 1): Iterable<JournalEntry> {
    for (let place = from - 1; place < this.disk.payloads.length; place++)
      yield decodeEntry(place + 1, this.disk.payloads[place] as Uint8Array);
  }

  close(): void {}
}

/** Where a stop is kept over restarts. */
export class DiskHaltStore implements HaltStore {
  constructor(
    private readonly disk: Disk,
    private readonly life: { readonly isAlive: boolean },
  ) {}

  load(): HaltRecord | null {
    return this.disk.halt === null ? null : (JSON.parse(this.disk.halt) as HaltRecord);
  }
  save(record: HaltRecord | null): void {
    if (this.life.isAlive) this.disk.halt = record === null ? null : JSON.stringify(record);
  }
}
