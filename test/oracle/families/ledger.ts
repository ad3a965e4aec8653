import type { CostMethod } from '../../../src/ledger/lots.js';
import { Position, type PositionFill, type PositionFunding } from '../../../src/ledger/position.js';
import type { Family } from '../family.js';
import { answerOf } from './exact.js';

type LedgerEvent =
  | ({ readonly t: 'fill' } & PositionFill)
  | ({ readonly t: 'funding' } & PositionFunding)
  | { readonly t: 'fee'; readonly amount: string }
  | { readonly t: 'transfer'; readonly asset: 'quote' | 'base'; readonly amount: string; readonly price?: string };

interface LedgerInput {
  readonly method: CostMethod;
  readonly events: readonly LedgerEvent[];
  readonly mark: string;
}

/** Family `ledger`: a position through fills, fees, funding and transfers. */
export const ledger: Family = (_books, _file, reference) => {
  const { method, events, mark } = reference.input as unknown as LedgerInput;
  return answerOf(() => {
    const position = new Position(method);
    const steps = events.map((event) => {
      apply(position, event);
      return [position.quantity.toFixed(), position.realisedGross.toFixed()];
    });
    return { ...position.statement(mark), steps };
  });
};

function apply(position: Position, event: LedgerEvent): void {
  if (event.t === 'fill') position.fill(event);
  else if (event.t === 'funding') position.fund(event);
  else if (event.t === 'fee') position.charge({ asset: 'quote', amount: event.amount });
  else if (event.asset === 'quote') position.transferQuote(event.amount);
  else position.transferBase(event.amount, event.price);
}
