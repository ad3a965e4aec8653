import type { TestKey } from '../../../src/sim/access/keys.js';
import { fixedText } from '../../../src/sim/fronts/decimal-text.js';
import type { SimulatedBook } from '../../../src/sim/market/book.js';
import { EPOCH_US, type Stage } from '../harness.js';

/** Milliseconds since the epoch by the venue's clock. */
export function epochMsOf({ time }: Stage): number {
  return Math.floor((EPOCH_US + time.monotonicUs()) / 1000);
}

/** The key pair of the first customer. */
export function keyOf({ simulation }: Stage): TestKey {
  const found = simulation.keys.binance;
  if (found === undefined) throw new Error('no key');
  return found;
}

/** A price that far below the best bid, on the grid. */
export function below({ instrument, bids }: SimulatedBook, fraction: number): string {
  const { tickUnits, priceDecimals } = instrument;
  const units = Math.round(((bids.best()?.priceUnits ?? 0) * (1 - fraction)) / tickUnits) * tickUnits;
  return fixedText(units, priceDecimals);
}

/** About so much of the quote asset, in whole lots. */
export function lots({ instrument, bids }: SimulatedBook, value: number): string {
  const at = (bids.best()?.priceUnits ?? 1) / 10 ** instrument.priceDecimals;
  return (value / at).toFixed(instrument.qtyDecimals);
}
