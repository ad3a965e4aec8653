import { Decimal, floorToGrid } from '../../domain/decimal.js';
import type { AccountName } from '../../execution/reconciliation-types.js';
import type { Views } from '../../kernel/views.js';
import type { RiskConfig } from '../../risk/config.js';
import type { StrategyUniverse } from '../../strategy/universe.js';
import { LedgerMemory } from '../ledger-memory.js';
import type { LedgerWriter } from '../ledger-writer.js';
import { markOf } from './funding.js';
import type { PaperOpening } from './wallet.js';

/** What a new paper account is given, in quote assets. Plain decimals. */
export interface PaperEndowment {
  /** Of each quote asset. */
  readonly quote: string;
  /** Worth of each base asset on spot, at the prices of now: what is sold has to be there. */
  readonly inventory: string;
}

/** What the accounts of a ledger come to; null for an account that it has never opened. */
export function ledgerOpenings(
  ledger: Pick<LedgerWriter, 'read' | 'checkpoints'>,
  rates: RiskConfig['rates'],
): (account: AccountName) => PaperOpening | null {
  const memory = new LedgerMemory(rates);
  memory.readAll(ledger);
  return (account) => memory.snapshotOf(account)?.account ?? null;
}

/** Share of the books that prices are wanted of before accounts get their inventory. */
const IN_SIGHT = 0.9;

/** Whether most books have a price, so that inventory can be given at it. @param oldestUs books received before do not count */
export function isInSight({ books }: StrategyUniverse, views: Views, oldestUs: number): boolean {
  let seen = 0;
  for (const { book } of books) if (views.isTradable(book, oldestUs)) seen++;
  return seen >= books.length * IN_SIGHT;
}

/** A first opening: every quote asset, and on spot every base asset whose book is in sight, on the grid of its lots. */
export function firstOpening(
  { books }: StrategyUniverse,
  views: Views,
  { venue, market }: AccountName,
  { quote, inventory }: PaperEndowment,
): PaperOpening {
  const totals = new Map<string, string>();
  for (const info of books) {
    const { instrument } = info;
    if (instrument.venue !== venue || instrument.market !== market) continue;
    totals.set(instrument.quote, quote);
    const price = market === 'spot' && !totals.has(instrument.base) ? markOf(info, views) : null;
    if (price !== null) totals.set(instrument.base, floorToGrid(new Decimal(inventory).div(price), instrument.rules.lotSize));
  }
  return { balances: [...totals].map(([asset, total]) => ({ asset, total })), positions: [] };
}
