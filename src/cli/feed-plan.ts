import { CHECKSUM_ENFORCE } from '../../assembly/memory/layout.js';
import { InvalidInputError, VenueConnectionError } from '../domain/errors.js';
import { VENUES, type VenueId } from '../domain/venue.js';
import { createSharedBooks, type SharedBooks } from '../kernel/memory.js';
import { planMemory, type ThreadRequest } from '../kernel/plan.js';
import { buildUniverse, type Universe, type UniverseFeed } from '../market/universe.js';
import type { HttpClient } from '../transport/http.js';
import type { FeedOptions, FeedProtocol } from '../venues/contract.js';
import { FEEDS } from '../venues/registry.js';
import type { Config } from './config.js';
import type { SimulationEndpoints } from './simulation-process.js';
import { reachedMarket } from './venue-access.js';

/** One feed that will be followed. */
export interface PlannedFeed {
  readonly protocol: FeedProtocol;
  readonly options: FeedOptions;
}

/** Scratch of a feed worker: the largest frame is a whole L2 book of Coinbase, tens of thousands of levels. */
const FEED_THREAD: ThreadRequest = {
  inputBytes: 16 * 2 ** 20,
  levelsMax: 100_000,
  copyLevelsMax: 1,
  eventsMax: 4096,
  receiveBytes: 256 * 1024,
};
/** Scratch of a thread that only reads. */
const READER_THREAD: ThreadRequest = { inputBytes: 64, levelsMax: 1, copyLevelsMax: 1000, eventsMax: 1 };

const METADATA_TRIES = 3;

/** The feeds that the configuration asks for and that exist. @throws InvalidInputError when fewer than two venues are left */
export function planFeeds(config: Config, simulated?: SimulationEndpoints): PlannedFeed[] {
  const planned: PlannedFeed[] = [];
  for (const { venue, market, make } of FEEDS) {
    const settings = config.venues[venue];
    if (!settings.enabled || !(market === 'futures' ? settings.futures : settings.spot)) continue;
    if (simulated !== undefined && simulated[venue] === undefined) continue;
    const { feed: endpoints } = reachedMarket(config, simulated, venue, market);
    const options: FeedOptions = endpoints === undefined ? {} : { endpoints };
    planned.push({ protocol: make(options), options });
  }
  const venues = VENUES.filter((venue) => planned.some(({ protocol }) => protocol.venue === venue));
  if (venues.length < 2) throw new InvalidInputError('venues: at least two must be enabled, or there is nothing to compare');
  return planned;
}

/** Who hears of what was loaded. */
export interface LoadListener {
  answer(protocol: FeedProtocol, url: string, body: Uint8Array): void;
  failure(protocol: FeedProtocol, error: unknown): void;
}

/**
 * Loads what every venue lists. A venue that does not answer is left out, and said to the listener; the others go on without it.
 * @throws VenueConnectionError when fewer than two venues are left
 */
export async function loadInstruments(
  feeds: readonly PlannedFeed[],
  http: HttpClient,
  listener: LoadListener,
): Promise<{ readonly planned: PlannedFeed; readonly universe: UniverseFeed }[]> {
  const loaded = await Promise.all(
    feeds.map(async (planned) => {
      try {
        return {
          planned,
          universe: { protocol: planned.protocol, instruments: await loadFeed(planned.protocol, http, listener) },
        };
      } catch (error) {
        listener.failure(planned.protocol, error);
        return undefined;
      }
    }),
  );
  const there = loaded.filter((feed) => feed !== undefined);
  if (new Set(there.map(({ planned }) => planned.protocol.venue)).size < 2) {
    throw new VenueConnectionError('fewer than two venues could be reached, so there is nothing to compare');
  }
  return there;
}

async function loadFeed(
  protocol: FeedProtocol,
  http: HttpClient,
  listener: LoadListener,
): Promise<ReturnType<FeedProtocol['instruments']>> {
  const answers: unknown[] = [];
  for (const path of protocol.metadataPaths) {
    const body = await loadBody(protocol, path, http);
    listener.answer(protocol, protocol.endpoints.rest + path, body);
    answers.push(JSON.parse(Buffer.from(body).toString('utf8')));
  }
  return protocol.instruments(answers);
}

async function loadBody({ venue, endpoints }: FeedProtocol, path: string, http: HttpClient): Promise<Uint8Array> {
  let failure: unknown;
  for (let tries = 0; tries < METADATA_TRIES; tries++) {
    try {
      const { status, body } = await http.get(endpoints.rest + path);
      if (status === 200) return body;
      failure = new VenueConnectionError(`${venue} answered ${path} with status ${status}`, { venue, path, status });
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** The universe with its place in shared memory. Thread 0 is the main thread, then one for each venue, then the operator's. */
export interface BooksPlan {
  readonly universe: Universe;
  readonly shared: SharedBooks;
  /** Venues that have feeds, in the order of their threads from 1 on. */
  readonly venues: readonly VenueId[];
  readonly operatorThread: number;
}

/** Histogram of the engine; the feed workers' follow in the order of their threads. */
export const DECISION_HISTOGRAM = 0;

/** Chooses instruments as they are configured. @throws InvalidInputError when no instrument is listed twice */
export function configuredUniverse(
  { universe: { symbolsMax, quotes }, books }: Config,
  feeds: readonly UniverseFeed[],
): Universe {
  const universe = buildUniverse(feeds, { symbolsMax, quotes, levels: books.levels, checksumPolicy: CHECKSUM_ENFORCE });
  if (universe.rows.length > 0) return universe;
  throw new InvalidInputError('universe.quotes: no instrument with these quote assets is listed on two of the venues');
}

/** Chooses instruments and lays out and fills the shared memory. @throws InvalidInputError when no instrument is listed twice */
export function planBooks(config: Config, feeds: readonly UniverseFeed[]): BooksPlan {
  const universe = configuredUniverse(config, feeds);
  const venues = VENUES.filter((venue) => feeds.some(({ protocol }) => protocol.venue === venue));
  const plan = planMemory({
    feeds: feeds.map(({ protocol }) => protocol.decoder),
    books: universe.books.map(({ request }) => request),
    threads: [READER_THREAD, ...venues.map(() => FEED_THREAD), READER_THREAD],
    histograms: 1 + venues.length,
    scanRows: universe.rows.length,
    ...(config.signals.enabled && { signals: config.signals }),
  });
  return { universe, shared: createSharedBooks(plan), venues, operatorThread: venues.length + 1 };
}
