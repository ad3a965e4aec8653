import { SeededRandom } from '../../src/domain/random.js';
import type { PlaceOutcome } from '../../src/gateway/order-desk.js';
import type { FaultRuleInput } from '../../src/sim/faults/rules.js';
import { TRADING, type TradingEntry } from '../../src/venues/trading-registry.js';
import { compareWithEngine } from './engine-log.js';
import { SimulatedVenue } from './simulated.js';

/** What a seed came to. */
export interface SeedReport {
  readonly seed: number;
  readonly venue: string;
  readonly market: string;
  readonly orders: number;
  readonly fills: number;
  readonly unknown: number;
  readonly disconnects: number;
  /** One sentence for each thing that must not happen; the seed is the bug report. */
  readonly faults: readonly string[];
}

const ORDERS = 14;
const TROUBLE_MS = 40_000;
const CALM_MS = 400_000;
const FAST = {
  reconnectBackoff: { initialMs: 100, maxMs: 5_000 },
  answerTimeoutMs: 2_000,
  settleBackoff: { initialMs: 200, maxMs: 5_000 },
};

/** The market whose turn it is: seeds go round all of them. */
export function entryOf(seed: number, entries: readonly TradingEntry[] = TRADING): TradingEntry {
  const entry = entries[seed % entries.length];
  if (entry === undefined) throw new Error('there are no venues');
  return entry;
}

/**
 * One life of a gateway among random faults: orders and cancels while everything goes wrong, then calm, in which all must be settled
 * and told; at the end nothing may be left.
 */
export async function runSeed(seed: number, entry: TradingEntry = entryOf(seed)): Promise<SeedReport> {
  const random = new SeededRandom(seed).fork('trouble');
  const life = await SimulatedVenue.create(entry, { seed, settings: FAST });
  const { gateway } = life;
  const faults: string[] = [];
  const rules = Array.from({ length: 2 + random.below(5) }, () => randomFault(random, entry));
  const duringStart = random.next() < 0.2;
  if (duringStart) for (const rule of rules) life.simulation.faults.add(rule);
  const outcomes = new Map<string, PlaceOutcome>();
  const settled = new Map<string, string>();
  const work: Promise<unknown>[] = [];
  const starting = startInTheEnd(life);
  if (!(await life.settles(starting, CALM_MS, 200))) faults.push('did not start');
  else {
    await life.pass(500);
    if (!duringStart) for (const rule of rules) life.simulation.faults.add(rule);
    for (let i = 0; i < ORDERS; i++) {
      const clientOrderId = gateway.clientOrderId(`seed-${seed}-${i}`);
      const order = life.randomOrder(clientOrderId);
      const reference = { symbol: order.symbol, venueOrderId: null, clientOrderId };
      const placing = gateway.place(order).then(async (outcome) => {
        outcomes.set(clientOrderId, outcome);
        if (outcome.kind === 'unknown') settled.set(clientOrderId, (await gateway.settle(reference)).kind);
        else if (outcome.kind === 'placed' && random.next() < 0.4) await gateway.cancel(reference).catch(() => null);
      });
      work.push(placing);
      await life.pass(random.below((2 * TROUBLE_MS) / ORDERS));
    }
  }
  life.simulation.faults.clear();
  // One more reconnect, so that what the faults swallowed is found.
  life.simulation.faults.add({
    venues: [entry.venue],
    traffic: ['ws-private', 'ws-trade'],
    untilMs: 500,
    fault: { kind: 'disconnect', at: 'now' },
  });
  if (!(await life.settles(Promise.all(work), CALM_MS, 200))) faults.push('an order was never settled');
  for (let ms = 0; ms < CALM_MS && !gateway.isLive; ms += 500) await life.pass(500);
  await life.pass(60_000); // an order without an end is asked for until it is too old to arrive
  if (!gateway.isLive) faults.push('the account is not followed');
  for (const [clientOrderId, outcome] of outcomes) {
    const said = outcome.kind === 'unknown' ? (settled.get(clientOrderId) ?? 'unknown') : outcome.kind;
    faults.push(...judge(life, clientOrderId, said));
  }
  const denied = new Set([...settled].filter(([, kind]) => kind === 'never-arrived').map(([clientOrderId]) => clientOrderId));
  const told = compareWithEngine(life, denied);
  faults.push(...told.differences);
  const left = await life.stop();
  if (!left.stopped || left.timers + left.sockets + left.requests > 0) faults.push(`left behind: ${JSON.stringify(left)}`);
  const unknown = [...outcomes.values()].filter(({ kind }) => kind === 'unknown').length;
  const disconnects = life.events.filter(({ kind }) => kind === 'disconnected').length;
  const { venue, market } = entry;
  return { seed, venue, market, orders: told.orders, fills: told.fills, unknown, disconnects, faults };
}

