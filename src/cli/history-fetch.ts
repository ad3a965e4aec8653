import { join } from 'node:path';
import type { Clock, Timers } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import { KLINE_INTERVALS } from '../domain/market-data.js';
import { importCapture } from '../feeds/capture/capture-import.js';
import type { VenueGateway } from '../gateway/gateway.js';
import type { Catalogue } from '../history/catalogue.js';
import { type FetchOutcome, fetchKlines } from '../history/fetch/fetch-klines.js';
import type { KlineSource } from '../history/fetch/kline-source.js';
import {
  TARDIS_DATA_TYPES,
  TARDIS_ENDPOINTS,
  TardisClient,
  type TardisFilter,
  type TardisOutcome,
} from '../history/fetch/tardis-client.js';
import { type ImportReport, importFile } from '../history/import/importer.js';
import { catalogueVenue, dateOf } from '../history/series.js';
import { count } from '../ops/human-text.js';
import { downloadFile } from '../transport/download.js';
import { TRADING, type TradingEntry } from '../venues/trading-registry.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';
import { openHttp, publicGateway } from './gateways.js';
import { type CatalogueFlags, momentUs, withCatalogue } from './history.js';
import { ProgressBar } from './progress-bar.js';
import { SimulationProcess } from './simulation-process.js';
import { untilAskedToStop } from './stop-signal.js';
import { SystemRandom } from './system-random.js';
import { reachedMarket } from './venue-access.js';

/** Name of the environment variable with the key of Tardis. */
export const TARDIS_KEY = 'TIERCEL_TARDIS_KEY';

export interface FetchFlags extends CatalogueFlags {
  readonly symbols: readonly string[];
  readonly from: string;
  readonly to?: string;
  // Klines
  readonly exchanges?: readonly string[];
  readonly interval: string;
  readonly liveData?: boolean;
  // Tardis
  readonly tardis?: string;
  readonly types: readonly string[];
  readonly channels?: readonly string[];
  readonly tardisUrl?: string;
  readonly downloads?: string;
}

interface Surroundings {
  readonly clock: Clock;
  readonly timers: Timers;
}

/** How many klines back from now a market tells; others have no such bound. Kraken's 720 have the one that is not over among them. */
const KLINES_BACK: Readonly<Record<string, number>> = { kraken: 718, gateio: 9_998 };
/** In front of the names of simulated venues, so that what is made up never mixes with what was. */
const SIMULATED = 'sim-';
const SILENCE_MS = 60_000;
const REDIRECTS_MAX = 3;

/** `tiercel history fetch`: klines of venues, or data of Tardis. @returns the exit code: 1 when something could not be fetched */
export async function fetchHistory(
  config: Config,
  flags: FetchFlags,
  output: CommandOutput,
  surroundings: Surroundings,
): Promise<number> {
  if (flags.symbols.length === 0) throw new InvalidInputError('say which symbols are wanted with --symbols');
  let isStopped = false;
  void untilAskedToStop().then(() => {
    isStopped = true;
  });
  const run = flags.tardis === undefined ? fetchFromVenues : fetchFromTardis;
  return withCatalogue(flags, false, (catalogue) => run(catalogue, config, flags, output, surroundings, () => isStopped));
}

/** Klines of a market through its gateway, which keeps to the venue's limits. Those of simulated venues have names of their own. */
export function gatewaySource(
  { venue, market }: TradingEntry,
  gateway: VenueGateway,
  instruments: readonly TradableInstrument[],
  isSimulated: boolean,
): KlineSource {
  const exchange = catalogueVenue(venue, market);
  return {
    exchange: isSimulated ? `${SIMULATED}${exchange}` : exchange,
    batchMax: gateway.klineBatchMax,
    klinesBack: KLINES_BACK[exchange] ?? Number.POSITIVE_INFINITY,
    symbolOf: (symbol) => {
      const own = instruments.find((instrument) => instrument.symbol === symbol);
      const named = instruments.find(({ base, quote }) => `${base}/${quote}` === symbol);
      return (own ?? named)?.symbol;
    },
    klines: (symbol, interval, fromMs, toMs) => gateway.klines(symbol, interval, fromMs, toMs),
  };
}

