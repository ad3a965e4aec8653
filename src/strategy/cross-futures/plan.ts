import { SIZE_FEASIBLE } from '../../../assembly/memory/scan-layout.js';
import { BUY, SELL } from '../../kernel/pricing.js';
import type { StrategyContext } from '../context.js';
import type { Funds } from '../hedged/funds.js';
import { type HedgeGrid, isTradable, type OrderTerms, worsened } from '../hedged/order-terms.js';
import type { MarketView } from '../market-view.js';
import type { CrossFuturesConfig } from './config.js';
import type { FuturesRow } from './futures-row.js';

/** One leg of a plan. */
export interface PlanLeg {
  readonly place: number;
  readonly isLong: boolean;
  readonly units: number;
  /** Worst price taken, and the value by the book before costs. */
  readonly priceUnits: number;
  readonly quote: number;
}

/** Legs whose base amounts cancel out, with what they are expected to leave until the horizon. */
export interface Plan {
  readonly legs: readonly PlanLeg[];
  readonly grid: HedgeGrid;
  readonly base: number;
  readonly netQuote: number;
  /** Of what is paid for the long side. */
  readonly netFraction: number;
}

/** What a plan may take: from the view, the accounts and the budget. */
export interface PlanLimits {
  readonly market: MarketView;
  readonly context: StrategyContext;
  readonly funds: Funds;
  readonly config: CrossFuturesConfig;
}

const EPSILON = 1e-9;

/** One venue of a split while it is filled level by level. */
interface Ladder {
  readonly place: number;
  level: number;
  /** Steps left of the level, and of what the venue may take in all. */
  stepsAtLevel: number;
  stepsLeft: number;
  steps: number;
}

/** The greatest of the kernel's sizes of a row's best pair by expected net that the accounts pay for; null when there is none. */
export function pairPlan(row: FuturesRow, limits: PlanLimits): Plan | null {
  const { market, context, config } = limits;
  const { pairs, views } = market;
  const { row: index } = row.info;
  const long = pairs.buyVenue(index);
  const short = pairs.sellVenue(index);
  const [longTerms, shortTerms] = [row.terms[long], row.terms[short]];
  if (longTerms === undefined || shortTerms === undefined || !row.isSame(long, short)) return null;
  const most = config.maxPositionQuote / (views.askPriceUnits(longTerms.info.book) * longTerms.info.priceUnit);
  let best: Plan | null = null;
  for (let size = 0; size < pairs.sizeCount(index); size++) {
    if (pairs.sizeStatus(index, size) !== SIZE_FEASIBLE) continue;
    const units = pairs.sizeBaseUnits(index, size);
    const longUnits = units / longTerms.info.unitsPerQty;
    const base = longUnits * longTerms.info.basePerUnit;
    const taken = [
      [long, true, longUnits],
      [short, false, units / shortTerms.info.unitsPerQty],
    ] as const;
    if (base > most + EPSILON || taken.some(([place, isLong, wanted]) => wanted > affordable(row, place, isLong, limits)))
      continue;
    const plan = priced(row, taken, market, context);
    if (plan !== null && plan.netQuote > (best?.netQuote ?? Number.NEGATIVE_INFINITY)) best = plan;
  }
  return best;
}

/**
 * Spreads a position over several venues on each side: always the cheapest ask against the dearest bid that are left, step by step on
 * the grid of all venues, while that leaves more than the threshold. A venue is on one side only.
 */
export function splitPlan(row: FuturesRow, limits: PlanLimits): Plan | null {
  const { market, context, config } = limits;
  const { stepBase } = row.grid;
  const ladders = row.terms.flatMap((_, place) =>
    row.isTradable[place] === 1 ? [{ long: ladder(row, place, true, limits), short: ladder(row, place, false, limits) }] : [],
  );
  const price = market.views.askPriceUnits(row.bookAt(ladders[0]?.long.place ?? 0)) * (row.terms[0]?.info.priceUnit ?? 0);
  let left = Math.min(Math.floor(config.maxPositionQuote / (price * stepBase)), budgetSteps(row, limits));
  for (let used = 0; left > 0; ) {
    const long = cheapest(
      ladders.filter(({ short }) => short.steps === 0).map(({ long: found }) => found),
      true,
      row,
      limits,
      used,
    );
    const short = cheapest(
      ladders.filter(({ long: found }) => found.steps === 0 && found !== long).map((one) => one.short),
      false,
      row,
      limits,
      used + (long?.steps === 0 ? 1 : 0),
    );
    if (long === null || short === null || !row.isSame(long.place, short.place)) break;
    const margin = value(row, short, false, limits) - value(row, long, true, limits);
    if (margin < (config.minNetBps / 10_000) * price) break;
    const steps = Math.min(left, long.stepsAtLevel, long.stepsLeft, short.stepsAtLevel, short.stepsLeft);
    for (const one of [long, short]) {
      if (one.steps === 0) used++;
      one.steps += steps;
      one.stepsLeft -= steps;
      one.stepsAtLevel -= steps;
      advance(one, one === long, row, limits);
    }
    left -= steps;
  }
  const taken = ladders.flatMap(({ long, short }) =>
    [long, short]
      .filter(({ steps }) => steps > 0)
      .map((one) => [one.place, one === long, one.steps * unitsPerStep(row, one.place)] as const),
  );
  return taken.length < 2 ? null : priced(row, taken, market, context);
}

