// Goal: whatever is asked of a paper venue, it fills what a slow and obvious venue fills, refuses what that refuses, and its account
// holds the same to the last digit.
// Method: random books, orders, cancels and looks at resting orders, on spot and on contracts, against a SlowVenue that
//  takes one unit at a time and counts in fractions.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VenueRequestError } from '../../../src/domain/errors.js';
import { Rig as Lab } from '../../../src/sim/lab/rig.js';
import { PaperExchange } from '../../../src/trading/paper/exchange.js';
import { PaperFunds } from '../../../src/trading/paper/funds.js';
import { PaperLiquidity } from '../../../src/trading/paper/liquidity.js';
import { leftOf, PaperOrders } from '../../../src/trading/paper/orders.js';
import { DEFAULT_PAPER_SETTINGS } from '../../../src/trading/paper/settings.js';
import { PaperWallet } from '../../../src/trading/paper/wallet.js';
import { Rational } from '../../twin/rational.js';
import { openingOf } from './paper-rig.js';
import { type SlowRequest, SlowVenue } from './slow-venue.js';

const LEVERAGE = 4;
const SIZE = '0.1';
const FEES = { taker: '0.00075', maker: '0.0002' };

type Step =
  | { readonly kind: 'book'; readonly bids: readonly number[]; readonly asks: readonly number[]; readonly touch: number }
  | ({ readonly kind: 'place' } & SlowRequest)
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'match' };

const sizes = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 });
const book = fc.record({
  kind: fc.constant('book' as const),
  bids: sizes,
  asks: sizes,
  touch: fc.integer({ min: 95, max: 105 }),
});
const step = (isFutures: boolean): fc.Arbitrary<Step> =>
  fc.oneof(
    { weight: 2, arbitrary: book },
    {
      weight: 5,
      arbitrary: fc
        .record({
          kind: fc.constant('place' as const),
          side: fc.constantFrom('buy' as const, 'sell' as const),
          timeInForce: fc.constantFrom('gtc' as const, 'ioc' as const, 'ioc' as const, 'fok' as const, 'post-only' as const),
          limit: fc.option(fc.integer({ min: 90, max: 110 }), { freq: 6 }),
          quantity: fc.integer({ min: 1, max: 12 }),
          reduceOnly: isFutures ? fc.boolean() : fc.constant(false),
        })
        // A market order is immediate or cancel.
        .map((order) => (order.limit === null ? { ...order, timeInForce: 'ioc' as const } : order)),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('match' as const) }) },
  );

function marketOf(isFutures: boolean): Lab {
  const market = isFutures ? 'futures' : 'spot';
  const grid = { contractSize: isFutures ? SIZE : '1', priceDecimals: 0, qtyDecimals: 0, rules: { minQuoteAmount: '1' } };
  return new Lab({ rows: [[{ venue: 'gateio', market, ...grid, takerFeeBps: 7.5, makerFeeBps: 2 }]] });
}

/** Both venues, which are asked for the same. */
class Pair {
  readonly slow: SlowVenue;
  private readonly wallet: PaperWallet;
  private readonly orders = new PaperOrders(100, 100);
  private readonly funds: PaperFunds;
  private readonly exchange: PaperExchange;
  private ids = 0;

  constructor(
    private readonly lab: Lab,
    private readonly isFutures: boolean,
    cash: number,
    base: number,
  ) {
    const size = isFutures ? SIZE : null;
    const { orders } = this;
    this.slow = new SlowVenue(Rational.of(cash), base, size, FEES, LEVERAGE);
    this.wallet = new PaperWallet(openingOf({ USDT: String(cash), ABC: String(base) }), () => this.info.instrument);
    this.funds = new PaperFunds('gateio', this.wallet, orders, { ...DEFAULT_PAPER_SETTINGS, leverage: LEVERAGE });
    const clock = { monotonicUs: () => lab.nowUs, epochUs: () => lab.nowUs };
    const liquidity = new PaperLiquidity(lab.views, clock, { ...DEFAULT_PAPER_SETTINGS, bookAgeMsMax: 1_000 });
    this.exchange = new PaperExchange({
      liquidity,
      wallet: this.wallet,
      orders,
      funds: this.funds,
      queues: null,
      liquidationFeeRate: '0',
      idPrefix: 'p',
      nowMs: () => 0,
    });
  }

  private get info() {
    return this.lab.book('gateio', this.isFutures ? 'futures' : 'spot');
  }

