import type { Clock } from '../domain/clock.js';
import { Decimal, Exact, tenTo } from '../domain/decimal.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { Fill } from '../domain/order.js';
import type { PositionImbalance } from '../execution/reconciliation-types.js';
import { SYNTHETIC } from '../ledger/entries.js';
import type { RiskState } from '../risk/state.js';
import type { LegUpdate } from '../strategy/intent.js';
import type { BookInfo, StrategyUniverse } from '../strategy/universe.js';
import type { Prices } from './prices.js';
import { type TradingLedger, UNATTRIBUTED } from './trading-ledger.js';

const ZERO: Decimal = new Exact(0);

export interface HoldingsParts {
  readonly universe: StrategyUniverse;
  /** Names of all that positions may belong to, by index; the last is UNATTRIBUTED, which is no strategy. */
  readonly owners: readonly string[];
  readonly state: RiskState;
  readonly ledger: TradingLedger;
  readonly prices: Prices;
  readonly clock: Clock;
  /** Tells a strategy what became of a leg. */
  readonly tell: (strategy: number, update: LegUpdate) => void;
}

/** An exposure that came about, with the index of its owner; signed base units. */
export interface Held {
  readonly owner: number;
  readonly asset: string;
  readonly base: string;
}

/** Brings positions that no order of this run made to the risk check and to the strategies: those of before, and those found. */
export class Holdings {
  /** Updates about them name intents that no strategy made. */
  private told = 0;
  /** By owner and book, quantity units that fees took beyond those that positions are less by. */
  private readonly feeRests = new Map<string, Decimal>();
  private readonly prices: Prices;

  constructor(private readonly parts: HoldingsParts) {
    this.prices = parts.prices;
  }

  /** After a start: what the ledger says each strategy holds, whatever of it was found before the start was over. */
  restore(): void {
    const { universe, owners, ledger, state } = this.parts;
    // What strategies hold that do not run any more is nobody's.
    const gone = [...ledger.memory.holders].filter((name) => !owners.includes(name));
    for (const info of universe.books) {
      const { instrument, qtyScale, priceScale, book } = info;
      for (const [owner, name] of owners.entries()) {
        const names = name === UNATTRIBUTED ? [name, ...gone] : [name];
        const held = names.reduce((sum, one) => sum.plus(ledger.memory.heldIn(one, instrument, instrument.symbol)), ZERO);
        if (held.isZero()) continue;
        const exact = held.mul(tenTo(qtyScale));
        const units = exact.ceil();
        // What fees took of a unit is counted when they have taken a whole one, as if there had been no restart.
        this.feeRests.set(`${owner} ${book}`, units.minus(exact));
        const entry = Math.max(...names.map((one) => this.entryPrice(one, info))) * 10 ** priceScale;
        const counted = state.strategies[owner]?.position[book] ?? 0;
        this.hold(owner, info, units.toNumber() - counted, entry > 0 ? entry : this.priceUnits(info));
      }
    }
  }

  /**
   * A fee took some of the bought asset itself: the position is less by that, in whole units as soon as they are full.
   * @returns whose it is, and how much of what was lost; undefined when no book of it is followed
   */
  baseFee({ venue, market, symbol, base }: TradableInstrument, strategy: string, fee: string): Held | undefined {
    const info = this.prices.book({ venue, market }, symbol);
    const owner = this.parts.owners.indexOf(strategy);
    if (info === undefined || owner < 0) return undefined;
    const key = `${owner} ${info.book}`;
    const short = (this.feeRests.get(key) ?? new Exact(0)).plus(new Exact(fee).mul(tenTo(info.qtyScale)));
    const units = short.floor();
    this.feeRests.set(key, short.minus(units));
    if (!units.isZero()) this.hold(owner, info, -units.toNumber(), this.priceUnits(info));
    return { owner, asset: base, base: new Exact(fee).neg().toFixed() };
  }

