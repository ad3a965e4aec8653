import { Exact } from '../../src/domain/decimal.js';
import type { Fill, OrderReport, OrderRequest, OrderState } from '../../src/domain/order.js';
import type { OrderMachine, WorkingState } from '../../src/execution/order-machine.js';

export const REQUEST: OrderRequest = {
  symbol: 'ABCUSDT',
  side: 'buy',
  type: 'limit',
  timeInForce: 'ioc',
  quantity: '1',
  quoteAmount: null,
  price: '100',
  clientOrderId: 'a',
  reduceOnly: false,
};

/** Something that happens to an order. */
export type Happening =
  | { readonly kind: 'send' }
  | { readonly kind: 'lose' }
  | { readonly kind: 'refuse' }
  | {
      readonly kind: 'report';
      readonly state: OrderState;
      readonly filledQty: string | null;
      readonly filledQuote?: string | null;
    }
  | { readonly kind: 'fill'; readonly tradeId: string; readonly quantity: string; readonly fee: string | null }
  | { readonly kind: 'give-up' };

export function reportOf(state: OrderState, filledQty: string | null, filledQuote: string | null = null): OrderReport {
  return {
    venue: 'binance',
    market: 'spot',
    symbol: 'ABCUSDT',
    venueOrderId: 'v',
    clientOrderId: 'a',
    side: 'buy',
    state,
    price: '100',
    quantity: '1',
    filledQty,
    filledQuote,
    updatedMs: null,
    reason: `said ${state}`,
  };
}

export function fillOf(tradeId: string, quantity: string, fee: string | null = '0.1'): Fill {
  return {
    venue: 'binance',
    market: 'spot',
    symbol: 'ABCUSDT',
    tradeId,
    venueOrderId: 'v',
    clientOrderId: 'a',
    side: 'buy',
    price: '100',
    quantity,
    fee,
    feeAsset: fee === null ? null : 'USDT',
    liquidity: 'taker',
    timeMs: 0,
  };
}

/** Lets something happen. @returns what the machine said of it: whether it was news */
export function apply(machine: OrderMachine, one: Happening, nowUs: number): boolean | undefined {
  if (one.kind === 'send') machine.send(nowUs);
  else if (one.kind === 'lose') return machine.lose('lost');
  else if (one.kind === 'refuse') return machine.refuse('refused', nowUs);
  else if (one.kind === 'report') return machine.report(reportOf(one.state, one.filledQty, one.filledQuote), nowUs);
  else if (one.kind === 'fill') return machine.fill(fillOf(one.tradeId, one.quantity, one.fee), nowUs);
  else machine.giveUpFills(nowUs);
  return undefined;
}

/** What is known of an order, read from all that has happened, anew each time. */
export interface Expected {
  readonly state: WorkingState;
  readonly told: string;
  readonly filled: string;
  readonly isEnded: boolean;
  readonly isSettled: boolean;
}

const ORDER: readonly (readonly WorkingState[])[] = [
  ['created'],
  ['sending'],
  ['unknown'],
  ['acknowledged'],
  ['open'],
  ['partially-filled'],
  ['filled', 'canceled', 'expired', 'rejected'],
];

/** @param past everything that happened, in order */
export function expectedAfter(past: readonly Happening[], quantity: string): Expected {
  const told = sumOfTrades(past);
  const reported = past.reduce((most, one) => Exact.max(most, reportedBy(one, quantity)), new Exact(0));
  const filled = Exact.max(told, reported);
  const words = past.map((one, at) => wordOf(one, sumOfTrades(past.slice(0, at + 1)).gte(quantity)));
  const rank = (word: WorkingState) => ORDER.findIndex((states) => states.includes(word));
  const highest = Math.max(0, ...words.flatMap((word) => (word === null ? [] : rank(word))));
  const at = words.findIndex((word) => word !== null && rank(word) === highest);
  const word = words[at] ?? 'created';
  const isEnded = highest === ORDER.length - 1;
  const isAmountTold = past.some(
    (one, place) =>
      (one.kind === 'refuse' && place === at) ||
      (one.kind === 'report' && isEnd(one.state) && (one.filledQty !== null || one.state === 'filled')),
  );
  return {
    state: word === 'rejected' && filled.gt(0) ? 'canceled' : word,
    told: told.toFixed(),
    filled: filled.toFixed(),
    isEnded,
    isSettled:
      isEnded && (past.some(({ kind }) => kind === 'give-up') || ((isAmountTold || told.gte(quantity)) && told.gte(reported))),
  };
}

/** The state that one happening speaks of. */
function wordOf(one: Happening, isWhole: boolean): WorkingState | null {
  if (one.kind === 'send') return 'sending';
  if (one.kind === 'lose') return 'unknown';
  if (one.kind === 'refuse') return 'rejected';
  if (one.kind === 'fill') return isWhole ? 'filled' : 'partially-filled';
  if (one.kind === 'give-up' || one.state === 'unknown') return null;
  return one.state === 'pending' ? 'acknowledged' : one.state;
}

function reportedBy(one: Happening, quantity: string): InstanceType<typeof Exact> {
  if (one.kind !== 'report' || one.state === 'unknown') return new Exact(0);
  return new Exact(one.filledQty ?? (one.state === 'filled' ? quantity : 0));
}

function sumOfTrades(past: readonly Happening[]): InstanceType<typeof Exact> {
  const sizes = new Map(past.flatMap((one) => (one.kind === 'fill' ? [[one.tradeId, one.quantity] as const] : [])));
  return [...sizes.values()].reduce((sum, size) => sum.add(size), new Exact(0));
}

function isEnd(state: OrderState): boolean {
  return ['filled', 'canceled', 'expired', 'rejected'].includes(state);
}
