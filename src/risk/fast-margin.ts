/**
 * Distance of the liquidation price of an isolated linear position from its mark price, as a fraction of the mark price: the doubles'
 * version of `positionFigures` (domain/margin.ts), for the check of every order.
 * @param signedBase base assets, negative for a short position
 * @returns Infinity where no price liquidates it, negative where it is liquidated already
 */
export function liquidationDistance(
  signedBase: number,
  entry: number,
  mark: number,
  walletMargin: number,
  maintenanceAndFeeRate: number,
): number {
  const sign = signedBase < 0 ? -1 : 1;
  const base = Math.abs(signedBase);
  const price = (signedBase * entry - walletMargin) / (base * (sign - maintenanceAndFeeRate));
  return price > 0 ? (sign * (mark - price)) / mark : Number.POSITIVE_INFINITY;
}
