import { SeededRandom } from '../src/domain/random.js';
import type { SimulatedBook } from '../src/sim/market/book.js';
import { SimulatedMarket } from '../src/sim/market/market.js';
import { createMatchingEngine } from '../src/sim/matching/engine.js';
import { toMoney } from '../src/sim/matching/money.js';
import type { EngineAccount, EngineOrder, MatchingEngine } from '../src/sim/matching/types.js';
import { type BenchResult, type Effort, race, type Suite, sink } from './measure.js';

const EPOCH_US = 1_767_225_600_000_000;
const MIDDLE = 6_400_000;
const LOT = 10_000;
const ACCOUNTS = 8;
/** Orders that rest before the clock starts, and what is then done. */
const RESTING = 10_000;
const STEPS = 4_000;

/** One thing to do: rest an order, take some of the other side, or cancel what was placed before. */
interface Step {
  readonly kind: 'rest' | 'take' | 'cancel';
  readonly account: number;
  readonly buy: boolean;
  readonly price: number;
  readonly qty: number;
  /** Cancel: which of the orders placed and not cancelled so far, as a share of them. */
  readonly which: number;
}

/** Orders a second: 45 % rest, 10 % take, 45 % cancel, in a book of ten thousand resting orders of eight accounts. */
export const matchingSuite: Suite = { ids: ['matching.orders'], run };

async function run(effort: Effort): Promise<BenchResult[]> {
  const scale = effort.quick ? 0.02 : 1;
  const random = new SeededRandom(11);
  const before = Array.from({ length: RESTING * scale }, () => step(random, 'rest'));
  const steps = Array.from({ length: STEPS * scale }, () => {
    const draw = random.next();
    return step(random, draw < 0.45 ? 'rest' : draw < 0.55 ? 'take' : 'cancel');
  });
  let engine = new EngineSide();
  let naive = new NaiveSide();
  const [own = 0, plain = 0] = (
    await race(
      [
        {
          name: 'engine',
          before: () => {
            engine = new EngineSide();
            for (const each of before) engine.do(each);
          },
          run: () => {
            for (const each of steps) engine.do(each);
          },
        },
        {
          name: 'naive',
          before: () => {
            naive = new NaiveSide();
            for (const each of before) naive.do(each);
          },
          run: () => {
            for (const each of steps) naive.do(each);
          },
        },
      ],
      effort,
    )
  ).map((ns) => 1e9 / (ns / steps.length));
  if (engine.filled() !== naive.filled || naive.filled === 0)
    throw new Error(`they disagree: ${engine.filled()}, ${naive.filled}`);
  sink.total += naive.filled;
  const baseline = 'sorted array of orders, linear search, no public batches';
  return [{ id: 'matching.orders', value: own, unit: 'orders/s', baseline, baselineValue: plain, ratio: own / plain }];
}

function step(random: SeededRandom, kind: Step['kind']): Step {
  const buy = random.next() < 0.5;
  const away = 1 + random.below(100);
  const price = kind === 'rest' ? MIDDLE + (buy ? -away : away) : MIDDLE + (buy ? 3 : -3);
  return { kind, account: random.below(ACCOUNTS), buy, price, qty: LOT * (1 + random.below(5)), which: random.next() };
}

/** Takes one out of a list; the last one moves into its place. */
function draw<T>(list: T[], which: number): T | undefined {
  const at = Math.floor(which * list.length);
  const drawn = list[at];
  const last = list.pop();
  if (at < list.length && last !== undefined) list[at] = last;
  return drawn;
}

/** The matching engine, with the batches and balances that it always has. */
class EngineSide {
  private readonly engine: MatchingEngine;
  private readonly book: SimulatedBook;
  private readonly accounts: EngineAccount[];
  private readonly orders: EngineOrder[] = [];

