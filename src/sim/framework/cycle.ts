import { Decimal } from '../../domain/decimal.js';
import type { Fill, OrderReport, OrderRequest } from '../../domain/order.js';
import type { OrderPath } from '../../gateway/latency.js';
import type { PlaceOutcome } from '../../gateway/order-desk.js';
import type { SettleOutcome } from '../../gateway/settlement.js';
import { type CycleMoney, cycleMoney, fillDifferences, type LegMoney, legMoney } from './cycle-money.js';
import type { Opportunity, OpportunityLeg } from './opportunity.js';
import type { TradingFloor } from './trading-floor.js';

/** When things happened to a leg, in microseconds of the simulation's clock; null for what did not. */
export interface LegTiming {
  readonly intentUs: number;
  /** The order left the gateway. */
  readonly sentUs: number | null;
  /** The venue's engine took it. */
  readonly takenUs: number | null;
  /** The venue's answer was here. */
  readonly acknowledgedUs: number | null;
  /** The last of its fills was told. */
  readonly filledUs: number | null;
}

/** What became of one leg. */
export interface LegReport extends LegMoney {
  readonly leg: OpportunityLeg;
  readonly clientOrderId: string;
  readonly outcome: PlaceOutcome['kind'] | SettleOutcome['kind'];
  /** Why it was refused or is not known; null when it was placed or found. */
  readonly reason: string | null;
  readonly order: OrderReport | null;
  readonly fills: readonly Fill[];
  readonly timing: LegTiming;
  readonly path: OrderPath | null;
}

/** A whole cycle. Profits are in the quote asset. */
export interface CycleReport extends CycleMoney {
  readonly opportunity: Opportunity;
  readonly buy: LegReport;
  readonly sell: LegReport;
  readonly expectedProfit: string;
  /** Realised against expected: above 0 is better than expected. */
  readonly improvement: string;
  /** One sentence for each difference to the venues' own books. */
  readonly differences: readonly string[];
}

const FOLLOW_MS_MAX = 120_000;

/**
 * Runs one cycle: both legs leave in this tick, answers and fills are followed to the end, a lost answer is settled.
 * @param key of the intent; another one for each cycle
 */
export async function runCycle(floor: TradingFloor, opportunity: Opportunity, key: string): Promise<CycleReport> {
  const [buying, selling] = [opportunity.buy, opportunity.sell].map((leg) => runLeg(floor, leg, `${key}:${leg.side}`));
  const [buy, sell] = await Promise.all([buying, selling]);
  if (buy === undefined || sell === undefined) throw new RangeError('a cycle has two legs');
  const money = cycleMoney(buy, sell);
  const { expectedProfit } = opportunity;
  const differences = [buy, sell].flatMap(({ leg, clientOrderId, fills }) => fillDifferences(leg.seat, clientOrderId, fills));
  const improvement = new Decimal(money.realizedProfit).sub(expectedProfit).toFixed();
  return { ...money, opportunity, buy, sell, expectedProfit, improvement, differences };
}

async function runLeg({ time }: TradingFloor, leg: OpportunityLeg, key: string): Promise<LegReport> {
  const { seat, instrument, side, price, quantity } = leg;
  const { gateway, tape, tap } = seat;
  const clientOrderId = gateway.clientOrderId(key);
  const order: OrderRequest = {
    symbol: instrument.symbol,
    side,
    type: 'limit',
    timeInForce: 'ioc',
    quantity,
    quoteAmount: null,
    price,
    clientOrderId,
    reduceOnly: false,
  };
  tap.expect(clientOrderId);
  const intentUs = time.monotonicUs();
  const placed = await gateway.place(order);
  let acknowledgedUs = placed.kind === 'placed' ? time.monotonicUs() : null;
  let outcome: PlaceOutcome | SettleOutcome = placed;
  if (placed.kind === 'unknown') {
    outcome = await gateway.settle(placed.reference);
    if (outcome.kind === 'found') acknowledgedUs = time.monotonicUs();
  }
  const exists = outcome.kind === 'placed' || outcome.kind === 'found';
  if (exists) await tape.until(() => tape.isComplete(clientOrderId), FOLLOW_MS_MAX);
  const told = tape.fillsOf(clientOrderId);
  const fills = told.map(({ fill }) => fill);
  const [engineOrder] = seat.engineOrders(clientOrderId);
  const departure = tap.departure(clientOrderId);
  return {
    ...legMoney(leg, fills),
    leg,
    clientOrderId,
    outcome: outcome.kind,
    reason: 'error' in outcome ? outcome.error.message : null,
    order: tape.order(clientOrderId),
    fills,
    path: departure?.path ?? null,
    timing: {
      intentUs,
      sentUs: departure?.atUs ?? null,
      takenUs: engineOrder === undefined ? null : engineOrder.createdUs - time.originEpochUs,
      acknowledgedUs,
      filledUs: told.at(-1)?.toldUs ?? null,
    },
  };
}
