import type { FuturesContract } from '../../domain/instrument.js';
import { minimumMargin } from '../../domain/margin.js';
import type { StrategyUniverse } from '../universe.js';
import type { MarginOf } from './funds.js';

/** No configuration goes beyond it. */
export const LEVERAGE_CAP = 10;

/** How much margin positions are given. */
export interface MarginSettings {
  readonly leverage: number;
  /** Liquidation is at least so far from the entry price, as a fraction of it. */
  readonly minLiquidationDistance: number;
  /** What venues demand of a position, and take when it is liquidated, as fractions of its value. */
  readonly maintenanceRate: number;
  readonly liquidationFeeRate: number;
}

/**
 * Margin that a futures position is given, as a fraction of its value at entry: what the leverage asks for (the lowest of the
 * configured one, the venue's and the cap), or more where liquidation would be nearer than the distance. 0 for spot.
 */
export function marginFraction(contract: FuturesContract | null, isLong: boolean, settings: MarginSettings): number {
  if (contract === null) return 0;
  const leverage = Math.min(settings.leverage, LEVERAGE_CAP, contract.maxLeverage);
  const { walletMargin } = minimumMargin({
    side: isLong ? 'long' : 'short',
    base: '1',
    entry: '1',
    mark: '1',
    distancePct: String(settings.minLiquidationDistance * 100),
    maintenanceRate: String(settings.maintenanceRate),
    liquidationFeeRate: String(settings.liquidationFeeRate),
  });
  return Math.max(1 / leverage, Number(walletMargin));
}

/** The margin fractions of all books of a universe, reckoned once. */
export function marginTable({ books }: StrategyUniverse, settings: MarginSettings): MarginOf {
  const table = books.map(({ instrument: { contract } }) => [
    marginFraction(contract, false, settings),
    marginFraction(contract, true, settings),
  ]);
  return ({ book }, isLong) => table[book]?.[isLong ? 1 : 0] ?? 1;
}
