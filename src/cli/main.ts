#!/usr/bin/env node
import { Command, InvalidArgumentError, Option } from 'commander';
import { SystemClock, systemTimers } from '../domain/system-clock.js';
import { MARKETS, VENUES, type VenueId } from '../domain/venue.js';
import { DEFAULT_DISCOVERY } from '../market/discovery.js';
import { number, repeated } from './arguments.js';
import type { CommandOutput } from './capture-verify.js';
import { type Config, loadConfig } from './config.js';
import type { DecideFlags } from './decide.js';
import type { DiscoverFlags } from './discover.js';
import { EXIT_BAD_INPUT, exitWith } from './exit.js';
import { addHistoryCommands } from './history/commands.js';
import type { ReportFlags } from './report.js';
import { addResearchCommands } from './research-commands.js';
import type { SimulationFlags } from './sim.js';
import { untilAskedToStop } from './stop-signal.js';
import { packageVersion } from './version.js';

function venueList(text: string): string[] {
  const venues = text.split(',').map((venue) => venue.trim());
  for (const venue of venues) {
    if (!VENUES.some((known) => known === venue))
      throw new InvalidArgumentError(`"${venue}" is no venue; known are ${VENUES.join(', ')}.`);
  }
  return venues;
}

interface ConfigFlags {
  readonly config?: string;
  readonly host?: string;
  readonly port?: number;
  readonly symbols?: number;
  readonly seed?: number;
  readonly updatesPerSecond?: number;
  readonly minNetBps?: number;
  readonly busyPoll?: boolean;
  readonly logLevel?: string;
  readonly pretty?: boolean;
  readonly venues?: readonly string[];
}

interface RunFlags {
  readonly liveData?: boolean;
  readonly live?: boolean;
  readonly iAcceptRealOrders?: boolean;
  readonly keys?: string;
  readonly durationS?: number;
  readonly quiet?: boolean;
  readonly record?: string;
}

/** The configuration: defaults, then the file, then what the command line says. */
function configFrom(flags: ConfigFlags): Config {
  const { venues } = flags;
  return loadConfig(flags.config, {
    venues:
      venues === undefined ? undefined : Object.fromEntries(VENUES.map((venue) => [venue, { enabled: venues.includes(venue) }])),
    engine: { minNetBps: flags.minNetBps, busyPoll: flags.busyPoll },
    operator: { host: flags.host, port: flags.port },
    simulation: { symbols: flags.symbols, seed: flags.seed, updatesPerSecond: flags.updatesPerSecond },
    log: { level: flags.logLevel, pretty: flags.pretty },
  });
}

/** Results go to standard output; progress is for people at a terminal only. */
const terminal: CommandOutput = {
  write: (text) => process.stdout.write(text),
  progress: process.stderr.isTTY === true ? (text) => process.stderr.write(text) : undefined,
};

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

// Each command loads its own modules when it is called: a start of the engine does not wait for the laboratory.
const program = new Command('tiercel')
  .description('Cross-exchange crypto arbitrage engine')
  .version(packageVersion())
  .showHelpAfterError('(tiercel --help lists the commands, tiercel <command> --help their options)')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT_BAD_INPUT));

program
  .command('run')
  .description('find cross-venue opportunities and trade them: on paper at simulated venues unless told otherwise')
  .option('-c, --config <file>', 'YAML configuration; `tiercel doctor` prints all keys with their defaults')
  .option('--live-data', "the real exchanges' public feeds instead of simulated venues; orders stay on paper")
  .option('--live', 'real orders at the real exchanges, of the smallest size; needs keys, limits, and the next option')
  .option('--i-accept-real-orders', 'needed with --live: real money is traded')
  .option('--keys <file>', 'YAML file with keys, readable by its owner only')
  .option('--venues <list>', 'only these venues, separated by commas', venueList)
  .option('--host <host>', 'address of dashboard and API')
  .option('-p, --port <port>', 'port of dashboard and API; 0 takes a free one', number)
  .option('--symbols <count>', 'assets of the simulated market', number)
  .option('--updates-per-second <rate>', 'book updates a second of the simulated market', number)
  .option('--seed <seed>', 'seed of the simulated market', number)
  .option('--min-net-bps <bps>', 'net spread from which on an opportunity counts', number)
  .option('--busy-poll', 'poll for changes instead of waiting; for a dedicated core')
  .option('--record <folder>', 'write every frame, and what every turn saw, to files in this folder; `tiercel replay` reads them')
  .option('--duration-s <seconds>', 'stop by itself after so long', number)
  .option('--log-level <level>', 'trace, debug, info, warn or error')
  .option('--pretty', 'readable log lines instead of JSON')
  .option('--quiet', 'no live view')
  .action((flags: ConfigFlags & RunFlags) =>
    exitWith(async () =>
      (await import('./run.js')).runEngine(configFrom(flags), {
        liveData: flags.liveData === true || flags.live === true,
        ...(flags.live === true && { live: { acceptRealOrders: flags.iAcceptRealOrders === true, keysFile: flags.keys } }),
        quiet: flags.quiet === true,
        durationMs: flags.durationS === undefined ? undefined : flags.durationS * 1000,
        recordFolder: flags.record,
      }),
    ),
  );

