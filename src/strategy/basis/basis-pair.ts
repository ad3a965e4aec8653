import { type HedgeGrid, hedgeGrid, type OrderTerms, orderTerms } from '../hedged/order-terms.js';
import type { BookInfo, StrategyUniverse } from '../universe.js';

/** The spot book and one futures book of the same base and quote asset. */
export class BasisPair {
  readonly grid: HedgeGrid;
  /** Milliseconds since the epoch; null for a perpetual. */
  readonly expiryMs: number | null;
  readonly fundingHours: number;
  /** Turn of the last look, so that a turn in which both books changed looks once. */
  lookedTurn = -1;
  /** When and with what verdict a look was last noted, by stage. */
  readonly notedUs = new Float64Array(3).fill(Number.NEGATIVE_INFINITY);
  readonly notedVerdict = new Int32Array(3).fill(-1);

  constructor(
    readonly spot: OrderTerms,
    readonly futures: OrderTerms,
  ) {
    this.grid = hedgeGrid(spot, futures);
    const { contract } = futures.info.instrument;
    this.expiryMs = contract?.settlementDate ?? null;
    this.fundingHours = this.expiryMs === null ? (contract?.fundingInterval ?? 0) : 0;
  }
}

/** All pairs of a universe, and for every book those that it belongs to. */
export interface BasisPairs {
  readonly all: readonly BasisPair[];
  readonly ofBook: readonly (readonly BasisPair[])[];
}

/** Every spot book with every futures book of the same assets, whatever their venues. */
export function basisPairs({ books }: StrategyUniverse): BasisPairs {
  const futures = new Map<string, OrderTerms[]>();
  for (const info of books) {
    if (info.instrument.market !== 'futures') continue;
    const same = futures.get(assetsOf(info)) ?? [];
    same.push(orderTerms(info));
    futures.set(assetsOf(info), same);
  }
  const ofBook: BasisPair[][] = books.map(() => []);
  const all: BasisPair[] = [];
  for (const info of books) {
    if (info.instrument.market !== 'spot') continue;
    const spot = orderTerms(info);
    for (const future of futures.get(assetsOf(info)) ?? []) {
      const pair = new BasisPair(spot, future);
      all.push(pair);
      ofBook[info.book]?.push(pair);
      ofBook[future.info.book]?.push(pair);
    }
  }
  return { all, ofBook };
}

function assetsOf({ instrument: { base, quote } }: BookInfo): string {
  return `${base} ${quote}`;
}
