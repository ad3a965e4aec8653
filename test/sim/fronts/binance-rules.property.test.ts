import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal, plainText } from '../../../src/domain/decimal.js';
import type { OrderRequest } from '../../../src/domain/order.js';
import type { Market } from '../../../src/domain/venue.js';
import { VenueAccess } from '../../../src/sim/access/venue-access.js';
import { Exchange } from '../../../src/sim/fronts/binance/exchange.js';
import { ApiFailure } from '../../../src/sim/fronts/binance/failures.js';
import { marketOperations } from '../../../src/sim/fronts/binance/market-operations.js';
import { OrderDesk } from '../../../src/sim/fronts/binance/order-desk.js';
import { SimulatedMarket } from '../../../src/sim/market/market.js';
import { createMatchingEngine } from '../../../src/sim/matching/engine.js';
import { parseSimulationOptions } from '../../../src/sim/options.js';
import { kindOfCode } from '../../../src/venues/binance/errors.js';
import { futuresInstruments, spotInstruments } from '../../../src/venues/binance/instruments.js';
import { placeParams } from '../../../src/venues/binance/orders.js';
import { brokenRules } from '../../../src/venues/order-filters.js';

// Goal: for every instrument, what our rules let pass the venue takes, and what they stop the venue would have refused.
// Method: orders on and off the grids, large and small, are judged by both; only money may make a difference.

const EPOCH_US = 1_767_225_600_000_000;
const clock = { monotonicUs: () => 0, epochUs: () => EPOCH_US };

function venue(market: Market) {
  const options = parseSimulationOptions({ venues: ['binance'], symbols: 40, futuresSymbols: 40, seed: 3 });
  const simulated = new SimulatedMarket(options, EPOCH_US, () => undefined);
  const engine = createMatchingEngine({ market: simulated, venue: 'binance', seed: 3, now: () => EPOCH_US });
  const access = new VenueAccess('binance', 3, engine, simulated);
  const exchange = new Exchange(market, { clock, market: simulated, engine, access });
  const info = marketOperations(exchange)['exchangeInfo'];
  if (info?.security !== 'public') throw new Error('no exchangeInfo');
  const answer: unknown = JSON.parse(info.run(new Map()));
  const [customer] = access.customers();
  if (customer === undefined) throw new Error('no customer');
  return {
    exchange,
    desk: new OrderDesk(exchange),
    account: customer.account,
    instruments: (market === 'spot' ? spotInstruments : futuresInstruments)([answer]),
  };
}

describe.each(['spot', 'futures'] as const)('the rules of %s', (market) => {
  const { exchange, desk, account, instruments } = venue(market);
  let orders = 0;

  const judged = fc.record({
    instrument: fc.constantFrom(...instruments),
    side: fc.constantFrom('buy', 'sell'),
    // The price as a fraction below (buy) or above (sell) the touch, in steps of a tenth of a tick.
    away: fc.integer({ min: 1, max: 300 }),
    tenthTicks: fc.constantFrom(0, 0, 0, 1, 5),
    // The value in the quote asset, and tenths of a lot on top of whole ones.
    value: fc.constantFrom(0.5, 2, 4.9, 5, 5.1, 100, 5_000),
    tenthLots: fc.constantFrom(0, 0, 0, 1, 5),
  });

  it('are the same on both sides', () => {
    fc.assert(
      fc.property(judged, ({ instrument, side, away, tenthTicks, value, tenthLots }) => {
        const book = exchange.find(instrument.symbol);
        const touch = (side === 'buy' ? book?.bids : book?.asks)?.best();
        if (book === undefined || touch === undefined) throw new Error(`no book of ${instrument.symbol}`);
        const { tickSize, lotSize } = instrument.rules;
        const tick = new Decimal(tickSize);
        const best = new Decimal(touch.priceUnits).div(new Decimal(10).pow(book.instrument.priceDecimals));
        const moved = best.mul(side === 'buy' ? 1 - away / 10_000 : 1 + away / 10_000);
        const price = moved
          .div(tick)
          .round()
          .plus(tenthTicks / 10)
          .mul(tick);
        const quantity = new Decimal(value)
          .div(price)
          .div(lotSize)
          .floor()
          .plus(tenthLots / 10)
          .mul(lotSize);
        if (!quantity.gt(0)) return;
        const order: OrderRequest = {
          symbol: instrument.symbol,
          side,
          type: 'limit',
          timeInForce: 'gtc',
          quantity: plainText(quantity),
          quoteAmount: null,
          price: plainText(price),
          clientOrderId: `order-${++orders}`,
          reduceOnly: false,
        };
        const broken = brokenRules(order, instrument, null);
        let kind: string | null = null;
        try {
          desk.place(new Map(placeParams(market, order)), account);
          exchange.engine.cancelAll(account, book);
        } catch (error) {
          if (!(error instanceof ApiFailure)) throw error;
          kind = kindOfCode(market, error.venueCode, error.message);
        }
        const context = `${JSON.stringify(order)} ${JSON.stringify(broken)}`;
        if (broken.length === 0) expect([null, 'insufficient-balance'], context).toContain(kind);
        else expect(['precision', 'below-minimum', 'above-maximum'], context).toContain(kind);
      }),
      { numRuns: 2_000 },
    );
  });
});
