/** What must hold, by short names. */
export const INVARIANTS = [
  'order-doubled',
  'order-unrecorded',
  'order-beyond-plan',
  'hedge-beside-hedge',
  'funds-twice',
  'unhedged-too-long',
  'evened-for-ever',
  'limit-passed',
  'book-not-trusted',
  'sent-before-ready',
  'sent-after-stop',
  'sent-after-halt',
  'loss-not-stopped',
  'fill-wrong',
  'fill-twice',
  'fill-missing',
  'ledger-differs',
  'cash-differs',
  'unbalanced',
  'ledger-unsound',
  'risk-state-differs',
  'capital-differs',
  'order-left',
  'dust-left',
  'not-trading',
  'crashed',
] as const;
export type Invariant = (typeof INVARIANTS)[number];

/** An invariant that was broken. */
export interface Violation {
  readonly invariant: Invariant;
  readonly atUs: number;
  readonly text: string;
}

/** Takes what was broken. */
export type Accuse = (invariant: Invariant, text: string) => void;
