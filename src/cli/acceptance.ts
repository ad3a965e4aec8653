import { randomBytes } from 'node:crypto';
import { type CaseResult, runMatrix } from '../acceptance/matrix.js';
import { Subject } from '../acceptance/subject.js';
import type { Clock, Timers } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import type { Market, VenueId } from '../domain/venue.js';
import { Nonces } from '../gateway/nonces.js';
import { duration } from '../ops/human-text.js';
import { feedProtocol } from '../venues/registry.js';
import { TRADING, type TradingEntry } from '../venues/trading-registry.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { loadCredentials } from './credentials.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';
import { openHttp, socketsOf } from './gateways.js';
import { SimulationProcess } from './simulation-process.js';
import { SystemRandom } from './system-random.js';
import { reachedMarket, simulatedCredentials } from './venue-access.js';

export interface AcceptanceFlags {
  readonly venue: VenueId;
  /** Left out: every market that the venue has. */
  readonly market?: Market;
  /** Instrument to trade. */
  readonly symbol?: string;
  /** Cases by name, or all of a letter. */
  readonly only: readonly string[];
  /** The venue of the configuration instead of a simulated one. */
  readonly real: boolean;
  readonly acceptRealOrders: boolean;
  readonly keysFile?: string;
  readonly json: boolean;
}

/** Results of one market. */
interface MarketResults {
  readonly venue: VenueId;
  readonly market: Market;
  readonly results: readonly CaseResult[];
}

/**
 * Runs the numbered cases against a venue: a simulated one of its own, or the one whose URLs the configuration names.
 * @throws InvalidInputError when keys or the consent to real orders are missing
 */
export async function runAcceptance(
  config: Config,
  flags: AcceptanceFlags,
  output: CommandOutput,
  surroundings: { readonly clock: Clock; readonly timers: Timers },
): Promise<number> {
  const { timers } = surroundings;
  const entries = TRADING.filter(({ venue, market }) => venue === flags.venue && (flags.market ?? market) === market);
  if (entries.length === 0) throw new InvalidInputError(`${flags.venue} has no ${flags.market ?? ''} market here`);
  if (flags.real && !flags.acceptRealOrders)
    throw new InvalidInputError(
      '--real places, fills and cancels orders of the smallest size; say so with --i-accept-real-orders',
    );
  const keys = flags.real ? loadCredentials(process.env, flags.keysFile).get(flags.venue) : undefined;
  if (flags.real && keys === undefined)
    throw new InvalidInputError(
      `no keys of ${flags.venue}: give --keys FILE or TIERCEL_${flags.venue.toUpperCase()}_API_KEY and _SECRET`,
    );
  const started = flags.real ? undefined : await SimulationProcess.start(config.simulation, timers, () => undefined);
  const credentials = started === undefined ? keys : simulatedCredentials(started.endpoints, flags.venue);
  const http = openHttp(timers);
  try {
    if (credentials === undefined) throw new InvalidInputError(`the simulation has no ${flags.venue}`);
    const all: MarketResults[] = [];
    for (const entry of entries) {
      const { feed, trading } = reachedMarket(config, started?.endpoints, entry.venue, entry.market);
      const subject = new Subject({
        makeTrading: entry.make,
        endpoints: trading,
        feed: feedProtocol(entry.venue, entry.market, feed === undefined ? {} : { endpoints: feed }),
        credentials,
        nonces: new Nonces(surroundings.clock),
        ...(flags.symbol !== undefined && { symbol: flags.symbol }),
        run: randomBytes(8).toString('hex'),
        http,
        connect: socketsOf(timers),
        ...surroundings,
        random: new SystemRandom(),
        randomBytes,
      });
      all.push({ venue: entry.venue, market: entry.market, results: await runMarket(subject, entry, flags, output) });
    }
    if (flags.json) output.write(`${JSON.stringify({ markets: all })}\n`);
    const bad = all.some(({ results }) => results.some(({ verdict }) => verdict === 'failed' || verdict === 'fault'));
    return bad ? EXIT_FOUND_FAULT : EXIT_GOOD;
  } finally {
    await http.close();
    await started?.simulation.stop();
  }
}

async function runMarket(
  subject: Subject,
  { venue, market }: TradingEntry,
  flags: AcceptanceFlags,
  output: CommandOutput,
): Promise<CaseResult[]> {
  try {
    await subject.start();
    if (!flags.json) output.write(`${venue} ${market}, trading ${subject.instrument.symbol}\n`);
    const results = await runMatrix(subject, flags.only, (result) => {
      if (!flags.json) output.write(resultLine(result));
    });
    if (!flags.json) output.write(summaryLine(results));
    return results;
  } finally {
    await subject.stop();
  }
}

function resultLine({ id, title, verdict, detail, durationMs }: CaseResult): string {
  return `  ${id}  ${verdict.padEnd(14)}  ${duration(durationMs).padStart(7)}  ${title}\n${' '.repeat(33)}${detail}\n`;
}

function summaryLine(results: readonly CaseResult[]): string {
  const times = (verdict: CaseResult['verdict']): number => results.filter((result) => result.verdict === verdict).length;
  const verdicts = (['passed', 'failed', 'fault', 'not applicable'] as const).map((verdict) => `${times(verdict)} ${verdict}`);
  return `  ${verdicts.join(', ')}\n\n`;
}
