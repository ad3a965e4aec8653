import { type RiskConfig, RiskConfigSchema } from '../../src/risk/config.js';
import { HaltLatch, type HaltRecord, type HaltStore } from '../../src/risk/halt.js';
import { riskUniverse } from '../../src/risk/instruments.js';
import { MinimalOrderRiskManager, type RiskParts } from '../../src/risk/manager.js';
import { legKey, RiskState } from '../../src/risk/state.js';
import type { Verdict } from '../../src/risk/verdict.js';
import { Rig, type RigOptions } from '../../src/sim/lab/rig.js';
import { Intent } from '../../src/strategy/intent.js';
import type { BookInfo } from '../../src/strategy/universe.js';

/** A stop kept in memory. */
export class MemoryStore implements HaltStore {
  record: HaltRecord | null = null;
  load(): HaltRecord | null {
    return this.record;
  }
  save(record: HaltRecord | null): void {
    this.record = record;
  }
}

/** [book, signed base assets or contracts in whole units of the book, limit price in assets] */
export type LegSpec = readonly [book: BookInfo, units: number, price: number, targetFrom?: number];

/** No limit bites unless a test says so. */
export const WIDE = {
  orderQuoteMax: 1e9,
  exposureQuoteMax: { symbol: 1e9, venue: 1e9, strategy: 1e9, total: 1e9 },
  openQuoteMax: { venue: 1e9, total: 1e9 },
  openOrdersMax: 256,
  orderRate: { orders: 4096, windowMs: 1000 },
  balanceFloors: {},
  unhedged: { dustQuote: 5, quoteMax: 1e9, quoteSecondsMax: 1e9, secondsMax: 60 },
  dailyLossQuoteMax: 1e9,
  drawdownFractionMax: 1,
} as const;

/** A market of three venues at a price of 100 with a risk check over it. */
export class Desk<Manager extends MinimalOrderRiskManager = MinimalOrderRiskManager> {
  readonly rig: Rig;
  readonly config: RiskConfig;
  readonly state: RiskState;
  readonly store = new MemoryStore();
  readonly halt: HaltLatch;
  readonly manager: Manager;
  readonly parts: RiskParts;
  private ids = 0;

  constructor(
    config: object = WIDE,
    make: (parts: RiskParts) => Manager = (parts) => new MinimalOrderRiskManager(parts) as Manager,
    rows: RigOptions['rows'] = [
      [{ venue: 'binance' }, { venue: 'kraken' }, { venue: 'mexc' }],
      [
        { venue: 'binance', market: 'futures' },
        { venue: 'gateio', market: 'futures' },
      ],
    ],
  ) {
    this.rig = new Rig({ rows });
    this.config = RiskConfigSchema.parse(config);
    const market = riskUniverse(this.rig.universe, this.config);
    const epochUs = (): number => this.rig.nowUs + this.rig.epochOffsetUs;
    this.state = new RiskState(market, 2, this.config, epochUs());
    this.halt = new HaltLatch(this.store, epochUs());
    const clock = { monotonicUs: () => this.rig.nowUs, epochUs };
    this.parts = { market, config: this.config, state: this.state, halt: this.halt, clock };
    this.manager = make(this.parts);
    for (const { account, scale } of this.rig.universe.accounts) this.state.setBalance(account, 1e6 * 10 ** scale);
    this.quoteAll(100);
  }

  /** Every book quotes a spread of 0.02 around a price, now. */
  quoteAll(price: number): void {
    for (const book of this.rig.universe.books) this.quote(book, price);
    this.rig.turn();
  }
  quote(book: BookInfo, price: number): void {
    this.rig.setBook(book, [[(price - 0.01).toFixed(4), '1000']], [[(price + 0.01).toFixed(4), '1000']]);
  }

  /** An intent as a strategy would emit it in this turn. */
  intent(legs: readonly LegSpec[], strategy = 0): Intent {
    const { views, nowUs } = this.rig.market;
    const intent = new Intent();
    Object.assign(intent, { id: ++this.ids, strategy, tsUs: nowUs, expiresUs: nowUs + 1000, hedgeByUs: nowUs + 5_000_000 });
    for (const [{ book, priceUnit }, units, price] of legs) {
      const leg = intent.addLeg();
      const positionUnits = this.state.strategies[strategy]?.position[book] ?? 0;
      const limitPriceUnits = Math.round(price / priceUnit);
      const [version, sequence] = [views.version(book), views.sequence(book)];
      Object.assign(leg, { book, positionUnits, targetUnits: positionUnits + units, limitPriceUnits, version, sequence });
    }
    return intent;
  }
  check(intent: Intent): Verdict {
    return this.manager.check(intent, this.rig.market);
  }
  /** Checks an intent of these legs. */
  ask(...legs: readonly LegSpec[]): Verdict {
    return this.check(this.intent(legs));
  }
  /** Fills legs of a passed intent at their limit prices and ends them. */
  fill(intent: Intent, share = 1): void {
    for (let leg = 0; leg < intent.legCount; leg++) {
      const { changeUnits = 0, limitPriceUnits = 0 } = intent.legs[leg] ?? {};
      const units = Math.trunc(changeUnits * share);
      this.state.orderUpdate(legKey(intent.id, leg), units, Math.abs(units) * limitPriceUnits, true, this.rig.nowUs);
    }
  }
  /** Opens and fills at once. */
  trade(...legs: readonly LegSpec[]): void {
    const intent = this.intent(legs);
    const verdict = this.check(intent);
    if (!verdict.passes) throw new Error(`refused by ${verdict.code}`);
    this.fill(intent);
  }
}
