import { basename } from 'node:path';
import type { Clock } from '../domain/clock.js';
import { SeededRandom } from '../domain/random.js';
import { DeltaWalk } from '../research/analysis/delta-walk.js';
import { walkForward } from '../research/analysis/walk-forward.js';
import { DeltaArbitrageOptimizer } from '../research/optimizer/delta-arbitrage-optimizer.js';
import { reportedWalk } from '../research/reports/walk-forward-report.js';
import { HOUR_US } from '../strategy/hedged/funding.js';
import type { CommandOutput } from './capture-verify.js';
import { type DeltaFlags, deltaOptions } from './delta-flags.js';
import { EXIT_GOOD } from './exit.js';
import { frameInFile } from './optimize-frame.js';
import { writeReportFolder } from './report-folder.js';
import { reportSummary } from './report-summary.js';
import { unfitData } from './unfit-data.js';

export interface WalkForwardFlags extends DeltaFlags {
  readonly trainShare: number;
  readonly retrainDays: number;
  /** Whether a training forgets what lies further back than the first one was long. */
  readonly rolling?: boolean | undefined;
  readonly maxHours: number;
  readonly seed: number;
  /** Folder that gets report.html, report.json, trades.parquet and equity.parquet. */
  readonly out?: string | undefined;
  readonly json?: boolean | undefined;
}

const CAPITAL_QUOTE = 10_000;
/** Of one training. */
const TIME_LIMIT_MS = 600_000;

/**
 * `tiercel walk-forward`: learns thresholds of the delta strategy, as the live optimiser does, on the first part of a file and tests them
 * on the rest, learning again every so many days. Between both lies as long as a position may be held.
 * @returns the exit code
 * @throws InvalidInputError for a file or a flag that cannot be used, and data that cannot be analysed
 */
export async function runWalkForward(
  path: string,
  flags: WalkForwardFlags,
  { write }: CommandOutput,
  clock: Clock,
): Promise<number> {
  try {
    const frame = await frameInFile(path);
    const { trainShare, retrainDays, rolling = false, maxHours, seed } = flags;
    const optimizer = new DeltaArbitrageOptimizer(clock, {
      ...deltaOptions(flags),
      maxHoldMinutes: maxHours * 60,
      timeLimitMs: TIME_LIMIT_MS,
    });
    const walk = new DeltaWalk(frame, optimizer);
    const report = await walkForward(walk, {
      ...{ from: frame.tsUs[0] as number, to: (frame.tsUs.at(-1) as number) + 1 },
      ...{ trainShare, retrainEvery: retrainDays * 24 * HOUR_US, purge: maxHours * HOUR_US, isAnchored: !rolling },
    });
    const reported = reportedWalk({
      ...{ name: basename(path), frame, walk, report, capitalQuote: CAPITAL_QUOTE },
      random: new SeededRandom(seed),
    });
    if (flags.out !== undefined) await writeReportFolder(flags.out, reported, '--out');
    write(flags.json === true ? `${JSON.stringify(report)}\n` : reportSummary(reported.report));
    return EXIT_GOOD;
  } catch (error) {
    throw unfitData(path, error, { path });
  }
}
