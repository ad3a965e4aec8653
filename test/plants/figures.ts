import type { Verdict } from './judge.js';

/** The figures of many seeds, in the order in which they are printed. */
export interface Figures {
  readonly seeds: number;
  readonly planted: number;
  readonly found: number;
  readonly foundRatio: number;
  readonly trapsPlanted: number;
  readonly trapsTaken: number;
  readonly profitErrorBpMax: number;
  readonly signalRecall: number;
  readonly signalFalseRatio: number;
}

const FOUND_RATIO_MIN = 0.99;
const PROFIT_ERROR_BP_MAX = 1;
const RECALL_MIN = 0.95;
const FALSE_RATIO_MAX = 0.05;

/** What the verdicts of so many seeds come to. A share of nothing is perfect. */
export function figuresOf(seeds: number, sum: Verdict): Figures {
  return {
    seeds,
    planted: sum.planted,
    found: sum.found,
    foundRatio: sum.planted === 0 ? 1 : sum.found / sum.planted,
    trapsPlanted: sum.trapsPlanted,
    trapsTaken: sum.trapsTaken,
    profitErrorBpMax: sum.profitErrorBpMax,
    signalRecall: sum.signalsPlanted === 0 ? 1 : sum.signalsFound / sum.signalsPlanted,
    signalFalseRatio: sum.onsets === 0 ? 0 : sum.falseOnsets / sum.onsets,
  };
}

/** Which figures miss their bounds, in words. */
export function misses(figures: Figures): string[] {
  const { foundRatio, trapsTaken, profitErrorBpMax, signalRecall, signalFalseRatio } = figures;
  const said: string[] = [];
  if (foundRatio < FOUND_RATIO_MIN) said.push(`foundRatio ${foundRatio} is below ${FOUND_RATIO_MIN}`);
  if (trapsTaken > 0) said.push(`trapsTaken ${trapsTaken} is above 0`);
  if (!(profitErrorBpMax <= PROFIT_ERROR_BP_MAX))
    said.push(`profitErrorBpMax ${profitErrorBpMax} is above ${PROFIT_ERROR_BP_MAX}`);
  if (signalRecall < RECALL_MIN) said.push(`signalRecall ${signalRecall} is below ${RECALL_MIN}`);
  if (signalFalseRatio > FALSE_RATIO_MAX) said.push(`signalFalseRatio ${signalFalseRatio} is above ${FALSE_RATIO_MAX}`);
  return said;
}
