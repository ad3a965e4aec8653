import { Decimal } from '../../domain/decimal.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { StrategyContext } from '../context.js';
import type { HedgedPosition, PositionState } from '../hedged/hedged-position.js';
import type { OrderTerms } from '../hedged/order-terms.js';
import type { MarketView } from '../market-view.js';
import type { DeltaPair } from './pair.js';
import type { DeltaParameters } from './parameters.js';
import { type DeltaSnapshot, parseSnapshot } from './snapshot.js';

/** No intent has this id: fills of an earlier run are booked under it. */
const EARLIER_RUN = 0;
/** Of nobody's intents; it makes the position look at what it holds. */
const NO_INTENT = -1;

/** What the strategy knows of itself from one turn to the next, and across a restart: thresholds, position, last update. */
export class SimpleDeltaArbitrageContext {
  /** The pair of the position, or of the last one. */
  pair: DeltaPair | null = null;
  entrySpreadPct = 0;
  /** Futures price that the entry was decided on. */
  entryFuturesPrice = 0;
  /** When and at what spread the exit was decided. */
  exitEpochUs = 0;
  exitSpreadPct: number | null = null;
  private spotUnits = 0;
  private futuresUnits = 0;
  private restored: DeltaSnapshot | null = null;
  private isBooked = false;

  constructor(
    readonly parameters: DeltaParameters,
    readonly position: HedgedPosition,
    private readonly pairs: readonly DeltaPair[],
  ) {}

  get state(): PositionState {
    return this.restored?.state ?? this.position.state;
  }
  get entryThresholdPct(): number {
    return this.parameters.active.entryThresholdPct;
  }
  get exitThresholdPct(): number {
    return this.parameters.active.exitThresholdPct;
  }
  /** What is held, in base assets; positive is long. */
  get spotPosition(): number {
    return this.spotUnits * (this.pair?.spot.info.basePerUnit ?? 0);
  }
  get futuresPosition(): number {
    return this.futuresUnits * (this.pair?.futures.info.basePerUnit ?? 0);
  }
  /** Milliseconds since the epoch; null before the first update. */
  get lastParameterUpdate(): number | null {
    return this.parameters.lastUpdateTimestamp;
  }
  get parameterUpdateIntervalS(): number {
    return this.parameters.updateIntervalS;
  }

  /** Takes note of what is held now. */
  see({ positions }: StrategyContext): void {
    if (this.pair === null) return;
    this.spotUnits = positions.of(this.pair.spot.info.book);
    this.futuresUnits = positions.of(this.pair.futures.info.book);
  }

  /** All of it, as plain data. */
  snapshot(): DeltaSnapshot {
    if (this.restored !== null) return { ...this.restored, ...this.parameterFacts() };
    const { position, pair } = this;
    return {
      version: 1,
      state: position.state,
      spot: pair === null ? null : sideOf(pair.spot, this.spotUnits),
      futures: pair === null ? null : sideOf(pair.futures, this.futuresUnits),
      openedEpochUs: position.openedEpochUs,
      entrySpreadPct: this.entrySpreadPct,
      entryFuturesPrice: this.entryFuturesPrice,
      exitReason: position.reason,
      exitEpochUs: this.exitEpochUs,
      exitSpreadPct: this.exitSpreadPct,
      cashQuote: position.cashQuote,
      feesQuote: position.feesQuote,
      entryQuote: position.entryQuote,
      ...this.parameterFacts(),
    };
  }

