import type { LedgerEntry } from '../../src/ledger/entries.js';
import { LedgerError } from '../../src/ledger/errors.js';
import { CheckedLedger } from './checked-ledger.js';

/** A ledger on a disk that can be full. */
export class BrokenLedger extends CheckedLedger {
  isBroken = false;

  override append(entry: LedgerEntry): number {
    if (this.isBroken) throw new LedgerError('full', 'the disk is full', {});
    return super.append(entry);
  }
}
