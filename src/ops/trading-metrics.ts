import { Counter, Gauge, type Registry } from 'prom-client';
import type { TradingReport, TradingState } from '../trading/trading-report.js';

const STATES = ['reconciling', 'trading', 'halted', 'blocked', 'stopping'] as const satisfies readonly TradingState[];

/** Adds what trading is doing to the metrics page. Amounts are in the reference currency where no asset is named. */
export function addTrading(registry: Registry, trading: TradingReport): void {
  const { risk, intents, cycleUs } = trading;
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `tiercel_trading_${name}`, help, labelNames, registers: [registry] });
  const counter = (name: string, help: string, label: string) =>
    new Counter({ name: `tiercel_trading_${name}_total`, help, labelNames: [label], registers: [registry] });

  const state = gauge('state', '1 for the state that trading is in, 0 for the others', ['mode', 'state']);
  for (const name of STATES) state.set({ mode: trading.mode, state: name }, name === trading.state ? 1 : 0);
  const taken = counter('intents', 'Intents since the start of the run, by what became of them', 'outcome');
  for (const [outcome, count] of Object.entries(intents)) taken.inc({ outcome }, count);
  const refusals = counter('refusals', 'Intents that risk refused, by the limit or guard', 'reason');
  for (const { reason, count } of trading.refusals) refusals.inc({ reason }, count);

  gauge('open_orders', 'Orders that have not ended').set(risk.openOrders);
  gauge('open_orders_max', 'Limit of open orders').set(risk.openOrdersMax);
  const profit = gauge('profit', 'Net profit since the ledger began, in the asset', ['strategy', 'asset']);
  for (const { strategy, asset, net } of trading.profit) profit.set({ strategy, asset }, Number(net));
  gauge('daily_profit', 'Profit of the UTC day').set(risk.dailyProfit);
  gauge('daily_loss_max', 'Loss of a day that stops trading').set(risk.dailyLossMax);
  gauge('drawdown_fraction', 'Loss since the highest equity, as a part of it').set(risk.drawdownFraction);
  gauge('drawdown_fraction_max', 'Drawdown that stops trading').set(risk.drawdownFractionMax);
  gauge('exposure', 'Exposure in total').set(risk.exposure);
  gauge('exposure_max', 'Limit of exposure').set(risk.exposureMax);
  const unhedged = gauge('unhedged', 'What is not hedged, in base units; positive is too much', ['asset', 'dust']);
  for (const { asset, base, isDust } of trading.unhedged) unhedged.inc({ asset, dust: String(isDust) }, Number(base));
  gauge('holdings', 'Holdings that are reconciled').set(trading.reconciliation.holdings);
  gauge('drifts', 'Holdings that differ from what fills explain').set(trading.reconciliation.drifts.length);
  gauge('ledger_entries', 'Entries of the ledger').set(trading.ledger.entries);
  gauge('ledger_healthy', '1 while the ledger can be written').set(trading.ledger.isHealthy ? 1 : 0);

  const cycle = gauge('cycle_us', 'Quantiles of a cycle over this run, by stage, in microseconds', ['stage', 'quantile']);
  const stages = [
    ['intent_to_sent', cycleUs.intentToSent],
    ['sent_to_acknowledged', cycleUs.sentToAcknowledged],
    ['sent_to_filled', cycleUs.sentToFilled],
  ] as const;
  for (const [stage, { p50, p99 }] of stages) {
    cycle.set({ stage, quantile: '0.5' }, p50);
    cycle.set({ stage, quantile: '0.99' }, p99);
  }
  gauge('cycle_samples', 'Cycles behind the quantiles').set(cycleUs.count);
}
