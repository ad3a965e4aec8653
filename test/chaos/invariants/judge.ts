import type { OrderRequest } from '../../../src/domain/order.js';
import type { Market, VenueId } from '../../../src/domain/venue.js';
import type { JournalEntry } from '../../../src/ledger/entries.js';
import { LedgerError } from '../../../src/ledger/errors.js';
import type { DeskEvent } from '../../../src/trading/desk-types.js';
import type { EngineLife, LifeWatcher } from '../life/engine-life.js';
import type { StandingOrders } from '../operator.js';
import type { Arrival } from '../world/exchange.js';
import type { World } from '../world/world.js';
import { ChurnWatch } from './churn-watch.js';
import { ExposureWatch } from './exposure-watch.js';
import { HaltWatch } from './halt-watch.js';
import { LedgerWatch } from './ledger-watch.js';
import { LimitWatch } from './limit-watch.js';
import { LossWatch } from './loss-watch.js';
import { OrderWatch } from './order-watch.js';
import { checkQuiet } from './quiet-check.js';
import type { Invariant, Violation } from './report.js';
import { nameOf, Truth } from './truth.js';

/** A book that was received longer ago must not be traded on. */
const BOOK_AGE_US = 5e6;
/** So long after money came or went by itself an order may lack funds: nobody here could know. */
const MOVED_US = 300e6;
const VIOLATIONS_MAX = 20;

/** Watches a seed from outside, and says what was broken. */
export class Judge implements LifeWatcher {
  readonly violations: Violation[] = [];
  readonly truth: Truth;
  readonly exposure: ExposureWatch;
  private readonly ledger: LedgerWatch;
  private readonly orders: OrderWatch;
  private readonly limits: LimitWatch;
  private readonly halts: HaltWatch;
  private readonly losses: LossWatch;
  private readonly churn: ChurnWatch;
  /** When money moved by itself last, by venue. */
  private readonly movedUs = new Map<VenueId, number>();
  private readyLife: EngineLife | undefined;
  standing: StandingOrders = { stoppedUs: null };

  constructor(private readonly world: World) {
    const accuse = (invariant: Invariant, text: string): void => this.accuse(invariant, text);
    this.ledger = new LedgerWatch(accuse);
    this.truth = new Truth(world, (fill) => this.ledger.filled(fill));
    this.orders = new OrderWatch(this.truth, accuse, (venue, market, symbol) => {
      const book = world.exchanges.find((one) => one.venue === venue)?.book(market, symbol);
      return book?.instrument.contractSize ?? '1';
    });
    this.limits = new LimitWatch(
      this.truth,
      world.plan.risk,
      world.plan.disasters.crashes > 0,
      world.books.map(({ book }) => book),
      accuse,
    );
    this.exposure = new ExposureWatch(world, this.truth, accuse);
    this.halts = new HaltWatch(this.truth, accuse);
    this.losses = new LossWatch(world, this.truth, accuse);
    this.churn = new ChurnWatch(accuse);
    for (const { venue, engine } of world.exchanges)
      engine.onEvent((event) => {
        if (event.kind !== 'balance') return;
        if (event.cause === 'deposit' || event.cause === 'funding' || event.cause === 'liquidation')
          this.movedUs.set(venue, world.nowUs);
      });
  }

  sent(life: EngineLife, venue: VenueId, market: Market, request: OrderRequest): void {
    const { world, truth } = this;
    world.history.note('sent', [venue, market, request.side, request.quantity, request.price, request.clientOrderId]);
    const { strategy, isHedge } = this.orders.sent(venue, market, request);
    const book = world.exchanges.find((one) => one.venue === venue)?.book(market, request.symbol);
    if (book === undefined) return;
    const order = { venue, market, request, book, strategy, isHedge, sentUs: world.nowUs, arrival: null, isGone: false };
    if (this.readyLife !== life) this.accuse('sent-before-ready', `${request.clientOrderId} leaves before the start is over`);
    if (this.standing.stoppedUs !== null) this.accuse('sent-after-stop', `${request.clientOrderId} leaves after a stop`);
    this.halts.sent(order);
    this.limits.sent(order, life.parts.run, world.nowUs);
    if (!isHedge) this.losses.sent(order);
    if (!isHedge) this.checkBook(life, order.book, request);
    truth.sent(order);
  }

  arrived(arrival: Arrival): void {
    const { world } = this;
    const { venue, request, result } = arrival;
    this.truth.arrived(arrival);
    world.stats.orders++;
    const what = result.kind === 'refused' ? result.refusal : [result.order.state, result.order.filledUnits];
    world.history.note('arrived', [venue, request.clientOrderId, what]);
    if (result.kind !== 'refused') return;
    world.stats.refusals++;
    // What a hedge takes back may have been spent meanwhile: it is refused, and tried elsewhere.
    if (result.refusal !== 'insufficient-balance' || this.truth.isHedged(request.clientOrderId)) return;
    if (world.nowUs - (this.movedUs.get(venue) ?? Number.NEGATIVE_INFINITY) > MOVED_US)
      this.accuse('funds-twice', `${venue} does not have the funds for ${request.clientOrderId}`);
  }

  lost(clientOrderId: string): void {
    this.truth.gone(clientOrderId);
    this.world.history.note('lost', clientOrderId);
  }

  kept(entry: JournalEntry): void {
    this.truth.kept(entry);
    this.ledger.take(entry);
    this.churn.take(entry);
    if (entry.kind !== 'order' && entry.kind !== 'intent') this.world.history.note(`kept ${entry.kind}`, entry);
  }

  turned(life: EngineLife): void {
    this.exposure.look(life, this.readyLife === life);
    this.losses.look(life.parts.clock.epochUs());
  }

  told(life: EngineLife, { kind, facts }: DeskEvent): void {
    const { stats, history } = this.world;
    history.note(`desk ${kind}`, facts);
    if (kind === 'ready') this.readyLife = life;
    if (kind === 'halted') {
      stats.halts++;
      this.halts.halted(life, String(facts['trigger']));
    }
    if (kind === 'hedging') stats.hedges++;
    if (kind === 'unhedged') stats.unhedged++;
    if (kind === 'drift') stats.drifts++;
  }

  /** A person has ended a stop. */
  cleared(): void {
    this.halts.cleared();
    this.losses.begin();
  }

  crashed(life: EngineLife, error: unknown): void {
    this.world.stats.crashes++;
    // A process may end over a disk that takes nothing; it must not over anything else.
    if (error instanceof LedgerError && (this.world.disk.fault !== null || !life.desk.ledger.isHealthy)) return;
    this.accuse('crashed', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }

  /** The end of the seed: everything has to be in order. */
  close(life: EngineLife | undefined): void {
    checkQuiet(this.world, this.truth, this.ledger, life, (invariant, text) => this.accuse(invariant, text));
  }

  private checkBook(life: EngineLife, book: Parameters<typeof nameOf>[0], { clientOrderId }: OrderRequest): void {
    const place = life.feed.books.findIndex((one) => one.book === book);
    const state = life.feed.states[place];
    const ageUs = this.world.nowUs - (state?.receivedUs ?? Number.NEGATIVE_INFINITY);
    if (state?.isSynced !== true || ageUs > BOOK_AGE_US)
      this.accuse('book-not-trusted', `${clientOrderId}: ${nameOf(book)} is synced ${state?.isSynced}, ${ageUs / 1e6} s old`);
  }

  private accuse(invariant: Invariant, text: string): void {
    this.world.history.note(`BROKEN ${invariant}`, text);
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push({ invariant, atUs: this.world.nowUs, text });
  }
}
