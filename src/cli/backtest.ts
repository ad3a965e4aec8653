import { writeFileSync } from 'node:fs';
import { InvalidInputError } from '../domain/errors.js';
import { SeededRandom } from '../domain/random.js';
import { count } from '../ops/human-text.js';
import { compareWithLedger } from '../research/analysis/ledger-comparison.js';
import { BacktestEngine } from '../research/backtest/backtest-engine.js';
import type { EngineResult } from '../research/backtest/backtest-types.js';
import { calibrateLatency, fixedLatency, type LatencySamples, latencyOf } from '../research/backtest/latency.js';
import type { Pace } from '../research/backtest/pace.js';
import type { TradingSetup } from '../research/backtest/paper-trading.js';
import { tradesOf } from '../research/backtest/trades.js';
import { type HistoryFlags, withHistory } from './backtest-history.js';
import { writeBacktestReport } from './backtest-report.js';
import { backtestSetup } from './backtest-setup.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { withStrategy } from './decide.js';
import { EXIT_GOOD } from './exit.js';
import { ledgerComparisonText } from './ledger-comparison.js';
import { readingLedger } from './ledger-file.js';

export interface BacktestFlags extends HistoryFlags {
  /** Kind of the strategy; those of the configuration when left out. */
  readonly strategy?: string | undefined;
  /** "key=value", the value as JSON or as text. */
  readonly set: readonly string[];
  readonly seed: number;
  /** What orders take to a venue, and answers back. */
  readonly toVenueMs: number;
  readonly fromVenueMs: number;
  /** Ledger of an earlier run, whose round trips say how long orders take. */
  readonly latencyFrom?: string | undefined;
  /** Ledger of the run that was recorded: the trades are held against its own. */
  readonly against?: string | undefined;
  /** What was taken of a book is there again after so long; with the book's next version when left out. */
  readonly recoveryMs?: number | undefined;
  readonly slippageBps: number;
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
  flags: BacktestFlags,
  { write, progress }: CommandOutput,
): Promise<number> {
  const { strategy, set, seed, latencyFrom, against, recoveryMs = null, slippageBps, out, report, json = false } = flags;
  const chosen = strategy === undefined ? config : withStrategy(config, strategy, set);
  const samples = latencyFrom === undefined ? null : readingLedger(latencyFrom, (journal) => calibrateLatency(journal.read()));
  const run = against === undefined ? null : readingLedger(against, (journal) => tradesOf(journal.read()));
  const { result, universe } = await withHistory(paths, chosen, flags, async ({ pace, ...history }) => {
    const { universe } = history.market;
    const models = latencyModels(flags, samples, new SeededRandom(seed));
    const setup = atPace(backtestSetup(chosen, universe, models, { recoveryMs, slippageBps }), pace);
    const engine = new BacktestEngine({
      ...{ ...history, setup, runId: `backtest-${seed}` },
      ...(pace !== null && { equityMs: pace.equityMs }),
      onProgress: ({ events, nowUs }) => progress?.(`\r\x1b[2K${count(events)} events, ${new Date(nowUs / 1000).toISOString()}`),
    });
    return { result: await engine.run(), universe };
  });
  progress?.('\r\x1b[2K');
  if (out !== undefined) writeResult(out, result);
  const summary = report === undefined ? '' : await writeBacktestReport(report, result, { universe, seed });
  const comparison = run === null ? null : compareWithLedger(run, result);
  if (json) write(`${JSON.stringify({ ...summaryOf(result), ...(comparison !== null && { against: comparison }) })}\n`);
  else write(`${backtestText(result)}${summary}${comparison === null ? '' : ledgerComparisonText(comparison)}`);
  return EXIT_GOOD;
}

/** What the pace says beside what the configuration says. */
function atPace(setup: TradingSetup, pace: Pace | null): TradingSetup {
  if (pace === null) return setup;
  const { paper, desk, ...own } = pace.setup;
  return { ...setup, ...own, paper: { ...setup.paper, ...paper }, desk: { ...setup.desk, ...desk } };
}

function latencyModels(
  { toVenueMs, fromVenueMs }: BacktestFlags,
  samples: ReadonlyMap<string, LatencySamples> | null,
  random: SeededRandom,
): TradingSetup['modelsOf'] {
  return (account) => {
    const own = random.fork(`${account.venue} ${account.market}`);
    const latency = samples === null ? undefined : latencyOf(samples, account, own);
    return { latency: latency ?? fixedLatency(toVenueMs, fromVenueMs) };
  };
}

/** The result without its long lists. */
function summaryOf({ startUs, endUs, strategies, counts, hash, isClean, trades }: EngineResult): object {
  return { startUs, endUs, trades: trades.length, strategies, counts, hash, isClean };
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