async function fetchFromVenues(
  catalogue: Catalogue,
  config: Config,
  flags: FetchFlags,
  output: CommandOutput,
  surroundings: Surroundings,
  isStopped: () => boolean,
): Promise<number> {
  const { timers, clock } = surroundings;
  const interval = KLINE_INTERVALS.find((known) => known === flags.interval);
  if (interval === undefined)
    throw new InvalidInputError(`--interval ${flags.interval}: known are ${KLINE_INTERVALS.join(', ')}`);
  const nowMs = clock.epochUs() / 1000;
  const fromMs = momentUs(flags.from, '--from') / 1000;
  const toMs = flags.to === undefined ? nowMs : momentUs(flags.to, '--to') / 1000;
  if (toMs <= fromMs) throw new InvalidInputError('--to must be after --from');
  const entries = entriesOf(flags.exchanges, config);
  const started = flags.liveData === true ? undefined : await SimulationProcess.start(config.simulation, timers, () => undefined);
  const http = openHttp(timers);
  const gateways: VenueGateway[] = [];
  try {
    const sources = await Promise.all(
      entries.map(async (entry) => {
        const gateway = publicGateway(
          entry,
          reachedMarket(config, started?.endpoints, entry.venue, entry.market).trading,
          http,
          surroundings,
        );
        gateways.push(gateway);
        return gatewaySource(entry, gateway, await gateway.loadInstruments(), started !== undefined);
      }),
    );
    for (const symbol of flags.symbols) {
      if (!sources.some((source) => source.symbolOf(symbol) !== undefined))
        throw new InvalidInputError(`no venue that was asked lists ${symbol}`, { symbol });
    }
    const bar = new ProgressBar(1, output.progress);
    const startedUs = clock.monotonicUs();
    const outcomes = await fetchKlines(
      catalogue,
      sources,
      { symbols: flags.symbols, interval, fromMs, toMs },
      {
        nowMs,
        isStopped,
        onProgress: (done, total, klines) => bar.to(total === 0 ? 1 : done / total, `${count(klines)} klines`),
      },
    );
    bar.clear();
    const seconds = (clock.monotonicUs() - startedUs) / 1e6;
    output.write(flags.json === true ? `${JSON.stringify({ seconds, series: outcomes })}\n` : klinesText(outcomes, seconds));
    return outcomes.some(({ failure }) => failure !== null) ? EXIT_FOUND_FAULT : EXIT_GOOD;
  } finally {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await http.close();
    await started?.simulation.stop();
  }
}

function entriesOf(exchanges: readonly string[] | undefined, config: Config): readonly TradingEntry[] {
  const all = TRADING.filter(({ venue }) => config.venues[venue].enabled);
  if (exchanges === undefined) return all;
  return exchanges.map((exchange) => {
    const entry = TRADING.find(({ venue, market }) => catalogueVenue(venue, market) === exchange);
    if (entry !== undefined) return entry;
    const known = TRADING.map(({ venue, market }) => catalogueVenue(venue, market)).join(', ');
    throw new InvalidInputError(`klines of ${exchange} cannot be fetched; known are ${known}`, { exchange });
  });
}

