import type { MarginMode } from '../../domain/account.js';
import type { SimulatedBook } from '../market/book.js';
import { ONE, toMoney } from './money.js';
import type { EnginePosition, Money } from './types.js';

const LEVERAGE_DEFAULT = 10;

/** A position as the engine keeps it. */
export class PositionRecord implements EnginePosition {
  qtyUnits = 0;
  /** What its present quantity cost, exactly; the average price follows from it. */
  entryValue: Money = 0n;
  margin: Money = 0n;
  leverage: number;
  marginMode: MarginMode = 'isolated';
  realizedPnl: Money = 0n;
  updatedUs = 0;
  private readonly contract: Money;

  constructor(readonly book: SimulatedBook) {
    const { maxLeverage, contractSize, qtyDecimals } = book.instrument;
    this.leverage = Math.max(1, Math.min(LEVERAGE_DEFAULT, maxLeverage));
    this.contract = toMoney(contractSize) / 10n ** BigInt(qtyDecimals);
  }

  get entryPrice(): Money {
    if (this.qtyUnits === 0) return 0n;
    return (this.entryValue * ONE) / (BigInt(Math.abs(this.qtyUnits)) * this.contract);
  }

  /** The position as it is now; it does not change any more. */
  snapshot(): EnginePosition {
    const { book, qtyUnits, entryValue, entryPrice, margin, leverage, marginMode, realizedPnl, updatedUs } = this;
    return { book, qtyUnits, entryValue, entryPrice, margin, leverage, marginMode, realizedPnl, updatedUs };
  }
}
