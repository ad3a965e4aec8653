import { InvalidInputError } from '../domain/errors.js';
import { LedgerError } from '../ledger/errors.js';
import { JournalReader } from '../ledger/journal.js';
import { existingFile } from '../transport/existing-file.js';

/**
 * Opens a ledger, lets an action read it, and closes it.
 * @throws InvalidInputError when there is no such file, or it cannot be read as a ledger
 */
export function readingLedger<T>(file: string, action: (journal: JournalReader) => T): T {
  existingFile(file);
  try {
    const journal = JournalReader.open(file);
    try {
      return action(journal);
    } finally {
      journal.close();
    }
  } catch (error) {
    if (error instanceof LedgerError) throw new InvalidInputError(error.message, { file }, { cause: error });
    throw error;
  }
}