  /** A fill that execution knows nothing of. @returns its owner; undefined when no book of it is followed */
  outside(fill: Fill, strategy: string): Held | undefined {
    const info = this.prices.book(fill, fill.symbol);
    if (info === undefined) return undefined;
    const { owners } = this.parts;
    const owner = owners.includes(strategy) ? owners.indexOf(strategy) : owners.length - 1;
    const signed = new Exact(fill.side === 'buy' ? fill.quantity : `-${fill.quantity}`);
    const units = signed.mul(tenTo(info.qtyScale)).toNumber();
    this.hold(owner, info, units, Number(fill.price) * 10 ** info.priceScale);
    return { owner, asset: info.instrument.base, base: signed.mul(info.instrument.contractSize).toFixed() };
  }

  /**
   * Books what is missing of a contract, or too much, as fills at its mark price: first as nobody's and then the strategies' that hold it
   * on the other side, as when a difference is undone or the venue closed their positions; the rest as nobody's.
   * @returns the fills, for the reconciler; none when no price is known
   */
  workOut({ venue, market, symbol, imbalanceAmount }: PositionImbalance): readonly Fill[] {
    const { owners, ledger, clock } = this.parts;
    const info = symbol === null ? undefined : this.prices.book({ venue, market }, symbol);
    const price = info === undefined ? null : this.prices.mark(info);
    if (info === undefined || price === null) return [];
    const { instrument } = info;
    let left = new Exact(imbalanceAmount);
    const parts = new Map<string, Decimal>();
    for (const owner of [UNATTRIBUTED, ...owners.filter((name) => name !== UNATTRIBUTED)]) {
      const held = ledger.memory.heldIn(owner, { venue, market }, instrument.symbol);
      if (!held.mul(left).lt(0)) continue;
      const part = held.abs().gt(left.abs()) ? left : held.neg();
      parts.set(owner, part);
      left = left.minus(part);
    }
    if (!left.isZero()) parts.set(UNATTRIBUTED, left.plus(parts.get(UNATTRIBUTED) ?? 0));
    const epochUs = clock.epochUs();
    return [...parts].map(([owner, part]) => {
      const id = `${SYNTHETIC}drift ${instrument.symbol} ${epochUs} ${owner}`;
      const fill: Fill = {
        ...{ venue, market, symbol: instrument.symbol, tradeId: id, venueOrderId: id, clientOrderId: null },
        side: part.isNegative() ? 'sell' : 'buy',
        price,
        quantity: part.abs().toFixed(),
        ...{ fee: '0', feeAsset: instrument.quote, liquidity: null, timeMs: epochUs / 1000 },
      };
      ledger.workedOutFill(fill, owner);
      this.outside(fill, owner);
      return fill;
    });
  }

  private hold(owner: number, { book }: BookInfo, units: number, priceUnits: number): void {
    const { state, clock, owners, tell } = this.parts;
    const held = state.strategies[owner]?.position[book] ?? 0;
    state.setPosition(owner, book, held + units, priceUnits, clock.monotonicUs());
    if (owners[owner] === UNATTRIBUTED) return;
    const update = {
      leg: 0,
      book,
      filledUnits: units,
      filledQuoteUnits: Math.abs(units) * priceUnits,
      feeQuote: 0,
      isFinal: true,
    };
    tell(owner, { intent: -++this.told, ...update });
  }

  /** In price units: by the book, else by the last fill; 0 when nothing tells. */
  private priceUnits(info: BookInfo): number {
    if (this.prices.isFresh(info)) return this.prices.midUnits(info.book);
    const last = this.parts.ledger.memory.lastPrice(info.instrument, info.instrument.symbol);
    return Number(last ?? 0) * 10 ** info.priceScale;
  }

  private entryPrice(strategy: string, { instrument }: BookInfo): number {
    const { venue, market, symbol, base, quote } = instrument;
    for (const open of this.parts.ledger.memory.books.openPositions()) {
      if (open.strategy !== strategy || open.market !== market) continue;
      if (market === 'spot' ? open.symbol !== `${base}/${quote}` : open.venue !== venue || open.symbol !== symbol) continue;
      const { quantity, openCost } = open.position;
      return quantity.isZero() ? 0 : new Decimal(openCost).div(quantity).abs().toNumber();
    }
    return 0;
  }
}
