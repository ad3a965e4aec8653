import { InvalidInputError } from '../domain/errors.js';
import { VENUES, type VenueId } from '../domain/venue.js';
import { type BookReader, findBook } from './books.js';
import { answerControl, CONTROL_PATHS, type ControlSources } from './control-api.js';
import {
  failure,
  type HttpAnswer,
  type HttpRequestView,
  json,
  notFound,
  nothingTraded,
  text,
  wrongMethod,
} from './http-message.js';
import type { OperatorSnapshot } from './messages.js';
import { METRICS_CONTENT_TYPE, renderMetrics } from './metrics.js';
import { decodeSegment, parseBookQuery, parseDecisionsQuery, parseOpportunitiesQuery, parseSpreadQuery } from './query.js';
import { readiness } from './readiness.js';
import { readSpread, type SharedSpreads } from './spread-api.js';

/** What the API reads, books, spreads and the dashboard's files by path among it, and who carries out what it is told. */
export interface ApiSources extends ControlSources {
  readonly books: BookReader;
  readonly spreads: SharedSpreads;
  readonly assets: ReadonlyMap<string, HttpAnswer>;
}

type Handler = (sources: ApiSources, request: HttpRequestView) => HttpAnswer | Promise<HttpAnswer>;

const HANDLERS: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ['/healthz', () => json(200, { alive: true })],
  ['/readyz', (sources) => readiness(sources.snapshot())],
  ['/metrics', metrics],
  ['/api/v1/status', withSnapshot((snapshot) => json(200, statusBody(snapshot)))],
  ['/api/v1/opportunities', withSnapshot(opportunities)],
  ['/api/v1/strategies', withSnapshot(({ strategies }) => json(200, { strategies }))],
  ['/api/v1/decisions', withSnapshot(decisions)],
  ['/api/v1/trading', withSnapshot(({ trading }) => (trading === null ? nothingTraded() : json(200, trading)))],
  ['/api/v1/delta', withSnapshot(({ delta }) => json(200, { strategies: delta }))],
  ['/api/v1/books', bookIndex],
]);

const SPREAD_PATH = /^\/api\/v1\/delta\/([^/]+)\/spread$/;
const BOOK_PATH = /^\/api\/v1\/books\/([^/]+)\/([^/]+)$/;

/** Answers one request. Never throws: bad input is a 400 with one sentence, anything unforeseen a 500. */
export async function answer(sources: ApiSources, request: HttpRequestView): Promise<HttpAnswer> {
  try {
    const control = CONTROL_PATHS.get(request.path);
    if (control !== undefined) return await answerControl(sources, request, control);
    const handler = findHandler(sources, request.path);
    if (handler === null) return notFound(`There is nothing at ${request.path}.`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return wrongMethod(request, 'GET, HEAD', 'GET and HEAD');
    }
    return await handler(sources, request);
  } catch (error) {
    if (error instanceof InvalidInputError) return failure(400, error.code, error.message);
    return failure(500, 'TIERCEL_INTERNAL', `The request failed: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function findHandler(sources: ApiSources, path: string): Handler | null {
  const asset = sources.assets.get(path);
  if (asset !== undefined) return () => asset;
  const handler = HANDLERS.get(path);
  if (handler !== undefined) return handler;
  const [, strategy] = SPREAD_PATH.exec(path) ?? [];
  if (strategy !== undefined) return ({ spreads }, { query }) => spread(spreads, strategy, query);
  const [, venue, symbol] = BOOK_PATH.exec(path) ?? [];
  return venue === undefined || symbol === undefined ? null : (_, { query }) => book(sources.books, venue, symbol, query);
}

function withSnapshot(handler: (snapshot: OperatorSnapshot, query: string) => HttpAnswer): Handler {
  return (sources, request) => {
    const snapshot = sources.snapshot();
    if (snapshot === null) return failure(503, 'TIERCEL_STARTING', 'The engine is starting and has not reported yet.');
    return handler(snapshot, request.query);
  };
}

/** The body of GET /api/v1/status. */
function statusBody(snapshot: OperatorSnapshot) {
  const { version, uptimeS, mode, opportunities, latencyUs } = snapshot;
  const { p50, p99, max } = latencyUs.receiveToDecision;
  return {
    version,
    uptimeS,
    mode,
    venues: snapshot.venues.map(({ venue, market, state, symbols, synced, framesPerS, resyncs }) => {
      return { venue, market, state, symbols, synced, framesPerS, resyncs };
    }),
    opportunities: { found: opportunities.found, open: opportunities.open },
    latencyUs: { receiveToDecision: { p50, p99, max } },
  };
}

function opportunities(snapshot: OperatorSnapshot, query: string): HttpAnswer {
  const { limit, minNetBps = Number.NEGATIVE_INFINITY } = parseOpportunitiesQuery(query);
  const { found, open, list, recent } = snapshot.opportunities;
  const wanted = [...list, ...recent].filter((view) => view.netBps >= minNetBps).slice(0, limit);
  return json(200, { found, open, opportunities: wanted });
}

/** The newest decisions; a figure that does not exist is null. */
function decisions({ decisions: newest }: OperatorSnapshot, query: string): HttpAnswer {
  const { limit, strategy } = parseDecisionsQuery(query);
  const wanted = newest.filter((decision) => strategy === undefined || decision.strategy === strategy).slice(0, limit);
  return json(200, { decisions: wanted });
}

async function metrics(sources: ApiSources): Promise<HttpAnswer> {
  const snapshot = sources.snapshot();
  return text(200, METRICS_CONTENT_TYPE, snapshot === null ? '' : await renderMetrics(snapshot));
}

function spread(spreads: SharedSpreads, segment: string, query: string): HttpAnswer {
  const strategy = decodeSegment(segment);
  const { pair, hours, points } = parseSpreadQuery(query);
  const series = readSpread(spreads, strategy, pair, hours, points);
  if (series === null) return notFound(`No strategy ${JSON.stringify(strategy)} follows a pair ${pair}.`);
  return json(200, { strategy, pair, ...series });
}

/** The books there are: what the dashboard's book panel lets one choose from. */
function bookIndex(sources: ApiSources): HttpAnswer {
  const feeds = (sources.snapshot()?.venues ?? []).map(({ venue, market }) => {
    return { venue, market, symbols: sources.books.symbols(venue, market) };
  });
  return json(200, { feeds });
}

function book(books: BookReader, venueSegment: string, symbolSegment: string, query: string): HttpAnswer {
  const venueName = decodeSegment(venueSegment);
  const symbol = decodeSegment(symbolSegment);
  const { market, depth } = parseBookQuery(query);
  const venue = VENUES.find((known): known is VenueId => known === venueName);
  if (venue === undefined) return notFound(`There is no venue ${JSON.stringify(venueName)}; there are ${VENUES.join(', ')}.`);
  const view = findBook(books, venue, market, symbol, depth);
  if (view === null) return notFound(`${venue} has no ${market} book of ${JSON.stringify(symbol)}.`);
  return json(200, view);
}
