import { InvalidInputError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import { KLINE_INTERVAL_MS, KLINE_INTERVALS } from '../../domain/market-data.js';
import type { VenueGateway } from '../../gateway/gateway.js';
import type { Catalogue } from '../../history/catalogue.js';
import { type FundingSource, fetchFunding } from '../../history/fetch/fetch-funding.js';
import { fetchKlines } from '../../history/fetch/fetch-klines.js';
import type { FetchOutcome, FetchSurroundings } from '../../history/fetch/fetch-series.js';
import type { KlineSource } from '../../history/fetch/kline-source.js';
import { klinesOfTrades } from '../../history/fetch/trade-klines.js';
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

/** What a market of a venue tells of its past. */
export interface GatewaySource extends KlineSource {
  /** Null where there is no funding. */
  readonly funding: FundingSource['funding'] | null;
}

/**
 * The past of a market through its gateway, which keeps to the venue's limits. Klines that the venue has forgotten are made of its trades
 * where it tells those. What simulated venues tell has names of its own.
 * @param nowMs milliseconds since the epoch
 */
export function gatewaySource(
  { venue, market }: TradingEntry,
  gateway: VenueGateway,
  instruments: readonly TradableInstrument[],
  isSimulated: boolean,
  nowMs: number,
): GatewaySource {
  const exchange = catalogueVenue(venue, market);
  const klinesBack = KLINES_BACK[exchange] ?? Number.POSITIVE_INFINITY;
  return {
    exchange: isSimulated ? `${SIMULATED}${exchange}` : exchange,
    klinesBack: gateway.hasPastTrades ? Number.POSITIVE_INFINITY : klinesBack,
    symbolOf: (symbol) => {
      const own = instruments.find((instrument) => instrument.symbol === symbol);
      const named = instruments.find(({ base, quote }) => `${base}/${quote}` === symbol);
      return (own ?? named)?.symbol;
    },
    klines: async function* (symbol, interval, fromMs, toMs) {
      const stepMs = KLINE_INTERVAL_MS[interval];
      const toldMs = (Math.floor(nowMs / stepMs) - klinesBack) * stepMs;
      const oldMs = gateway.hasPastTrades ? Math.min(toMs, Math.max(fromMs, toldMs)) : fromMs;
      if (fromMs < oldMs) {
        const ask = (afterNs: bigint) => gateway.pastTrades(symbol, afterNs);
        yield* klinesOfTrades(ask, interval, fromMs, oldMs);
      }
      yield* gateway.klines(symbol, interval, oldMs, toMs);
    },
    funding: market === 'spot' ? null : (symbol, fromMs, toMs) => gateway.fundingHistory(symbol, fromMs, toMs),
  };
}

/** Klines or funding of the venues that are asked. @returns the exit code */
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
  const { kind = 'klines', symbols } = flags;
  if (kind !== 'klines' && kind !== 'funding')
    throw new InvalidInputError(`--kind ${kind}: venues are asked for klines and funding`, { kind });
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
        return gatewaySource(entry, gateway, await gateway.loadInstruments(), started !== undefined, nowMs);
      }),
    );
    for (const symbol of symbols) {
      if (!sources.some((source) => source.symbolOf(symbol) !== undefined && (kind === 'klines' || source.funding !== null)))
        throw new InvalidInputError(`no venue that was asked lists ${symbol}`, { symbol });
    }
    const bar = new ProgressBar(1, output.progress);
    const startedUs = clock.monotonicUs();
    const surroundingsOf: FetchSurroundings = {
      nowMs,
      isStopped,
      onProgress: (done, total, rows) => bar.to(total === 0 ? 1 : done / total, `${count(rows)} rows`),
    };
    const outcomes =
      kind === 'klines'
        ? await fetchKlines(catalogue, sources, { symbols, interval, fromMs, toMs }, surroundingsOf)
        : await fetchFunding(catalogue, sources.filter(hasFunding), { symbols, fromMs, toMs }, surroundingsOf);
    bar.clear();
    const seconds = (clock.monotonicUs() - startedUs) / 1e6;
    output.write(
      flags.json === true ? `${JSON.stringify({ seconds, series: outcomes })}\n` : outcomesText(kind, outcomes, seconds),
    );
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
    throw new InvalidInputError(`the past of ${exchange} cannot be fetched; known are ${known}`, { exchange });
  });
}

function hasFunding(source: GatewaySource): source is GatewaySource & FundingSource {
  return source.funding !== null;
}

function outcomesText(kind: string, outcomes: readonly FetchOutcome[], seconds: number): string {
  const total = outcomes.reduce((sum, { rows }) => sum + rows, 0);
  const lines = outcomes.map(({ exchange, symbol, rows, alreadyMs, unreachable, failure }) => {
    const notes = [
      alreadyMs > 0 ? `${(alreadyMs / 86_400_000).toFixed(1)} days were there` : '',
      unreachable === null ? '' : `the venue does not tell what was before ${new Date(unreachable[1]).toISOString()}`,
      failure === null ? '' : `not whole: ${failure}`,
    ].filter((note) => note !== '');
    return `  ${exchange} ${symbol}: ${[`${count(rows)} rows`, ...notes].join('; ')}\n`;
  });
  return `${lines.join('')}${count(total)} rows of ${kind} in ${seconds.toFixed(1)} s, ${count(Math.round(total / Math.max(seconds, 1e-3)))} a second\n`;
}
