// The part of `tiercel backtest --vary` that runs on a thread.
import { InvalidInputError } from '../domain/errors.js';
import { type BacktestSummary, type PlayFlags, playBacktest, summaryOf } from './backtest-play.js';
import type { Config } from './config.js';

/** A backtest for a thread. */
export interface VariantInput {
  readonly paths: readonly string[];
  readonly config: Config;
  readonly flags: PlayFlags;
}

/** What came of it; an error that a person can mend is told as its sentence, since errors lose their kind between threads. */
export type VariantOutput =
  | { readonly kind: 'played'; readonly summary: BacktestSummary }
  | { readonly kind: 'unusable'; readonly reason: string };

/** Plays one variant. */
export async function playVariant({ paths, config, flags }: VariantInput): Promise<VariantOutput> {
  try {
    return { kind: 'played', summary: summaryOf((await playBacktest(paths, config, flags)).result) };
  } catch (error) {
    if (error instanceof InvalidInputError) return { kind: 'unusable', reason: error.message };
    throw error;
  }
}
