import type { Decimal } from '../../../src/domain/decimal.js';
import type { OrderReport } from '../../../src/domain/order.js';
import { Cycle } from '../../../src/execution/cycle.js';
import type { VenuePort } from '../../../src/execution/ports.js';
import type { Sabotage } from '../life/engine-life.js';
import { BookingGap } from './booking-gap.js';
import { deskWith, hearing, inside, ledgerThrough, portsThrough, replaceMethod, replaceOfClass } from './patch.js';

/** A bug that is planted on purpose. */
export interface Mutation {
  readonly name: string;
  readonly what: string;
  readonly sabotage: () => Sabotage;
  /** A seed that notices it, where the first few do not: several things have to come together. */
  readonly seed?: number;
}

const nothing = (): undefined => undefined;

/** Every bug that has to be noticed. */
export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'journal-skips-fills',
    what: 'every third fill is not written',
    sabotage: () => {
      let fills = 0;
      return { parts: ledgerThrough((entry) => (entry.kind === 'fill' && ++fills % 3 === 0 ? null : entry)) };
    },
  },
  {
    name: 'journal-skips-orders',
    what: 'orders leave without having been written',
    sabotage: () => ({ parts: ledgerThrough((entry) => (entry.kind === 'order' && entry.step === 'sending' ? null : entry)) }),
  },
  {
    name: 'journal-acknowledges-early',
    what: 'entries are written in batches, after append has returned',
    sabotage: () => ({ parts: (parts) => ({ ...parts, ledger: new BookingGap(parts.ledger) }) }),
  },
  {
    name: 'fills-booked-twice',
    what: 'a fill that is told again is booked again',
    sabotage: () => deskWith(({ ledger }) => void replaceMethod(ledger.memory, 'feeKnown', () => nothing)),
  },
  {
    name: 'fees-ignored',
    what: 'fees are booked as nothing',
    sabotage: () => ({
      parts: ledgerThrough((entry) => {
        if (entry.kind === 'fee') return { ...entry, amount: '0' };
        return entry.kind === 'fill' && entry.fee !== null ? { ...entry, fee: '0' } : entry;
      }),
    }),
  },
  {
    name: 'funding-ignored',
    what: 'funding is not booked',
    sabotage: () => deskWith(({ ledger }) => void replaceMethod(ledger, 'funding', () => nothing)),
  },
  {
    name: 'adopts-silently',
    what: 'differences to the venues are taken over and not written',
    sabotage: () => deskWith(({ ledger }) => void replaceMethod(ledger, 'reconciliation', () => nothing)),
  },
  {
    name: 'retry-doubled',
    what: 'an order without an answer is sent again under another name',
    sabotage: () => ({
      parts: portsThrough((port) => ({
        place: async (request) => {
          const outcome = await port.place(request);
          if (outcome.kind !== 'unknown') return outcome;
          return port.place({ ...request, clientOrderId: `${request.clientOrderId}b` });
        },
      })),
    }),
  },
  {
    name: 'client-ids-reused',
    what: 'client order ids do not name the run',
    sabotage: () => ({
      parts: portsThrough((port) => ({ clientOrderId: (key) => port.clientOrderId(key.slice(key.indexOf(':') + 1)) })),
    }),
  },
  {
    name: 'partial-fills-ignored',
    what: 'an order that ended with a part filled counts as not filled',
    sabotage: () => ordersHeardAs((order) => (isPartial(order) ? { ...order, filledQty: '0', filledQuote: '0' } : order), true),
  },
  {
    name: 'canceled-as-filled',
    what: 'an order that ended with a part filled counts as filled',
    sabotage: () =>
      ordersHeardAs((order) => (isPartial(order) ? { ...order, state: 'filled', filledQty: order.quantity } : order), false),
  },
  {
    name: 'hedge-to-the-wrong-side',
    what: 'hedges make what is unhedged more',
    sabotage: () => ({
      install: () =>
        replaceOfClass(Cycle.prototype, 'tryHedge', (_self, original, [residual, ...rest]) =>
          original((residual as Decimal).neg(), ...rest),
        ),
    }),
  },
  {
    name: 'hedge-beside-hedge',
    what: 'a hedge is tried again while the one before may still fill',
    sabotage: () => ({
      install: () => replaceOfClass(Cycle.prototype, 'waitUntilUs', (self) => self['nextTryUs']),
    }),
  },
  {
    name: 'leftovers-forgotten',
    what: 'what execution could not hedge is nobody’s',
    sabotage: () =>
      deskWith((desk) => {
        replaceMethod(inside(desk, 'keeper'), 'look', () => nothing);
      }),
  },
  {
    name: 'nothing-watches-the-unhedged',
    what: 'leftovers are forgotten, and their time is not counted',
    sabotage: () =>
      deskWith((desk) => {
        replaceMethod(inside(desk, 'keeper'), 'look', () => nothing);
        replaceMethod(desk.state.unhedged, 'forUs', () => () => 0);
        replaceMethod(desk.state.unhedged, 'quoteSecondsOf', () => () => 0);
      }),
  },
  {
    name: 'stale-books-are-fresh',
    what: 'the age of a book is not looked at',
    sabotage: () =>
      deskWith((desk) => {
        const { views } = inside(desk, 'parts', 'deciding') as { views: object };
        replaceMethod(
          views,
          'isTradable',
          () => (book: number) => (views as { state(book: number): number }).state(book) === SYNCED,
        );
        replaceMethod(inside(desk, 'risk', 'guard'), 'check', () => () => true);
      }),
  },
  {
    name: 'lost-books-are-synced',
    what: 'whether a book is in step with its venue is not looked at',
    sabotage: () =>
      deskWith((desk) => {
        const { views } = inside(desk, 'parts', 'deciding') as { views: object };
        replaceMethod(
          views,
          'isTradable',
          () => (book: number) => (views as { bidPriceUnits(book: number): number }).bidPriceUnits(book) > 0,
        );
        replaceMethod(inside(desk, 'risk', 'guard'), 'check', () => () => true);
      }),
  },
  {
    name: 'risk-check-passes',
    what: 'limits are not looked at',
    sabotage: () =>
      deskWith(({ risk }) => {
        replaceMethod(inside(risk, 'limits'), 'allow', () => () => true);
        replaceMethod(risk, 'mayOpen', () => () => true);
      }),
  },
  {
    name: 'limit-on-one-venue',
    what: 'the exposure of one venue only is limited',
    sabotage: () =>
      deskWith(({ state }) => {
        const real = state.all.ofVenue;
        const value = new Proxy(real, {
          get: (target, name) => (typeof name === 'string' && /^[1-9]$/.test(name) ? 0 : Reflect.get(target, name)),
        });
        Object.defineProperty(state.all, 'ofVenue', { value });
      }),
  },
  {
    name: 'balances-never-change',
    what: 'strategies and risk go on with the funds of the beginning',
    sabotage: () =>
      deskWith((desk) => {
        for (const of of [desk.state, inside(desk, 'parts', 'deciding', 'capital')]) {
          const seen = new Set<number>();
          replaceMethod(of, 'setBalance', (original) => (account: number, units: number) => {
            if (seen.has(account) || units === 0) return;
            seen.add(account);
            (original as unknown as (account: number, units: number) => void)(account, units);
          });
        }
        replaceMethod(desk.state, 'settle', () => nothing);
      }),
  },
  {
    name: 'capital-not-released',
    what: 'what a plan has promised stays promised',
    sabotage: () =>
      deskWith((desk) => void replaceMethod(inside(desk, 'parts', 'deciding', 'capital'), 'release', () => nothing)),
  },
  {
    name: 'gate-always-open',
    seed: 24,
    what: 'nobody asks the halt in front of the wire',
    sabotage: () => deskWith(({ risk }) => void replaceMethod(risk, 'mayPass', () => () => true)),
  },
  {
    name: 'halt-stops-nothing',
    what: 'a stop is told and not obeyed',
    sabotage: () => deskWith(({ risk }) => void replaceMethod(risk.halt, 'allows', () => () => true)),
  },
  {
    name: 'stop-not-kept',
    what: 'a stop does not outlive the process',
    sabotage: () => ({ parts: (parts) => ({ ...parts, haltStore: { load: () => null, save: nothing } }) }),
  },
  {
    name: 'losses-not-watched',
    seed: 26,
    what: 'the loss of the day stops nothing',
    sabotage: () => deskWith(({ state }) => void Object.defineProperty(state.profit, 'profitQuote', { get: () => 0 })),
  },
  {
    name: 'start-without-reconciling',
    what: 'orders leave before ledger and venues agree',
    sabotage: () =>
      deskWith((desk) => {
        replaceMethod(inside(desk, 'reconciliation'), 'refusal', () => () => null);
        Object.defineProperty(desk, 'isReady', { get: () => true, set: nothing });
      }),
  },
  {
    name: 'orders-forgotten-at-restart',
    what: 'orders of before are not asked for',
    sabotage: () => deskWith(({ ledger }) => void replaceMethod(ledger.memory, 'unsettled', () => () => [])),
  },
  {
    name: 'positions-forgotten-at-restart',
    what: 'what strategies held before is not known to the risk check',
    sabotage: () => deskWith((desk) => void replaceMethod(inside(desk, 'holdings'), 'restore', () => nothing)),
  },
  {
    name: 'missed-fills-not-asked',
    seed: 11,
    what: 'venues are never asked for fills',
    sabotage: () => ({ parts: portsThrough(() => ({ fills: async () => [] })) }),
  },
];

