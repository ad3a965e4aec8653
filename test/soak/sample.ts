import { type Census, census } from './census.js';
import type { TradingDay } from './trading-day.js';

/** What must not grow, as it stood at one moment. */
export interface Sample {
  /** Hours since the start. */
  readonly hour: number;
  /** Megabytes after a collection of garbage. */
  readonly heapMb: number;
  /** Null where nobody can tell. */
  readonly externalMb: number | null;
  readonly rssMb: number;
  /** Counted things by name: handles, timers, connections, slots. */
  readonly counts: Readonly<Record<string, number>>;
  /** Entries of every collection by the path to it. */
  readonly collections: Census;
}

const MB = 2 ** 20;
/** A moment of rest is looked for so many times, a second apart: what is under way for a moment is no leak. */
const LOOKS = 12;
const LOOK_MINUTES = 1 / 60;

/** Reads the memory of this process, garbage aside. */
export function memoryNow(): Pick<Sample, 'heapMb' | 'externalMb' | 'rssMb'> {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapMb: heapUsed / MB, externalMb: external / MB, rssMb: rss / MB };
}

/** Lets some seconds pass and takes the least of each count in them. @param extra objects to be watched beside the day's own */
export async function takeSample(day: TradingDay, extra: Readonly<Record<string, object>> = {}): Promise<Sample> {
  let counts = countsOf(day);
  for (let look = 1; look < LOOKS; look++) {
    await day.run(LOOK_MINUTES);
    const again = countsOf(day);
    counts = Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Math.min(count, again[name] ?? 0)]));
  }
  const hour = day.elapsedHours;
  const memory = memoryNow();
  return { hour, ...memory, counts, collections: census({ ...rootsOf(day), ...extra }) };
}

/** What is left of a day that was stopped; all zero, or something leaks. */
export function leftBehind({ time, exchanges, desk }: TradingDay): Readonly<Record<string, number>> {
  return {
    timers: time.pending(),
    connections: exchanges.host.openSockets,
    requests: exchanges.host.pendingRequests,
    cycles: desk.executor.activeCount,
    'working orders': desk.executor.workingOrders().length,
    'orders in risk': desk.state.openOrders,
  };
}

function countsOf(day: TradingDay): Record<string, number> {
  const { deciding, strategies } = day;
  const { capital } = deciding;
  let reserved = 0;
  for (let account = 0; account < capital.accounts; account++)
    if (capital.available(account) < capital.balance(account)) reserved++;
  return {
    handles: process.getActiveResourcesInfo().length,
    ...leftBehind(day),
    'accounts with reserved funds': reserved,
    ...Object.fromEntries(strategies.map(({ name, budget }) => [`budget of ${name}`, Math.round(budget.committedQuote)])),
  };
}

function rootsOf({ desk, deciding, accounts, market, exchanges, strategies }: TradingDay): Record<string, object> {
  const { engine, host, costs, capital, decisions, views } = deciding;
  return {
    desk,
    deciding: { engine, host, costs, capital, decisions, views },
    strategies,
    gateways: accounts.map(({ gateway }) => gateway),
    feeds: market,
    exchanges: exchanges.simulation,
    host: exchanges.host,
  };
}
