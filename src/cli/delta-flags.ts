import type { Command } from 'commander';
import type { DeltaOptimizerOptions } from '../research/optimizer/delta-arbitrage-optimizer.js';
import { number } from './arguments.js';

/** What thresholds of the delta strategy have to earn, and what trading costs. */
export interface DeltaFlags {
  readonly spotFeeBps: number;
  readonly futuresFeeBps: number;
  /** Share of the trades that win, trades a day, largest drawdown as a share of the position. */
  readonly hitRate: number;
  readonly minTrades: number;
  readonly maxDrawdown: number;
}

/** Adds the options of `DeltaFlags` to a command. */
export function addDeltaOptions(command: Command): Command {
  return command
    .option('--spot-fee-bps <bps>', 'taker fee', number, 5)
    .option('--futures-fee-bps <bps>', 'taker fee', number, 5)
    .option('--hit-rate <share>', 'of the trades that have to win', number, 0.7)
    .option('--min-trades <count>', 'a day', number, 5)
    .option('--max-drawdown <share>', 'of the position', number, 0.02);
}

/** The fees of the flags, as fractions. */
export function deltaFees({ spotFeeBps, futuresFeeBps }: DeltaFlags): Pick<DeltaOptimizerOptions, 'spotFee' | 'futFee'> {
  return { spotFee: spotFeeBps / 1e4, futFee: futuresFeeBps / 1e4 };
}

/** The flags as the optimiser takes them. */
export function deltaOptions(flags: DeltaFlags): Partial<DeltaOptimizerOptions> {
  const { hitRate, minTrades, maxDrawdown } = flags;
  return { ...deltaFees(flags), targetHitRate: hitRate, minTradesPerDay: minTrades, maxDrawdownTolerance: maxDrawdown };
}
