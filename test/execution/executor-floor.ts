import { Exact } from '../../src/domain/decimal.js';
import { SeededRandom } from '../../src/domain/random.js';
import type { ExecutionEvent } from '../../src/execution/execution-types.js';
import { MinimalOrderExecutor } from '../../src/execution/executor.js';
import type { JournalFill, JournalOrder } from '../../src/execution/ports.js';
import type { VenueGateway } from '../../src/gateway/gateway.js';
import type { Universe, UniverseBook } from '../../src/market/universe.js';
import { opportunityBetween } from '../../src/sim/framework/opportunity.js';
import type { Seat } from '../../src/sim/framework/seat.js';
import type { TradingFloor } from '../../src/sim/framework/trading-floor.js';
import { strategyUniverse } from '../../src/strategy/build-universe.js';
import { Intent, type LegUpdate } from '../../src/strategy/intent.js';
import type { BookInfo, StrategyUniverse } from '../../src/strategy/universe.js';
import { gatewayOn } from './reconciliation-floor.js';

/** How much worse than the touch a leg may be filled. */
const PAD = 0.01;

/** An executor whose orders go through real gateways to the simulated venues of a floor. */
export class FloorExecutor {
  readonly universe: StrategyUniverse;
  readonly executor: MinimalOrderExecutor;
  readonly events: ExecutionEvent[] = [];
  readonly told: LegUpdate[] = [];
  readonly orders: JournalOrder[] = [];
  /** As the ledger keeps them: each once, by whose it is. */
  readonly fills = new Map<string, JournalFill>();
  private readonly gateways = new Map<string, VenueGateway>();
  private readonly random: SeededRandom;
  private ids = 0;

  constructor(
    readonly floor: TradingFloor,
    runId: string,
  ) {
    const { time, seats, options } = floor;
    this.random = new SeededRandom(options.seed).fork('intents');
    this.universe = universeOf(seats);
    const { universe } = this;
    for (const { venue, market } of seats)
      this.gateways.set(
        `${venue} ${market}`,
        gatewayOn(floor, { venue, market }, runId, (event) => this.executor.onAccount(venue, market, event)),
      );
    const best = (book: number, side: 'bids' | 'asks'): number => {
      const info = universe.books[book];
      return info === undefined ? 0 : touchUnits(this.seatOf(info), info, side);
    };
    this.executor = new MinimalOrderExecutor({
      runId,
      universe,
      strategyNames: ['tester'],
      ports: { of: ({ venue, market }) => this.gateways.get(`${venue} ${market}`) ?? null },
      gate: { refusal: () => null },
      journal: {
        departure: (_, orders) => void this.orders.push(...orders),
        order: (entry) => void this.orders.push(entry),
        fill: (entry) =>
          void this.fills.set(`${entry.fill.venue} ${entry.fill.symbol} ${entry.fill.tradeId} ${entry.clientOrderId}`, entry),
        note: () => undefined,
      },
      prices: {
        isTradable: () => true,
        bidPriceUnits: (book) => best(book, 'bids'),
        askPriceUnits: (book) => best(book, 'asks'),
      },
      quoteAgeMaxUs: 1_000_000,
      clock: time,
      timers: time,
      tell: (_, update) => this.told.push(update),
      raise: (event) => this.events.push(event),
    });
  }

  async start(): Promise<void> {
    const gateways = [...this.gateways.values()];
    await this.floor.drive(Promise.all(gateways.map((gateway) => gateway.start())));
    await this.floor.drive(this.floor.until(() => gateways.every(({ isLive }) => isLive)));
  }

  async stop(): Promise<void> {
    await this.floor.drive(this.executor.stop(5_000));
    await this.floor.drive(Promise.all([...this.gateways.values()].map((gateway) => gateway.stop())));
  }

  /** Buys somewhere and sells somewhere else what the seed says. */
  executeAny(): void {
    const { rows } = this.universe;
    const bases = [...new Set(rows.map(({ base }) => base))];
    const base = bases[this.random.below(bases.length)] ?? '';
    const books = rows.filter((row) => row.base === base).flatMap((row) => row.books);
    const buyAt = books[this.random.below(books.length)];
    const others = books.filter((info) => info !== buyAt);
    const sellAt = others[this.random.below(others.length)];
    if (buyAt === undefined || sellAt === undefined) throw new RangeError(base);
    const fallback = others.find((info) => info !== sellAt) ?? null;
    this.execute(base, buyAt, sellAt, fallback, 1 + this.random.below(20));
  }

  /** Carries out the smallest trade of an asset that both books take, or so many times as much. */
  execute(base: string, buyAt: BookInfo, sellAt: BookInfo, fallback: BookInfo | null, times = 1): void {
    const { time } = this.floor;
    const intent = new Intent();
    intent.id = ++this.ids;
    intent.strategy = 0;
    intent.row = buyAt.row;
    intent.tsUs = time.monotonicUs();
    intent.expiresUs = intent.tsUs + 100_000;
    intent.hedgeByUs = intent.tsUs + 5_000_000;
    intent.fallbackBook = fallback?.book ?? -1;
    const { quantityBase } = opportunityBetween(base, this.seatOf(buyAt), this.seatOf(sellAt));
    for (const [info, sign] of [[buyAt, 1] as const, [sellAt, -1] as const]) {
      const leg = intent.addLeg();
      leg.book = info.book;
      leg.targetUnits = sign * Math.round((Number(quantityBase) * times) / info.basePerUnit);
      const touch = touchUnits(this.seatOf(info), info, sign > 0 ? 'asks' : 'bids');
      leg.limitPriceUnits = Math.round(touch * (1 + sign * PAD));
    }
    this.executor.executeArbitrage(intent, { nowUs: time.monotonicUs() });
  }

