import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidInputError } from '../domain/errors.js';
import { SAME_TRADE } from '../research/backtest/parity/compare-trades.js';
import { checkParity, type ParityReport } from '../research/backtest/parity/parity.js';
import { backtestSetup } from './backtest-setup.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';
import { differencesText } from './ledger-comparison.js';
import { ProgressBar } from './progress-bar.js';

export interface ParityFlags {
  readonly minutes: number;
  readonly seed: number;
  /** Where the recording is kept; nowhere when left out. */
  readonly record?: string | undefined;
  readonly json?: boolean | undefined;
}

/** What has to hold of every run. */
const MATCHED_MIN = 0.99;
const PROFIT_PCT_MAX = 1;
/** The simulated market: thirty assets, six of them with contracts, four hundred updates a second, a spread every second and a half. */
const MARKET = { symbols: 30, futuresSymbols: 6, updatesPerSecond: 400, plantIntervalMs: 1_500, levels: 100, viewLevels: 20 };
/** What frames and orders take one way, in milliseconds: drawn for each, as a network does. */
const WIRE = { distribution: 'lognormal', medianMs: 3, sigma: 0.3 } as const;
const ORDERS = { distribution: 'lognormal', medianMs: 15, sigma: 0.4 } as const;

/**
 * `tiercel parity`: trades on paper over simulated venues while recording, backtests and replays the recording, and says how far the
 * three agree. Minutes are of virtual time.
 * @returns the exit code: 1 when they do not agree as far as they have to
 * @throws InvalidInputError for a number or folder that cannot be used
 */
export async function runParity(config: Config, flags: ParityFlags, { write, progress }: CommandOutput): Promise<number> {
  const { minutes, seed, record, json = false } = flags;
  if (!(minutes > 0)) throw new InvalidInputError(`--minutes ${minutes}: expected minutes above 0`, { minutes });
  if (!Number.isInteger(seed) || seed < 0)
    throw new InvalidInputError(`--seed ${seed}: expected a whole number from 0 on`, { seed });
  const folder = record === undefined ? mkdtempSync(join(tmpdir(), 'tiercel-parity-')) : emptyFolder(record);
  const bar = new ProgressBar(1, progress);
  try {
    const { report } = await checkParity({
      ...{ ...MARKET, ...SAME_TRADE, folder, seed, minutes, latencySeed: seed + 1, wire: WIRE, orders: ORDERS },
      setup: (universe, modelsOf) => backtestSetup(config, universe, modelsOf),
      onProgress: (share) => bar.to(share, 'paper run'),
    });
    bar.clear();
    write(json ? `${JSON.stringify(report)}\n` : parityText(report));
    return agrees(report) ? EXIT_GOOD : EXIT_FOUND_FAULT;
  } finally {
    bar.clear();
    if (record === undefined) rmSync(folder, { recursive: true });
  }
}

function agrees({ tradesMatchedRatio, profitDifferencePct, replayIdentical }: ParityReport): boolean {
  return tradesMatchedRatio >= MATCHED_MIN && profitDifferencePct <= PROFIT_PCT_MAX && replayIdentical;
}

function parityText(report: ParityReport): string {
  const { trades, tradesMatchedRatio, profitDifferencePct, replayIdentical, differencesByCause } = report;
  return (
    `${trades} trades on paper; the backtest of the recording has ${(tradesMatchedRatio * 100).toFixed(2)} % of them one to one, ` +
    `and a profit that differs by ${profitDifferencePct.toFixed(3)} %; the replay ${replayIdentical ? 'is the same' : 'DIFFERS'}\n` +
    differencesText(differencesByCause)
  );
}

function emptyFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    if (readdirSync(folder).length === 0) return folder;
  } catch (cause) {
    throw new InvalidInputError(`the folder ${folder} cannot be used`, { folder }, { cause });
  }
  throw new InvalidInputError(`the folder ${folder} is not empty`, { folder });
}
