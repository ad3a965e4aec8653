import type { Market, VenueId } from '../../../src/domain/venue.js';
import type { BookBatch, SimulatedBook } from '../../../src/sim/market/book.js';
import { SimulatedMarket } from '../../../src/sim/market/market.js';
import { createMatchingEngine } from '../../../src/sim/matching/engine.js';
import { toMoney } from '../../../src/sim/matching/money.js';
import type { MatchingOptions } from '../../../src/sim/matching/options.js';
import type {
  EngineAccount,
  EngineEvent,
  EngineOrder,
  MatchingEngine,
  NewOrder,
  SubmitResult,
} from '../../../src/sim/matching/types.js';

export const EPOCH_US = 1_767_225_600_000_000;

/** An engine over a small market whose time is moved by hand. */
export class Rig {
  readonly market: SimulatedMarket;
  readonly engine: MatchingEngine;
  readonly batches: { book: SimulatedBook; batch: BookBatch; crossed: boolean }[] = [];
  readonly events: EngineEvent[] = [];

  constructor(venue: VenueId = 'binance', options: Partial<MatchingOptions> = {}, seed = 5, updatesPerSecond = 500) {
    this.market = new SimulatedMarket(
      { venues: [venue], symbols: 4, futuresSymbols: 2, seed, updatesPerSecond, plantIntervalMs: 1e9 },
      EPOCH_US,
      (book, batch) => {
        const bid = book.bids.best()?.priceUnits ?? 0;
        const ask = book.asks.best()?.priceUnits ?? Number.POSITIVE_INFINITY;
        this.batches.push({ book, batch, crossed: bid >= ask });
      },
    );
    this.engine = createMatchingEngine({ market: this.market, venue, seed, now: () => this.market.nowUs(), ...options });
    this.engine.onEvent((event) => this.events.push(event));
  }

  book(symbol = 'BTCUSDT', market: Market = 'spot'): SimulatedBook {
    const found = this.market.books.find(({ instrument }) => instrument.symbol === symbol && instrument.market === market);
    if (found === undefined) throw new Error(`no ${symbol}`);
    return found;
  }

  /** A book that has no life of its own: the given levels, best first. */
  still(levels: { bids: [number, number][]; asks: [number, number][] }, symbol?: string, market?: Market): SimulatedBook {
    const book = this.book(symbol, market);
    const rows = (side: [number, number][]) => side.map(([priceUnits, qtyUnits]) => ({ priceUnits, qtyUnits }));
    book.applyBackground({ bids: rows(levels.bids), asks: rows(levels.asks), snapshot: true }, this.market.nowUs());
    return book;
  }

  rich(): EngineAccount {
    const spot = { USDT: '1000000000', BTC: '10000', ETH: '10000' };
    return this.engine.openAccount({ spot, futures: { USDT: '1000000000' } });
  }

  submit(
    account: EngineAccount,
    book: SimulatedBook,
    side: 'buy' | 'sell',
    qty: number,
    price: number | null,
    more: Partial<NewOrder> = {},
  ): SubmitResult {
    return this.engine.submit(account, {
      book,
      side,
      type: price === null ? 'market' : 'limit',
      timeInForce: price === null ? 'ioc' : 'gtc',
      priceUnits: price,
      qtyUnits: qty,
      quoteAmount: null,
      clientOrderId: null,
      reduceOnly: false,
      ...more,
    });
  }

  /** As `submit`, for orders that must be taken. */
  order(
    account: EngineAccount,
    book: SimulatedBook,
    side: 'buy' | 'sell',
    qty: number,
    price: number | null,
    more: Partial<NewOrder> = {},
  ): EngineOrder {
    const result = this.submit(account, book, side, qty, price, more);
    if (result.kind === 'refused') throw new Error(result.refusal);
    return result.order;
  }
}

/** Levels of a side as pairs. */
export function rows(book: SimulatedBook, side: 'bids' | 'asks', depth = 10): [number, number][] {
  return book[side]
    .levels()
    .slice(0, depth)
    .map(({ priceUnits, qtyUnits }) => [priceUnits, qtyUnits]);
}

export { toMoney };
