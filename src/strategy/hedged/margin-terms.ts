import { minimumMargin } from '../../domain/margin.js';
import type { BookInfo } from '../universe.js';

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
export function marginFraction({ instrument }: BookInfo, isLong: boolean, settings: MarginSettings): number {
  if (instrument.market !== 'futures') return 0;
  const leverage = Math.min(settings.leverage, LEVERAGE_CAP, instrument.contract?.maxLeverage ?? LEVERAGE_CAP);
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
