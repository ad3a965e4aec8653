// Goal: what is to be traded goes where it brings most after costs, in orders that every venue takes.
import { type Arbitrary, array, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import type { OrderRequest } from '../../src/domain/order.js';
import { HedgeFunds } from '../../src/execution/hedge-funds.js';
import { OrderRouter, type RouteNeed, type RouteOffer } from '../../src/execution/order-router.js';
import type { TakerSide } from '../../src/kernel/pricing.js';
import { type InstrumentSpec, tradable } from '../../src/sim/lab/instrument.js';
import { Rig as Lab } from '../../src/sim/lab/rig.js';
import type { BookInfo } from '../../src/strategy/universe.js';
import { brokenRules } from '../../src/venues/order-filters.js';

/** [price, size in base assets], best first; what is asked and what is bid. */
type Side = readonly (readonly [number, number])[];
interface Place {
  readonly info: BookInfo;
  readonly levels: Side;
  readonly cost?: number;
  readonly worstPrice: string;
  readonly mostBase?: string;
}

const LAB = new Lab({
  rows: [
    [{ venue: 'binance' }, { venue: 'kraken' }, { venue: 'gateio' }],
    [
      { venue: 'gateio', market: 'futures', contractSize: '0.1', qtyDecimals: 0, priceDecimals: 1 },
      { venue: 'mexc', market: 'futures', contractSize: '0.1', qtyDecimals: 0, priceDecimals: 1 },
    ],
  ],
});
const PERPETUAL = LAB.book('gateio', 'futures');

const bookAt = (venue: 'binance' | 'kraken' | 'gateio', spec: Omit<InstrumentSpec, 'venue'> = {}): BookInfo => ({
  ...LAB.book(venue),
  instrument: tradable({ venue, ...spec }),
});

function route(places: readonly Place[], more: Partial<RouteNeed> & { readonly amount: string; readonly ioc?: boolean }) {
  const { amount, side = 'buy', atMarket = false, oldestUs = 0, ioc = true } = more;
  const at = (book: number): Place | undefined => places.find(({ info }) => info.book === book);
  const router = new OrderRouter({
    universe: LAB.universe,
    prices: {
      isTradable: (_, oldest) => oldest === 0,
      bidPriceUnits: () => 0,
      askPriceUnits: () => 0,
      levelCount: (book: number) => at(book)?.levels.length ?? 0,
      levelPriceUnits: (book: number, _: TakerSide, level: number) =>
        (at(book)?.levels[level]?.[0] ?? 0) * 10 ** (at(book)?.info.priceScale ?? 0),
      levelQtyUnits: (book: number, _: TakerSide, level: number) =>
        Math.round((at(book)?.levels[level]?.[1] ?? 0) / (at(book)?.info.basePerUnit ?? 1)),
    },
    costs: { total: (book) => at(book)?.cost ?? 0 },
    features: () => ({ timeInForce: ioc ? ['gtc', 'ioc'] : ['gtc'] }),
  });
  const offers: RouteOffer[] = places.map(({ info, worstPrice, mostBase }) => ({
    info,
    worstPrice,
    mostBase: mostBase === undefined ? null : new Exact(mostBase),
  }));
  return router.route({ side, base: new Exact(amount), oldestUs, atMarket }, offers);
}

const shown = ({ orders }: ReturnType<typeof route>) =>
  orders.map(({ offer, terms }) => [offer.info.instrument.venue, terms.quantity, terms.price]);

describe('a route', () => {
  it('takes the cheapest levels of all venues, fees included, and bounds each order by its worst price', () => {
    const found = route(
      [
        {
          info: bookAt('binance'),
          worstPrice: '102',
          cost: 0.001,
          levels: [
            [100, 0.4],
            [101, 5],
          ],
        },
        { info: bookAt('kraken'), worstPrice: '103', cost: 0.006, levels: [[100, 5]] },
      ],
      { amount: '1' },
    );
    // 100 for 0.6 % costs less than 101 for 0.1 %.
    expect(shown(found)).toEqual([
      ['binance', '0.4', '102'],
      ['kraken', '0.6', '103'],
    ]);
    expect(found.orders[0]?.terms).toMatchObject({ side: 'buy', type: 'limit', timeInForce: 'ioc' });
    expect(found.expectedQuote).toBeCloseTo(-(40 * 1.001 + 60 * 1.006), 9);
    expect(found.left.isZero()).toBe(true);
  });

  it('sells where most is left', () => {
    const found = route(
      [
        { info: bookAt('binance'), worstPrice: '98', cost: 0.01, levels: [[100, 5]] },
        { info: bookAt('kraken'), worstPrice: '98', levels: [[99.5, 0.25]] },
      ],
      { amount: '1', side: 'sell' },
    );
    expect(shown(found)).toEqual([
      ['binance', '0.75', '98'],
      ['kraken', '0.25', '98'],
    ]);
    expect(found.expectedQuote).toBeCloseTo(75 * 0.99 + 24.875, 9);
  });

  it('expects what it does not see at the worst price, and nothing of a book that is too old', () => {
    const seen = { info: bookAt('binance'), worstPrice: '101', levels: [[100, 0.5]] } as const;
    expect(route([seen], { amount: '1' }).expectedQuote).toBeCloseTo(-(50 + 50.5), 9);
    expect(route([seen], { amount: '1', oldestUs: 5 }).expectedQuote).toBeCloseTo(-101, 9);
    const deep = { info: bookAt('kraken'), worstPrice: '105', levels: [[100.5, 9]] } as const;
    expect(shown(route([seen, deep], { amount: '1' }))).toEqual([
      ['binance', '0.5', '101'],
      ['kraken', '0.5', '105'],
    ]);
  });

  it('leaves a venue out whose least order does not fit, and gives all to the other', () => {
    const places: Place[] = [
      { info: bookAt('binance', { rules: { minQuoteAmount: '60' } }), worstPrice: '101', levels: [[100, 0.3]] },
      { info: bookAt('kraken'), worstPrice: '105', levels: [[104, 9]] },
    ];
    expect(shown(route(places, { amount: '0.5' }))).toEqual([['kraken', '0.5', '105']]);
  });

  it('keeps within what the funds of a place pay for, and says what is left over', () => {
    const place = { info: bookAt('binance'), worstPrice: '101', levels: [[100, 9]], mostBase: '0.256' } as const;
    const found = route([place], { amount: '1' });
    expect(shown(found)).toEqual([['binance', '0.25', '101']]);
    expect(found.left.toFixed()).toBe('0.75');
  });

  it('compares coins and contracts, each on its own units', () => {
    const found = route(
      [
        { info: bookAt('binance'), worstPrice: '102', levels: [[101, 9]] },
        { info: PERPETUAL, worstPrice: '102', levels: [[100.5, 0.7]] },
      ],
      { amount: '0.75' },
    );
    expect(shown(found)).toEqual([
      ['binance', '0.05', '102'],
      ['gateio', '7', '102'],
    ]);
  });

  it('rounds the worst price onto the ticks, to the side that rather fills', () => {
    const info = bookAt('binance', { rules: { tickSize: '0.5' } });
    expect(shown(route([{ info, worstPrice: '100.1', levels: [] }], { amount: '1' }))).toEqual([['binance', '1', '100.5']]);
    expect(shown(route([{ info, worstPrice: '100.4', levels: [] }], { amount: '1', side: 'sell' }))).toEqual([
      ['binance', '1', '100'],
    ]);
  });

  it('sends market orders where the price does not count, or no other order ends at once, within their own bound', () => {
    const info = bookAt('binance', { rules: { maxMarketQty: '0.5' } });
    const place: Place = { info, worstPrice: '101', levels: [[100, 9]] };
    const market = { side: 'buy', type: 'market', timeInForce: 'ioc', quantity: '0.5', price: null };
    expect(route([place], { amount: '1', atMarket: true }).orders[0]?.terms).toEqual(market);
    expect(route([place], { amount: '1', ioc: false }).orders[0]?.terms).toEqual(market);
    expect(route([place], { amount: '1' }).orders[0]?.terms).toMatchObject({ type: 'limit', quantity: '1' });
  });

  it('is empty where nobody takes so little, and where a price would be nothing', () => {
    expect(route([{ info: bookAt('binance'), worstPrice: '101', levels: [[100, 9]] }], { amount: '0.04' }).orders).toEqual([]);
    const info = bookAt('binance', { rules: { tickSize: '1' } });
    expect(route([{ info, worstPrice: '0.4', levels: [] }], { amount: '1', side: 'sell' }).orders).toEqual([]);
  });
});

describe('a route against all there are', () => {
  const VENUES = ['binance', 'kraken', 'gateio'] as const;
  const levelsOf = array(record({ gap: integer({ min: 0, max: 3 }), size: integer({ min: 1, max: 4 }) }), { maxLength: 2 });
  const placeOf = (lots: readonly string[]) =>
    record({
      levels: levelsOf,
      cost: constantFrom(0, 0.004, 0.02),
      lotSize: constantFrom(...lots),
      minQty: constantFrom('0.01', '0.03', '0.05'),
      maxQty: constantFrom(null, '0.04'),
      minQuoteAmount: constantFrom('0', '2.9'),
      reach: integer({ min: 0, max: 6 }),
      mostBase: constantFrom(undefined, '0.02', '0.07'),
    });
  type Drawn = ReturnType<typeof placeOf> extends Arbitrary<infer Value> ? Value : never;

  const placesOf = (drawn: readonly Drawn[], side: 'buy' | 'sell'): Place[] =>
    drawn.map(({ levels, cost, lotSize, minQty, maxQty, minQuoteAmount, reach, mostBase }, at) => {
      const sign = side === 'buy' ? 1 : -1;
      let price = 100;
      return {
        info: bookAt(VENUES[at] ?? 'binance', { rules: { lotSize, minQty, maxQty, minQuoteAmount } }),
        cost,
        worstPrice: String(100 + sign * reach),
        levels: levels.map(({ gap, size }) => {
          price += sign * gap;
          return [price, size / 100] as const;
        }),
        ...(mostBase !== undefined && { mostBase }),
      };
    });

  /** What an order for so many hundredths brings after costs, or null when it is not possible. */
  const worthOf = ({ info, levels, cost = 0, worstPrice, mostBase }: Place, hundredths: number, side: 'buy' | 'sell') => {
    if (hundredths === 0) return 0;
    const quantity = new Exact(hundredths).div(100);
    const order: OrderRequest = {
      symbol: '',
      side,
      type: 'limit',
      timeInForce: 'ioc',
      quantity: quantity.toFixed(),
      quoteAmount: null,
      price: worstPrice,
      clientOrderId: '',
      reduceOnly: false,
    };
    if (brokenRules(order, info.instrument, null).length > 0 || quantity.gt(mostBase ?? 1)) return null;
    let left = hundredths;
    let walked = 0;
    for (const [price, size] of levels) {
      if (side === 'buy' ? price > Number(worstPrice) : price < Number(worstPrice)) break;
      const part = Math.min(left, Math.round(size * 100));
      walked += part * price;
      left -= part;
    }
    walked += left * Number(worstPrice);
    return (side === 'buy' ? -walked * (1 + cost) : walked * (1 - cost)) / 100;
  };

  /** The most that can be traded, and the best that it can bring. */
  function best(places: readonly Place[], wanted: number, side: 'buy' | 'sell'): { amount: number; worth: number } {
    const [place, ...others] = places;
    if (place === undefined) return { amount: 0, worth: 0 };
    let found = { amount: -1, worth: 0 };
    for (let part = 0; part <= wanted; part++) {
      const worth = worthOf(place, part, side);
      if (worth === null) continue;
      const rest = best(others, wanted - part, side);
      const whole = { amount: part + rest.amount, worth: worth + rest.worth };
      if (whole.amount > found.amount || (whole.amount === found.amount && whole.worth > found.worth)) found = whole;
    }
    return found;
  }

  const sides = constantFrom('buy' as const, 'sell' as const);
  const check = (drawn: readonly Drawn[], wanted: number, side: 'buy' | 'sell') => {
    const places = placesOf(drawn, side);
    const found = route(places, { amount: new Exact(wanted).div(100).toFixed(), side });
    const amounts = found.orders.map(({ base }) => base.mul(100).toNumber());
    for (const { offer, base } of found.orders) {
      const place = places.find(({ info }) => info.book === offer.info.book);
      expect(place && worthOf(place, base.mul(100).toNumber(), side)).not.toBeNull();
    }
    const amount = amounts.reduce((sum, one) => sum + one, 0);
    expect(found.left.mul(100).toNumber()).toBe(wanted - amount);
    return { amount, worth: found.expectedQuote, best: best(places, wanted, side) };
  };

  it('trades as much and brings as much as the best of all splits', () => {
    assert(
      property(
        array(placeOf(['0.01']), { minLength: 1, maxLength: 3 }),
        integer({ min: 1, max: 12 }),
        sides,
        (drawn, wanted, side) => {
          const found = check(drawn, wanted, side);
          expect(found.amount).toBe(found.best.amount);
          expect(found.worth).toBeCloseTo(found.best.worth, 9);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is short of the best by less than the largest lot where lots differ', () => {
    const mixed = array(placeOf(['0.01', '0.02', '0.03']), { minLength: 1, maxLength: 3 });
    assert(
      property(mixed, integer({ min: 1, max: 12 }), sides, (drawn, wanted, side) => {
        const found = check(drawn, wanted, side);
        expect(found.amount).toBeGreaterThan(found.best.amount - 3);
      }),
      { numRuns: 500 },
    );
  });
});

describe('funds of a hedge', () => {
  const spot = LAB.book('binance');
  const fundsOf = (amounts: ReadonlyMap<number, number>) =>
    new HedgeFunds(
      LAB.universe,
      { available: (account) => (amounts.get(account) ?? 0) * 10 ** (LAB.universe.accounts[account]?.scale ?? 0) },
      { total: () => 0.01 },
    );

  it('are the coin when it is sold, and what the quote asset pays for, costs included, when it is bought', () => {
    const funds = fundsOf(
      new Map([
        [spot.baseAccount, 2],
        [spot.quoteAccount, 202],
      ]),
    );
    expect(funds.affordable(spot, 'sell', '100')?.toFixed()).toBe('2');
    expect(funds.affordable(spot, 'buy', '100')?.toFixed()).toBe('2');
  });

  it('are none for contracts without margin, and the venue decides where there is some', () => {
    expect(fundsOf(new Map()).affordable(PERPETUAL, 'buy', '100')?.toFixed()).toBe('0');
    expect(fundsOf(new Map([[PERPETUAL.quoteAccount, 1]])).affordable(PERPETUAL, 'sell', '100')).toBeNull();
  });

  it('are not asked where nobody counts them', () => {
    expect(new HedgeFunds(LAB.universe, null, { total: () => 0 }).affordable(spot, 'buy', '100')).toBeNull();
  });
});
