import type { Clock } from '../../../domain/clock.js';
import { DecayingLimit } from '../../access/rate-limits.js';
import type { Customer } from '../../access/venue-access.js';
import type { SimulatedBook } from '../../market/book.js';
import type { EngineAccount, EngineOrder, MatchingEngine } from '../../matching/types.js';
import { pairId } from './metadata.js';
import { orderNumber } from './names.js';
import { type OrderWish, readNewOrder, refusalText } from './new-order.js';
import { describe, type Expired } from './order-json.js';

/** Counter of an account's orders on one pair, of the upper tier. */
const COUNTER_LIMIT = 180;
const COUNTER_DECAY = 3.75;
/** What a cancel costs, by how old its order is at most. */
const CANCEL_COSTS: readonly (readonly [seconds: number, cost: number])[] = [
  [5, 8],
  [10, 6],
  [15, 5],
  [45, 4],
  [90, 2],
  [300, 1],
];
const COUNTDOWN_SECONDS_MAX = 86_400;
const UNKNOWN_ORDER = 'EOrder:Unknown order';

/** What became of a wish: the order, null where it was only to be checked, and its words. */
export interface Placed {
  readonly order: EngineOrder | null;
  readonly words: string;
}

/** Takes orders and cancels of both interfaces, counts them, and ends what has a date. Errors are the venue's texts. */
export class OrderDesk {
  private readonly counter: DecayingLimit;
  private readonly expiries = new Map<number, { readonly order: EngineOrder; readonly atUs: number }>();
  private readonly ended = new Set<number>();
  private readonly countdowns = new Map<EngineAccount, number>();

  constructor(
    private readonly clock: Clock,
    private readonly engine: MatchingEngine,
  ) {
    this.counter = new DecayingLimit(clock, COUNTER_LIMIT, COUNTER_DECAY);
  }

  /** Orders that ended by their date. */
  get expired(): Expired {
    return this.ended;
  }

  place({ account }: Customer, wish: OrderWish, onlyCheck = false): Placed | string {
    const nowUs = this.clock.epochUs();
    // Orders that are refused count as well.
    if (wish.book !== undefined && !this.count(account, wish.book, 1)) return 'EOrder:Rate limit exceeded';
    const read = readNewOrder(wish, nowUs);
    if (typeof read === 'string') return read;
    if (onlyCheck) return { order: null, words: describe(read.order) };
    const result = this.engine.submit(account, read.order);
    if (result.kind === 'refused') return refusalText(result.refusal, read.order);
    const { order } = result;
    if (read.expiresUs !== null) this.expiries.set(order.id, { order, atUs: read.expiresUs });
    return { order, words: describe(order) };
  }

  /** Cancels by the venue's id or the client's. @returns the order, or why not */
  cancel({ account }: Customer, name: string): EngineOrder | string {
    const order = this.find(account, name);
    if (order === undefined || order.state !== 'open') return UNKNOWN_ORDER;
    const ageSeconds = (this.clock.epochUs() - order.createdUs) / 1e6;
    const cost = CANCEL_COSTS.find(([seconds]) => ageSeconds < seconds)?.[1] ?? 0;
    if (!this.count(account, order.book, cost)) return 'EOrder:Rate limit exceeded';
    return this.engine.cancel(order) ? order : UNKNOWN_ORDER;
  }

  /** @returns how many orders were cancelled */
  cancelAll({ account }: Customer): number {
    return this.engine.cancelAll(account).length;
  }

  find(account: EngineAccount, name: string): EngineOrder | undefined {
    const number = orderNumber(name);
    return number === null ? account.orderByClientId(name) : account.order(number);
  }

  /** Arms the dead man's switch, or disarms it with 0. @returns when it goes off in microseconds (0: never), or why not */
  arm({ account }: Customer, seconds: number): number | string {
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > COUNTDOWN_SECONDS_MAX) return 'EGeneral:Invalid arguments:timeout';
    this.countdowns.delete(account);
    if (seconds === 0) return 0;
    const atUs = this.clock.epochUs() + seconds * 1e6;
    this.countdowns.set(account, atUs);
    return atUs;
  }

  everySecond(): void {
    const nowUs = this.clock.epochUs();
    for (const [account, atUs] of this.countdowns) {
      if (atUs > nowUs) continue;
      this.countdowns.delete(account);
      this.engine.cancelAll(account, undefined, 'countdown');
    }
    for (const [id, { order, atUs }] of this.expiries) {
      if (order.state === 'open' && atUs > nowUs) continue;
      this.expiries.delete(id);
      if (order.state !== 'open') continue;
      this.ended.add(id);
      this.engine.cancel(order, 'countdown');
    }
  }

  private count(account: EngineAccount, book: SimulatedBook, cost: number): boolean {
    return this.counter.take(`${account.id}:${pairId(book.instrument)}`, cost).allowed;
  }
}
