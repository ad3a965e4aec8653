import { DAY_US } from '../../../src/ledger/books.js';
import type { World } from '../world/world.js';
import type { Accuse } from './report.js';
import { baseUnits, nameOf, type SentOrder, type Truth } from './truth.js';

/** Losses are looked at with every turn that has time for it, at prices of a moment before. */
const SLACK = 1.5;
const SLACK_QUOTE = 0.4;

/**
 * What trading has made since the day began or a person took note, by the exchanges' fills, fees and prices: when that is a loss well
 * beyond the limit, nothing is opened any more. Where the clock was set a day is no day, and nothing is said.
 */
export class LossWatch {
  private cash = 0;
  private readonly held = new Map<string, number>();
  private fromQuote = 0;
  private day = 0;
  private hasClockJumps = false;

  constructor(
    private readonly world: World,
    private readonly truth: Truth,
    private readonly accuse: Accuse,
  ) {
    this.hasClockJumps = world.plan.disasters.clockJumps > 0;
    for (const { engine } of world.exchanges)
      engine.onEvent((event) => {
        if (event.kind === 'funding') this.cash += Number(event.amount) / 1e18;
        if (event.kind !== 'fill') return;
        const { order, qtyUnits, priceUnits, fee, feeAsset } = event.fill;
        const { book } = order;
        const { priceDecimals, base } = book.instrument;
        const price = priceUnits / 10 ** priceDecimals;
        const units = baseUnits(book, qtyUnits) * (order.side === 'buy' ? 1 : -1);
        this.cash -= units * price + (Number(fee) / 1e18) * (feeAsset === base ? price : 1);
        this.held.set(nameOf(book), (this.held.get(nameOf(book)) ?? 0) + units);
      });
  }

  /** Counts from here on. */
  begin(): void {
    this.fromQuote = this.value();
  }

  look(epochUs: number): void {
    const day = Math.floor(epochUs / DAY_US);
    if (day === this.day) return;
    this.day = day;
    this.begin();
  }

  sent(order: SentOrder): void {
    if (this.hasClockJumps) return;
    const { dailyLossQuoteMax } = this.world.plan.risk;
    const lost = this.fromQuote - this.value();
    if (lost <= dailyLossQuoteMax * SLACK + SLACK_QUOTE) return;
    const held = this.truth.heldIn(order.book) * (order.request.side === 'buy' ? 1 : -1);
    if (held >= 0)
      this.accuse('loss-not-stopped', `${order.request.clientOrderId} leaves with ${lost} lost of at most ${dailyLossQuoteMax}`);
  }

  private value(): number {
    let value = this.cash;
    for (const { book } of this.world.books) value += (this.held.get(nameOf(book)) ?? 0) * this.truth.price(book.instrument.base);
    return value;
  }
}