  /** @returns what came of it */
  take(one: Step): string {
    this.exchange.news.length = 0;
    switch (one.kind) {
      case 'book': {
        const bids = one.bids.map((units, level) => [one.touch - level, units] as const);
        const asks = one.asks.map((units, level) => [one.touch + 1 + level, units] as const);
        const texts = (levels: readonly (readonly [number, number])[]) =>
          levels.map(([price, units]) => [String(price), String(units)] as const);
        this.lab.setBook(this.info, texts(bids), texts(asks));
        this.lab.turn(0);
        this.slow.show(new Map(asks), new Map(bids));
        return 'shown';
      }
      case 'place': {
        const id = `c${++this.ids}`;
        const outcome = this.slow.place(id, one);
        expect(this.place(id, one)).toBe(outcome);
        this.compareFills();
        return outcome.split(' ')[0] ?? '';
      }
      case 'match':
        this.exchange.matchResting();
        this.slow.match();
        this.compareFills();
        return this.slow.fills.length > 0 ? 'matched' : 'unmatched';
      case 'cancel': {
        const id = [...this.slow.open.keys()][one.which];
        if (id === undefined) return 'nothing';
        expect(this.exchange.cancel({ symbol: '', venueOrderId: null, clientOrderId: id }).state).toBe('canceled');
        this.slow.open.delete(id);
        return 'canceled';
      }
    }
  }

  /** Both hold the same, and the same is free and resting. */
  compare(): void {
    const { slow, wallet } = this;
    this.same(wallet.total('USDT').toFixed(), slow.cash);
    this.same(wallet.total('ABC').toFixed(), slow.base);
    expect(wallet.size(this.info.instrument).toNumber()).toBe(slow.position);
    const free = (asset: string) => this.funds.balance(asset).available ?? '';
    const atLeastNone = (amount: Rational): Rational => (amount.compare(Rational.of(0)) < 0 ? Rational.of(0) : amount);
    this.same(free('USDT'), atLeastNone(slow.available('buy')));
    if (!this.isFutures) this.same(free('ABC'), atLeastNone(slow.available('sell')));
    expect(this.orders.open().map((order) => [order.request.clientOrderId, leftOf(order).toNumber()])).toEqual(
      [...slow.open].map(([id, { left }]) => [id, left]),
    );
  }

  private place(id: string, { side, timeInForce, limit, quantity, reduceOnly }: SlowRequest): string {
    const type = limit === null ? ('market' as const) : ('limit' as const);
    const price = limit === null ? null : String(limit);
    const { symbol } = this.info.instrument;
    const request = { symbol, side, type, timeInForce, price, quoteAmount: null, clientOrderId: id, reduceOnly };
    try {
      const { state, filledQty } = this.exchange.place({ ...request, quantity: String(quantity) }, this.info);
      return `${state} ${filledQty}`;
    } catch (error) {
      if (error instanceof VenueRequestError) return error.kind;
      throw error;
    }
  }

  private compareFills(): void {
    const found = this.exchange.news.flatMap((event) =>
      event.kind === 'fill' ? [[Number(event.fill.price), Number(event.fill.quantity), event.fill.liquidity] as const] : [],
    );
    // The slow one tells every unit that a resting order gets.
    const units = found.flatMap((fill) =>
      fill[2] === 'taker' ? [fill] : Array.from({ length: fill[1] }, () => [fill[0], 1, fill[2]] as const),
    );
    expect(units).toEqual(this.slow.fills);
  }

  /** The average cost is one division at 40 digits. */
  private same(found: string, wanted: Rational): void {
    const rounding = Rational.of(this.isFutures ? '1e-30' : '0');
    expect(Rational.of(found).minus(wanted).abs().compare(rounding), `${found} is as reckoned`).toBeLessThanOrEqual(0);
  }
}

const EVERY_OUTCOME = ['canceled', 'expired', 'filled', 'insufficient-balance', 'matched', 'open', 'partially-filled'];

describe('a paper venue does what a slow and obvious one does', () => {
  it.each([
    ['on spot', false, [...EVERY_OUTCOME, 'would-not-fill', 'would-take']],
    ['with contracts', true, [...EVERY_OUTCOME, 'reduce-only', 'would-not-fill', 'would-take']],
  ] as const)('%s', (_, isFutures, outcomes) => {
    const lab = marketOf(isFutures);
    const seen = new Set<string>();
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 3_000 }),
        fc.integer({ min: 0, max: 30 }),
        book,
        fc.array(step(isFutures), { minLength: 20, maxLength: 40 }),
        (cash, base, first, steps) => {
          const pair = new Pair(lab, isFutures, cash, base);
          for (const one of [first, ...steps]) {
            seen.add(pair.take(one));
            pair.compare();
          }
        },
      ),
      { numRuns: 200 },
    );
    expect([...seen]).toEqual(expect.arrayContaining([...outcomes]));
  });
});