function klinesText(outcomes: readonly FetchOutcome[], seconds: number): string {
  const total = outcomes.reduce((sum, { klines }) => sum + klines, 0);
  const lines = outcomes.map(({ exchange, symbol, klines, alreadyMs, unreachable, failure }) => {
    const notes = [
      alreadyMs > 0 ? `${(alreadyMs / 86_400_000).toFixed(1)} days were there` : '',
      unreachable === null ? '' : `the venue does not tell what was before ${new Date(unreachable[1]).toISOString()}`,
      failure === null ? '' : `not whole: ${failure}`,
    ].filter((note) => note !== '');
    return `  ${exchange} ${symbol}: ${[`${count(klines)} klines`, ...notes].join('; ')}\n`;
  });
  return `${lines.join('')}${count(total)} klines in ${seconds.toFixed(1)} s, ${count(Math.round(total / Math.max(seconds, 1e-3)))} a second\n`;
}

async function fetchFromTardis(
  catalogue: Catalogue,
  _config: Config,
  flags: FetchFlags,
  output: CommandOutput,
  { timers }: Surroundings,
  isStopped: () => boolean,
): Promise<number> {
  const http = openHttp(timers);
  const client = new TardisClient({
    http,
    download: (url, headers, path) =>
      downloadFile(url, headers, path, { silenceMs: SILENCE_MS, redirectsMax: REDIRECTS_MAX }, timers),
    timers,
    random: new SystemRandom(),
    apiKey: process.env[TARDIS_KEY] ?? null,
    endpoints: flags.tardisUrl === undefined ? TARDIS_ENDPOINTS : { api: flags.tardisUrl, datasets: flags.tardisUrl },
  });
  const exchange = flags.tardis ?? '';
  const fromDate = dateOf(momentUs(flags.from, '--from'));
  const toDate = flags.to === undefined ? dateOf(momentUs(flags.from, '--from') + 86_400e6) : dateOf(momentUs(flags.to, '--to'));
  if (toDate <= fromDate) throw new InvalidInputError('--to must be a day after --from');
  const folder = flags.downloads ?? join(catalogue.root, 'downloads');
  const bar = new ProgressBar(1, output.progress);
  const progress = {
    isStopped,
    onProgress: (done: number, total: number) => bar.to(done / total, `${count(done)} of ${count(total)} files`),
  };
  try {
    const { channels, symbols } = flags;
    if (channels !== undefined) {
      const filters = channels.map((channel): TardisFilter => ({ channel, symbols }));
      const outcome = await client.downloadFeeds(folder, { exchange, filters, fromDate, toDate, sliceMinutes: 10 }, progress);
      bar.clear();
      return tell(outcome, [], flags, output);
    }
    const types = flags.types.map((type) => {
      const known = TARDIS_DATA_TYPES.find((each) => each === type);
      if (known === undefined)
        throw new InvalidInputError(`--types ${type}: known are ${TARDIS_DATA_TYPES.join(', ')}`, { type });
      return known;
    });
    const outcome = await client.downloadDatasets(folder, { exchange, types, symbols, fromDate, toDate }, progress);
    const reports: ImportReport[] = [];
    for (const path of outcome.files) {
      bar.to(reports.length / outcome.files.length, `importing ${path}`);
      reports.push(await importFile({ catalogue, captures: importCapture }, path));
    }
    bar.clear();
    return tell(outcome, reports, flags, output);
  } finally {
    bar.clear();
    await http.close();
  }
}

function tell(outcome: TardisOutcome, reports: readonly ImportReport[], { json }: FetchFlags, output: CommandOutput): number {
  const { files, alreadyThere, failures } = outcome;
  const rows = reports.reduce((sum, report) => sum + report.rows, 0);
  const malformed = reports.reduce((sum, report) => sum + report.malformedCount, 0);
  if (json === true) output.write(`${JSON.stringify({ ...outcome, imported: reports })}\n`);
  else {
    output.write(
      `${count(files.length)} files, ${count(alreadyThere)} of them from before; ${count(rows)} rows imported, ${count(malformed)} malformed\n`,
    );
    for (const { what, reason } of failures) output.write(`  ${what}: ${reason}\n`);
  }
  return failures.length > 0 || malformed > 0 ? EXIT_FOUND_FAULT : EXIT_GOOD;
}
