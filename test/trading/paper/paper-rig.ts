import type { OrderRequest } from '../../../src/domain/order.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import type { AccountEvent } from '../../../src/gateway/events.js';
import type { PlaceOutcome } from '../../../src/gateway/order-desk.js';
import type { InstrumentSpec } from '../../../src/sim/lab/instrument.js';
import { Rig as Lab, type Level } from '../../../src/sim/lab/rig.js';
import { PaperVenue } from '../../../src/trading/paper/paper-venue.js';
import type { PaperSettings } from '../../../src/trading/paper/settings.js';
import type { PaperOpening } from '../../../src/trading/paper/wallet.js';
import { Directory } from '../../../src/venues/directory.js';
import { tradingEntry } from '../../../src/venues/trading-registry.js';

export type Balances = Readonly<Record<string, string>>;

export interface PaperRigOptions {
  readonly spec?: Partial<InstrumentSpec>;
  readonly opening?: PaperOpening;
  readonly balances?: Balances;
  readonly settings?: Partial<PaperSettings>;
}

export function openingOf(balances: Balances): PaperOpening {
  return { balances: Object.entries(balances).map(([asset, total]) => ({ asset, total })), positions: [] };
}

/** One paper venue before a book that the test sets; ways there and back take 10 ms each. */
export class PaperRig {
  readonly time = new VirtualTime();
  readonly events: AccountEvent[] = [];
  readonly lab: Lab;
  readonly venue: PaperVenue;
  private orders = 0;

  constructor({ spec, opening, balances = { USDT: '1000', ABC: '10' }, settings }: PaperRigOptions = {}) {
    const { market = 'spot' } = spec ?? {};
    this.lab = new Lab({ rows: [[{ venue: 'binance', ...spec }]] });
    this.venue = new PaperVenue({
      protocol: tradingEntry('binance', market).make({ directory: new Directory() }),
      universe: this.lab.universe,
      views: this.lab.views,
      opening: opening ?? openingOf(balances),
      clock: this.time,
      timers: this.time,
      onAccount: (event) => this.events.push(event),
      settings: { toVenueMs: 10, fromVenueMs: 10, lookMs: 50, ...settings },
    });
  }

  get book() {
    const [info] = this.lab.universe.books;
    if (info === undefined) throw new RangeError('there is a book');
    return info;
  }

  /** A new version of the book, which the engine sees at once. */
  setBook(bids: readonly Level[], asks: readonly Level[]): void {
    this.lab.nowUs = this.time.monotonicUs();
    this.lab.setBook(this.book, bids, asks);
    this.lab.turn(0);
  }

  async start(): Promise<this> {
    const started = this.venue.start();
    await this.run(20);
    await started;
    this.events.length = 0;
    return this;
  }

  run(ms: number): Promise<void> {
    return this.time.run(ms * 1000);
  }

  request(order: Partial<OrderRequest>): OrderRequest {
    const { symbol } = this.book.instrument;
    const isMarket = order.type === 'market';
    return {
      symbol,
      side: 'buy',
      type: 'limit',
      timeInForce: 'ioc',
      quantity: order.quoteAmount === undefined ? '1' : null,
      quoteAmount: null,
      price: isMarket ? null : '100',
      clientOrderId: `c${++this.orders}`,
      reduceOnly: false,
      ...order,
    };
  }

  /** Places an order and lets its answer come. */
  async place(order: Partial<OrderRequest>): Promise<PlaceOutcome> {
    const answer = this.venue.place(this.request(order));
    await this.run(20);
    return answer;
  }

  /** Asks, and lets the answer come. */
  async ask<Answer>(answer: Promise<Answer>): Promise<Answer> {
    // Its end is waited for below.
    void answer.catch(() => undefined);
    await this.run(20);
    return answer;
  }

  /** What the account holds, by asset: all of it and what is free. */
  async balances(): Promise<Readonly<Record<string, readonly [string, string | null]>>> {
    const found = await this.ask(this.venue.balances());
    return Object.fromEntries(found.map(({ asset, total, available }) => [asset, [total, available]]));
  }
}

/** Why an order was refused; what else became of it where it was not. */
export function refusalOf(outcome: PlaceOutcome): string {
  if (outcome.kind !== 'refused') return outcome.kind;
  return 'kind' in outcome.error ? String(outcome.error.kind) : outcome.error.code;
}
