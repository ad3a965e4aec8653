import type { SimulatedBook } from '../../market/book.js';
import { toMoney } from '../../matching/money.js';
import type { EndReason, EngineFill, EngineOrder, Money, NewOrder } from '../../matching/types.js';
import { trimmedText } from '../decimal-text.js';
import type { NumberStyle } from './frames.js';

/** What the venue calls the ends of orders on either market. */
const FINISHES: Record<EndReason, { readonly spot: string; readonly futures: string }> = {
  user: { spot: 'cancelled', futures: 'cancelled' },
  countdown: { spot: 'cancelled', futures: 'cancelled' },
  ioc: { spot: 'ioc', futures: 'ioc' },
  fok: { spot: 'fok', futures: 'ioc' },
  'post-only': { spot: 'poc', futures: 'cancelled' },
  'self-trade': { spot: 'stp', futures: 'stp' },
  'reduce-only': { spot: 'cancelled', futures: 'reduce_only' },
  liquidation: { spot: 'liquidate_cancelled', futures: 'liquidated' },
  restart: { spot: 'cancelled', futures: 'cancelled' },
};

/** `filled`, or why an order ended; null while it is open. */
export function finishOf({ state, endReason, book }: EngineOrder): string | null {
  if (state === 'open') return null;
  return endReason === null ? 'filled' : FINISHES[endReason][book.instrument.market];
}

/** A time in force by the venue's name. */
export const TIME_IN_FORCE: Readonly<Record<string, NewOrder['timeInForce']>> = {
  gtc: 'gtc',
  ioc: 'ioc',
  fok: 'fok',
  poc: 'post-only',
};

/** The venue's name of a time in force. */
export function timeInForceText({ timeInForce }: EngineOrder): string {
  return timeInForce === 'post-only' ? 'poc' : timeInForce;
}

/** A count of contracts: a number, or a text for those who asked for texts. */
export function contracts(count: number, { sizesAsText }: NumberStyle): number | string {
  return sizesAsText ? String(count) : count;
}

/** What a new order asks for when it meets another of its account, by the venue's name. */
export const SELF_TRADE: Readonly<Record<string, NonNullable<NewOrder['selfTrade']>>> = {
  cn: 'cancel-taker',
  co: 'cancel-maker',
  cb: 'cancel-both',
};

/** What an order said of self-trades. */
export function selfTradeText({ selfTrade }: EngineOrder): string {
  return Object.entries(SELF_TRADE).find(([, known]) => known === selfTrade)?.[0] ?? '-';
}

/** Average price of an order's fills, rounded to the price's decimals and two more; 0 without one. */
export function averagePrice({ book, filledUnits, filledQuote }: EngineOrder): string {
  if (filledUnits === 0) return '0';
  const { priceDecimals, qtyDecimals, contractSize } = book.instrument;
  const amount = (BigInt(filledUnits) * toMoney(contractSize)) / 10n ** BigInt(qtyDecimals);
  const decimals = priceDecimals + 2;
  return trimmedText(Number((filledQuote * 10n ** BigInt(decimals)) / amount), decimals);
}

/** A sum over an order's fills. */
export function sumOf({ fills }: EngineOrder, part: (fill: EngineFill) => Money): Money {
  return fills.reduce((sum, fill) => sum + part(fill), 0n);
}

/** A price of units as text. */
export function priceText({ instrument }: SimulatedBook, units: number | null): string {
  return units === null ? '0' : trimmedText(units, instrument.priceDecimals);
}

/** A fraction of basis points, exactly: 20 is "0.002". */
export function feeText(bps: number): string {
  return trimmedText(Math.round(bps * 1000), 7);
}

/** Microseconds as milliseconds. */
export function msOf(us: number): number {
  return Math.floor(us / 1000);
}

/** Microseconds as seconds. */
export function secondsOf(us: number): number {
  return Math.floor(us / 1e6);
}
