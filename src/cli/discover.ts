import type { Clock, Timers } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import type { VenueId } from '../domain/venue.js';
import type { VenueGateway } from '../gateway/gateway.js';
import {
  type ArbitrageSymbol,
  DEFAULT_DISCOVERY,
  type DiscoveryOptions,
  type LeftOut,
  TierThreeSymbolDiscovery,
  type VenueListings,
} from '../market/discovery.js';
import { count } from '../ops/human-text.js';
import { minOrderInfo } from '../venues/order-info.js';
import { TRADING } from '../venues/trading-registry.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { EXIT_GOOD } from './exit.js';
import { openHttp, publicGateway } from './gateways.js';
import { ProgressBar } from './progress-bar.js';
import { SimulationProcess } from './simulation-process.js';
import { type TextColumn, textTable } from './text-table.js';
import { reachedMarket } from './venue-access.js';

export interface DiscoverFlags {
  /** The real venues instead of simulated ones. */
  readonly liveData: boolean;
  readonly market: DiscoveryOptions['market'];
  readonly quote: string;
  readonly minVolume: number;
  readonly minSpreadPct: number;
  /** Rounds of tickers, and the pause between them. */
  readonly samples: number;
  readonly intervalS: number;
  readonly json: boolean;
  /** Also what was left out, and why. */
  readonly all: boolean;
}

interface OpenVenue {
  readonly venue: VenueId;
  readonly gateway: VenueGateway;
}

/** Finds third-tier symbols on the venues of the configuration and prints them. */
export async function runDiscover(
  config: Config,
  flags: DiscoverFlags,
  output: CommandOutput,
  surroundings: { readonly clock: Clock; readonly timers: Timers },
): Promise<number> {
  if (!(flags.samples >= 1) || !(flags.intervalS >= 0))
    throw new InvalidInputError('--samples must be 1 or more, --interval-s 0 or more');
  const { timers } = surroundings;
  const started = flags.liveData ? undefined : await SimulationProcess.start(config.simulation, timers, () => undefined);
  const http = openHttp(timers);
  const open: OpenVenue[] = TRADING.filter(({ venue, market }) => market === flags.market && config.venues[venue].enabled).map(
    (entry) => ({
      venue: entry.venue,
      gateway: publicGateway(
        entry,
        reachedMarket(config, started?.endpoints, entry.venue, flags.market).trading,
        http,
        surroundings,
      ),
    }),
  );
  try {
    if (open.length < 2) throw new InvalidInputError(`fewer than two of the venues have a ${flags.market} market`);
    const discovery = await observe(open, flags, output, timers);
    const found = discovery.discoverArbitrageSymbols();
    const leftOut = discovery.leftOut();
    output.write(flags.json ? `${JSON.stringify({ symbols: found.map(asJson), leftOut })}\n` : report(found, leftOut, flags));
    return EXIT_GOOD;
  } finally {
    await Promise.all(open.map(({ gateway }) => gateway.stop()));
    await http.close();
    await started?.simulation.stop();
  }
}

async function observe(
  open: readonly OpenVenue[],
  { market, quote, minVolume, minSpreadPct, samples, intervalS }: DiscoverFlags,
  output: CommandOutput,
  timers: Timers,
): Promise<TierThreeSymbolDiscovery> {
  const options = { ...DEFAULT_DISCOVERY, market, quote, quoteVolumeMin: minVolume, typicalSpreadPctMin: minSpreadPct };
  const discovery = new TierThreeSymbolDiscovery(options);
  const bar = new ProgressBar(samples, output.progress);
  const instruments = await Promise.all(open.map(({ gateway }) => gateway.loadInstruments()));
  for (let sample = 1; sample <= samples; sample++) {
    const tickers = await Promise.all(open.map(({ gateway }) => gateway.tickers()));
    discovery.observe(
      open.map(
        ({ venue }, index): VenueListings => ({ venue, instruments: instruments[index] ?? [], tickers: tickers[index] ?? [] }),
      ),
    );
    bar.to(sample, `${sample} of ${samples} samples`);
    if (sample < samples) await new Promise<void>((resolve) => timers.after(intervalS * 1000, resolve));
  }
  bar.clear();
  return discovery;
}

