import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { SystemClock } from '../domain/system-clock.js';
import { number, repeated } from './arguments.js';
import type { BacktestFlags } from './backtest.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { addDeltaOptions } from './delta-flags.js';
import { exitWith } from './exit.js';
import type { OptimizeFlags } from './optimize.js';
import type { ParityFlags } from './parity.js';
import { untilAskedToStop } from './stop-signal.js';
import type { WalkForwardFlags } from './walk-forward.js';

/** What the commands share with all others. */
export interface CommandSurroundings<Flags> {
  readonly terminal: CommandOutput;
  readonly configFrom: (flags: Flags) => Config;
}

/** Adds the commands of the laboratory. */
export function addResearchCommands<Flags extends object>(
  program: Command,
  { terminal, configFrom }: CommandSurroundings<Flags>,
): void {
  program
    .command('backtest')
    .description(
      'the live engine over recordings, captures or a catalogue, with orders on paper: trades, profit, and why intents came to nothing',
    )
    .argument(
      '<path...>',
      'the folder that `tiercel record` or `tiercel run --record` wrote, captures of any origin, or with --instruments a catalogue',
    )
    .option('--instruments <file>', 'what was listed, as YAML or JSON: the folder is a catalogue of `tiercel history`')
    .option('--from <moment>', 'of a catalogue: from a date or moment on')
    .option('--to <moment>', 'of a catalogue: up to a date or moment')
    .option('-c, --config <file>', 'YAML configuration: strategies, fees, sizes, costs, limits')
    .option('--strategy <kind>', 'the strategy; `tiercel strategies` lists them. Those of the configuration when left out')
    .option('--set <key=value>', 'a parameter of the strategy; may be repeated', repeated, [])
    .option(
      '--vary <key=value,...>',
      'with --strategy: a backtest for each value, and for each combination of several; may be repeated',
      repeated,
      [],
    )
    .option('--threads <count>', 'for the backtests of --vary', number, availableParallelism())
    .option('--seed <seed>', 'decides everything that is drawn', number, 1)
    .option('--to-venue-ms <ms>', 'what orders take to a venue', number, 20)
    .option('--from-venue-ms <ms>', 'what answers take back', number, 20)
    .option('--latency-from <ledger>', 'draw latencies from the round trips in this ledger of an earlier run')
    .option('--against <ledger>', 'of a recorded run: hold the trades against those that it made')
    .option(
      '--recovery-ms <ms>',
      'what was taken of a book is there again after so long; with its next version when left out',
      number,
    )
    .option('--slippage-bps <bps>', 'trade at prices that are worse than shown by so much', number, 0)
    .option('--receive-latency-ms <ms>', "of captures: count messages as received so long after their venue's own time", number)
    .option('--out <file>', 'write trades, equity and report as JSON')
    .option('--report <folder>', 'write report.html, report.json, trades.parquet and equity.parquet')
    .option('--json', 'print one line of JSON')
    .action((paths: string[], flags: Flags & BacktestFlags) =>
      exitWith(async () => (await import('./backtest.js')).runBacktest(paths, configFrom(flags), flags, terminal)),
    );

  const optimize = program
    .command('optimize')
    .description('thresholds of the delta strategy from the touch of a spot book and a perpetual, and what they are worth')
    .argument(
      '<data>',
      'CSV or Parquet with timestamp, spot_bid_price, spot_ask_price, fut_bid_price, fut_ask_price; or the folder of a catalogue',
    )
    .option('--spot <venue/symbol>', 'the book of spot in the catalogue')
    .option('--futures <venue/symbol>', 'the book of the perpetual in the catalogue')
    .option('--hours <hours>', 'look at the last hours', number, 24);
  addDeltaOptions(optimize)
    .option('--method <method>', 'search with the optimiser of strategies: grid, genetic, multi-objective or bayesian')
    .option('--objective <name>', 'what it is to make large: return, sharpe or calmar', 'return')
    .option(
      '--simulation <kind>',
      'of the finalists: engine, the live one over paper venues, or prices, both legs at the touch',
      'engine',
    )
    .option('--evaluations <count>', 'most parameter sets that it looks at', number, 200)
    .option('--folds <count>', 'walk-forward folds out of sample', number, 3)
    .option('--seed <seed>', 'decides everything that is drawn', number, 1)
    .option('--threads <count>', 'for full simulations', number, availableParallelism())
    .option('--json', 'print one line of JSON')
    .action((data: string, flags: OptimizeFlags) =>
      exitWith(async () => {
        const { runOptimize } = await import('./optimize.js');
        const { TaskCancelledError } = await import('../research/pool/research-pool.js');
        const stop = new AbortController();
        void untilAskedToStop().then(() => stop.abort(new TaskCancelledError('the search was called off')));
        return runOptimize(data, flags, terminal, { clock: new SystemClock(), stop: stop.signal });
      }),
    );

  const forward = program
    .command('walk-forward')
    .description(
      'thresholds of the delta strategy learnt on the first part of a file and tested on the rest, learnt again every month',
    )
    .argument('<file>', 'CSV or Parquet: timestamp, spot_bid_price, spot_ask_price, fut_bid_price, fut_ask_price')
    .option('--train-share <share>', 'of the file that the first training has', number, 0.6)
    .option('--retrain-days <days>', 'length of a test, after which is trained again', number, 30)
    .option('--rolling', 'train on as much as the first time, not on everything so far')
    .option('--max-hours <hours>', 'longest hold, at most 6', number, 6);
  addDeltaOptions(forward)
    .option('--seed <seed>', 'decides what the scenarios draw', number, 1)
    .option('--out <folder>', 'write report.html, report.json, trades.parquet and equity.parquet')
    .option('--json', 'print one line of JSON')
    .action((file: string, flags: WalkForwardFlags) =>
      exitWith(async () => (await import('./walk-forward.js')).runWalkForward(file, flags, terminal, new SystemClock())),
    );

  program
    .command('parity')
    .description('trade on paper over simulated venues, backtest and replay the recording, and say how far they agree')
    .option('-c, --config <file>', 'YAML configuration: strategies, sizes, costs, limits')
    .option('--minutes <minutes>', 'of virtual time', number, 3)
    .option('--seed <seed>', 'decides everything that happens', number, 1)
    .option('--record <folder>', 'keep the recording in this empty folder')
    .option('--json', 'print one line of JSON')
    .action((flags: Flags & ParityFlags) =>
      exitWith(async () => (await import('./parity.js')).runParity(configFrom(flags), flags, terminal)),
    );
}
