import type { LedgerReport } from '../../ledger/report.js';
import type { BacktestCounts, StrategyResult } from './backtest-types.js';
import type { MarketSource } from './market-source.js';
import type { PaperTrading } from './paper-trading.js';
import type { BacktestTrade } from './trades.js';

/** What became of the intents of a run, and why. */
export function countsOf(
  source: MarketSource,
  { desk, deciding, ledger }: PaperTrading,
  alerts: ReadonlyMap<string, number>,
): BacktestCounts {
  const report = desk?.report();
  const causes = new Map(report?.refusals.map(({ reason, count }) => [`refused: ${reason}`, count]));
  const orders = new Set<string>();
  const ended = new Map<string, string>();
  let fills = 0;
  for (const entry of ledger.entries) {
    if (entry.kind === 'fill') fills++;
    if (entry.kind !== 'order') continue;
    orders.add(entry.clientOrderId);
    const cameToNothing = entry.state === 'rejected' || entry.state === 'expired' || entry.state === 'canceled';
    if (cameToNothing) ended.set(entry.clientOrderId, `${entry.state}: ${entry.reason ?? 'no reason given'}`);
  }
  for (const cause of ended.values()) causes.set(cause, (causes.get(cause) ?? 0) + 1);
  return {
    events: source.events,
    turns: deciding.engine.turns,
    ...(report?.intents ?? { emitted: 0, refused: 0, executed: 0, succeeded: 0, failed: 0 }),
    ...{ orders: orders.size, fills },
    causes: sorted(causes),
    alerts: sorted(alerts),
  };
}

/** What each strategy earned; one that never traded is there too. */
export function strategiesOf(
  { byStrategy }: LedgerReport,
  trades: readonly BacktestTrade[],
  names: readonly string[],
): StrategyResult[] {
  const rows = byStrategy.map(({ name, ...row }): StrategyResult => {
    const own = trades.filter((trade) => trade.strategy === name && trade.asset === row.asset);
    const wins = own.filter((trade) => Number(trade.realised) > 0).length;
    return { strategy: name, trades: own.length, wins, ...row };
  });
  const idle = names.filter((name) => !rows.some(({ strategy }) => strategy === name));
  const nothing = { asset: '', trades: 0, wins: 0, fills: 0, turnover: '0', realised: '0', fees: '0', funding: '0', net: '0' };
  return [...rows, ...idle.map((strategy) => ({ strategy, ...nothing }))];
}

/** The most frequent first. */
function sorted(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries([...counts].sort(([a, most], [b, least]) => least - most || (a < b ? -1 : 1)));
}
