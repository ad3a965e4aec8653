import { InvalidInputError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import { KLINE_INTERVALS } from '../../domain/market-data.js';
import type { VenueGateway } from '../../gateway/gateway.js';
import type { Catalogue } from '../../history/catalogue.js';
import { type FetchOutcome, fetchKlines } from '../../history/fetch/fetch-klines.js';
import type { KlineSource } from '../../history/fetch/kline-source.js';
import { catalogueVenue } from '../../history/series.js';
import { count } from '../../ops/human-text.js';
import { TRADING, type TradingEntry } from '../../venues/trading-registry.js';
import type { CommandOutput } from '../capture-verify.js';
import type { Config } from '../config.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from '../exit.js';
import { openHttp, publicGateway } from '../gateways.js';
import { ProgressBar } from '../progress-bar.js';
import { SimulationProcess } from '../simulation-process.js';
import { reachedMarket } from '../venue-access.js';
import { momentUs } from './catalogue.js';
import type { FetchFlags, Surroundings } from './fetch-flags.js';

/** How many klines back from now a market tells; others have no such bound. Kraken's 720 have the one that is not over among them. */
const KLINES_BACK: Readonly<Record<string, number>> = { kraken: 718, gateio: 9_998 };
/** In front of the names of simulated venues, so that what is made up never mixes with what was. */
const SIMULATED = 'sim-';

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

/** Klines of the venues that are asked. @returns the exit code */
export async function fetchFromVenues(
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
