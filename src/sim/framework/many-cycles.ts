import type { CycleReport } from './cycle.js';
import { runCycle } from './cycle.js';
import { plant, unplant } from './opportunity.js';
import type { Seat } from './seat.js';
import type { TradingFloor } from './trading-floor.js';

/** What many cycles at once came to. */
export interface ManyCyclesReport {
  readonly cycles: readonly CycleReport[];
  /** Ordered pairs of markets that took part. */
  readonly pairs: number;
  /** Legs that our own budgets held back; nothing of them was sent. */
  readonly heldBack: number;
  /** Refusals for rate by the venues themselves: must be none. */
  readonly rateRefusals: number;
  readonly differences: readonly string[];
}

/**
 * Plants one asset dear in each market in turn, and runs cycles over all ordered pairs at the same moment.
 * @param count of cycles; pairs repeat when there are more cycles than pairs
 */
export async function runManyCycles(floor: TradingFloor, count: number, netBps: number, key: string): Promise<ManyCyclesReport> {
  const { seats, simulation } = floor;
  const refusedBefore = rateRefusals(seats);
  const pairs = pairsOf(seats);
  const planted = pairs.map(({ base, buyAt, sellAt }) => {
    plant(simulation.market, { base, buyAt, sellAt, netBps });
    return { base, buyAt, sellAt };
  });
  // Each plant may have made an asset dearer for the pairs before it, never cheaper: their spreads stand as well.
  const opportunities = planted.map((request) => plant(simulation.market, { ...request, netBps }));
  const running: Promise<CycleReport>[] = [];
  for (let at = 0; at < count; at++) {
    const opportunity = opportunities[at % opportunities.length];
    if (opportunity !== undefined) running.push(runCycle(floor, opportunity, `${key}:${at}`));
  }
  const cycles = await Promise.all(running);
  for (const { sellAt, base } of pairs) unplant(simulation.market, sellAt, base);
  const heldBack = cycles.flatMap(({ buy, sell }) => [buy, sell]).filter(({ timing }) => timing.sentUs === null).length;
  return {
    cycles,
    pairs: pairs.length,
    heldBack,
    rateRefusals: rateRefusals(seats) - refusedBefore,
    differences: cycles.flatMap(({ differences }) => differences),
  };
}

/** Every market sells one asset of its own, which all others that list it buy. */
function pairsOf(seats: readonly Seat[]): { readonly base: string; readonly buyAt: Seat; readonly sellAt: Seat }[] {
  const taken = new Set<string>();
  return seats.flatMap((sellAt) => {
    const buyersOf = (base: string): Seat[] => seats.filter((seat) => seat !== sellAt && seat.instrumentOf(base) !== undefined);
    const bases = sellAt.instruments.map(({ base }) => base).filter((base) => !taken.has(base));
    const base = bases.toSorted((left, right) => buyersOf(right).length - buyersOf(left).length)[0];
    if (base === undefined) return [];
    taken.add(base);
    return buyersOf(base).map((buyAt) => ({ base, buyAt, sellAt }));
  });
}

function rateRefusals(seats: readonly Seat[]): number {
  return seats.reduce((sum, seat) => sum + seat.rateRefusals, 0);
}