program
  .command('record')
  .description('record every frame of the feeds, both directions, without an engine')
  .argument('<folder>', 'where the capture files go')
  .option('-c, --config <file>', 'YAML configuration')
  .option('--live-data', "the real exchanges' public feeds instead of simulated venues")
  .option('--venues <list>', 'only these venues, separated by commas', venueList)
  .option('--symbols <count>', 'assets of the simulated market', number)
  .option('--seed <seed>', 'seed of the simulated market', number)
  .option('--updates-per-second <rate>', 'book updates a second of the simulated market', number)
  .option('--duration-s <seconds>', 'stop by itself after so long', number)
  .option('--log-level <level>', 'trace, debug, info, warn or error')
  .option('--pretty', 'readable log lines instead of JSON')
  .action((folder: string, flags: ConfigFlags & { liveData?: boolean; durationS?: number }) =>
    exitWith(async () =>
      (await import('./record.js')).runRecord(configFrom(flags), {
        liveData: flags.liveData === true,
        folder,
        durationMs: flags.durationS === undefined ? undefined : flags.durationS * 1000,
      }),
    ),
  );

program
  .command('sim')
  .description('simulated venues alone: REST and WebSocket in the protocols of the real ones, with test keys to trade')
  .option('--venues <list>', 'only these venues, separated by commas', venueList)
  .option('--symbols <count>', 'assets in the market', number)
  .option('--futures-symbols <count>', 'how many of them have a perpetual contract as well', number)
  .option('--updates-per-second <rate>', 'book updates a second over all venues', number)
  .option('--plant-interval-ms <ms>', 'mean time between planted spreads', number)
  .option('--seed <seed>', 'decides everything that happens', number)
  .option('--host <host>', 'address to listen on')
  .option('--base-port <port>', 'first port, one a venue from there on; 0 takes free ones', number)
  .option('--keys <count>', 'accounts a venue has, each with a test key', number)
  .option('--capture <file...>', 'recorded traffic whose books are the background of their instruments')
  .option('--state <folder>', 'keep accounts in this folder, so that they outlive the process')
  .option('--faults <file>', 'YAML or JSON file of what goes wrong')
  .option('--control', 'let faults be changed over HTTP: GET, POST and DELETE /faults at a port of its own')
  .option('--json', 'print one line of JSON')
  .action((flags: SimulationFlags) => exitWith(async () => (await import('./sim.js')).runSimulation(flags)));

const capture = program.command('capture').description('work with recorded traffic');

capture
  .command('verify')
  .description('run captures through session and kernel, and say what became of every book')
  .argument('<file...>', 'capture files, .ndjson or .ndjson.gz')
  .option('--expected <folder>', 'compare with <folder>/<capture name>.json; exit code 1 names each difference')
  .option('--json', 'print one object of JSON')
  .action((files: string[], flags: { expected?: string; json?: boolean }) =>
    exitWith(async () => (await import('./capture-verify.js')).captureVerify(files, flags, terminal, new SystemClock())),
  );

capture
  .command('serve')
  .description('play captures as WebSocket and HTTP venues on loopback')
  .argument('<file...>', 'capture files, each a venue of its own')
  .option('--speed <factor>', 'times the recorded pace, or max', '1')
  .option('-p, --port <port>', 'port of the first file, the others follow; 0 takes free ones', number, 0)
  .option('--host <host>', 'address to listen on', '127.0.0.1')
  .option('--json', 'print one line of JSON')
  .action((files: string[], flags: { speed: string; port: number; host: string; json?: boolean }) =>
    exitWith(async () =>
      (await import('./capture-serve.js')).captureServe(files, flags, terminal, {
        clock: new SystemClock(),
        timers: systemTimers,
        stopped: untilAskedToStop(),
      }),
    ),
  );