const SYNCED = 2;

function isPartial({ state, filledQty, quantity }: OrderReport): boolean {
  const isEnded = state === 'canceled' || state === 'expired';
  return isEnded && Number(filledQty ?? 0) > 0 && Number(filledQty ?? 0) < Number(quantity ?? 0);
}

/** A desk that is told other reports of orders, whichever way they come; and no fills of less than an order, where so wished. */
function ordersHeardAs(change: (order: OrderReport) => OrderReport, dropsFills: boolean): Sabotage {
  const partial = new Set<string>();
  const changed = (order: OrderReport): OrderReport => {
    if (isPartial(order)) partial.add(order.venueOrderId ?? '');
    return change(order);
  };
  const changing = async (answer: Promise<OrderReport | null>): Promise<OrderReport | null> => {
    const order = await answer;
    return order === null ? null : changed(order);
  };
  const ports = (port: VenuePort): Partial<VenuePort> => ({
    order: (reference) => changing(port.order(reference)),
    cancel: (reference) => changing(port.cancel(reference)),
    place: async (request) => {
      const outcome = await port.place(request);
      return outcome.kind === 'placed' ? { kind: 'placed', order: changed(outcome.order) } : outcome;
    },
  });
  return {
    parts: portsThrough(ports),
    ...hearing((event) => {
      if (event.kind === 'order') return { kind: 'order', order: changed(event.order) };
      return dropsFills && event.kind === 'fill' && partial.has(event.fill.venueOrderId) ? null : event;
    }),
  };
}