  constructor() {
    const options = {
      venues: ['mexc' as const],
      symbols: 1,
      futuresSymbols: 0,
      seed: 5,
      updatesPerSecond: 1,
      plantIntervalMs: 1e9,
    };
    const market = new SimulatedMarket(options, EPOCH_US, (_, { lastId }) => {
      sink.total += lastId;
    });
    this.book = market.books[0] as SimulatedBook;
    this.book.applyBackground({ bids: [], asks: [], snapshot: true }, EPOCH_US);
    this.engine = createMatchingEngine({
      market,
      venue: 'mexc',
      seed: 5,
      now: () => EPOCH_US,
      openOrdersMax: 1e6,
      keepLog: false,
    });
    const spot = { USDT: '1000000000000', BTC: '1000000000' };
    this.accounts = Array.from({ length: ACCOUNTS }, () => this.engine.openAccount({ spot, futures: {} }));
  }

  do({ kind, account, buy, price, qty, which }: Step): void {
    if (kind === 'cancel') {
      const order = draw(this.orders, which);
      if (order !== undefined) this.engine.cancel(order);
      return;
    }
    const result = this.engine.submit(this.accounts[account] as EngineAccount, {
      book: this.book,
      side: buy ? 'buy' : 'sell',
      type: 'limit',
      timeInForce: kind === 'rest' ? 'gtc' : 'ioc',
      priceUnits: price,
      qtyUnits: qty,
      quoteAmount: null,
      clientOrderId: null,
      reduceOnly: false,
      selfTrade: 'cancel-maker',
    });
    if (result.kind === 'refused') throw new Error(result.refusal);
    if (kind === 'rest') this.orders.push(result.order);
  }

  /** What was bought of all that was traded. */
  filled(): number {
    let sum = 0;
    for (const account of this.accounts)
      for (const { order, qtyUnits } of account.fills()) if (order.side === 'buy') sum += qtyUnits;
    return sum;
  }
}

interface NaiveOrder {
  readonly account: number;
  readonly buy: boolean;
  readonly price: number;
  left: number;
}

/** The least code that gives the same fills: both sides as sorted arrays, found and removed by searching from the start. */
class NaiveSide {
  filled = 0;
  private readonly bids: NaiveOrder[] = [];
  private readonly asks: NaiveOrder[] = [];
  private readonly placed: NaiveOrder[] = [];
  private readonly cash = Array.from({ length: ACCOUNTS }, () => toMoney('1000000000000'));

  do({ kind, account, buy, price, qty, which }: Step): void {
    if (kind === 'cancel') this.cancel(draw(this.placed, which));
    else if (kind === 'rest') this.rest({ account, buy, price, left: qty });
    else this.take(account, buy, price, qty);
  }

  private rest(order: NaiveOrder): void {
    const side = order.buy ? this.bids : this.asks;
    const at = side.findIndex(({ price }) => (order.buy ? price < order.price : price > order.price));
    side.splice(at < 0 ? side.length : at, 0, order);
    this.placed.push(order);
  }

  private cancel(order: NaiveOrder | undefined): void {
    for (const side of [this.bids, this.asks]) {
      const at = order === undefined ? -1 : side.indexOf(order);
      if (at >= 0) side.splice(at, 1);
    }
  }

  private take(account: number, buy: boolean, price: number, qty: number): void {
    const side = buy ? this.asks : this.bids;
    let left = qty;
    for (let maker = side[0]; maker !== undefined && left > 0; maker = side[0]) {
      if (buy ? maker.price > price : maker.price < price) return;
      if (maker.account === account) {
        side.shift();
        continue;
      }
      const part = Math.min(left, maker.left);
      left -= part;
      maker.left -= part;
      this.filled += part;
      const quote = BigInt(maker.price) * BigInt(part) * 1_000n;
      this.cash[account] = (this.cash[account] ?? 0n) + (buy ? -quote : quote);
      this.cash[maker.account] = (this.cash[maker.account] ?? 0n) + (buy ? quote : -quote);
      if (maker.left === 0) side.shift();
    }
  }
}
