import { type OutsideKind, type Replay, verify } from '../ledger/verify.js';
import { LedgerMemory } from '../trading/ledger-memory.js';
import { ratesOf } from '../trading/memory-state.js';
import type { CommandOutput } from './capture-verify.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';
import { readingLedger } from './ledger-file.js';

/** Audits a ledger and says what is wrong with it. @returns the exit code @throws InvalidInputError for no readable ledger */
export function verifyLedger(file: string, json: boolean, { write }: CommandOutput): number {
  const audit = readingLedger(file, (journal) => verify(journal, replayOf));
  const { entries, head, findings, outside, checkpoints } = audit;
  if (json) {
    write(`${JSON.stringify({ file, ...audit })}\n`);
  } else {
    for (const { kind, sequence, text } of findings) write(`${kind} at ${sequence}: ${text}\n`);
    for (const [kind, count] of Object.entries(outside)) if (count > 0) write(`${count} ${OUTSIDE[kind as OutsideKind]}\n`);
    write(`${file}: ${entries} entries, ${checkpoints} checkpoints, ${findings.length} findings, head ${head}\n`);
  }
  return findings.length === 0 ? EXIT_GOOD : EXIT_FOUND_FAULT;
}

const OUTSIDE: Readonly<Record<OutsideKind, string>> = {
  'venue-order': "fills of a venue's own orders, such as liquidations",
  'worked-out': 'fills that reconciliation worked out',
};

/** What works out the states of a ledger's checkpoints; null for those of another version. */
export function replayOf(basis: string): Replay | null {
  const rates = ratesOf(basis);
  return rates === null ? null : new LedgerMemory(rates);
}
