import { InvalidInputError } from '../../domain/errors.js';
import { equityFigures } from '../../ledger/performance.js';
import { BacktestEngine } from './backtest-engine.js';
import type { BacktestOptions, EngineResult } from './backtest-types.js';
import type { EquitySeries } from './equity.js';
import { fixedLatency } from './latency.js';
import type {
  ExecutionSimulationResult,
  MarketConditions,
  MarketSnapshot,
  SimulatedOpportunity,
  SnapshotBook,
  SpreadOpportunity,
  StrategyBacktestResult,
} from './simulation-types.js';
import type { BacktestTrade } from './trades.js';

const BPS = 1e-4;
/** Mean of the absolute value of a standard normal variate. */
const MEAN_ABSOLUTE = Math.sqrt(2 / Math.PI);
const RISK_FREE_RATE = 0;

/** The simulation of the source documents over the backtest engine: whole backtests, and the two steps of one by themselves. */
export class StrategySimulationEngine {
  /** @param executionDelayMs what orders take to a venue, and answers back */
  constructor(private readonly executionDelayMs = 100) {
    if (!(executionDelayMs >= 0)) throw new InvalidInputError('an execution delay is not negative', { executionDelayMs });
  }

  /**
   * Runs a backtest with this engine's delay.
   * @param parameters of the strategy, for the record
   * @param initialCapital of each quote asset at each account; the inventory of base assets is worth as much
   * @throws InvalidInputError for a history that cannot be played, or capital that is not above 0
   */
  async runBacktest(
    parameters: Readonly<Record<string, unknown>>,
    historicalData: BacktestOptions,
    initialCapital: number,
  ): Promise<StrategyBacktestResult> {
    if (!(initialCapital > 0)) throw new InvalidInputError('initial capital is above 0', { initialCapital });
    const worth = String(initialCapital);
    const latency = fixedLatency(this.executionDelayMs, this.executionDelayMs);
    const setup = {
      ...historicalData.setup,
      endowment: { quote: worth, inventory: worth },
      modelsOf: () => ({ latency }),
    };
    const [strategy] = setup.strategies;
    return summaryOf(strategy?.name ?? '', parameters, await new BacktestEngine({ ...historicalData, setup }).run());
  }

  /** Every pair of venues at which a spread pays after both taker fees, as far as the levels go; the most profitable first. */
  simulateOpportunityDetection(marketSnapshot: MarketSnapshot): SimulatedOpportunity[] {
    const found: SimulatedOpportunity[] = [];
    for (const buy of marketSnapshot.books) {
      for (const sell of marketSnapshot.books) {
        if (buy === sell || buy.base !== sell.base || buy.quote !== sell.quote) continue;
        const opportunity = walk(buy, sell);
        if (opportunity === null) continue;
        const expectedSlippage = slippageOf(opportunity, buy, sell);
        const executionFeasibility = opportunity.netSpread / (opportunity.netSpread + expectedSlippage);
        const simulatedTimestamp = marketSnapshot.timestampMs;
        found.push({ opportunity, marketSnapshot, executionFeasibility, expectedSlippage, simulatedTimestamp });
      }
    }
    return found.sort((a, b) => b.opportunity.netProfit - a.opportunity.netProfit);
  }

  /**
   * What is left of an opportunity when its orders arrive: others have taken their share, and the spread has moved against us by the mean
   * of what it moves in that time, sqrt(2 / pi) times its deviation (a normal variate). For single runs; backtests let books decide.
   * @throws InvalidInputError for conditions out of their ranges
   */
  modelExecutionReality(
    { opportunity }: SimulatedOpportunity,
    { volatilityPerSecond, competition }: MarketConditions,
  ): ExecutionSimulationResult {
    if (!(volatilityPerSecond >= 0 && competition >= 0 && competition <= 1))
      throw new InvalidInputError('conditions are a volatility from 0 on and a competition from 0 to 1');
    const { quantity, buyPrice, netProfit } = opportunity;
    const slippage = MEAN_ABSOLUTE * volatilityPerSecond * Math.sqrt(this.executionDelayMs / 1000);
    const share = 1 - competition;
    const paid = quantity * share * buyPrice;
    const realizedProfit = netProfit * share - paid * slippage;
    return {
      success: share > 0 && realizedProfit > 0,
      executedQuantity: quantity * share,
      expectedProfit: netProfit,
      realizedProfit,
      slippage,
      executionTimeMs: this.executionDelayMs * 2,
    };
  }
}

