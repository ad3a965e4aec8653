import type { Balance, PositionInfo, PositionReport } from '../../domain/account.js';
import { Decimal, Exact, quotient } from '../../domain/decimal.js';
import { VenueProtocolError, VenueRequestError } from '../../domain/errors.js';
import { type PositionFigures, positionFigures } from '../../domain/margin.js';
import type { Side } from '../../domain/order.js';
import type { VenueId } from '../../domain/venue.js';
import type { BookInfo } from '../../strategy/universe.js';
import { leftOf, type PaperOrder, type PaperOrders } from './orders.js';
import type { PaperSettings } from './settings.js';
import type { PaperPosition, PaperWallet } from './wallet.js';

/** An order, or a part of one, as money sees it. */
export interface Spending {
  readonly info: BookInfo;
  readonly side: Side;
  readonly quantity: Decimal;
  /** Of the quantity, what may make a position greater. */
  readonly opening: Decimal;
  /** In the quote asset. */
  readonly value: Decimal;
}

const ZERO = new Exact(0);
/** Fees are told in basis points: finer than this they are nothing but the rest of a division. */
const FEE_DECIMALS = 12;

/** What of a paper account is free: neither owed for resting orders nor bound by positions, each of which is margined by itself. */
export class PaperFunds {
  constructor(
    private readonly venue: VenueId,
    private readonly wallet: PaperWallet,
    private readonly orders: PaperOrders,
    private readonly settings: PaperSettings,
  ) {}

  balance(asset: string): Balance {
    const total = this.wallet.total(asset);
    return { venue: this.venue, asset, total: total.toFixed(), available: Exact.max(ZERO, this.available(asset)).toFixed() };
  }

  /** Everything that is not zero. */
  balances(): Balance[] {
    return this.wallet.assets.filter((asset) => !this.wallet.total(asset).isZero()).map((asset) => this.balance(asset));
  }

  /** Contracts of the position that an order of that side would close. */
  closable({ instrument }: BookInfo, side: Side): Decimal {
    const size = this.wallet.size(instrument);
    return Exact.max(ZERO, side === 'buy' ? size.neg() : size);
  }

  /** @throws VenueRequestError insufficient-balance */
  require(spending: Spending): void {
    const asset = assetOf(spending);
    const needed = this.needed(spending);
    const available = this.available(asset);
    // What only closes a position is taken whatever is left.
    if (needed.lte(available) || (spending.info.instrument.market === 'futures' && spending.opening.isZero())) return;
    const text = `${this.venue}: ${needed.toFixed()} ${asset} needed, ${available.toFixed()} available`;
    throw new VenueRequestError('insufficient-balance', text, { venue: this.venue, symbol: spending.info.instrument.symbol });
  }

  /** @param mark its price now; null takes what it was entered at */
  positionInfo(position: PaperPosition, mark: string | null, nowMs: number): PositionInfo {
    const { instrument, size } = position;
    const { contract, symbol } = instrument;
    if (contract === null) throw new VenueProtocolError(`${this.venue} ${symbol} is no contract`, { venue: this.venue, symbol });
    const entryPrice = entryOf(position);
    const figures = this.figures(position, mark ?? entryPrice);
    return {
      contract,
      side: size.isNegative() ? 'sell' : 'buy',
      size: size.abs().toFixed(),
      entryPrice,
      markPrice: mark ?? entryPrice,
      unrealizedPnl: figures.unrealised,
      marginUsed: figures.initialMargin,
      liquidationPrice: figures.liquidationPrice ?? '0',
      leverage: this.settings.leverage,
      timestamp: nowMs,
    };
  }

  /** Whether the venue closes a position at that price of it. */
  isLiquidated(position: PaperPosition, mark: string): boolean {
    const { liquidationPrice } = this.figures(position, mark);
    if (liquidationPrice === null) return false;
    return position.size.isNegative() ? new Exact(mark).gte(liquidationPrice) : new Exact(mark).lte(liquidationPrice);
  }

  /** What a stream would say of a contract. */
  positionReport({ instrument }: BookInfo): PositionReport {
    const { venue, symbol } = instrument;
    const position = this.wallet.positions.find((one) => one.instrument.symbol === symbol);
    if (position === undefined) return { venue, symbol, signedSize: '0', entryPrice: null };
    return { venue, symbol, signedSize: position.size.toFixed(), entryPrice: entryOf(position) };
  }

  private available(asset: string): Decimal {
    let free = this.wallet.total(asset);
    for (const order of this.orders.open()) {
      const rest = restOf(order);
      if (assetOf(rest) === asset) free = free.minus(this.needed(rest));
    }
    for (const position of this.wallet.positions)
      if (position.instrument.quote === asset) free = free.minus(this.figures(position, entryOf(position)).initialMargin);
    return free;
  }

  private needed({ info, side, quantity, opening, value }: Spending): Decimal {
    const isSpot = info.instrument.market === 'spot';
    if (isSpot && side === 'sell') return quantity;
    const fee = value.mul(Exact.max(feeRate(info.takerFee), feeRate(info.makerFee), 0));
    if (isSpot) return value.plus(fee);
    const share = quantity.isZero() ? ZERO : new Decimal(value.mul(opening)).div(quantity.mul(this.settings.leverage));
    return new Exact(share).plus(fee);
  }

  private figures(position: PaperPosition, mark: string): PositionFigures {
    const { maintenanceRate, liquidationFeeRate, leverage } = this.settings;
    return positionFigures({
      side: position.size.isNegative() ? 'short' : 'long',
      contracts: position.size.abs().toFixed(),
      contractSize: position.instrument.contractSize,
      entry: entryOf(position),
      mark,
      leverage: String(leverage),
      ...{ maintenanceRate, liquidationFeeRate },
    });
  }
}

/** A fee as it is told to strategies, without what binary fractions add to it. */
export function feeRate(fraction: number): Decimal {
  return new Exact(fraction).toDecimalPlaces(FEE_DECIMALS);
}

function assetOf({ info, side }: Pick<Spending, 'info' | 'side'>): string {
  const { market, base, quote } = info.instrument;
  return market === 'spot' && side === 'sell' ? base : quote;
}

/** What a resting order may still come to. */
function restOf(order: PaperOrder): Spending {
  const { info, request, opening } = order;
  const quantity = leftOf(order);
  const value = quantity.mul(info.instrument.contractSize).mul(request.price ?? 0);
  return { info, side: request.side, quantity, opening: Exact.min(opening, quantity), value };
}

function entryOf({ instrument, size, openCost }: PaperPosition): string {
  return quotient(openCost, size.mul(instrument.contractSize));
}
