import type { Clock } from '../domain/clock.js';
import { Decimal } from '../domain/decimal.js';
import { VenueRequestError } from '../domain/errors.js';
import type { AcceptanceCase } from './case.js';
import { demand, NotApplicable, present } from './demand.js';
import { filled, idOf, placed, queried, told } from './order-steps.js';
import { type Subject, spoiled } from './subject.js';

const BACK_WITHIN_MS = 60_000;
const SKEW_MS = 90_000;
/** Some venues allow only few orders in two seconds. */
const ROOM_MS = 2_500;
const CANCELLED_WITHIN_MS = 60_000;

/** The account: who may see it, what is never missed, and what happens to lost answers. */
export const ACCOUNT_CASES: readonly AcceptanceCase[] = [
  {
    id: 'X-20',
    title: 'A wrong signature is refused as a matter of credentials',
    async run(subject) {
      const gateway = subject.makeGateway(spoiled(subject.parts.credentials));
      await gateway.loadInstruments();
      const kind = await gateway.balances().then(
        () => 'answered',
        (error: unknown) => (error instanceof VenueRequestError ? error.kind : String(error)),
      );
      await gateway.stop();
      demand(kind === 'authentication', kind);
      return kind;
    },
  },
  {
    id: 'X-21',
    title: 'With a clock of ours that is a minute and a half wrong, requests are accepted all the same',
    async run(subject) {
      const { clock, credentials } = subject.parts;
      const wrong: Clock = { monotonicUs: () => clock.monotonicUs(), epochUs: () => clock.epochUs() - SKEW_MS * 1000 };
      const gateway = subject.makeGateway(credentials, { clock: wrong });
      try {
        // Not started: the first refusal is what makes it read the venue's clock.
        await gateway.loadInstruments();
        const balances = await gateway.balances();
        demand(balances.length > 0, 'no balances');
        const { offsetMs, errorMs } = gateway.clockFigures();
        return Number.isFinite(errorMs) ? `offset found: ${Math.round(offsetMs)} ms` : 'this venue does not check stamps';
      } finally {
        await gateway.stop();
      }
    },
  },
  {
    id: 'X-22',
    title: 'Order entry over WebSocket where the venue has it, REST otherwise; both are measured',
    async run(subject) {
      const { gateway, protocol } = subject;
      const order = await subject.restingOrder();
      if (protocol.orderEntry !== null)
        await within(subject, () => gateway.hasOrderLine, 'the order entry connection is not ready');
      const before = gateway.latencyFigures();
      const report = await placed(subject, order);
      await gateway.cancel(subject.referenceTo(order, report.venueOrderId));
      const after = gateway.latencyFigures();
      const path = protocol.orderEntry === null ? 'rest' : 'ws';
      demand(after[path].count >= before[path].count + 1, `nothing was measured on ${path}`);
      return `${path}: p50 ${Math.round(after[path].p50)} us of ${after[path].count}`;
    },
  },
  {
    id: 'X-23',
    title: 'The same client id twice: never two orders',
    async run(subject) {
      const order = await subject.restingOrder();
      await placed(subject, order);
      try {
        await told(subject, order, ['open']);
        // A second gateway knows nothing of the first one's order: only the venue can notice.
        const other = subject.makeGateway(subject.parts.credentials);
        await other.loadInstruments();
        const outcome = await subject.place(order, other);
        await other.stop();
        const open = (await subject.gateway.openOrders(order.symbol)).filter(
          ({ clientOrderId }) => clientOrderId === order.clientOrderId,
        );
        if (outcome.kind === 'placed' && open.length === 2) {
          for (const { venueOrderId } of open) {
            await subject.gateway.cancel({ symbol: order.symbol, venueOrderId, clientOrderId: null }).catch(() => undefined);
          }
          throw new NotApplicable('this venue does not look at client ids; only our own memory keeps them apart');
        }
        demand(open.length === 1, `${open.length} open orders have this client id`);
        return outcome.kind === 'placed' ? 'answered with the earlier order' : `${outcome.kind}: ${outcome.error.message}`;
      } finally {
        await subject.gateway.cancel(subject.referenceTo(order)).catch(() => undefined);
      }
    },
  },
  {
    id: 'X-24',
    title: 'What happens while the private stream is down is told after it is back, once',
    async run(subject) {
      const { gateway, watch } = subject;
      await within(subject, () => gateway.isLive, 'the private stream is not up');
      const mark = watch.mark();
      subject.cutConnections();
      await watch.until('that it was cut', ({ kind }) => kind === 'disconnected', BACK_WITHIN_MS, mark);
      const order = await subject.takingOrder('buy');
      const report = await placed(subject, order);
      await watch.until('that it caught up', ({ kind }) => kind === 'reconciled', BACK_WITHIN_MS, mark);
      const done = await queried(subject, order, ['filled', 'expired', 'canceled']);
      const fills = await filled(subject, order, idOf(report), done.filledQty ?? '0');
      demand(new Set(fills.map(({ tradeId }) => tradeId)).size === fills.length, 'a fill was told twice');
      return `${fills.length} fills over ${done.filledQty}`;
    },
  },
  {
    id: 'X-25',
    title: 'An order whose answer was not heard is found again by its client id',
    async run(subject) {
      const order = await subject.restingOrder();
      const other = subject.makeGateway(subject.parts.credentials);
      await other.loadInstruments();
      const sent = await subject.place(order, other);
      demand(sent.kind === 'placed', `the other gateway's order: ${sent.kind}`);
      try {
        const outcome = await subject.gateway.settle(subject.referenceTo(order));
        demand(outcome.kind === 'found', `settled as ${outcome.kind}`);
        demand(outcome.order.venueOrderId === sent.order.venueOrderId, 'another order was found');
        return `found: ${outcome.order.state}`;
      } finally {
        await other.cancel(subject.referenceTo(order, sent.order.venueOrderId));
        await other.stop();
      }
    },
  },
  {
    id: 'X-26',
    title: "Dead man's switch: cancels when it is not armed again",
    async run(subject) {
      const { deadMansSwitch } = subject.protocol;
      if (deadMansSwitch === null) throw new NotApplicable('the venue has none');
      const order = await subject.restingOrder();
      await placed(subject, order);
      await told(subject, order, ['open']);
      const armed = subject.makeGateway(subject.parts.credentials);
      await armed.loadInstruments();
      await armed.armDeadMansSwitch(Math.max(1, deadMansSwitch.minSeconds), [subject.instrument.symbol]);
      await armed.stop();
      await subject.watch.until(
        'that the switch cancelled it',
        (event) =>
          event.kind === 'order' &&
          event.order.clientOrderId === order.clientOrderId &&
          ['canceled', 'expired'].includes(event.order.state),
        CANCELLED_WITHIN_MS,
      );
      return `cancelled after ${Math.max(1, deadMansSwitch.minSeconds)} s`;
    },
  },
  {
    id: 'X-27',
    market: 'futures',
    title: 'Leverage, a position opened, seen on REST and stream, and closed by reduce-only to flat',
    async run(subject) {
      const { gateway, watch, instrument } = subject;
      const { symbol } = instrument;
      await flatten(subject);
      const mark = watch.mark();
      const opening = await subject.takingOrder('sell');
      await subject.pause(ROOM_MS);
      const outcome = await gateway.placeFuturesOrder({ ...opening, leverage: 3 });
      demand(outcome.kind === 'placed', outcome.kind === 'placed' ? '' : outcome.error.message);
      const done = await queried(subject, opening, ['filled', 'expired', 'canceled']);
      const size = present(done.filledQty, 'the order does not say what was filled');
      demand(new Decimal(size).gt(0), 'nothing was filled');
      const position = present(await gateway.getPositionInfo(symbol), 'no position');
      demand(
        position.side === 'sell' && new Decimal(position.size).eq(size),
        `${position.side} ${position.size} instead of sell ${size}`,
      );
      demand(position.leverage === 3, `leverage ${position.leverage}`);
      demand(new Decimal(position.marginUsed).gt(0) && new Decimal(position.entryPrice).gt(0), 'no margin or no entry price');
      await watch.until(
        'the position',
        (event) =>
          event.kind === 'position' &&
          event.position.symbol === symbol &&
          new Decimal(event.position.signedSize).eq(new Decimal(size).neg()),
        BACK_WITHIN_MS,
        mark,
      );
      await flatten(subject);
      const left = await gateway.getPositionInfo(symbol);
      demand(left === null || new Decimal(left.size).isZero(), `${left?.size} contracts are left`);
      return `${size} contracts, margin ${position.marginUsed}, liquidation at ${position.liquidationPrice}`;
    },
  },
  {
    id: 'X-28',
    market: 'futures',
    title: 'Reduce-only never opens a position',
    async run(subject) {
      await flatten(subject);
      const order = await subject.takingOrder('buy', { reduceOnly: true });
      const outcome = await subject.place(order);
      const position = await subject.gateway.getPositionInfo(subject.instrument.symbol);
      demand(position === null || new Decimal(position.size).isZero(), `it opened ${position?.size} contracts`);
      return outcome.kind === 'refused'
        ? `refused: ${outcome.error instanceof VenueRequestError ? outcome.error.kind : 'on our side'}`
        : 'ended without a fill';
    },
  },
  {
    id: 'X-29',
    title: 'The rate budgets know what was spent, and stay below their limits',
    run({ gateway }) {
      const figures = gateway.budgetFigures();
      demand(figures.length > 0, 'no budgets');
      for (const { name, used, limit } of figures) demand(used <= limit, `${name}: ${used} of ${limit}`);
      demand(
        figures.some(({ used }) => used > 0),
        'nothing was counted',
      );
      return Promise.resolve(figures.map(({ name, used, limit }) => `${name} ${Math.round(used)}/${limit}`).join(', '));
    },
  },
];

/** Waits until something holds. */
async function within(subject: Subject, holds: () => boolean, otherwise: string): Promise<void> {
  const { clock } = subject.parts;
  const endUs = clock.monotonicUs() + BACK_WITHIN_MS * 1000;
  while (!holds()) {
    demand(clock.monotonicUs() < endUs, `${otherwise} after ${BACK_WITHIN_MS} ms`);
    await subject.pause(50);
  }
}

/** Closes the position of the instrument, if there is one, with market orders that can only reduce. */
async function flatten(subject: Subject): Promise<void> {
  const position = await subject.gateway.getPositionInfo(subject.instrument.symbol);
  if (position === null || new Decimal(position.size).isZero()) return;
  const side = position.side === 'buy' ? 'sell' : 'buy';
  const order = { ...subject.marketOrder(side, { quantity: position.size, quoteAmount: null }), reduceOnly: true };
  await placed(subject, order);
  await queried(subject, order, ['filled', 'expired', 'canceled']);
}