  pass(ms: number): Promise<void> {
    return this.floor.drive(this.floor.pause(ms));
  }

  of<K extends ExecutionEvent['kind']>(kind: K): Extract<ExecutionEvent, { kind: K }>[] {
    return this.events.filter((event): event is Extract<ExecutionEvent, { kind: K }> => event.kind === kind);
  }

  /** What the venues' engines executed for the account: one line a fill. Their own trade ids are not those that they tell. */
  venueFills(): string[] {
    return this.floor.seats.flatMap((seat) =>
      seat.instruments.flatMap(({ symbol }) => {
        const book = seat.book(symbol);
        const { priceDecimals, qtyDecimals } = book.instrument;
        return seat.account.fills(book).map(({ order, priceUnits, qtyUnits }) => {
          const [price, quantity] = [scaled(priceUnits, priceDecimals), scaled(qtyUnits, qtyDecimals)];
          return `${seat.venue} ${symbol} ${order.side} ${quantity} at ${price}`;
        });
      }),
    );
  }

  /** Ids that a venue has more than one order of, or that left more than once. */
  doubled(): string[] {
    const sent = this.orders.filter(({ state }) => state === 'sending').map(({ clientOrderId }) => clientOrderId);
    return sent.filter((id, at) => sent.indexOf(id) !== at || this.floor.seats.some((seat) => seat.engineOrders(id).length > 1));
  }

  /** The same lines of what is on record. */
  journalFills(): string[] {
    return [...this.fills.values()].map(({ fill }) => {
      const [price, quantity] = [new Exact(fill.price).toFixed(), new Exact(fill.quantity).toFixed()];
      return `${fill.venue} ${fill.symbol} ${fill.side} ${quantity} at ${price}`;
    });
  }

  /** Base units bought less sold by the venues' word, by asset; zeros left out. */
  venueNet(): Record<string, string> {
    const sums = new Map<string, InstanceType<typeof Exact>>();
    for (const seat of this.floor.seats)
      for (const { base, symbol, contractSize } of seat.instruments) {
        const book = seat.book(symbol);
        for (const { order, qtyUnits } of seat.account.fills(book)) {
          const amount = new Exact(scaled(qtyUnits, book.instrument.qtyDecimals)).mul(contractSize);
          sums.set(base, (sums.get(base) ?? new Exact(0)).add(order.side === 'buy' ? amount : amount.neg()));
        }
      }
    return texts(sums);
  }

  /** What the executor says is not hedged, by asset. */
  unhedged(): Record<string, string> {
    const sums = new Map<string, InstanceType<typeof Exact>>();
    for (const { asset, base } of this.executor.unhedged()) sums.set(asset, (sums.get(asset) ?? new Exact(0)).add(base));
    return texts(sums);
  }

  private seatOf({ instrument }: BookInfo): Seat {
    return this.floor.seat(instrument.venue, instrument.market);
  }
}

function touchUnits(seat: Seat, { instrument, priceScale }: BookInfo, side: 'bids' | 'asks'): number {
  const book = seat.book(instrument.symbol);
  return (book[side].best()?.priceUnits ?? 0) * 10 ** (priceScale - book.instrument.priceDecimals);
}

function scaled(units: number, decimals: number): string {
  return new Exact(units).div(new Exact(10).pow(decimals)).toFixed();
}

function texts(sums: ReadonlyMap<string, InstanceType<typeof Exact>>): Record<string, string> {
  return Object.fromEntries([...sums].filter(([, sum]) => !sum.isZero()).map(([asset, sum]) => [asset, sum.toFixed()]));
}

/** Every asset that is listed at two seats or more; spot and futures are rows of their own. */
function universeOf(seats: readonly Seat[]): StrategyUniverse {
  const books: UniverseBook[] = [];
  const instruments = seats.flatMap((seat) => seat.instruments);
  const rows = [...new Set(instruments.map(({ market, base, quote }) => `${market} ${base} ${quote}`))].flatMap((name, row) => {
    const listed = instruments.filter(({ market, base, quote }) => `${market} ${base} ${quote}` === name);
    const [first] = listed;
    if (first === undefined) return [];
    const priceScale = Math.max(...listed.map(({ priceDecimals }) => priceDecimals));
    const qtyScale = Math.max(...listed.map(({ qtyDecimals }) => qtyDecimals));
    const request = { ...REQUEST, priceScale, qtyScale };
    const places = listed.map((instrument) => books.push({ instrument, feed: 0, row, request }) - 1);
    return [{ market: first.market, base: first.base, quote: first.quote, priceScale, qtyScale, books: places }];
  });
  const universe: Universe = { books, rows, rejected: [] };
  return strategyUniverse(universe, (instrument) => instrument);
}

/** No book is kept here: prices come from the venues' own. */
const REQUEST = { feed: 0, names: [], capacity: 1, depth: 0, rule: 0, checksumPolicy: 0, orders: 0 };
