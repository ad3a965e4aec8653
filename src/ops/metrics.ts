import { Counter, Gauge, Registry } from 'prom-client';
import { BOOK_STATE_NAMES } from '../kernel/book-view.js';
import { BREAKER_STATES, type LatencySummary, type OperatorSnapshot, type StrategyStatus, type VenueStatus } from './messages.js';
import { addTrading } from './trading-metrics.js';

/** Content type of the Prometheus text format. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

const FEED_LABELS = ['venue', 'market'] as const;

/**
 * The metrics page, computed from one snapshot. A registry of its own for every scrape: nothing has to be kept in step, and a
 * venue that is gone leaves no series behind.
 */
export function renderMetrics(snapshot: OperatorSnapshot): Promise<string> {
  const registry = new Registry();
  addProcess(registry, snapshot);
  addVenues(registry, snapshot.venues);
  addStrategies(registry, snapshot.strategies);
  addLatency(registry, snapshot);
  if (snapshot.trading !== null) addTrading(registry, snapshot.trading);
  return registry.metrics();
}

function addProcess(registry: Registry, snapshot: OperatorSnapshot): void {
  const gauge = (name: string, help: string, value: number): void => {
    new Gauge({ name: `tiercel_${name}`, help, registers: [registry] }).set(value);
  };
  const counter = (name: string, help: string, value: number): void => {
    new Counter({ name: `tiercel_${name}_total`, help, registers: [registry] }).inc(value);
  };
  new Gauge({
    name: 'tiercel_build_info',
    help: 'Always 1; version and mode are in the labels',
    labelNames: ['version', 'mode'],
    registers: [registry],
  }).set({ version: snapshot.version, mode: snapshot.mode }, 1);
  gauge('uptime_seconds', 'Seconds since the engine started', snapshot.uptimeS);
  gauge('ready', '1 once every venue has been synchronised and trading, where there is any, has begun', snapshot.ready ? 1 : 0);
  counter('opportunities_found', 'Opportunities found since the start', snapshot.opportunities.found);
  gauge('opportunities_open', 'Opportunities open now', snapshot.opportunities.open);
  counter('turns', 'Engine turns since the start', snapshot.turns);
  gauge('event_loop_delay_seconds', 'Event loop delay of the main thread', snapshot.eventLoopDelayUs / 1e6);
  gauge('resident_memory_bytes', 'Resident memory of the process', snapshot.rssBytes);
  gauge('heap_used_bytes', 'JavaScript heap in use on the main thread', snapshot.heapBytes);
}

function addVenues(registry: Registry, venues: readonly VenueStatus[]): void {
  const gauge = (name: string, help: string, value: (status: VenueStatus) => number): void => {
    const metric = new Gauge({ name: `tiercel_${name}`, help, labelNames: FEED_LABELS, registers: [registry] });
    for (const status of venues) metric.set({ venue: status.venue, market: status.market }, value(status));
  };
  const counter = (name: string, help: string, value: (status: VenueStatus) => number): void => {
    const metric = new Counter({ name: `tiercel_${name}_total`, help, labelNames: FEED_LABELS, registers: [registry] });
    for (const status of venues) metric.inc({ venue: status.venue, market: status.market }, value(status));
  };
  counter('frames', 'Frames received', (status) => status.frames);
  counter('resyncs', 'Resynchronisations of books', (status) => status.resyncs);
  counter('gaps', 'Sequence gaps', (status) => status.gaps);
  counter('conflated_updates', 'Changes of books that the engine never saw singly', (status) => status.conflated);
  counter('checksums_bad', 'Book checksums that did not match', (status) => status.checksumsBad);
  gauge('frames_per_second', 'Frames received per second', (status) => status.framesPerS);
  gauge('books', 'Books followed', (status) => status.symbols);
  gauge('books_synced', 'Books that are SYNCED', (status) => status.synced);
  gauge('connections', 'Open WebSocket connections', (status) => status.connections);
  gauge('breaker', 'Circuit breaker: 0 closed, 1 half open, 2 open', (status) => BREAKER_STATES.indexOf(status.breaker));
  const state = new Gauge({
    name: 'tiercel_state',
    help: '1 for the state that the venue is in, 0 for the others',
    labelNames: [...FEED_LABELS, 'state'],
    registers: [registry],
  });
  for (const { venue, market, state: current } of venues) {
    for (const name of BOOK_STATE_NAMES) state.set({ venue, market, state: name }, name === current ? 1 : 0);
  }
}

function addStrategies(registry: Registry, strategies: readonly StrategyStatus[]): void {
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `tiercel_strategy_${name}`, help, labelNames: ['strategy'], registers: [registry] });
  const intents = new Counter({
    name: 'tiercel_strategy_intents_total',
    help: 'Intents that a strategy has made',
    labelNames: ['strategy'],
    registers: [registry],
  });
  const budget = gauge('budget_quote', 'Most that a strategy may commit, in its quote asset');
  const committed = gauge('committed_quote', 'What a strategy has committed, in its quote asset');
  for (const { name: strategy, intents: count, budgetQuote, committedQuote } of strategies) {
    intents.inc({ strategy }, count);
    budget.set({ strategy }, budgetQuote);
    committed.set({ strategy }, committedQuote);
  }
}

function addLatency(registry: Registry, { latencyUs }: OperatorSnapshot): void {
  const quantiles = new Gauge({
    name: 'tiercel_latency_seconds',
    help: 'Latency quantiles by stage; quantile 1 is the maximum',
    labelNames: ['stage', 'quantile'],
    registers: [registry],
  });
  const counts = new Gauge({
    name: 'tiercel_latency_samples',
    help: 'Samples behind the quantiles',
    labelNames: ['stage'],
    registers: [registry],
  });
  const add = (stage: string, summary: LatencySummary): void => {
    const values = { 0.5: summary.p50, 0.9: summary.p90, 0.99: summary.p99, 0.999: summary.p999, 1: summary.max };
    for (const [quantile, valueUs] of Object.entries(values)) quantiles.set({ stage, quantile }, valueUs / 1e6);
    counts.set({ stage }, summary.count);
  };
  add('receive_to_decision', latencyUs.receiveToDecision);
  add('decode', latencyUs.decode);
}
