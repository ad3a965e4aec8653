import { statSync, writeFileSync } from 'node:fs';
import { InvalidInputError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import { SeededRandom } from '../domain/random.js';
import { count } from '../ops/human-text.js';
import { BacktestEngine } from '../research/backtest/backtest-engine.js';
import type { BacktestResult } from '../research/backtest/backtest-types.js';
import { calibrateLatency, fixedLatency, type LatencySamples, latencyOf } from '../research/backtest/latency.js';
import type { TradingSetup } from '../research/backtest/paper-trading.js';
import { openRecording, type Recording } from '../research/backtest/recording.js';
import type { BookFees } from '../strategy/build-universe.js';
import { writeBacktestReport } from './backtest-report.js';
import { backtestSetup } from './backtest-setup.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { openCaptures } from './decide/captured-recording.js';
import { withStrategy } from './decide.js';
import { feesOf } from './deciding.js';
import { EXIT_GOOD } from './exit.js';
import { configuredUniverse } from './feed-plan.js';
import { readingLedger } from './ledger-file.js';

export interface BacktestFlags {
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
  /** What was taken of a book is there again after so long; with the book's next version when left out. */
  readonly recoveryMs?: number | undefined;
  readonly slippageBps: number;
  /** Of captures: messages count as received so long after their venue's time. */
  readonly receiveLatencyMs?: number | undefined;
  /** File that gets the whole result: trades, equity, report. */
  readonly out?: string | undefined;
  /** Folder that gets the report: a page, JSON and tables. */
  readonly report?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * `tiercel backtest`: the live engine over a folder of recordings or over captures of any origin, with orders on paper.
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
  const { strategy, set, seed, latencyFrom, recoveryMs = null, slippageBps, out, report, json = false } = flags;
  const chosen = strategy === undefined ? config : withStrategy(config, strategy, set);
  const recording = await openPaths(paths, chosen, flags);
  const samples = latencyFrom === undefined ? null : readingLedger(latencyFrom, (journal) => calibrateLatency(journal.read()));
  const setup = backtestSetup(chosen, recording.market.universe, latencyModels(flags, samples, new SeededRandom(seed)), {
    ...{ recoveryMs, slippageBps },
  });
  const result = await new BacktestEngine({
    ...{ ...recording, setup, runId: `backtest-${seed}` },
    onProgress: ({ events, nowUs }) => progress?.(`\r\x1b[2K${count(events)} frames, ${new Date(nowUs / 1000).toISOString()}`),
  }).run();
  progress?.('\r\x1b[2K');
  if (out !== undefined) writeResult(out, result);
  const { universe } = recording.market;
  const summary = report === undefined ? '' : await writeBacktestReport(report, result, { universe, seed });
  write(json ? `${JSON.stringify(summaryOf(result))}\n` : `${backtestText(result)}${summary}`);
  return EXIT_GOOD;
}

/** What lies in a folder is of the run that recorded it; files are captures, whoever recorded them. */
function openPaths(paths: readonly string[], config: Config, { receiveLatencyMs: latencyMs }: BacktestFlags): Promise<Recording> {
  const folders = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
  const signals = config.signals.enabled ? config.signals : undefined;
  const fees = (instrument: TradableInstrument): BookFees => feesOf(config, instrument);
  const [folder] = folders;
  if (folder === undefined) return openCaptures({ files: paths, feesOf: fees, signals, latencyMs });
  if (paths.length > 1 || latencyMs !== undefined)
    throw new InvalidInputError('a folder of recordings is backtested alone, at the times that it tells', { paths });
  return openRecording({
    folder,
    universeOf: (feeds) => configuredUniverse(config, feeds),
    feesOf: fees,
    ...(signals !== undefined && { memory: { signals } }),
  });
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
function summaryOf({ startUs, endUs, strategies, counts, hash, isClean, trades }: BacktestResult): object {
  return { startUs, endUs, trades: trades.length, strategies, counts, hash, isClean };
}

function backtestText({ startUs, endUs, strategies, counts, hash, trades }: BacktestResult): string {
  const at = (us: number): string => new Date(us / 1000).toISOString();
  const lines = [
    `${at(startUs)} to ${at(endUs)}: ${count(counts.events)} events, ${count(counts.turns)} turns, ${count(trades.length)} trades`,
    ...strategies.map(
      ({ strategy, asset, trades: own, wins, net, fees, funding }) =>
        `${strategy}: ${own} trades, ${wins} won, net ${net} ${asset} (fees ${fees}, funding ${funding})`,
    ),
    ...Object.entries(counts.causes).map(([cause, times]) => `  ${times} x ${cause}`),
    `state ${hash.slice(0, 16)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function writeResult(path: string, { entries: _, equity, ...result }: BacktestResult): void {
  const columns = { ...equity, tsUs: [...equity.tsUs], equity: [...equity.equity], exposure: [...equity.exposure] };
  try {
    writeFileSync(path, `${JSON.stringify({ ...result, equity: columns })}\n`);
  } catch (cause) {
    throw new InvalidInputError(`--out ${path} cannot be written`, { path }, { cause });
  }
}
