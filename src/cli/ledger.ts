import { verify } from '../ledger/verify.js';
import type { CommandOutput } from './capture-verify.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';
import { readingLedger } from './ledger-file.js';

/** Audits a ledger and says what is wrong with it. @returns the exit code @throws InvalidInputError for no readable ledger */
export function verifyLedger(file: string, json: boolean, { write }: CommandOutput): number {
  const audit = readingLedger(file, verify);
  const { entries, head, findings } = audit;
  if (json) {
    write(`${JSON.stringify({ file, ...audit })}\n`);
  } else {
    for (const { kind, sequence, text } of findings) write(`${kind} at ${sequence}: ${text}\n`);
    write(`${file}: ${entries} entries, ${findings.length} findings, head ${head}\n`);
  }
  return findings.length === 0 ? EXIT_GOOD : EXIT_FOUND_FAULT;
}
