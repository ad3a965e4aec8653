import { writeFileSync } from 'node:fs';
import { InvalidInputError } from '../domain/errors.js';
import { count } from '../ops/human-text.js';
import { compareWithLedger } from '../research/analysis/ledger-comparison.js';
import type { EngineResult } from '../research/backtest/backtest-types.js';
import { tradesOf } from '../research/backtest/trades.js';
import { type PlayFlags, playBacktest, summaryOf } from './backtest-play.js';
import { writeBacktestReport } from './backtest-report.js';
import { runVariants } from './backtest-variants.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { withStrategy } from './decide.js';
import { EXIT_GOOD } from './exit.js';
import { ledgerComparisonText } from './ledger-comparison.js';
import { readingLedger } from './ledger-file.js';

export interface BacktestFlags extends PlayFlags {
  /** Kind of the strategy; those of the configuration when left out. */
  readonly strategy?: string | undefined;
  /** "key=value", the value as JSON or as text. */
  readonly set: readonly string[];
  /** "key=value,value,...": a backtest for each combination of values. */
  readonly vary: readonly string[];
  /** For the backtests of `vary`. */
  readonly threads: number;
  /** Ledger of the run that was recorded: the trades are held against its own. */
  readonly against?: string | undefined;
  /** File that gets the whole result: trades, equity, report. */
  readonly out?: string | undefined;
  /** Folder that gets the report: a page, JSON and tables. */
  readonly report?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * `tiercel backtest`: the live engine over a folder of recordings, captures of any origin or a catalogue, with orders on paper.
 * @param paths one folder, or files
 * @returns the exit code
 * @throws InvalidInputError for paths, a strategy or a parameter that cannot be used
 */
export async function runBacktest(
  paths: readonly string[],
  config: Config,
  { strategy, set, vary, threads, against, out, report, json = false, ...play }: BacktestFlags,
  output: CommandOutput,
): Promise<number> {
  if (vary.length > 0) {
    if (strategy === undefined) throw new InvalidInputError('--vary needs --strategy, whose parameters it varies');
    if (against !== undefined || out !== undefined || report !== undefined)
      throw new InvalidInputError('--against, --out and --report are for one backtest, not for those of --vary');
    await runVariants(paths, config, { ...play, strategy, set, vary, threads, json }, output);
    return EXIT_GOOD;
  }
  const { write, progress } = output;
  const chosen = strategy === undefined ? config : withStrategy(config, strategy, set);
  const run = against === undefined ? null : readingLedger(against, (journal) => tradesOf(journal.read()));
  const { result, universe } = await playBacktest(paths, chosen, play, ({ events, nowUs }) =>
    progress?.(`\r\x1b[2K${count(events)} events, ${new Date(nowUs / 1000).toISOString()}`),
  );
  progress?.('\r\x1b[2K');
  if (out !== undefined) writeResult(out, result);
  const summary = report === undefined ? '' : await writeBacktestReport(report, result, { universe, seed: play.seed });
  const comparison = run === null ? null : compareWithLedger(run, result);
  if (json) write(`${JSON.stringify({ ...summaryOf(result), ...(comparison !== null && { against: comparison }) })}\n`);
  else write(`${backtestText(result)}${summary}${comparison === null ? '' : ledgerComparisonText(comparison)}`);
  return EXIT_GOOD;
}

function backtestText({ startUs, endUs, strategies, counts, hash, trades }: EngineResult): string {
  const at = (us: number): string => new Date(us / 1000).toISOString();
  const lines = [
    `${at(startUs)} to ${at(endUs)}: ${count(counts.events)} events, ${count(counts.turns)} turns, ${count(trades.length)} trades`,
    ...strategies.map(
      ({ strategy, asset, trades: own, wins, net, fees, funding }) =>
        `${strategy}: ${own} trades, ${wins} won, net ${net} ${asset} (fees ${fees}, funding ${funding})`,
    ),
    ...Object.entries(counts.causes).map(([cause, times]) => `  ${times} x ${cause}`),
    `state ${hash.slice(0, 16)}, at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB of memory`,
  ];
  return `${lines.join('\n')}\n`;
}

function writeResult(path: string, { entries: _, equity, ...result }: EngineResult): void {
  const columns = { ...equity, tsUs: [...equity.tsUs], equity: [...equity.equity], exposure: [...equity.exposure] };
  try {
    writeFileSync(path, `${JSON.stringify({ ...result, equity: columns })}\n`);
  } catch (cause) {
    throw new InvalidInputError(`--out ${path} cannot be written`, { path }, { cause });
  }
}