program
  .command('discover')
  .description('third-tier symbols that two venues or more trade, from their metadata and tickers')
  .option('-c, --config <file>', 'YAML configuration')
  .option('--live-data', "the real exchanges' public interfaces instead of simulated venues")
  .option('--venues <list>', 'only these venues, separated by commas', venueList)
  .addOption(new Option('--market <market>', 'which market').choices(MARKETS).default(DEFAULT_DISCOVERY.market))
  .option('--quote <asset>', 'quote asset', DEFAULT_DISCOVERY.quote)
  .option(
    '--min-volume <amount>',
    'least 24 h volume in the quote asset, on each venue',
    number,
    DEFAULT_DISCOVERY.quoteVolumeMin,
  )
  .option('--min-spread-pct <percent>', 'least typical spread between two venues', number, DEFAULT_DISCOVERY.typicalSpreadPctMin)
  .option('--samples <count>', 'rounds of tickers that the typical spread is taken from', number, 5)
  .option('--interval-s <seconds>', 'pause between rounds', number, 1)
  .option('--symbols <count>', 'assets of the simulated market', number)
  .option('--seed <seed>', 'seed of the simulated market', number)
  .option('--all', 'tell what was left out as well')
  .option('--json', 'print one line of JSON')
  .action((flags: ConfigFlags & Partial<DiscoverFlags> & Omit<DiscoverFlags, 'liveData' | 'all' | 'json'>) =>
    exitWith(async () =>
      (await import('./discover.js')).runDiscover(
        configFrom(flags),
        { ...flags, liveData: flags.liveData === true, all: flags.all === true, json: flags.json === true },
        terminal,
        { clock: new SystemClock(), timers: systemTimers },
      ),
    ),
  );

program
  .command('replay')
  .description('make the turns of recorded runs again; exit code 1 names the first book or intent that differs')
  .argument('<folder>', 'what `tiercel run --record` wrote')
  .option('--json', 'print one line of JSON')
  .action((folder: string, flags: { json?: boolean }) =>
    exitWith(async () => (await import('./replay.js')).runReplay(folder, flags.json === true, terminal)),
  );

program
  .command('decide')
  .description('what strategies would have decided on recorded markets, with the numbers that made each decision')
  .argument('<file...>', 'capture files, .ndjson or .ndjson.gz, taken as one market by their times')
  .option('--strategy <kind>', 'the strategy; `tiercel strategies` lists them. Those of the configuration when left out')
  .option('--set <key=value>', 'a parameter of the strategy; may be repeated', repeated, [])
  .option('--every <ms>', 'milliseconds between turns; a turn after each frame when left out', number)
  .option('--html <file>', 'write one self-contained page with the basis over time and the decisions')
  .option('-c, --config <file>', 'YAML configuration: fees, sizes, costs, strategies')
  .option('--json', 'print one line of JSON')
  .action((files: string[], flags: ConfigFlags & DecideFlags) =>
    exitWith(async () => (await import('./decide.js')).runDecide(files, configFrom(flags), flags, terminal)),
  );

addResearchCommands<ConfigFlags>(program, { terminal, configFrom });

program
  .command('acceptance')
  .description(
    'the numbered cases that every venue must pass: data, orders and account; against simulated venues unless told otherwise',
  )
  .addOption(new Option('--venue <venue>', 'the venue').choices(VENUES).makeOptionMandatory())
  .addOption(new Option('--market <market>', 'only this market').choices(MARKETS))
  .option('--symbol <symbol>', "the venue's name of the instrument to trade; a liquid one when left out")
  .option(
    '--only <cases>',
    'only these cases, separated by commas; D or X alone is all of that kind',
    (text: string) => text.split(','),
    [],
  )
  .option('-c, --config <file>', 'YAML configuration, which may name the URLs of a testnet')
  .option('--real', 'the venue itself, at the URLs of the configuration or its own')
  .option('--i-accept-real-orders', 'needed with --real: orders of the smallest size are placed and some are filled')
  .option('--keys <file>', 'YAML file with keys, readable by its owner only')
  .option('--seed <seed>', 'seed of the simulated market', number)
  .option('--json', 'print one line of JSON')
  .action(
    (
      flags: ConfigFlags & {
        venue: VenueId;
        market?: (typeof MARKETS)[number];
        symbol?: string;
        only: string[];
        real?: boolean;
        iAcceptRealOrders?: boolean;
        keys?: string;
        json?: boolean;
      },
    ) =>
      exitWith(async () =>
        (await import('./acceptance.js')).runAcceptance(
          configFrom(flags),
          {
            venue: flags.venue,
            ...(flags.market !== undefined && { market: flags.market }),
            ...(flags.symbol !== undefined && { symbol: flags.symbol }),
            only: flags.only,
            real: flags.real === true,
            acceptRealOrders: flags.iAcceptRealOrders === true,
            ...(flags.keys !== undefined && { keysFile: flags.keys }),
            json: flags.json === true,
          },
          terminal,
          { clock: new SystemClock(), timers: systemTimers },
        ),
      ),
  );

