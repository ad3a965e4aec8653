// Goal: whatever accounts did and whenever the process dies, also in the middle of a line, they are afterwards what they were, but
// for the orders that were open: these are ended by the venue. No id is given twice.
// Method: random orders, cancels and settings of two accounts on a spot and a perpetual book, with deaths in between; every fact that
// can be asked is compared with what it was before, or, where the last line is torn, before the action that wrote it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SimulatedBook } from '../../../src/sim/market/book.js';
import type { EngineAccount } from '../../../src/sim/matching/types.js';
import { EPOCH_US } from '../matching/rig.js';
import { type AccountState, describeAccounts, LastingVenue, restarted } from './support.js';

const MIDDLE = 6_400_000;
const LOT = 1_000_000;
const account = fc.nat({ max: 1 });
const futures = fc.boolean();
const order = fc.record({
  kind: fc.constant('order' as const),
  account,
  futures,
  buy: fc.boolean(),
  how: fc.constantFrom('gtc' as const, 'gtc' as const, 'gtc' as const, 'ioc' as const, 'fok' as const, 'post-only' as const),
  market: fc.constantFrom(false, false, false, true),
  price: fc.integer({ min: -4, max: 4 }),
  qty: fc.integer({ min: 1, max: 9 }),
  reduceOnly: fc.constantFrom(false, false, false, true),
  clientId: fc.option(fc.constantFrom('a', 'b', 'c', 'd'), { nil: null }),
  selfTrade: fc.constantFrom('cancel-taker' as const, 'cancel-maker' as const, 'cancel-both' as const),
});
const action = fc.oneof(
  { weight: 12, arbitrary: order },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), account, nth: fc.nat({ max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel-all' as const), account }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('move' as const), futures, middle: fc.integer({ min: -6, max: 6 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('leverage' as const), account, leverage: fc.constantFrom(1, 3, 10, 20) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('mode' as const), account, cross: fc.boolean() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('die' as const), torn: fc.option(fc.double({ min: 0, max: 1, noNaN: true })) }),
  },
);

function bookOf(venue: LastingVenue, ofFutures: boolean): SimulatedBook {
  return venue.rig.book('BTCUSDT', ofFutures ? 'futures' : 'spot');
}

function move(venue: LastingVenue, ofFutures: boolean, middle: number): void {
  const side = (sign: number): [number, number][] => [1, 2, 3].map((away) => [MIDDLE + middle + sign * away, away * 3 * LOT]);
  venue.rig.still({ bids: side(-1), asks: side(1) }, 'BTCUSDT', ofFutures ? 'futures' : 'spot');
}

it('has after every death what it had before', () => {
  const seen = { deaths: 0, torn: 0, open: 0, positions: 0, fillsAfterDeath: 0 };
  fc.assert(
    fc.property(fc.array(action, { minLength: 10, maxLength: 60 }), (actions) => {
      const folder = mkdtempSync(join(tmpdir(), 'tiercel-accounts-'));
      try {
        const venue = new LastingVenue(folder);
        venue.rig.rich();
        venue.rig.engine.openAccount({ spot: { USDT: '5000000', BTC: '3' }, futures: { USDT: '300000' } });
        for (const ofFutures of [false, true]) move(venue, ofFutures, 0);
        let size = venue.size();
        let state = describeAccounts(venue.rig.engine);
        /** As it was before the last line was written; null while this life has written none. */
        let before: AccountState[] | null = null;
        for (const [at, step] of actions.entries()) {
          const { rig } = venue;
          const { engine } = rig;
          const of = (index: number): EngineAccount => engine.accounts()[index] as EngineAccount;
          if (step.kind === 'die') {
            const nowUs = EPOCH_US + at;
            const lastLine = (venue.lines().at(-1) ?? '').length + 1;
            const tornTo = step.torn === null ? null : before;
            const expected = restarted(tornTo ?? state, nowUs);
            if (tornTo === null) {
              // The engine's own way to end orders comes to the same.
              venue.file.close();
              for (const one of engine.accounts()) engine.cancelAll(one, undefined, 'restart');
              expect(describeAccounts(engine).map(({ balances }) => balances)).toEqual(expected.map(({ balances }) => balances));
            }
            const oldTrade = Math.max(...[false, true].map((ofFutures) => bookOf(venue, ofFutures).lastTrade.id));
            venue.restart(nowUs, tornTo === null ? 0 : 1 + Math.floor((step.torn ?? 0) * (lastLine - 1)));
            state = describeAccounts(venue.rig.engine);
            expect(state).toEqual(expected);
            for (const one of venue.rig.engine.accounts()) {
              expect(one.openOrders()).toEqual([]);
              for (const { clientOrderId } of one.orders()) {
                const newest = one.orders().findLast((other) => other.clientOrderId === clientOrderId);
                if (clientOrderId !== null) expect(one.orderByClientId(clientOrderId)).toBe(newest);
              }
            }
            for (const ofFutures of [false, true]) {
              expect(bookOf(venue, ofFutures).lastTrade.id).toBeGreaterThan(oldTrade);
              move(venue, ofFutures, 0);
            }
            state = describeAccounts(venue.rig.engine);
            before = null;
            size = venue.size();
            seen.deaths++;
            if (tornTo !== null) seen.torn++;
            seen.open += expected.flatMap(({ orders }) => orders.filter(({ endReason }) => endReason === 'restart')).length;
            seen.positions += state.flatMap(({ positions }) => positions.filter(({ qtyUnits }) => qtyUnits !== 0)).length;
            continue;
          }
          if (step.kind === 'order') {
            const known = engine.accounts().flatMap((one) => one.orders().map(({ id }) => id));
            const result = rig.submit(
              of(step.account),
              bookOf(venue, step.futures),
              step.buy ? 'buy' : 'sell',
              step.qty * LOT,
              step.market ? null : MIDDLE + step.price,
              {
                timeInForce: step.market ? 'ioc' : step.how,
                clientOrderId: step.clientId,
                reduceOnly: step.reduceOnly && step.futures,
                selfTrade: step.selfTrade,
              },
            );
            if (result.kind === 'accepted') {
              expect(result.order.id).toBeGreaterThan(Math.max(0, ...known));
              if (venue.starts > 1) seen.fillsAfterDeath += result.order.fills.length;
            }
          } else if (step.kind === 'cancel') {
            const open = of(step.account).openOrders()[step.nth];
            if (open !== undefined) engine.cancel(open);
          } else if (step.kind === 'cancel-all') engine.cancelAll(of(step.account));
          else if (step.kind === 'move') move(venue, step.futures, step.middle);
          else if (step.kind === 'leverage') engine.setLeverage(of(step.account), bookOf(venue, true), step.leverage);
          else engine.setMarginMode(of(step.account), bookOf(venue, true), step.cross ? 'cross' : 'isolated');
          const now = describeAccounts(engine);
          if (venue.size() !== size) {
            before = state;
            size = venue.size();
          } else expect(now).toEqual(state);
          state = now;
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    }),
    { numRuns: 200 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(50);
});
