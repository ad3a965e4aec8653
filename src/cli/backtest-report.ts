import { SeededRandom } from '../domain/random.js';
import type { FeeSchedule } from '../research/analysis/exchange-types.js';
import { exchangeName } from '../research/analysis/execution-logs.js';
import type { EngineResult } from '../research/backtest/backtest-types.js';
import { reportedBacktest } from '../research/reports/backtest-report.js';
import type { StrategyUniverse } from '../strategy/universe.js';
import { writeReportFolder } from './report-folder.js';
import { reportSummary } from './report-summary.js';
import { unfitData } from './unfit-data.js';

/**
 * Writes the report of a backtest into a folder.
 * @returns its summary for a terminal
 * @throws InvalidInputError for a folder that cannot be written to, and a run without anything to report
 */
export async function writeBacktestReport(
  folder: string,
  result: EngineResult,
  { universe, seed }: { readonly universe: StrategyUniverse; readonly seed: number },
): Promise<string> {
  const fees = new Map<string, FeeSchedule>();
  for (const { instrument, takerFee, makerFee } of universe.books) {
    const exchange = exchangeName(instrument);
    const [takerFeeBps, makerFeeBps] = [takerFee * 1e4, makerFee * 1e4];
    // Where instruments differ, the dearest speaks for the exchange.
    if (!((fees.get(exchange)?.takerFeeBps ?? -1) >= takerFeeBps)) fees.set(exchange, { exchange, takerFeeBps, makerFeeBps });
  }
  try {
    const reported = reportedBacktest(result, {
      strategyName: [...new Set(result.strategies.map(({ strategy }) => strategy))].join(', ') || 'no trades',
      quote: 'reference currency',
      fees: [...fees.values()],
      random: new SeededRandom(seed),
    });
    await writeReportFolder(folder, reported, '--report');
    return reportSummary(reported.report);
  } catch (error) {
    throw unfitData('the run cannot be reported', error);
  }
}