  /**
   * Goes on where an earlier run ended; called before the first turn. Orders that were under way then are not known of: what they
   * have filled since has to be told as fills.
   * @returns whether the thresholds of then are in use: limits that are narrower now may forbid them
   * @throws InvalidInputError when it is no snapshot, or holds what this universe does not have
   */
  restore(stored: unknown): boolean {
    const saved = parseSnapshot(stored);
    const { spot, futures, parameters, lastUpdateTimestamp } = saved;
    const isAllowed = this.parameters.restore(parameters, lastUpdateTimestamp);
    if (spot === null || futures === null) return isAllowed;
    const found = this.pairs.find((pair) => isOf(pair.spot, spot) && isOf(pair.futures, futures));
    const spotUnits = found === undefined ? Number.NaN : unitsOf(found.spot, spot.quantity);
    const futuresUnits = found === undefined ? Number.NaN : unitsOf(found.futures, futures.quantity);
    if (found === undefined || !Number.isSafeInteger(spotUnits) || !Number.isSafeInteger(futuresUnits)) {
      throw new InvalidInputError(
        `the delta position in ${spot.venue} ${spot.symbol} and ${futures.venue} ${futures.symbol} cannot be held here`,
        {
          spot,
          futures,
        },
      );
    }
    this.pair = found;
    this.spotUnits = spotUnits;
    this.futuresUnits = futuresUnits;
    this.restored = saved;
    return isAllowed;
  }

  /**
   * Brings a restored position to life: its units at once, its state when its books can be traded on.
   * @returns whether it may act: false while a restored position waits for its books
   */
  resume(market: MarketView, context: StrategyContext): boolean {
    const { restored, pair } = this;
    if (restored === null || pair === null) return true;
    if (!this.isBooked) {
      book(context, pair.spot, 0, this.spotUnits);
      book(context, pair.futures, 1, this.futuresUnits);
      this.isBooked = true;
    }
    this.see(context);
    const isHeld = this.spotUnits !== 0 || this.futuresUnits !== 0;
    if (restored.state !== 'flat' && isHeld) {
      if (!pair.isTradable(market)) return false;
      this.revive(restored, pair, market, context);
    }
    this.restored = null;
    return true;
  }

  private revive(saved: DeltaSnapshot, pair: DeltaPair, market: MarketView, context: StrategyContext): void {
    const { position } = this;
    position.grid = pair.grid;
    position.row = pair.spot.info.row;
    position.reason = saved.exitReason;
    position.openedUs = market.nowUs - (market.epochUs - saved.openedEpochUs);
    position.openedEpochUs = saved.openedEpochUs;
    position.cashQuote = saved.cashQuote;
    position.feesQuote = saved.feesQuote;
    position.entryQuote = saved.entryQuote;
    position.state = saved.state === 'closing' ? 'closing' : 'opening';
    this.entrySpreadPct = saved.entrySpreadPct;
    this.entryFuturesPrice = saved.entryFuturesPrice;
    this.exitEpochUs = saved.exitEpochUs;
    this.exitSpreadPct = saved.exitSpreadPct;
    const nothing = { filledUnits: 0, filledQuoteUnits: 0, feeQuote: 0, isFinal: true };
    position.take({ intent: NO_INTENT, leg: 0, book: pair.spot.info.book, ...nothing }, market, context);
  }

  private parameterFacts(): Pick<DeltaSnapshot, 'parameters' | 'lastUpdateTimestamp'> {
    return { parameters: { ...this.parameters.active }, lastUpdateTimestamp: this.parameters.lastUpdateTimestamp };
  }
}

/** Books what an earlier run held; a run's own positions begin at nothing. */
function book({ positions }: StrategyContext, { info }: OrderTerms, leg: number, units: number): void {
  const facts = { filledQuoteUnits: 0, feeQuote: 0, isFinal: true };
  positions.apply({ intent: EARLIER_RUN, leg, book: info.book, filledUnits: units, ...facts });
}

function sideOf({ info }: OrderTerms, units: number): NonNullable<DeltaSnapshot['spot']> {
  const { venue, symbol } = info.instrument;
  return { venue, symbol, quantity: new Decimal(units).div(new Decimal(10).pow(info.qtyScale)).toFixed() };
}
function unitsOf({ info }: OrderTerms, quantity: string): number {
  return new Decimal(quantity).mul(new Decimal(10).pow(info.qtyScale)).toNumber();
}
function isOf({ info: { instrument } }: OrderTerms, side: NonNullable<DeltaSnapshot['spot']>): boolean {
  return instrument.venue === side.venue && instrument.symbol === side.symbol;
}
