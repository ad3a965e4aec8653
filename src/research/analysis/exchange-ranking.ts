import { CalculationError } from '../../domain/calculation-error.js';
import {
  CRITERIA,
  type Criterion,
  type ExchangeAnalysis,
  type ExchangeRanking,
  type ExchangeRankingReport,
} from './exchange-types.js';

/** Weights of the criteria, sum 1. */
export const CRITERIA_WEIGHTS: Readonly<Record<Criterion, number>> = {
  ...{ liquidity: 0.35, fees: 0.25, reliability: 0.2, execution: 0.2 },
};

/** Score of what nobody knows. */
const UNKNOWN = 0.5;
/** A taker fee that lies so far above the cheapest halves the score; so do so many gaps an hour, and so long an acknowledgement. */
const [FEE_HALF_BPS, GAPS_HALF_PER_HOUR, ACKNOWLEDGEMENT_HALF_MS] = [10, 12, 100];
const [UPTIME_MIN, REJECT_RATE_MAX] = [0.99, 0.05];

/**
 * Ranks exchanges. Liquidity: 0.4 * least spread / own + 0.4 * own depth / greatest + 0.2 * own update rate / greatest. Fees: 10 / (10 + basis
 * points above the cheapest taker). Reliability: uptime * (1 - lost orders) * 12 / (12 + gaps an hour). Execution: fill ratio *
 * (1 - rejected) * 100 / (100 + milliseconds of the median acknowledgement). What is not known scores 0.5. The overall score is the weighted
 * mean; the suitability is the geometric mean of that and the worst of the four.
 * @throws CalculationError INVALID_RATE for weights below 0, or that do not sum to 1
 */
export function rankExchanges(
  analyses: readonly ExchangeAnalysis[],
  weights: Readonly<Record<Criterion, number>> = CRITERIA_WEIGHTS,
): ExchangeRankingReport {
  const sum = CRITERIA.reduce((total, criterion) => total + weights[criterion], 0);
  if (!(Math.abs(sum - 1) < 1e-9 && CRITERIA.every((criterion) => weights[criterion] >= 0)))
    throw new CalculationError('INVALID_RATE', weights);
  const best = bestOf(analyses);
  const rankings = analyses
    .map((analysis): ExchangeRanking => {
      const scores = scoresOf(analysis, best);
      const overallScore = CRITERIA.reduce((total, criterion) => total + weights[criterion] * scores[criterion], 0);
      const worst = Math.min(...CRITERIA.map((criterion) => scores[criterion]));
      return {
        exchange: analysis.exchange,
        overallScore,
        liquidityScore: scores.liquidity,
        feeCompetitiveness: scores.fees,
        apiReliability: scores.reliability,
        executionQuality: scores.execution,
        supportedInstruments: analysis.liquidity?.instruments ?? 0,
        arbitrageSuitability: Math.sqrt(overallScore * worst),
      };
    })
    .sort((a, b) => b.overallScore - a.overallScore || (a.exchange < b.exchange ? -1 : 1));
  return {
    rankings,
    criteriaWeights: weights,
    overallScores: Object.fromEntries(rankings.map(({ exchange, overallScore }) => [exchange, overallScore])),
    recommendations: recommendationsOf(rankings, analyses),
  };
}

interface Best {
  readonly spreadBps: number;
  readonly depthQuote: number;
  readonly updatesPerSecond: number;
  readonly takerFeeBps: number;
}

function bestOf(analyses: readonly ExchangeAnalysis[]): Best {
  const liquidity = analyses.flatMap((analysis) => analysis.liquidity ?? []);
  return {
    spreadBps: Math.min(...liquidity.map(({ spreadBps }) => spreadBps)),
    depthQuote: Math.max(...liquidity.map(({ depthQuote }) => depthQuote)),
    updatesPerSecond: Math.max(...liquidity.map(({ updatesPerSecond }) => updatesPerSecond)),
    takerFeeBps: Math.min(...analyses.flatMap(({ fees }) => fees?.takerFeeBps ?? [])),
  };
}

function scoresOf({ liquidity, fees, api }: ExchangeAnalysis, best: Best): Record<Criterion, number> {
  const share = (own: number, whole: number): number => (whole > 0 ? own / whole : 1);
  const uptime = liquidity?.uptime ?? 1;
  const gaps = GAPS_HALF_PER_HOUR / (GAPS_HALF_PER_HOUR + (liquidity?.gapsPerHour ?? 0));
  const response = ACKNOWLEDGEMENT_HALF_MS / (ACKNOWLEDGEMENT_HALF_MS + (api?.acknowledgement?.p50Ms ?? 0));
  return {
    liquidity:
      liquidity === undefined
        ? UNKNOWN
        : 0.4 * share(best.spreadBps, liquidity.spreadBps) +
          0.4 * share(liquidity.depthQuote, best.depthQuote) +
          0.2 * share(liquidity.updatesPerSecond, best.updatesPerSecond),
    fees: fees === undefined ? UNKNOWN : FEE_HALF_BPS / (FEE_HALF_BPS + fees.takerFeeBps - best.takerFeeBps),
    reliability: liquidity === undefined && api === undefined ? UNKNOWN : uptime * (1 - (api?.lostRate ?? 0)) * gaps,
    execution: api === undefined || api.fillRatio === null ? UNKNOWN : api.fillRatio * (1 - api.rejectRate) * response,
  };
}

function recommendationsOf(rankings: readonly ExchangeRanking[], analyses: readonly ExchangeAnalysis[]): string[] {
  const suitable = rankings.toSorted((a, b) => b.arbitrageSuitability - a.arbitrageSuitability);
  const [first, second] = suitable;
  const said: string[] = [];
  if (first !== undefined && second !== undefined) {
    said.push(`Begin with ${first.exchange} against ${second.exchange}: no other two are as suitable.`);
  }
  for (const { exchange, liquidity, fees, api } of analyses) {
    if (liquidity !== undefined && liquidity.uptime < UPTIME_MIN) {
      said.push(
        `${exchange}: books could be relied upon ${(liquidity.uptime * 100).toFixed(1)} % of the time; keep positions there small.`,
      );
    }
    if (api !== undefined && api.rejectRate > REJECT_RATE_MAX) {
      const [reason] = Object.entries(api.rejectReasons).sort((a, b) => b[1] - a[1]);
      said.push(
        `${exchange}: ${(api.rejectRate * 100).toFixed(1)} % of orders were refused${reason ? `, most often: ${reason[0]}` : ''}.`,
      );
    }
    const unknown = [
      ...(liquidity === undefined ? ['liquidity'] : []),
      ...(fees === undefined ? ['fees'] : []),
      ...(api === undefined ? ['execution'] : []),
    ];
    if (unknown.length > 0) said.push(`${exchange}: nothing is known of ${unknown.join(' and ')}; these score ${UNKNOWN}.`);
  }
  return said;
}