/** A start that fails among faults is made again, as an operator would. */
async function startInTheEnd(life: SimulatedVenue): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await life.gateway.start();
      return;
    } catch (error) {
      if (tries === 3) life.simulation.faults.clear();
      if (tries > 5) throw error;
    }
  }
}

function judge(life: SimulatedVenue, clientOrderId: string, said: string): string[] {
  const held = life.engineOrders(clientOrderId);
  const filled = held.some((order) => order.fills.length > 0);
  const alive = held.some(({ state }) => state === 'open');
  if (held.length > 1) return [`${clientOrderId}: doubled`];
  if ((said === 'placed' || said === 'found') && held.length === 0)
    return [`${clientOrderId}: said ${said}, but the venue never had it`];
  // A venue may refuse an order and keep a record of it, but not one that trades.
  if ((said === 'refused' || said === 'never-arrived') && (filled || alive))
    return [`${clientOrderId}: said ${said}, but the venue holds it`];
  return said === 'unknown' ? [`${clientOrderId}: nobody knows`] : [];
}

function randomFault(random: SeededRandom, { venue }: TradingEntry): FaultRuleInput {
  const fromMs = random.below(TROUBLE_MS);
  const rare = 0.05 + random.next() * 0.3;
  const base = { venues: [venue], fromMs, untilMs: fromMs + 500 + random.below(TROUBLE_MS / 2) };
  const sockets = { traffic: ['ws-private', 'ws-trade'] as ('ws-private' | 'ws-trade')[] };
  const kinds: (() => FaultRuleInput)[] = [
    () => ({
      ...base,
      fault: { kind: 'latency', each: { distribution: 'lognormal', medianMs: 5 + random.below(800), sigma: 1 } },
    }),
    () => ({
      ...base,
      traffic: ['rest'],
      probability: rare,
      fault: { kind: 'delay', each: { distribution: 'uniform', minMs: 0, maxMs: 9_000 } },
    }),
    () => ({ ...base, traffic: ['rest', 'ws-trade'], probability: rare, fault: { kind: 'drop' } }),
    () => ({ ...base, ...sockets, probability: rare, fault: { kind: 'duplicate' } }),
    () => ({
      ...base,
      ...sockets,
      probability: rare / 5,
      fault: { kind: 'disconnect', at: random.next() < 0.5 ? 'frame' : 'mid-frame' },
    }),
    () => ({ ...base, ...sockets, fault: { kind: 'disconnect', at: 'now' }, untilMs: fromMs + 100 }),
    () => ({ ...base, probability: 0.5, fault: { kind: 'refuse', ...(random.next() < 0.5 && { status: 503 }) } }),
    () => ({ ...base, traffic: ['rest'], probability: rare, fault: { kind: 'rate-limit', retryAfterS: random.below(4) } }),
    () => ({
      ...base,
      traffic: ['rest'],
      probability: rare,
      fault: { kind: 'server-error', status: [500, 502, 503, 504][random.below(4)] ?? 503 },
    }),
    () => {
      const how = (['timeout', 'disconnect', 'status'] as const)[random.below(3)] ?? 'timeout';
      return { ...base, traffic: ['rest'], probability: rare + 0.2, fault: { kind: 'lost-answer', how } };
    },
    () => ({ ...base, fault: { kind: 'clock-skew', skewMs: random.below(240_000) - 120_000 } }),
    () => ({ ...base, fault: { kind: 'maintenance' } }),
  ];
  return (kinds[random.below(kinds.length)] ?? (() => ({ ...base, fault: { kind: 'maintenance' as const } })))();
}
