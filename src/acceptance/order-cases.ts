import { ceilToGrid, Decimal } from '../domain/decimal.js';
import { OrderRuleError, VenueRequestError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import { isFinal, type OrderReport, type OrderRequest, type OrderState } from '../domain/order.js';
import type { VenueGateway } from '../gateway/gateway.js';
import { withoutRules } from '../venues/without-rules.js';
import type { AcceptanceCase } from './case.js';
import { demand, NotApplicable, present } from './demand.js';
import { filled, idOf, placed, queried, refusalOf, told } from './order-steps.js';
import type { Subject } from './subject.js';

const ENDED_UNFILLED: readonly OrderState[] = ['canceled', 'expired', 'rejected'];

/** Orders: how they rest, end, trade and are refused. */
export const ORDER_CASES: readonly AcceptanceCase[] = [
  {
    id: 'X-01',
    title: 'Balances: every asset once, nothing negative, no more available than there is',
    async run({ gateway }) {
      const balances = await gateway.balances();
      demand(new Set(balances.map(({ asset }) => asset)).size === balances.length, 'an asset comes twice');
      for (const { asset, total, available } of balances) {
        demand(!new Decimal(total).lt(0), `${asset}: total ${total}`);
        demand(available === null || new Decimal(available).lte(total), `${asset}: ${available} available of ${total}`);
      }
      demand(
        balances.some(({ total }) => new Decimal(total).gt(0)),
        'the account is empty',
      );
      return `${balances.length} assets`;
    },
  },
  {
    id: 'X-02',
    title: 'Fee tier: maker and taker fees of the account',
    async run({ gateway, instrument }) {
      const { makerFeeBps, takerFeeBps } = await gateway.feeTier(instrument.symbol);
      demand(makerFeeBps <= takerFeeBps && takerFeeBps < 500, `maker ${makerFeeBps}, taker ${takerFeeBps} bps`);
      return `maker ${makerFeeBps}, taker ${takerFeeBps} bps`;
    },
  },
  {
    id: 'X-03',
    title:
      'A limit order away from the market rests: in the answer, in the query by client id, among the open orders, on the stream',
    async run(subject) {
      const order = await subject.restingOrder();
      const report = await placed(subject, order);
      try {
        await told(subject, order, ['open']);
        const asked = await queried(subject, order, ['open']);
        demand(asked.venueOrderId === report.venueOrderId, `two ids: ${asked.venueOrderId} and ${report.venueOrderId}`);
        demand(new Decimal(asked.price ?? 0).eq(order.price ?? 0), `price ${asked.price} instead of ${order.price}`);
        demand(
          new Decimal(asked.quantity ?? 0).eq(order.quantity ?? 0),
          `quantity ${asked.quantity} instead of ${order.quantity}`,
        );
        const open = await subject.gateway.openOrders(order.symbol);
        const listed = open.filter(({ venueOrderId }) => venueOrderId === report.venueOrderId);
        demand(listed.length === 1, `listed ${listed.length} times among ${open.length} open orders`);
        return `${report.venueOrderId} rests at ${order.price}`;
      } finally {
        await subject.gateway.cancel(subject.referenceTo(order, report.venueOrderId));
      }
    },
  },
  {
    id: 'X-04',
    title: 'Cancel by client id: cancelled in the query and on the stream, gone from the open orders',
    async run(subject) {
      const order = await subject.restingOrder('sell');
      await placed(subject, order);
      await told(subject, order, ['open']);
      await subject.gateway.cancel(subject.referenceTo(order));
      await told(subject, order, ['canceled']);
      const open = await subject.gateway.openOrders(order.symbol);
      demand(!open.some(({ clientOrderId }) => clientOrderId === order.clientOrderId), 'still among the open orders');
      return 'cancelled';
    },
  },
  {
    id: 'X-05',
    title: 'A second cancel is answered with "nothing to cancel", not with success and not with a fault',
    async run(subject) {
      const order = await subject.restingOrder();
      const report = await placed(subject, order);
      const reference = subject.referenceTo(order, report.venueOrderId);
      await subject.gateway.cancel(reference);
      await told(subject, order, ['canceled']);
      const kind = await subject.gateway.cancel(reference).then(
        (again) => (again === null ? 'nothing said' : again.state),
        (error: unknown) => (error instanceof VenueRequestError ? error.kind : String(error)),
      );
      demand(['order-closed', 'unknown-order', 'canceled'].includes(kind), `the second cancel: ${kind}`);
      return kind;
    },
  },
  {
    id: 'X-06',
    title: 'Post-only: refused or ended without a fill when it would take',
    async run(subject) {
      if (!subject.protocol.features.timeInForce.includes('post-only')) throw new NotApplicable('no post-only orders');
      const order = await subject.takingOrder('buy', { timeInForce: 'post-only' });
      const outcome = await subject.place(order);
      if (outcome.kind === 'refused') {
        demand(outcome.error instanceof VenueRequestError && outcome.error.kind === 'would-take', outcome.error.message);
        return 'refused';
      }
      const ended = isFinal(stateOf(outcome)) ? stateOf(outcome) : (await endedOnStream(subject, order.clientOrderId)).state;
      demand(ENDED_UNFILLED.includes(ended), `it is ${ended}`);
      demand(subject.watch.fills(order.clientOrderId).length === 0, 'it traded');
      return `taken and ${ended}`;
    },
  },
  ...(['ioc', 'fok'] as const).map(
    (timeInForce, index): AcceptanceCase => ({
      id: `X-0${7 + index}`,
      title: `${timeInForce.toUpperCase()} away from the market ends at once without a fill`,
      async run(subject) {
        if (!subject.protocol.features.timeInForce.includes(timeInForce)) throw new NotApplicable(`no ${timeInForce} orders`);
        const order = await subject.restingOrder('buy', { timeInForce });
        const outcome = await subject.place(order);
        if (outcome.kind === 'refused') {
          demand(outcome.error instanceof VenueRequestError && outcome.error.kind === 'would-not-fill', outcome.error.message);
          return 'refused';
        }
        const ended = isFinal(stateOf(outcome)) ? stateOf(outcome) : (await endedOnStream(subject, order.clientOrderId)).state;
        demand(ENDED_UNFILLED.includes(ended), `it is ${ended}`);
        const open = await subject.gateway.openOrders(order.symbol);
        demand(!open.some(({ clientOrderId }) => clientOrderId === order.clientOrderId), 'it rests');
        return ended;
      },
    }),
  ),
  {
    id: 'X-09',
    title: 'A marketable order is filled: fills on the stream and from REST agree with the order, fees included',
    async run(subject) {
      const sinceMs = subject.gateway.venueMs() - 5_000;
      const order = await subject.takingOrder('buy');
      const report = await placed(subject, order);
      const done = await queriedFilled(subject, order);
      const fills = await filled(subject, order, idOf(report), done.filledQty ?? '0');
      const fetched = (await subject.gateway.fills(order.symbol, sinceMs)).filter(
        ({ venueOrderId }) => venueOrderId === report.venueOrderId,
      );
      demand(
        fetched
          .map(({ tradeId }) => tradeId)
          .toSorted()
          .join() ===
          fills
            .map(({ tradeId }) => tradeId)
            .toSorted()
            .join(),
        `REST has ${fetched.length} fills, the stream told ${fills.length}`,
      );
      for (const fill of fetched) {
        demand(fill.fee !== null && fill.feeAsset !== null, `fill ${fill.tradeId} has no fee`);
        demand(
          fill.side === 'buy' && new Decimal(fill.price).lte(order.price ?? 0),
          `bought at ${fill.price}, above ${order.price}`,
        );
      }
      return `${done.filledQty} in ${fills.length} fills`;
    },
  },
  {
    id: 'X-10',
    market: 'spot',
    title: 'Balances move by exactly what was traded and what it cost',
    async run(subject) {
      const { base, quote } = subject.instrument;
      const before = await holdings(subject);
      const sinceMs = subject.gateway.venueMs() - 5_000;
      const order = await subject.takingOrder('sell');
      const report = await placed(subject, order);
      await queriedFilled(subject, order);
      const fetched = (await subject.gateway.fills(order.symbol, sinceMs)).filter(
        ({ venueOrderId }) => venueOrderId === report.venueOrderId,
      );
      const expected = new Map(before);
      const add = (asset: string, amount: Decimal): Map<string, Decimal> =>
        expected.set(asset, (expected.get(asset) ?? new Decimal(0)).plus(amount));
      for (const { quantity, price, fee, feeAsset } of fetched) {
        add(base, new Decimal(quantity).neg());
        add(quote, new Decimal(quantity).mul(price));
        add(present(feeAsset, 'a fill without an asset of its fee'), new Decimal(present(fee, 'a fill without its fee')).neg());
      }
      const after = await holdings(subject);
      for (const asset of [base, quote]) {
        const [wanted, there] = [expected.get(asset) ?? new Decimal(0), after.get(asset) ?? new Decimal(0)];
        // Venues round what they show; eight decimals are shown by all.
        demand(wanted.minus(there).abs().lte('0.00000001'), `${asset}: ${there.toFixed()} instead of ${wanted.toFixed()}`);
      }
      return `${base} and ${quote} as expected`;
    },
  },
  ...(['buy', 'sell'] as const).map(
    (side, index): AcceptanceCase => ({
      id: `X-1${1 + index}`,
      title: `Market ${side} by quantity`,
      async run(subject) {
        const { bids, asks } = await subject.book(5);
        const touch = present((side === 'buy' ? asks : bids)[0], 'an empty side')[0];
        const order = subject.marketOrder(side, { quantity: subject.smallestQuantity(touch), quoteAmount: null });
        await placed(subject, order);
        const done = await queriedFilled(subject, order);
        demand(new Decimal(done.filledQty ?? 0).eq(order.quantity ?? 0), `filled ${done.filledQty} of ${order.quantity}`);
        return `filled ${done.filledQty}`;
      },
    }),
  ),
  ...(['buy', 'sell'] as const).map(
    (side, index): AcceptanceCase => ({
      id: `X-1${3 + index}`,
      title: `Market ${side} by quote amount`,
      async run(subject) {
        if (!subject.protocol.features.marketByQuote.includes(side)) throw new NotApplicable(`no market ${side} by quote amount`);
        const quoteAmount = smallestValue(subject.instrument);
        const order = subject.marketOrder(side, { quantity: null, quoteAmount });
        await placed(subject, order);
        const done = await queriedFilled(subject, order);
        const spent = new Decimal(done.filledQuote ?? 0);
        demand(spent.gt(0) && spent.lte(new Decimal(quoteAmount).mul('1.02')), `traded ${spent.toFixed()} for ${quoteAmount}`);
        return `traded ${spent.toFixed()} for ${quoteAmount}`;
      },
    }),
  ),
  {
    id: 'X-15',
    title: 'Off the grid or below a minimum: refused on our side, naming the filter, and nothing is sent',
    async run(subject) {
      const order = await subject.restingOrder();
      const { tickSize, lotSize, minQuoteAmount, minQty } = subject.instrument.rules;
      const half = (step: string): Decimal => new Decimal(step).div(2);
      const wrong = [
        { ...order, price: new Decimal(order.price ?? 0).plus(half(tickSize)).toFixed(), filter: 'tick size' },
        { ...order, quantity: new Decimal(order.quantity ?? 0).plus(half(lotSize)).toFixed(), filter: 'lot size' },
      ];
      if (new Decimal(minQty).gt(lotSize)) wrong.push({ ...order, quantity: lotSize, filter: 'minimum quantity' });
      const value = new Decimal(order.price ?? 0).mul(lotSize).mul(subject.instrument.contractSize);
      if (value.lt(minQuoteAmount) && new Decimal(minQty).lte(lotSize))
        wrong.push({ ...order, quantity: lotSize, filter: 'minimum value' });
      for (const { filter, ...request } of wrong) {
        const outcome = await subject.place(request);
        demand(outcome.kind === 'refused' && outcome.error instanceof OrderRuleError, `${filter}: ${outcome.kind}`);
        demand(outcome.error.context['filter'] === filter, `${filter}: refused for ${String(outcome.error.context['filter'])}`);
      }
      demand((await subject.gateway.order(subject.referenceTo(order))) === null, 'the venue knows of it');
      return wrong.map(({ filter }) => filter).join(', ');
    },
  },
  {
    id: 'X-16',
    title: 'The venue itself refuses what is too small and what is off the grid, and we know why',
    async run(subject) {
      const gateway = await unchecked(subject);
      try {
        const order = await subject.restingOrder();
        const { lotSize, tickSize, minQuoteAmount, minQty } = subject.instrument.rules;
        const seen: string[] = [];
        const value = new Decimal(order.price ?? 0).mul(lotSize).mul(subject.instrument.contractSize);
        if (value.lt(minQuoteAmount) || new Decimal(minQty).gt(lotSize)) {
          const kind = await refusalOf(subject, gateway, {
            ...order,
            quantity: lotSize,
            clientOrderId: subject.newClientOrderId(),
          });
          demand(kind === 'below-minimum', `too small: ${kind}`);
          seen.push(`too small: ${kind}`);
        }
        const price = new Decimal(order.price ?? 0).plus(new Decimal(tickSize).div(10)).toFixed();
        const kind = await refusalOf(subject, gateway, { ...order, price, clientOrderId: subject.newClientOrderId() });
        demand(kind === 'precision' || kind === 'invalid-request', `off the grid: ${kind}`);
        return [...seen, `off the grid: ${kind}`].join(', ');
      } finally {
        await gateway.stop();
      }
    },
  },
  {
    id: 'X-17',
    title: 'More than the account has: insufficient balance',
    async run(subject) {
      const { base, quote, contractSize, market, symbol, rules } = subject.instrument;
      if (market === 'futures') await unlevered(subject.gateway, symbol);
      const order = await subject.restingOrder();
      const gateway = await unchecked(subject);
      try {
        const held = await holdings(subject);
        const money = (held.get(quote) ?? new Decimal(0)).plus(1).mul(2);
        const quantity = ceilToGrid(money.div(order.price ?? 1).div(contractSize), rules.lotSize);
        if (rules.maxQty !== null && new Decimal(quantity).gt(rules.maxQty))
          throw new NotApplicable(`more ${base} than one order may have would be needed`);
        const kind = await refusalOf(subject, gateway, { ...order, quantity });
        demand(kind === 'insufficient-balance', kind);
        return kind;
      } finally {
        await gateway.stop();
      }
    },
  },
  {
    id: 'X-18',
    title: 'An order that nobody placed is unknown',
    async run(subject) {
      const order = await subject.gateway.order({
        symbol: subject.instrument.symbol,
        venueOrderId: null,
        clientOrderId: subject.newClientOrderId(),
      });
      demand(order === null, `the venue says ${order?.state}`);
      return 'unknown';
    },
  },
  {
    id: 'X-19',
    title: 'Cancel all: nothing of the instrument stays open',
    async run(subject) {
      const orders = [await subject.restingOrder('buy'), await subject.restingOrder('sell')];
      for (const order of orders) {
        await placed(subject, order);
        await told(subject, order, ['open']);
      }
      await subject.gateway.cancelAll(subject.instrument.symbol);
      for (const order of orders) await told(subject, order, ['canceled']);
      const open = await subject.gateway.openOrders(subject.instrument.symbol);
      demand(open.length === 0, `${open.length} orders are open`);
      return `${orders.length} orders cancelled`;
    },
  },
];

/** A gateway that sends what its venue will refuse. The caller stops it. */
async function unchecked(subject: Subject): Promise<VenueGateway> {
  const gateway = subject.makeGateway(subject.parts.credentials, { change: withoutRules });
  await gateway.loadInstruments();
  return gateway;
}

function stateOf(outcome: Awaited<ReturnType<VenueGateway['place']>>): OrderState {
  return outcome.kind === 'placed' ? outcome.order.state : 'unknown';
}

/** Waits for the end of an order on the stream. */
async function endedOnStream(subject: Subject, clientOrderId: string): Promise<{ readonly state: OrderState }> {
  const event = await subject.watch.until(
    `the end of ${clientOrderId}`,
    (candidate) =>
      candidate.kind === 'order' && candidate.order.clientOrderId === clientOrderId && isFinal(candidate.order.state),
    15_000,
  );
  return event.kind === 'order' ? event.order : { state: 'unknown' };
}

/** The order once it has ended after trading, by the query and by the stream. */
async function queriedFilled(subject: Subject, order: OrderRequest): Promise<OrderReport> {
  const ended: readonly OrderState[] = ['filled', 'expired', 'canceled'];
  const report = await queried(subject, order, ended);
  await told(subject, order, ended);
  return report;
}

async function holdings({ gateway }: Subject): Promise<Map<string, Decimal>> {
  return new Map((await gateway.balances()).map(({ asset, total }) => [asset, new Decimal(total)]));
}

/** A little more than the least value of an order, on the grid of quote amounts. */
function smallestValue({ rules }: TradableInstrument): string {
  const step = new Decimal(rules.quoteStep ?? '0.01');
  const value = Decimal.max(new Decimal(rules.minQuoteAmount).mul('1.5'), 10);
  return (step.isZero() ? value : value.div(step).ceil().mul(step)).toFixed();
}

/** Leverage 1, in the mode of the position where there is one: some venues keep that until it is closed. */
async function unlevered(gateway: VenueGateway, symbol: string): Promise<void> {
  try {
    await gateway.setMargin(symbol, { mode: 'isolated', leverage: 1 });
  } catch (error) {
    if (!(error instanceof VenueRequestError)) throw error;
    await gateway.setMargin(symbol, { mode: 'cross', leverage: 1 });
  }
}
