// Appends to the ledger that is named until it is killed, and tells each sequence once it is kept. Every third write is a group of
// three entries. node build/test/ledger/appending-child.js FILE
import { writeSync } from 'node:fs';
import { LedgerError } from '../../src/ledger/errors.js';
import { Journal } from '../../src/ledger/journal.js';
import { note } from './samples.js';

const STDOUT = 1;

/** Refusals are told by their fault, and end the process. */
function main(path: string): void {
  const tell = (text: string | number): unknown => writeSync(STDOUT, `${text}\n`);
  try {
    const journal = Journal.open(path);
    tell(`open ${journal.lastSequence}`);
    for (let round = 0; ; round++) {
      const text = (part: number): string => `${'x'.repeat(round % 700)} ${part}`;
      const sequence =
        round % 3 === 0 ? journal.appendAll([0, 1, 2].map((part) => note(text(part)))) : journal.append(note(text(9)));
      tell(sequence);
    }
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    tell(`refused ${error.fault}`);
  }
}

main(process.argv[2] ?? '');
