import { Exact } from '../../../domain/decimal.js';
import { groupBy } from '../../../domain/group-by.js';
import type { BacktestTrade, PlannedLeg } from '../trades.js';

/** Why a trade of one run is not the same in the other. */
export type DifferenceCause =
  /** Only the first run has it, or only the second. */
  | 'missing'
  | 'extra'
  /** Traded, on the same books and sides, and not for the same price, not as much, or decided at another time. */
  | 'fillPrice'
  | 'fillAmount'
  | 'latency';

/** How far two runs traded the same. */
export interface TradeComparison {
  /** Trades of the first run, and how many of them the second has as well: one to one. */
  readonly trades: number;
  readonly matched: number;
  /** Matched trades over the greater number of trades; 1 when neither run has any. */
  readonly matchedRatio: number;
  /** Differences by cause; a matched trade may have several, and is matched all the same. */
  readonly differencesByCause: Readonly<Record<DifferenceCause, number>>;
}

export interface CompareOptions {
  /** Two trades belong together when they were decided within so long of each other. */
  readonly withinUs: number;
  /** Times of deciding that differ by more count as a difference. */
  readonly sameUs: number;
}

/** Trades are one and the same when they were decided within a second; a millisecond apart they are noted as later. */
export const SAME_TRADE: CompareOptions = { withinUs: 1_000_000, sameUs: 1_000 };

/**
 * Pairs the trades of two runs: the same strategy and purpose, the same intents' books and sides, decided within `withinUs`, each trade
 * with the nearest that is left, in the order of the first run.
 */
export function compareTrades(
  first: readonly BacktestTrade[],
  second: readonly BacktestTrade[],
  { withinUs, sameUs }: CompareOptions,
): TradeComparison {
  const causes: Record<DifferenceCause, number> = { missing: 0, extra: 0, fillPrice: 0, fillAmount: 0, latency: 0 };
  const left = groupBy(second, keyOf);
  let matched = 0;
  for (const trade of first) {
    const candidates = left.get(keyOf(trade)) ?? [];
    const twin = nearest(candidates, trade.tsUs, withinUs);
    if (twin === undefined) {
      causes.missing++;
      continue;
    }
    candidates.splice(candidates.indexOf(twin), 1);
    matched++;
    const [price, amount] = legDifferences(trade, twin);
    if (price) causes.fillPrice++;
    if (amount) causes.fillAmount++;
    if (Math.abs(trade.tsUs - twin.tsUs) > sameUs) causes.latency++;
  }
  causes.extra = second.length - matched;
  const most = Math.max(first.length, second.length);
  return { trades: first.length, matched, matchedRatio: most === 0 ? 1 : matched / most, differencesByCause: causes };
}

/** What two runs left after fees, in one quote asset or several of the same worth: the difference as a percentage of the first's; 0 when both left nothing. */
export function netDifferencePct(first: readonly BacktestTrade[], second: readonly BacktestTrade[]): number {
  const [one, other] = [netOf(first), netOf(second)];
  if (one === other) return 0;
  return one === 0 ? Number.POSITIVE_INFINITY : (Math.abs(other - one) / Math.abs(one)) * 100;
}

function netOf(trades: readonly BacktestTrade[]): number {
  return trades.reduce((sum, { realised }) => sum.plus(realised), new Exact(0)).toNumber();
}

/** By what was planned: hedges that only one run needed do not part a pair. */
function keyOf({ strategy, purpose, planned }: BacktestTrade): string {
  return JSON.stringify([strategy, purpose, planned.map(legKey).sort()]);
}

function legKey({ venue, market, symbol, side }: PlannedLeg): string {
  return `${venue} ${market} ${symbol} ${side}`;
}

function nearest(trades: readonly BacktestTrade[], tsUs: number, withinUs: number): BacktestTrade | undefined {
  let best: BacktestTrade | undefined;
  let bestUs = withinUs;
  for (const trade of trades) {
    const us = Math.abs(trade.tsUs - tsUs);
    if (us > bestUs || (best !== undefined && us === bestUs)) continue;
    best = trade;
    bestUs = us;
  }
  return best;
}

function legDifferences(one: BacktestTrade, other: BacktestTrade): readonly [price: boolean, amount: boolean] {
  const legs = new Map(other.legs.map((leg) => [legKey(leg), leg]));
  let [price, amount] = [false, one.legs.length !== other.legs.length];
  for (const leg of one.legs) {
    const twin = legs.get(legKey(leg));
    if (twin === undefined) {
      amount = true;
      continue;
    }
    if (!new Exact(leg.averagePrice).eq(twin.averagePrice)) price = true;
    if (!new Exact(leg.quantity).eq(twin.quantity)) amount = true;
  }
  return [price, amount];
}