/** Level by level while the next part pays after both fees. */
function walk(buy: SnapshotBook, sell: SnapshotBook): SpreadOpportunity | null {
  const [buyFee, sellFee] = [buy.takerFeeBps * BPS, sell.takerFeeBps * BPS];
  let [quantity, paid, got] = [0, 0, 0];
  let [ask, bid] = [0, 0];
  let [askLeft, bidLeft] = [buy.asks[0]?.[1] ?? 0, sell.bids[0]?.[1] ?? 0];
  for (;;) {
    const [asked, offered] = [buy.asks[ask]?.[0], sell.bids[bid]?.[0]];
    if (asked === undefined || offered === undefined || offered * (1 - sellFee) <= asked * (1 + buyFee)) break;
    const part = Math.min(askLeft, bidLeft);
    quantity += part;
    paid += part * asked;
    got += part * offered;
    askLeft -= part;
    bidLeft -= part;
    if (askLeft <= 0) askLeft = buy.asks[++ask]?.[1] ?? 0;
    if (bidLeft <= 0) bidLeft = sell.bids[++bid]?.[1] ?? 0;
  }
  if (quantity === 0) return null;
  const feesQuote = paid * buyFee + got * sellFee;
  const netProfit = got - paid - feesQuote;
  const { base, quote } = buy;
  const prices = { buyPrice: paid / quantity, sellPrice: got / quantity };
  return {
    ...{ base, quote, buyVenue: buy.venue, sellVenue: sell.venue, ...prices, quantity },
    ...{ netProfit, netSpread: netProfit / (paid + paid * buyFee), feesQuote },
  };
}

function slippageOf({ buyPrice, sellPrice }: SpreadOpportunity, buy: SnapshotBook, sell: SnapshotBook): number {
  const [ask, bid] = [buy.asks[0]?.[0] ?? buyPrice, sell.bids[0]?.[0] ?? sellPrice];
  return (buyPrice - ask) / ask + (bid - sellPrice) / bid;
}

function summaryOf(
  strategyName: string,
  parameters: Readonly<Record<string, unknown>>,
  { trades, equity, counts, strategies }: EngineResult,
): StrategyBacktestResult {
  const results = trades.map(executionOf);
  const sum = (of: 'net' | 'turnover'): number => strategies.reduce((total, row) => total + Number(row[of]), 0);
  const over = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  return {
    ...{ strategyName, parameters, ...returnsOf(equity) },
    totalTrades: trades.length,
    winRate: over(trades.filter(({ realised }) => Number(realised) > 0).length, trades.length),
    avgTradeDurationMs: over(
      trades.reduce((total, { tsUs, endUs }) => total + (endUs - tsUs) / 1000, 0),
      trades.length,
    ),
    capitalEfficiency: over(sum('net'), sum('turnover')),
    opportunityCaptureRate: over(trades.length, counts.emitted),
    executionResults: results,
  };
}

function returnsOf({
  equity,
  intervalMs,
}: EquitySeries): Pick<StrategyBacktestResult, 'totalReturn' | 'sharpeRatio' | 'maxDrawdown'> {
  if (equity.length < 2) return { totalReturn: 0, sharpeRatio: 0, maxDrawdown: 0 };
  const figures = equityFigures({ equity: [...equity].map(String), intervalMs, riskFreeRate: RISK_FREE_RATE });
  return {
    totalReturn: Number(figures.totalReturn),
    sharpeRatio: Number(figures.sharpe ?? 0),
    maxDrawdown: Number(figures.maxDrawdown),
  };
}

function executionOf({ expected, realised, legs, tsUs, endUs }: BacktestTrade): ExecutionSimulationResult {
  const bought = legs.filter(({ side }) => side === 'buy');
  const executedQuantity = bought.reduce((sum, { quantity }) => sum + Number(quantity), 0);
  const paid = bought.reduce((sum, { quantity, averagePrice }) => sum + Number(quantity) * Number(averagePrice), 0);
  const [expectedProfit, realizedProfit] = [Number(expected), Number(realised)];
  return {
    ...{ success: realizedProfit > 0, executedQuantity, expectedProfit, realizedProfit },
    slippage: paid === 0 ? 0 : (expectedProfit - realizedProfit) / paid,
    executionTimeMs: (endUs - tsUs) / 1000,
  };
}
