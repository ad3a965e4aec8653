// What clients tell as numbers, of what the engine has in units.
import { Decimal } from '../../src/domain/decimal.js';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import { moneyText } from '../../src/sim/matching/money.js';
import type { EngineAccount, EngineFill } from '../../src/sim/matching/types.js';

export function price(book: SimulatedBook, units: number): number {
  return Number(new Decimal(units).div(new Decimal(10).pow(book.instrument.priceDecimals)).toFixed());
}

/** A price on the grid that far from the touch, so that the order rests. */
export function away(book: SimulatedBook, side: 'buy' | 'sell', fraction: number): number {
  const touch = (side === 'buy' ? book.bids : book.asks).best()?.priceUnits ?? 0;
  const { tickUnits } = book.instrument;
  return price(book, Math.round((touch * (side === 'buy' ? 1 - fraction : 1 + fraction)) / tickUnits) * tickUnits);
}

/** A quantity. */
export function amount(book: SimulatedBook, units: number): number {
  return Number(`${units}e-${book.instrument.qtyDecimals}`);
}

export function sum(fills: readonly EngineFill[], part: (fill: EngineFill) => bigint): number {
  return Number(moneyText(fills.reduce((total, fill) => total + part(fill), 0n)));
}

/** What the engine says of an asset in the spot wallet, in a client's words. */
export function engineBalance(account: EngineAccount, asset: string): { total: number; used: number; free: number } {
  const { total, locked } = account.balance('spot', asset);
  return { total: Number(moneyText(total)), used: Number(moneyText(locked)), free: Number(moneyText(total - locked)) };
}
