import type { RiskConfig } from '../../../src/risk/config.js';
import type { Accuse } from './report.js';
import { baseUnits, middleOf, openBase, orderBase, type SentOrder, type Truth } from './truth.js';

/** The desk values at the prices that it saw a moment before: by so much they may differ from those of now. */
const PRICE_SLACK = 0.05;
/** What a fee took of a position is known a little later. */
const FEE_SLACK = 1.01;
const QUOTE_SLACK = 0.5;

interface Sums {
  total: number;
  readonly symbols: Map<string, number>;
  readonly venues: Map<string, number>;
}

/** The limits of opening orders, reckoned slowly from the exchanges' own records each time an order leaves. */
export class LimitWatch {
  /** When orders left; counted anew in each process, as the desk does. */
  private sentUs: number[] = [];
  private run = 0;

  constructor(
    private readonly truth: Truth,
    private readonly config: RiskConfig,
    /** Prices leap in this seed: what is held is valued at old ones where no new ones are seen. */
    private readonly hasLeaps: boolean,
    private readonly books: readonly SentOrder['book'][],
    private readonly accuse: Accuse,
  ) {}

  /** @param order that leaves now; it is not among the truth's orders yet */
  sent(order: SentOrder, run: number, nowUs: number): void {
    if (run !== this.run) this.sentUs = [];
    this.run = run;
    this.sentUs = [...this.sentUs.filter((us) => us > nowUs - this.config.orderRate.windowMs * 1000), nowUs];
    if (order.isHedge || this.isReducing(order)) return;
    const open = [...this.truth.openOrders(), order];
    const { accuse, config } = this;
    const { exposureQuoteMax } = config;
    const name = order.request.clientOrderId;
    const check = (what: string, value: number, most: number): void => {
      if (value > most * (1 + PRICE_SLACK) + QUOTE_SLACK)
        accuse('limit-passed', `${name}: ${what} is ${value}, at most ${most}; open: ${open.map(nameIn).join(' ')}`);
    };
    if (worthOf(order) > config.orderQuoteMax * 1.000001) accuse('limit-passed', `${name} is worth ${worthOf(order)}`);
    if (open.length > config.openOrdersMax) accuse('limit-passed', `${name} is open order ${open.length}`);
    if (this.sentUs.length > config.orderRate.orders)
      accuse('limit-passed', `${name} is order ${this.sentUs.length} of its window`);
    check(
      'the value of open orders',
      open.reduce((sum, one) => sum + openBase(one) * Number(one.request.price ?? 0), 0),
      config.openQuoteMax.total,
    );
    if (this.hasLeaps) return;
    const before = this.sums(open.slice(0, -1));
    const after = this.sums(open);
    const rises = (value: number, was: number): number => (value > was + 1e-9 ? value : 0);
    check('the exposure', rises(after.total, before.total), exposureQuoteMax.total);
    for (const [symbol, value] of after.symbols)
      check(`the exposure in ${symbol}`, rises(value, before.symbols.get(symbol) ?? 0), exposureQuoteMax.symbol);
    for (const [venue, value] of after.venues)
      check(`the exposure at ${venue}`, rises(value, before.venues.get(venue) ?? 0), exposureQuoteMax.venue);
  }

  private isReducing(order: SentOrder): boolean {
    const held = this.truth.heldBy(order.strategy, order.book);
    const change = signedBase(order);
    return held * change < 0 && Math.abs(change) <= Math.abs(held) * FEE_SLACK + baseUnits(order.book, 1);
  }

  /** What all positions would be worth if the open orders filled in the worst way. */
  private sums(open: readonly SentOrder[]): Sums {
    const sums: Sums = { total: 0, symbols: new Map(), venues: new Map() };
    const spot = new Map<string, { held: number; buys: number; sells: number }>();
    for (const book of this.books) {
      const { base, venue, market } = book.instrument;
      const mine = { held: this.truth.heldIn(book), buys: 0, sells: 0 };
      for (const order of open) if (order.book === book) mine[order.request.side === 'buy' ? 'buys' : 'sells'] += openBase(order);
      const value = worst(mine) * middleOf(book);
      add(sums.venues, venue, value);
      if (market === 'futures') {
        add(sums.symbols, base, value);
        sums.total += value;
        continue;
      }
      const all = spot.get(base) ?? { held: 0, buys: 0, sells: 0 };
      spot.set(base, { held: all.held + mine.held, buys: all.buys + mine.buys, sells: all.sells + mine.sells });
    }
    for (const [base, all] of spot) {
      const value = worst(all) * this.truth.price(base);
      add(sums.symbols, base, value);
      sums.total += value;
    }
    return sums;
  }
}

function nameIn({ request: { clientOrderId } }: SentOrder): string {
  return clientOrderId;
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

function worst({ held, buys, sells }: { readonly held: number; readonly buys: number; readonly sells: number }): number {
  return Math.max(Math.abs(held + buys), Math.abs(held - sells));
}

function signedBase(order: SentOrder): number {
  return orderBase(order) * (order.request.side === 'buy' ? 1 : -1);
}

function worthOf(order: SentOrder): number {
  return orderBase(order) * Number(order.request.price ?? 0);
}