/** Walks the books for what shall be taken. @returns null when a book is too thin or a venue would not take the order */
function priced(
  row: FuturesRow,
  taken: readonly (readonly [place: number, isLong: boolean, units: number])[],
  { views }: MarketView,
  { costs }: StrategyContext,
): Plan | null {
  const legs: PlanLeg[] = [];
  let netQuote = 0;
  let paid = 0;
  let base = 0;
  for (const [place, isLong, units] of taken) {
    const terms = row.terms[place];
    if (terms === undefined) return null;
    const { book, basePerUnit } = terms.info;
    const side = isLong ? BUY : SELL;
    const quote = views.walk(book, side, units) * terms.quotePerUnit;
    const priceUnits = views.worstPriceUnits(book, side, units);
    if (quote <= 0 || units > terms.maxUnits || !isTradable(terms, units, priceUnits, false)) return null;
    legs.push({ place, isLong, units, priceUnits, quote });
    const back = units * basePerUnit * ((isLong ? row.longBack[place] : row.shortBack[place]) ?? 0);
    netQuote += isLong ? back - costs.paid(book, quote) : costs.received(book, quote) - back;
    if (isLong) {
      paid += costs.paid(book, quote);
      base += units * basePerUnit;
    }
  }
  return { legs, grid: row.gridOf(legs.map(({ place }) => place)), base, netQuote, netFraction: netQuote / paid };
}

function affordable(row: FuturesRow, place: number, isLong: boolean, limits: PlanLimits): number {
  const terms = row.terms[place];
  if (terms === undefined) return 0;
  const { context, funds } = limits;
  const price = dearestUnits(terms, isLong, limits);
  const byBudget = Math.floor(context.budget.leftQuote / 2 / funds.bound(terms, isLong ? 1 : -1, price));
  return Math.min(funds.affordableUnits(context, terms, isLong, price), byBudget, terms.maxUnits);
}

/** The price at which margin is reserved at most. */
function dearestUnits(terms: OrderTerms, isLong: boolean, { market: { views }, config }: PlanLimits): number {
  const { book } = terms.info;
  if (!isLong) return views.bidPriceUnits(book);
  return worsened(terms, views.levelPriceUnits(book, BUY, views.levelCount(book, BUY) - 1), true, config.openSlackBps / 10_000);
}

/** Steps that the budget pays for at the venue that binds most: half of it for each side, both bind margin. */
function budgetSteps(row: FuturesRow, limits: PlanLimits): number {
  let most = 0;
  for (const [place, { terms, unitsPerStep: units }] of row.grid.legs.entries()) {
    if (row.isTradable[place] === 0) continue;
    const long = limits.funds.bound(terms, units, dearestUnits(terms, true, limits));
    const short = limits.funds.bound(terms, -units, dearestUnits(terms, false, limits));
    most = Math.max(most, long, short);
  }
  return Math.floor(limits.context.budget.leftQuote / 2 / most);
}

function ladder(row: FuturesRow, place: number, isLong: boolean, limits: PlanLimits): Ladder {
  const steps = Math.floor(affordable(row, place, isLong, limits) / unitsPerStep(row, place));
  const one = { place, level: -1, stepsAtLevel: 0, stepsLeft: steps, steps: 0 };
  advance(one, isLong, row, limits);
  return one;
}

/** Goes on to the next level that holds a step. */
function advance(one: Ladder, isLong: boolean, row: FuturesRow, { market: { views } }: PlanLimits): void {
  const book = row.bookAt(one.place);
  const side = isLong ? BUY : SELL;
  while (one.stepsAtLevel < 1 && one.level < views.levelCount(book, side)) {
    one.level++;
    one.stepsAtLevel = Math.floor(views.levelQtyUnits(book, side, one.level) / unitsPerStep(row, one.place));
  }
}

/** The venue with the best price that may still be taken from; a new one only while there are legs left for both sides. */
function cheapest(ladders: readonly Ladder[], isLong: boolean, row: FuturesRow, limits: PlanLimits, used: number): Ladder | null {
  const { views } = limits.market;
  let best: Ladder | null = null;
  for (const one of ladders) {
    const isOver =
      one.level >= views.levelCount(row.bookAt(one.place), isLong ? BUY : SELL) || one.stepsLeft < 1 || one.stepsAtLevel < 1;
    if (isOver || (one.steps === 0 && used >= limits.config.maxLegs)) continue;
    if (best === null || (value(row, one, isLong, limits) - value(row, best, isLong, limits)) * (isLong ? 1 : -1) < 0) best = one;
  }
  return best;
}

/** What a base asset taken at the ladder's level costs, or yields, until it is closed again at the horizon. */
function value(row: FuturesRow, one: Ladder, isLong: boolean, { market, context }: PlanLimits): number {
  const book = row.bookAt(one.place);
  const price = market.views.levelPriceUnits(book, isLong ? BUY : SELL, one.level) * (row.terms[one.place]?.info.priceUnit ?? 0);
  return isLong
    ? context.costs.paid(book, price) - (row.longBack[one.place] ?? 0)
    : context.costs.received(book, price) - (row.shortBack[one.place] ?? 0);
}

function unitsPerStep(row: FuturesRow, place: number): number {
  return row.grid.legs[place]?.unitsPerStep ?? 0;
}
