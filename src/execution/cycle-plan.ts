import { ceilToGrid, type Decimal, Exact, floorToGrid, isDecimal, tenTo } from '../domain/decimal.js';
import { wholeUnits } from '../domain/whole-units.js';
import { decimalText } from '../kernel/book-view.js';
import type { Intent, IntentLeg } from '../strategy/intent.js';
import { type BookInfo, rowName, type StrategyUniverse } from '../strategy/universe.js';
import type { ExecutionOpportunity, PlannedLeg } from './execution-types.js';
import type { JournalIntent } from './ports.js';

/** A leg with what sending and counting it takes. */
export interface CycleLeg extends PlannedLeg {
  readonly info: BookInfo;
  /** It can only bring the position nearer to zero. */
  readonly isReducing: boolean;
}

/** What a cycle begins with: a copy of the intent. */
export interface CyclePlan {
  readonly intent: number;
  readonly strategyName: string;
  readonly opportunity: ExecutionOpportunity;
  readonly legs: readonly CycleLeg[];
  readonly fallback: BookInfo | null;
  readonly tsUs: number;
  readonly hedgeByUs: number;
}

/** Nothing stays unhedged for longer, whatever an intent says. */
const HEDGE_US_MAX = 60_000_000;

/**
 * Copies what an intent says.
 * @param hedgeMs for intents that name no time
 * @returns why it cannot be carried out
 */
export function cyclePlan(
  intent: Intent,
  { books, rows }: StrategyUniverse,
  strategyNames: readonly string[],
  hedgeMs: number,
): CyclePlan | string {
  const legs: CycleLeg[] = [];
  for (let leg = 0; leg < intent.legCount; leg++) {
    const one = intent.legs[leg];
    const info = one === undefined ? undefined : books[one.book];
    if (one === undefined || info === undefined) return 'it names a book that there is not';
    legs.push(legOf(leg, one, info));
  }
  const [first] = legs;
  if (first === undefined) return 'it has no legs';
  const { strategy, purpose, expectedNet, expectedNetFraction, tsUs, hedgeByUs } = intent;
  const row = rows[first.info.row];
  const symbol = row === undefined ? first.symbol : rowName(row);
  const windowUs = hedgeByUs > tsUs ? hedgeByUs - tsUs : hedgeMs * 1000;
  return {
    intent: intent.id,
    strategyName: strategyNames[strategy] ?? String(strategy),
    opportunity: { strategy, purpose, symbol, expectedNet, expectedNetFraction, legs: legs.map(plannedOf) },
    legs,
    fallback: books[intent.fallbackBook] ?? null,
    tsUs,
    hedgeByUs: tsUs + Math.min(windowUs, HEDGE_US_MAX),
  };
}

/** What is kept of a plan. */
export function journalIntent({ intent, strategyName, opportunity }: CyclePlan): JournalIntent {
  const { purpose, symbol, expectedNet, legs } = opportunity;
  return {
    intent,
    strategy: strategyName,
    purpose,
    symbol,
    expectedNet: plainNumber(expectedNet),
    legs: legs.map(({ venue, market, symbol: name, side, quantity, limitPrice, reduceOnly }) => ({
      venue,
      market,
      symbol: name,
      side,
      quantity,
      limitPrice,
      reduceOnly,
    })),
  };
}

/** What a client order id is derived from. @param order how many of the leg left before: never twice the same, whatever happens */
export function orderKey(runId: string, intent: number, leg: number, order: number): string {
  return `${runId}:${intent}:${leg}:${order}`;
}

/** Base assets in an amount of the venue's own quantity. */
export function baseOf({ instrument }: BookInfo, quantity: Decimal | string): Decimal {
  return new Exact(quantity).mul(instrument.contractSize);
}

/** Positive when bought. */
export function signed(side: 'buy' | 'sell', amount: Decimal): Decimal {
  return side === 'buy' ? amount : amount.neg();
}

/**
 * A venue nets what all strategies hold of a contract: an order may be called reducing there only as far as that net goes.
 * @param netUnits signed quantity units that all strategies together hold of a book; undefined when there is one strategy alone
 */
export function reducesNet(
  { book, qtyScale }: BookInfo,
  side: 'buy' | 'sell',
  quantity: string | null,
  netUnits: ((book: number) => number) | undefined,
): boolean {
  if (netUnits === undefined) return true;
  const net = new Exact(netUnits(book)).div(tenTo(qtyScale));
  return (side === 'sell' ? net : net.neg()).gte(quantity ?? 0);
}

/** An order's worth on the venue's own grid, never worse or more than the leg allows. */
function legOf(leg: number, one: IntentLeg, info: BookInfo): CycleLeg {
  const { instrument, priceScale, qtyScale } = info;
  const { tickSize, lotSize } = instrument.rules;
  const { changeUnits, positionUnits, targetUnits, limitPriceUnits } = one;
  const side = changeUnits > 0 ? 'buy' : 'sell';
  return {
    leg,
    book: one.book,
    venue: instrument.venue,
    market: instrument.market,
    symbol: instrument.symbol,
    side,
    quantity: onGrid(Math.abs(changeUnits), qtyScale, lotSize, false),
    limitPrice: onGrid(limitPriceUnits, priceScale, tickSize, side === 'sell'),
    reduceOnly: one.reduceOnly && instrument.market === 'futures',
    info,
    isReducing: positionUnits * targetUnits >= 0 && Math.abs(targetUnits) < Math.abs(positionUnits),
  };
}

/** Units of 10^-scale as an exact text on a grid: the next multiple of the step that is not above, or not below. */
function onGrid(units: number, scale: number, step: string, isUp: boolean): string {
  const stepUnits = wholeUnits(step, scale);
  const over = units % stepUnits;
  const onStep = over === 0 ? units : units - over + (isUp ? stepUnits : 0);
  if (units >= 0 && Number.isSafeInteger(onStep)) return decimalText(onStep, scale);
  const value = new Exact(units).div(tenTo(scale));
  return isUp ? ceilToGrid(value, step) : floorToGrid(value, step);
}

/** A number as plain decimal text. */
function plainNumber(value: number): string {
  const text = String(value);
  return isDecimal(text) ? text : new Exact(value).toFixed();
}

function plannedOf({ info: _info, isReducing: _isReducing, ...planned }: CycleLeg): PlannedLeg {
  return planned;
}
