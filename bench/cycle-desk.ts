import { ceilToGrid, Decimal } from '../src/domain/decimal.js';
import type { TradableInstrument } from '../src/domain/instrument.js';
import type { OrderBookSnapshot } from '../src/domain/market-data.js';
import { SystemClock, systemTimers } from '../src/domain/system-clock.js';
import type { VenueId } from '../src/domain/venue.js';
import type { ExecutionEvent } from '../src/execution/execution-types.js';
import { MinimalOrderExecutor } from '../src/execution/executor.js';
import { InstrumentIndex } from '../src/execution/instrument-index.js';
import type { VenuePorts } from '../src/execution/ports.js';
import type { AccountEvent } from '../src/gateway/events.js';
import { RiskConfigSchema } from '../src/risk/config.js';
import { HaltLatch } from '../src/risk/halt.js';
import { riskUniverse } from '../src/risk/instruments.js';
import { MinimalOrderRiskManager } from '../src/risk/manager.js';
import { legKey, RiskState } from '../src/risk/state.js';
import { Rig } from '../src/sim/lab/rig.js';
import { Intent } from '../src/strategy/intent.js';
import type { BookInfo, StrategyUniverse } from '../src/strategy/universe.js';
import type { LedgerWriter } from '../src/trading/ledger-writer.js';
import { TradingLedger } from '../src/trading/trading-ledger.js';

/** The usual limits, but for what a bench does more often, or farther from the market, than trading does. */
const CONFIG = RiskConfigSchema.parse({
  orderRate: { orders: 4096, windowMs: 1 },
  bookAgeMsMax: 60_000,
  priceBandBps: 500,
  openOrdersMax: 256,
  openQuoteMax: { venue: 1e5, total: 1e5 },
  exposureQuoteMax: { symbol: 1e5, venue: 1e5, strategy: 1e5, total: 1e5 },
  unhedged: { quoteMax: 1e5 },
});
/** Limit prices this far on the safe side of the market: nothing is filled. */
const AWAY = 0.02;
const ORDER_QUOTE = 10;

/** One instrument at two venues with all that stands between an intent and the wire: risk check, executor and ledger. */
export class CycleDesk {
  private readonly rig: Rig;
  private readonly universe: StrategyUniverse;
  private readonly risk: MinimalOrderRiskManager;
  private readonly executor: MinimalOrderExecutor;
  private readonly clock = new SystemClock();
  private readonly limits: readonly [buyUnits: number, sellUnits: number];
  private readonly quantityUnits: number;
  private intents = 0;
  /** Intents whose orders all ended as they should: taken by the venue, nothing filled. */
  finished = 0;
  failure: string | null = null;

  constructor(
    instruments: readonly [buyAt: TradableInstrument, sellAt: TradableInstrument],
    private readonly snapshot: Pick<OrderBookSnapshot, 'bids' | 'asks'>,
    ports: VenuePorts,
    writer: LedgerWriter,
  ) {
    this.rig = new Rig({ rows: [instruments.map(({ contract: _none, ...spec }) => spec)] });
    this.universe = named(this.rig.universe, instruments);
    const { clock, rig, universe } = this;
    this.update();
    const parts = riskUniverse(universe, CONFIG);
    const state = new RiskState(parts, 1, CONFIG, clock.epochUs());
    for (const { account, scale } of universe.accounts) state.setBalance(account, 1e6 * 10 ** scale);
    const halt = new HaltLatch({ load: () => null, save: () => {} }, clock.epochUs());
    this.risk = new MinimalOrderRiskManager({ market: parts, config: CONFIG, state, halt, clock });
    const ledger = new TradingLedger({
      ...{ writer, clock, runId: 'bench' },
      turn: () => rig.market.turn,
      instruments: new InstrumentIndex(instruments),
      rates: CONFIG.rates,
      worth: () => null,
      onBooked: () => {},
      onFill: () => {},
      onBaseFee: () => {},
      onBroken: (reason) => this.fail(reason),
    });
    ledger.open('paper', 'bench');
    this.executor = new MinimalOrderExecutor({
      ...{
        runId: `bench-${process.pid}`,
        universe,
        strategyNames: ['three-tier'],
        ports,
        journal: ledger,
        clock,
        timers: systemTimers,
      },
      gate: { refusal: (isReducing) => (this.risk.mayPass(isReducing) ? null : 'halted') },
      prices: rig.views,
      quoteAgeMaxUs: CONFIG.bookAgeMsMax * 1000,
      tell: (_, { intent, leg, isFinal }) => {
        if (isFinal) state.withdraw(legKey(intent, leg));
      },
      raise: (event) => this.hear(event),
    });
    const [{ priceScale = 0, qtyScale = 0 } = {}] = universe.books;
    const price = new Decimal(snapshot.bids[0]?.[0] ?? 0);
    const unit = new Decimal(10).pow(priceScale);
    const awayUnits = (side: number): number =>
      new Decimal(price)
        .mul(1 + side * AWAY)
        .mul(unit)
        .toDecimalPlaces(0)
        .toNumber();
    this.limits = [awayUnits(-1), awayUnits(1)];
    const lot = Decimal.max(...instruments.map(({ rules }) => rules.lotSize)).toFixed();
    const quantity = ceilToGrid(new Decimal(ORDER_QUOTE).div(price), lot);
    this.quantityUnits = new Decimal(quantity).mul(new Decimal(10).pow(qtyScale)).toNumber();
  }

