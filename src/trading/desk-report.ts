import type { Clock } from '../domain/clock.js';
import { Decimal } from '../domain/decimal.js';
import type { MinimalOrderExecutor } from '../execution/executor.js';
import { netOf } from '../ledger/books.js';
import type { RiskConfig } from '../risk/config.js';
import type { HaltLatch } from '../risk/halt.js';
import type { RiskState } from '../risk/state.js';
import type { Activity } from './activity.js';
import type { PositionKeeper } from './position-keeper.js';
import type { Prices } from './prices.js';
import type { ReconciliationDesk } from './reconciliation-desk.js';
import type { TradingLedger } from './trading-ledger.js';
import type { OpenOrderView, PositionView, ProfitView, TradingReport, TradingState } from './trading-report.js';

/** Where everything that a report tells comes from. */
export interface DeskReportParts {
  readonly mode: 'paper' | 'live';
  readonly owners: readonly string[];
  readonly config: RiskConfig;
  readonly state: RiskState;
  readonly halt: HaltLatch;
  readonly executor: MinimalOrderExecutor;
  readonly keeper: PositionKeeper;
  readonly ledger: TradingLedger;
  readonly reconciliation: ReconciliationDesk;
  readonly activity: Activity;
  readonly prices: Prices;
  readonly clock: Clock;
}

const ORDERS_SHOWN = 50;
const POSITIONS_SHOWN = 200;

/** What trading is doing now. */
export function deskReport(parts: DeskReportParts, isStopping: boolean): TradingReport {
  const { mode, config, state, halt, ledger, reconciliation, activity } = parts;
  const { profit } = state;
  const [tradingState, reason] = standing(parts, isStopping);
  return {
    mode,
    state: tradingState,
    reason,
    halt: halt.state,
    haltPersisted: halt.isPersisted,
    ...activity.report(),
    openOrders: openOrders(parts),
    positions: positions(parts),
    profit: profits(ledger),
    risk: {
      dailyProfit: profit.profitQuote,
      dailyLossMax: config.dailyLossQuoteMax,
      drawdownFraction: profit.drawdownFraction,
      drawdownFractionMax: config.drawdownFractionMax,
      exposure: state.all.total,
      exposureMax: config.exposureQuoteMax.total,
      openOrders: state.openOrders,
      openOrdersMax: config.openOrdersMax,
    },
    unhedged: unhedged(parts),
    reconciliation: {
      holdings: reconciliation.watch.last?.holdings ?? 0,
      drifts: reconciliation.watch.open.map(({ venue, market, asset, symbol, expectedBalance, actualBalance }) => ({
        ...{ venue, market, asset: symbol ?? asset, expected: expectedBalance, actual: actualBalance },
      })),
    },
    ledger: { entries: ledger.entries, isHealthy: ledger.isHealthy },
  };
}

function standing({ reconciliation, halt }: DeskReportParts, isStopping: boolean): readonly [TradingState, string] {
  if (isStopping) return ['stopping', 'the engine is being stopped'];
  const { state } = reconciliation;
  if (state.kind === 'blocked') return ['blocked', state.reason];
  const texts = halt.state?.reasons.map(({ trigger, text }) => `${trigger}: ${text}`).join('; ');
  if (texts !== undefined) return ['halted', texts];
  return state.kind === 'ready' ? ['trading', ''] : ['reconciling', reconciliation.refusal() ?? ''];
}

function openOrders({ executor, clock }: DeskReportParts): readonly OpenOrderView[] {
  const nowUs = clock.monotonicUs();
  return executor
    .workingOrders()
    .slice(0, ORDERS_SHOWN)
    .map(({ plan, machine }) => {
      const { venue, market, symbol } = plan.info.instrument;
      const { side, quantity, price } = plan.request;
      return {
        ...{ strategy: plan.strategy, venue, market, symbol, side, price },
        quantity: quantity ?? '',
        filled: machine.filled.toFixed(),
        state: machine.state,
        ageMs: (nowUs - (machine.timing.sentUs ?? nowUs)) / 1000,
      };
    });
}

function positions({ ledger, prices }: DeskReportParts): readonly PositionView[] {
  const views: PositionView[] = [];
  for (const open of ledger.memory.books.openPositions()) {
    const { strategy, venue, market, symbol } = open;
    const { quantity, openCost } = open.position;
    if (quantity.isZero()) continue;
    if (views.length === POSITIONS_SHOWN) break;
    const { asset, price } = prices.ofPosition(open);
    views.push({
      ...{ strategy, venue, market, symbol, asset },
      quantity: quantity.toFixed(),
      averagePrice: new Decimal(openCost).div(quantity).abs().toSignificantDigits(10).toFixed(),
      unrealised: price > 0 ? quantity.mul(price).minus(openCost).toDecimalPlaces(8).toFixed() : null,
    });
  }
  return views;
}

function profits({ memory }: TradingLedger): readonly ProfitView[] {
  return [...memory.totals.all()].map(({ strategy, asset, realised, fees, funding, turnover, fills }) => ({
    ...{ strategy, asset, fills },
    realised: realised.toFixed(),
    fees: fees.toFixed(),
    funding: funding.toFixed(),
    net: netOf({ realised, fees, funding }).toFixed(),
    turnover: turnover.toFixed(),
  }));
}

function unhedged({ executor, keeper, clock }: DeskReportParts): TradingReport['unhedged'] {
  const nowUs = clock.monotonicUs();
  return [
    ...executor.unhedged().map(({ asset, base, isDust, sinceUs }) => ({ asset, base, isDust, ageMs: (nowUs - sinceUs) / 1000 })),
    ...keeper.amounts.map(({ asset, base, isDust, sinceUs }) => ({ asset, base, isDust, ageMs: (nowUs - sinceUs) / 1000 })),
  ];
}
