import { SeededRandom } from '../../src/domain/random.js';
import { type RiskConfig, RiskConfigSchema } from '../../src/risk/config.js';
import { QUOTE } from './world/listings.js';

/** How often and how badly things go wrong in one seed; shares are of requests or events. */
export interface NetworkPlan {
  /** One way, in milliseconds: the least, and how much more at most. */
  readonly latencyMs: number;
  readonly jitterMs: number;
  /** Requests that never arrive, and answers that never come back. */
  readonly lostRequests: number;
  readonly lostAnswers: number;
  /** Requests and answers that take seconds. */
  readonly slow: number;
  /** Orders that a venue refuses for no reason of ours. */
  readonly refused: number;
  /** Order and fill messages told twice, and told late and so out of order. */
  readonly duplicated: number;
  readonly reordered: number;
  /** Fills told without their fee at first. */
  readonly lateFees: number;
  /** Limit orders that a venue lets rest although they were to be taken at once. */
  readonly rests: number;
  /** Orders before which somebody else takes most of what was there. */
  readonly thinned: number;
  /** Fills that the venue's list shows only later, by up to so long. */
  readonly unlisted: number;
  readonly unlistedMsMax: number;
}

/** How many of each rare event a seed has on average. */
export interface DisasterPlan {
  readonly streamCuts: number;
  readonly outages: number;
  readonly stalls: number;
  readonly gaps: number;
  readonly transfers: number;
  readonly crashes: number;
  readonly clockJumps: number;
  readonly diskFaults: number;
  readonly kills: number;
  readonly journalKills: number;
  readonly stops: number;
}

/** Everything that a seed decides before it begins. */
export interface ChaosPlan {
  readonly seed: number;
  readonly withFutures: boolean;
  /** The engine believes that trading costs nothing, and so loses; little may be lost. */
  readonly isCostly: boolean;
  readonly strategies: readonly ('three-tier' | 'delta' | 'cross-futures')[];
  /** Times of activity, in microseconds from the start; between them nothing moves. */
  readonly windows: readonly { readonly startUs: number; readonly endUs: number }[];
  /** Nothing goes wrong from here on, and then the run ends. */
  readonly calmUs: number;
  readonly endUs: number;
  /** Until funding is paid for the first time. */
  readonly fundingUs: number;
  readonly network: NetworkPlan;
  readonly disasters: DisasterPlan;
  readonly fundsQuote: number;
  readonly risk: RiskConfig;
}

const SECOND_US = 1e6;
const MINUTE_US = 60e6;
/** Time without faults after which everything has to be in order. */
const CALM_US = 8 * MINUTE_US;

/** Draws the plan of a seed. A quarter of the seeds have an easy life, so that what works without faults is seen as well. */
export function drawPlan(seed: number): ChaosPlan {
  const random = new SeededRandom(seed).fork('plan');
  const share = (most: number): number => random.next() ** 2 * most;
  const isEasy = random.next() < 0.15;
  const harm = isEasy ? 0 : 0.3 + random.next();
  const withFutures = random.next() < 0.6;
  const isCostly = random.next() < 0.15;
  const windows: { startUs: number; endUs: number }[] = [];
  let at = 5 * SECOND_US;
  for (let left = 3 + random.below(4); left > 0; left--) {
    const lengthUs = (25 + random.next() * 35) * SECOND_US;
    windows.push({ startUs: at, endUs: at + lengthUs });
    at += lengthUs + (10 + random.next() * 40) * MINUTE_US;
  }
  const calmUs = (windows.at(-1)?.endUs ?? 0) + 20 * SECOND_US;
  return {
    seed,
    withFutures,
    isCostly,
    strategies: withFutures ? (random.next() < 0.5 ? ['three-tier', 'delta'] : ['three-tier', 'cross-futures']) : ['three-tier'],
    windows,
    calmUs,
    endUs: calmUs + CALM_US,
    fundingUs: random.next() * calmUs,
    network: {
      latencyMs: 1 + random.next() * 20,
      jitterMs: random.next() * 30,
      lostRequests: harm * share(0.08),
      lostAnswers: harm * share(0.12),
      slow: harm * share(0.08),
      refused: harm * share(0.08),
      duplicated: harm * share(0.4),
      reordered: harm * share(0.3),
      lateFees: random.next() < 0.4 ? harm * random.next() : 0,
      rests: harm * share(0.15),
      thinned: harm * share(0.4),
      unlisted: harm * share(0.5),
      unlistedMsMax: 500 + random.next() * 15_000,
    },
    disasters: {
      streamCuts: harm * random.next() * 4,
      outages: harm * random.next() * 2,
      stalls: harm * random.next() * 4,
      gaps: harm * random.next() * 8,
      transfers: harm * share(2),
      crashes: random.next() < 0.15 ? harm : 0,
      clockJumps: random.next() < 0.4 ? harm * 2 : 0,
      diskFaults: random.next() < 0.15 ? harm : 0,
      kills: random.next() < 0.5 ? harm * 1.5 : 0,
      journalKills: random.next() < 0.5 ? harm * 2 : 0,
      stops: random.next() < 0.35 ? 1 : 0,
    },
    fundsQuote: random.next() < 0.2 ? 60 : 200 + random.next() * 400,
    risk: RiskConfigSchema.parse({
      orderQuoteMax: random.next() < 0.3 ? 12 : 25,
      exposureQuoteMax: {
        symbol: random.next() < 0.3 ? 40 : 90,
        venue: random.next() < 0.3 ? 80 : 200,
        strategy: 250,
        total: random.next() < 0.3 ? 80 : 300,
      },
      openQuoteMax: { venue: 60, total: 120 },
      openOrdersMax: random.next() < 0.3 ? 4 : 16,
      orderRate: { orders: random.next() < 0.3 ? 8 : 40, windowMs: 10_000 },
      priceBandBps: 250,
      bookAgeMsMax: 5_000,
      dailyLossQuoteMax: isCostly ? 0.1 : 10,
      drawdownFractionMax: 0.5,
      balanceFloors: { [QUOTE]: 5 },
      unhedged: { dustQuote: 5, quoteMax: 30, quoteSecondsMax: 300, secondsMax: 15 },
    }),
  };
}
