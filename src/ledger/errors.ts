import { TiercelError } from '../domain/errors.js';

/**
 * What is wrong with a ledger file: it cannot be opened or written; the disk is full; another process writes it; its content is
 * damaged; it is no ledger; a later version wrote it; an entry does not have the form of its kind; or its postings do not add up
 * to nothing.
 */
export type LedgerFault = 'unwritable' | 'full' | 'in-use' | 'corrupt' | 'foreign' | 'newer' | 'invalid-entry' | 'unbalanced';

/** The ledger cannot be trusted or written any more, so that nothing may be traded. */
export class LedgerError extends TiercelError {
  readonly code = 'TIERCEL_LEDGER';
  readonly remedy = 'halt';

  constructor(
    readonly fault: LedgerFault,
    message: string,
    context: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, context, options);
  }
}
