import type { EngineLife } from '../life/engine-life.js';
import type { Accuse } from './report.js';
import { baseUnits, openBase, orderBase, type SentOrder, type Truth } from './truth.js';

const FEE_SLACK = 1.01;

/**
 * Once the desk has said that it is halted, nothing leaves, whatever the process, until a person has cleared it, but what brings its
 * strategy's position in the book nearer to zero, by the exchanges' fills with everything that may still fill, or takes back what its own intent has filled.
 */
export class HaltWatch {
  private trigger: string | null = null;

  constructor(
    private readonly truth: Truth,
    private readonly accuse: Accuse,
  ) {}

  halted(life: EngineLife, trigger: string): void {
    // One that could not be put down does not outlive its process, and says so; one of a process that has just died was not either.
    if (life.isAlive && life.desk.risk.halt.isPersisted) this.trigger = trigger;
  }
  cleared(): void {
    this.trigger = null;
  }

  /** A hedge may take back what its own intent has filled in the same book. */
  private isTakenBack({ isHedge, request }: SentOrder): boolean {
    const entry = this.truth.sending.get(request.clientOrderId);
    const first = this.truth.ofIntent.get(entry?.intent ?? '')?.find(({ leg }) => leg === entry?.leg);
    return isHedge && first !== undefined && first.side !== request.side;
  }

  sent(order: SentOrder): void {
    const { book, request, strategy } = order;
    // What the exchange itself lets only reduce cannot open, whatever has become of the position.
    if (this.isTakenBack(order)) return;
    if (this.trigger === null || request.reduceOnly || this.truth.liquidated.has(book.instrument.base)) return;
    const sign = request.side === 'buy' ? 1 : -1;
    let most = -sign * this.truth.heldBy(strategy, book);
    for (const other of this.truth.openOrders())
      if (other.book === book && other.strategy === strategy && other.request.side !== request.side) most += openBase(other);
    // What a fee took may be sold with it: that is known a little later.
    if (orderBase(order) > most * FEE_SLACK + baseUnits(book, 1))
      this.accuse('sent-after-halt', `${request.clientOrderId} leaves after a halt (${this.trigger}) and opens`);
  }
}
