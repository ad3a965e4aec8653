// P18: rounding and tick errors (92 % of instruments had the wrong precision elsewhere). Goal: for every instrument of every simulated
// venue, what is rounded to its grids passes our filters and the venue takes it; one digit beside a grid is refused on our side and by
// the venue as `precision`. Method: the venue is asked through a gateway without our own filters.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ceilToGrid, Decimal, floorToGrid, plainText } from '../../src/domain/decimal.js';
import type { OrderRequest } from '../../src/domain/order.js';
import { finer, wordOf } from '../../src/sim/framework/edge-cases.js';
import { leastQuantity, touchOf } from '../../src/sim/framework/opportunity.js';
import { TradingFloor } from '../../src/sim/framework/trading-floor.js';
import { brokenRules } from '../../src/venues/order-filters.js';
import { TRADING } from '../../src/venues/trading-registry.js';

/** Between orders, so that none is held back for rate. */
const APART_MS = 10_000;
let floor: TradingFloor;

beforeAll(async () => {
  floor = await TradingFloor.open({ seed: 18, symbols: 14, futuresSymbols: 12, updatesPerSecond: 10 });
});
afterAll(() => floor.close());

describe.each(TRADING)('P18: $venue $market', ({ venue, market }) => {
  test('its grids are ours', async () => {
    const seat = floor.seat(venue, market);
    let orders = 0;
    const asked = fc.record({
      instrument: fc.nat({ max: seat.instruments.length - 1 }),
      behind: fc.integer({ min: 100, max: 900 }),
      times: fc.integer({ min: 1_100, max: 9_000 }),
      up: fc.boolean(),
      beside: fc.constantFrom('nothing', 'price', 'quantity'),
    });
    await fc.assert(
      fc.asyncProperty(asked, async ({ instrument: at, behind, times, up, beside }) => {
        const instrument = seat.instruments[at];
        if (instrument === undefined) throw new Error('no instrument');
        const { symbol, rules, contractSize } = instrument;
        const round = up ? ceilToGrid : floorToGrid;
        const touch = touchOf(seat.book(symbol), 'bids');
        let price = round(new Decimal(touch).mul(1 - behind / 10_000), rules.tickSize);
        // Four quote units at least: the venue of a contract may count more than its metadata says.
        const least = Decimal.max(leastQuantity(instrument, price), new Decimal(4).div(new Decimal(price).mul(contractSize)));
        let quantity = round(Decimal.max(least, rules.lotSize).mul(times).div(1_000).plus(rules.lotSize), rules.lotSize);
        if (beside === 'price') price = plainText(new Decimal(price).plus(finer(rules.tickSize)));
        if (beside === 'quantity') quantity = plainText(new Decimal(quantity).plus(finer(rules.lotSize)));
        const clientOrderId = seat.gateway.clientOrderId(`p18:${venue}:${market}:${++orders}`);
        const order: OrderRequest = {
          ...{ symbol, side: 'buy', type: 'limit', timeInForce: 'gtc', quantity, quoteAmount: null, price, clientOrderId },
          reduceOnly: false,
        };
        const outcome = await floor.drive(seat.unchecked.place(order));
        if (outcome.kind === 'placed')
          await floor.drive(seat.unchecked.cancel({ symbol, venueOrderId: outcome.order.venueOrderId, clientOrderId }));
        await floor.drive(floor.pause(APART_MS));
        const ours = brokenRules(order, instrument, null).map(({ filter }) => filter);
        const text = `${JSON.stringify(order)} ${'error' in outcome ? outcome.error.message : ''}`;
        const filter = { nothing: [], price: ['tick size'], quantity: ['lot size'] }[beside];
        expect([ours, wordOf(outcome)], text).toEqual([filter, beside === 'nothing' ? 'taken' : 'precision']);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