  /** What a strategy would hand over in this turn. */
  intent(): Intent {
    const { universe, rig, clock } = this;
    const { market } = rig;
    this.update();
    market.nowUs = clock.monotonicUs();
    market.epochUs = clock.epochUs();
    const intent = new Intent();
    const { nowUs: tsUs, turn } = market;
    const times = { turn, tsUs, expiresUs: tsUs + 1e6, hedgeByUs: tsUs + 5e6 };
    Object.assign(intent, {
      id: ++this.intents,
      strategy: 0,
      row: 0,
      ...times,
      expectedNet: 0.0123,
      expectedNetFraction: 0.0012,
    });
    universe.books.forEach(({ book }, place) => {
      const targetUnits = place === 0 ? this.quantityUnits : -this.quantityUnits;
      const version = market.views.version(book);
      Object.assign(intent.addLeg(), { book, targetUnits, limitPriceUnits: this.limits[place], version });
    });
    return intent;
  }

  /** Checks an intent and sends its orders. @throws Error when it is refused */
  carryOut(intent: Intent): void {
    const { market } = this.rig;
    const verdict = this.risk.check(intent, market);
    if (!verdict.passes) throw new Error(`refused: ${verdict.code} ${verdict.value}, limit ${verdict.limit}`);
    if (this.executor.executeArbitrage(intent, market) === null) throw new Error(this.failure ?? 'nothing was sent');
  }

  onAccount(venue: VenueId, event: AccountEvent): void {
    this.executor.onAccount(venue, 'spot', event);
  }

  async stop(): Promise<void> {
    if (!(await this.executor.stop(5_000))) this.fail('orders are still under way');
  }

  /** The books are received anew, and the engine has a turn. */
  private update(): void {
    const { rig, clock, snapshot } = this;
    rig.nowUs = clock.monotonicUs();
    for (const book of rig.universe.books) rig.setBook(book, snapshot.bids, snapshot.asks);
    rig.turn();
  }

  private hear(event: ExecutionEvent): void {
    if (event.kind === 'refused') this.fail(event.reason);
    if (event.kind !== 'finished') return;
    this.finished++;
    for (const { venue, state, filled, reason } of event.result.orders)
      if (state === 'rejected' || filled !== '0') this.fail(`${venue}: ${state}, filled ${filled}: ${reason}`);
  }

  private fail(reason: string): void {
    this.failure ??= reason;
  }
}

/** A universe whose instruments have their venues' own names. */
function named(universe: StrategyUniverse, instruments: readonly TradableInstrument[]): StrategyUniverse {
  const books = universe.books.map((info): BookInfo => ({ ...info, instrument: instruments[info.book] ?? info.instrument }));
  return { ...universe, books, rows: universe.rows.map((row) => ({ ...row, books })) };
}
