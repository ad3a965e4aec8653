import type { Command } from 'commander';
import { SystemClock, systemTimers } from '../../domain/system-clock.js';
import { number } from '../arguments.js';
import type { CommandOutput } from '../capture-verify.js';
import { loadConfig } from '../config.js';
import { exitWith } from '../exit.js';
import type { CatalogueFlags, SeriesFlags } from './catalogue.js';
import type { FetchFlags } from './fetch-flags.js';

const CATALOGUE = 'tiercel-history';

const list = (text: string): string[] => text.split(',').map((each) => each.trim());

/** Adds `tiercel history` and its commands. */
export function addHistoryCommands(program: Command, terminal: CommandOutput): void {
  const history = program.command('history').description('past markets: fetch, import, look over, align and ask them');
  const common = (command: Command): Command =>
    command
      .option('--catalogue <folder>', 'where the Parquet files are', CATALOGUE)
      .option('--memory-mb <megabytes>', 'what the database may hold at once', number, 512)
      .option('--json', 'print one line of JSON');

  common(history.command('fetch'))
    .description(
      'klines or funding of venues, simulated ones unless --live-data is said, or data of Tardis.dev; goes on where it was broken off',
    )
    .requiredOption('--symbols <list>', 'symbols, separated by commas: BTC/USDT, or as the venue or Tardis calls them', list)
    .requiredOption('--from <moment>', 'a date (2023-03-01) or moment (2023-03-01T12:00:00Z)')
    .option('--to <moment>', 'the same, left out itself; now for klines, the day after --from for Tardis when left out')
    .option(
      '--exchanges <list>',
      'only these: binance, binance-futures, coinbase, kraken, mexc, mexc-futures, gateio, gateio-futures',
      list,
    )
    .option('--kind <kind>', 'klines or funding', 'klines')
    .option('--interval <interval>', 'length of klines: 1m, 5m, 15m, 1h, 4h, 1d', '1m')
    .option('--live-data', "the real exchanges' public interfaces instead of simulated venues")
    .option('-c, --config <file>', 'YAML configuration')
    .option(
      '--tardis <exchange>',
      'data of this exchange from Tardis.dev instead; TIERCEL_TARDIS_KEY in the environment has the key',
    )
    .option('--types <list>', 'datasets of Tardis', list, ['trades', 'incremental_book_L2'])
    .option('--channels <list>', 'raw feeds of these channels of Tardis instead of datasets', list)
    .option('--tardis-url <url>', 'another place that speaks as Tardis does')
    .option('--downloads <folder>', 'where files of Tardis are kept; in the catalogue when left out')
    .action((flags: FetchFlags & { config?: string }) =>
      exitWith(async () =>
        (await import('./fetch.js')).fetchHistory(loadConfig(flags.config), flags, terminal, {
          clock: new SystemClock(),
          timers: systemTimers,
        }),
      ),
    );

  common(history.command('import'))
    .description(
      'files into the catalogue: CSV of klines, of Tardis, Binance and Lean, trades, captures; exit code 1 when a line is malformed',
    )
    .argument('<path...>', 'files, plain, .gz or .zip, or folders')
    .option('--venue <name>', 'where the file does not say it')
    .option('--symbol <symbol>', 'where the file does not say it, or otherwise')
    .option('--interval <interval>', 'of bars, where the path does not say it')
    .option('--receive-latency-ms <ms>', "of captures: count messages as received so long after their venue's own time", number)
    .action((paths: string[], flags: CatalogueFlags & SeriesFlags & { receiveLatencyMs?: number }) =>
      exitWith(async () => (await import('./import.js')).importHistory(paths, flags, terminal)),
    );

  common(history.command('gaps'))
    .description('what is missing, twice, impossible or strange')
    .option('--kind <kind>', 'only this kind of series')
    .option('--venue <name>', 'only this venue')
    .option('--symbol <symbol>', 'only this symbol')
    .option('--interval <interval>', 'only bars of this length')
    .option('--from <moment>', 'a date (2023-03-01) or moment (2023-03-01T12:00:00Z)')
    .option('--to <moment>', 'the same, left out itself')
    .option('--silence-s <seconds>', 'events further apart are a silence', number, 60)
    .option('--strict', 'exit code 1 when something is missing, twice or impossible')
    .action((flags: CatalogueFlags & SeriesFlags & { silenceS: number; strict?: boolean }) =>
      exitWith(async () => (await import('./gaps.js')).reportGaps(flags, terminal)),
    );

  common(history.command('align'))
    .description('klines of several venues on common moments, with how good they match')
    .argument('<series...>', 'venue:symbol, as in kraken:BTC/USD')
    .option('--interval <interval>', 'length of the klines', '1m')
    .option('--from <moment>', 'a date (2023-03-01) or moment (2023-03-01T12:00:00Z)')
    .option('--to <moment>', 'the same, left out itself')
    .option('--carry <klines>', 'a price is carried over so many missing klines at most', number, 5)
    .option('--out <file>', 'write closes and their ages as CSV')
    .action(
      (names: string[], flags: CatalogueFlags & { interval: string; carry: number; from?: string; to?: string; out?: string }) =>
        exitWith(async () => (await import('./align.js')).alignHistory(names, flags, terminal)),
    );

  common(history.command('query'))
    .description('one SELECT over the catalogue; each kind is a view: klines, quote_bars, trades, quotes, book_snapshots, ...')
    .argument('<sql>', 'SQL of DuckDB')
    .option('--rows <count>', 'rows that are shown at most', number, 100)
    .action((sql: string, flags: CatalogueFlags & { rows: number }) =>
      exitWith(async () => (await import('./query.js')).queryHistory(sql, flags, terminal)),
    );
}