program
  .command('strategies')
  .description('the kinds of strategies; with a name, its parameters with their defaults, and the decisions that it explains')
  .argument('[kind]', 'one of them')
  .option('--json', 'print one line of JSON')
  .action((kind: string | undefined, flags: { json?: boolean }) =>
    exitWith(async () => (await import('./strategies.js')).listStrategies(kind, flags.json === true, terminal)),
  );

program
  .command('report')
  .description('profit of a ledger: realised against expected, fees, funding, by strategy, symbol, venue and day')
  .argument('<file>', 'the ledger, which may be in use')
  .option('--day <date>', 'one day, UTC')
  .option('--week <date>', 'the week with this day, from Monday on')
  .option('--from <moment>', 'from a date or moment (2026-01-31T12:00:00Z) on')
  .option('--to <moment>', 'to a date, with it, or before a moment')
  .option('--json', 'print one line of JSON')
  .action((file: string, flags: ReportFlags) =>
    exitWith(async () => (await import('./report.js')).reportLedger(file, flags, terminal)),
  );

program
  .command('ledger')
  .description('work with a ledger')
  .command('verify')
  .description('check the chain of hashes, the sums and the orders of a ledger; exit code 1 when something is wrong')
  .argument('<file>', 'the ledger, which may be in use')
  .option('--json', 'print one line of JSON')
  .action((file: string, flags: { json?: boolean }) =>
    exitWith(async () => (await import('./ledger.js')).verifyLedger(file, flags.json === true, terminal)),
  );

const ENGINE_URL = `http://127.0.0.1:${configFrom({}).operator.port}`;

program
  .command('stop')
  .description('stop all trading of a running engine at once, and cancel its orders; it stays so until `tiercel clear`')
  .option('--reason <text>', 'why', 'stopped from the command line')
  .option('--url <url>', 'dashboard of the engine', ENGINE_URL)
  .action((flags: { reason: string; url: string }) =>
    exitWith(async () => {
      const { commandEngine, personAtTerminal } = await import('./control.js');
      return commandEngine(flags.url, { kind: 'stop', reason: flags.reason, by: personAtTerminal() }, terminal);
    }),
  );

program
  .command('clear')
  .description('let a stopped engine trade again, or one that waits for a person to take over what its venues hold')
  .option('--url <url>', 'dashboard of the engine', ENGINE_URL)
  .action((flags: { url: string }) =>
    exitWith(async () => {
      const { commandEngine, personAtTerminal } = await import('./control.js');
      return commandEngine(flags.url, { kind: 'clear', by: personAtTerminal() }, terminal);
    }),
  );

program
  .command('status')
  .description('what a running engine is doing; exit code 1 unless it is ready, and trades')
  .option('--url <url>', 'dashboard of the engine', ENGINE_URL)
  .option('--json', 'print one object of JSON')
  .action((flags: { url: string; json?: boolean }) =>
    exitWith(async () => (await import('./status.js')).engineStatus(flags.url, flags.json === true, terminal)),
  );

program
  .command('profile')
  .description('run under load with the sampling profiler on; says where the profiles are and how to read them')
  .option('--seconds <seconds>', 'how long', number, 10)
  .option('--updates-per-second <rate>', 'load', number, 20_000)
  .option('--folder <folder>', 'where the profiles go', 'build/profile')
  .action((flags: { seconds: number; updatesPerSecond: number; folder: string }) =>
    exitWith(async () => (await import('./profile.js')).runProfile(flags)),
  );

program
  .command('doctor')
  .description('check what a run needs, and print the configuration with all defaults')
  .option('-c, --config <file>', 'YAML configuration')
  .option('--json', 'print one line of JSON')
  .action((flags: ConfigFlags & { json?: boolean }) =>
    exitWith(async () => (await import('./doctor.js')).runDoctor(configFrom(flags), flags.json === true)),
  );

addHistoryCommands(program, terminal);

await program.parseAsync();