interface Row extends ArbitrageSymbol {
  readonly listing: ArbitrageSymbol['listings'][number];
  readonly first: boolean;
}

const COLUMNS: readonly TextColumn<Row>[] = [
  { title: 'symbol', align: 'left', text: ({ first, base, quote }) => (first ? `${base}/${quote}` : '') },
  { title: 'typical', align: 'right', text: ({ first, typicalSpreadPct }) => (first ? `${typicalSpreadPct.toFixed(3)} %` : '') },
  { title: 'now', align: 'right', text: ({ first, currentSpreadPct }) => (first ? `${currentSpreadPct.toFixed(3)} %` : '') },
  { title: 'venue', align: 'left', text: ({ listing }) => listing.venue },
  { title: 'listed as', align: 'left', text: ({ listing }) => listing.symbol },
  { title: 'price', align: 'right', text: ({ listing }) => listing.price },
  { title: '24 h volume', align: 'right', text: ({ listing }) => count(listing.quoteVolume24h) },
  { title: 'tick', align: 'right', text: ({ listing }) => listing.instrument.rules.tickSize },
  { title: 'lot', align: 'right', text: ({ listing }) => listing.instrument.rules.lotSize },
  { title: 'min qty', align: 'right', text: ({ listing }) => listing.instrument.rules.minQty },
  { title: 'min value', align: 'right', text: ({ listing }) => listing.instrument.rules.minQuoteAmount },
  { title: 'maker', align: 'right', text: ({ listing }) => `${listing.instrument.makerFeeBps} bps` },
  { title: 'taker', align: 'right', text: ({ listing }) => `${listing.instrument.takerFeeBps} bps` },
];

function report(found: readonly ArbitrageSymbol[], leftOut: readonly LeftOut[], flags: DiscoverFlags): string {
  const rows = found.flatMap((symbol) =>
    symbol.listings.map((listing, index): Row => ({ ...symbol, listing, first: index === 0 })),
  );
  const reasons = new Map<string, number>();
  for (const { reason } of leftOut) {
    const kind = kindOf(reason);
    reasons.set(kind, (reasons.get(kind) ?? 0) + 1);
  }
  const why = [...reasons].map(([kind, times]) => `${times} ${kind}`).join(', ');
  return [
    rows.length === 0 ? '' : textTable(COLUMNS, rows),
    `${count(found.length)} symbols of the third tier with a typical spread of ${flags.minSpreadPct} % or more`,
    why === '' ? '\n' : `; left out: ${why}\n`,
    ...(flags.all ? leftOut.map(({ base, quote, reason }) => `  ${base}/${quote}: ${reason}\n`) : []),
  ].join('');
}

/** Reasons without their numbers, for counting. */
function kindOf(reason: string): string {
  if (reason.startsWith('typical spread')) return 'with a narrower spread';
  if (reason.startsWith('24 h volume')) return 'with too little volume';
  if (reason.startsWith('tier')) return 'of a higher tier';
  if (reason.startsWith('no asset')) return 'stable or leveraged';
  return 'of doubtful identity';
}

function asJson({ base, quote, typicalSpreadPct, currentSpreadPct, spreadSamples, listings }: ArbitrageSymbol): object {
  return {
    ...{ base, quote, typicalSpreadPct, currentSpreadPct, spreadSamples },
    listings: listings.map(({ venue, symbol, instrument, price, quoteVolume24h }) => ({
      ...{ venue, symbol, price, quoteVolume24h },
      rules: instrument.rules,
      minOrder: minOrderInfo(instrument),
      makerFeeBps: instrument.makerFeeBps,
      takerFeeBps: instrument.takerFeeBps,
    })),
  };
}
