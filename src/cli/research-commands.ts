import type { Command } from 'commander';
import { type BacktestFlags, runBacktest } from './backtest.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { exitWith } from './exit.js';
import { type ParityFlags, runParity } from './parity.js';

/** What the commands share with all others. */
export interface CommandSurroundings<Flags> {
  readonly terminal: CommandOutput;
  readonly configFrom: (flags: Flags) => Config;
  readonly number: (text: string) => number;
}

/** Adds the commands of the laboratory. */
export function addResearchCommands<Flags extends object>(
  program: Command,
  { terminal, configFrom, number }: CommandSurroundings<Flags>,
): void {
  program
    .command('backtest')
    .description('the live engine over recordings, with orders on paper: trades, profit and why intents came to nothing')
    .argument('<folder>', 'what `tiercel record` or `tiercel run --record` wrote')
    .option('-c, --config <file>', 'YAML configuration: strategies, fees, sizes, costs, limits')
    .option('--strategy <kind>', 'the strategy; `tiercel strategies` lists them. Those of the configuration when left out')
    .option(
      '--set <key=value>',
      'a parameter of the strategy; may be repeated',
      (text: string, all: string[]) => [...all, text],
      [],
    )
    .option('--seed <seed>', 'decides everything that is drawn', number, 1)
    .option('--to-venue-ms <ms>', 'what orders take to a venue', number, 20)
    .option('--from-venue-ms <ms>', 'what answers take back', number, 20)
    .option('--latency-from <ledger>', 'draw latencies from the round trips in this ledger of an earlier run')
    .option(
      '--recovery-ms <ms>',
      'what was taken of a book is there again after so long; with its next version when left out',
      number,
    )
    .option('--slippage-bps <bps>', 'trade at prices that are worse than shown by so much', number, 0)
    .option('--out <file>', 'write trades, equity and report as JSON')
    .option('--json', 'print one line of JSON')
    .action((folder: string, flags: Flags & BacktestFlags) =>
      exitWith(() => runBacktest(folder, configFrom(flags), flags, terminal)),
    );

  program
    .command('parity')
    .description('trade on paper over simulated venues, backtest and replay the recording, and say how far they agree')
    .option('-c, --config <file>', 'YAML configuration: strategies, sizes, costs, limits')
    .option('--minutes <minutes>', 'of virtual time', number, 3)
    .option('--seed <seed>', 'decides everything that happens', number, 1)
    .option('--record <folder>', 'keep the recording in this empty folder')
    .option('--json', 'print one line of JSON')
    .action((flags: Flags & ParityFlags) => exitWith(() => runParity(configFrom(flags), flags, terminal)));
}
