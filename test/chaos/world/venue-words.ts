import type { Balance, PositionInfo, PositionReport } from '../../../src/domain/account.js';
import { type RefusalKind, VenueRequestError } from '../../../src/domain/errors.js';
import type { TradableInstrument } from '../../../src/domain/instrument.js';
import type { Fill, OrderReport, OrderState } from '../../../src/domain/order.js';
import type { VenueId } from '../../../src/domain/venue.js';
import { moneyText } from '../../../src/sim/matching/money.js';
import type {
  EngineBalance,
  EngineFill,
  EngineOrder,
  EnginePosition,
  PositionValue,
  Refusal,
} from '../../../src/sim/matching/types.js';
import { decimalText } from './listings.js';

const KIND_OF_REFUSAL: Readonly<Record<Refusal, RefusalKind>> = {
  'insufficient-balance': 'insufficient-balance',
  'price-off-grid': 'precision',
  'price-out-of-band': 'price-band',
  'quantity-off-grid': 'precision',
  'quantity-too-small': 'below-minimum',
  'quantity-too-large': 'above-maximum',
  'value-too-small': 'below-minimum',
  'value-too-large': 'above-maximum',
  'duplicate-client-id': 'duplicate-client-id',
  'reduce-only': 'reduce-only',
  'too-many-orders': 'invalid-request',
  'market-closed': 'instrument-halted',
};

/** What a venue says when it does not take an order. */
export function refusalOf(venue: VenueId, refusal: Refusal): VenueRequestError {
  return new VenueRequestError(KIND_OF_REFUSAL[refusal], `${venue}: ${refusal}`, { venue });
}

/** An order as a gateway tells it. */
export function reportOf(order: EngineOrder): OrderReport {
  const { instrument } = order.book;
  const { venue, market, symbol, priceDecimals, qtyDecimals } = instrument;
  return {
    ...{ venue, market, symbol },
    venueOrderId: String(order.id),
    clientOrderId: order.clientOrderId,
    side: order.side,
    state: stateOf(order),
    price: order.priceUnits === null ? null : decimalText(order.priceUnits, priceDecimals),
    quantity: order.qtyUnits === null ? null : decimalText(order.qtyUnits, qtyDecimals),
    filledQty: decimalText(order.filledUnits, qtyDecimals),
    filledQuote: moneyText(order.filledQuote),
    updatedMs: order.updatedUs / 1000,
    reason: order.endReason,
  };
}

function stateOf({ state, filledUnits, book, endReason }: EngineOrder): OrderState {
  if (state === 'filled') return 'filled';
  if (state === 'open') return filledUnits > 0 ? 'partially-filled' : 'open';
  return book.instrument.venue === 'binance' && endReason === 'ioc' ? 'expired' : 'canceled';
}

/** A fill as a gateway tells it. */
export function fillOf({ tradeId, order, priceUnits, qtyUnits, fee, feeAsset, maker, timeUs }: EngineFill): Fill {
  const { venue, market, symbol, priceDecimals, qtyDecimals } = order.book.instrument;
  return {
    ...{ venue, market, symbol },
    tradeId: String(tradeId),
    venueOrderId: String(order.id),
    clientOrderId: order.clientOrderId,
    side: order.side,
    price: decimalText(priceUnits, priceDecimals),
    quantity: decimalText(qtyUnits, qtyDecimals),
    fee: moneyText(fee),
    feeAsset,
    liquidity: maker ? 'maker' : 'taker',
    timeMs: timeUs / 1000,
  };
}

/** A wallet's asset as a gateway tells it. */
export function balanceOf(venue: VenueId, { asset, total, locked }: EngineBalance): Balance {
  return { venue, asset, total: moneyText(total), available: moneyText(total - locked) };
}

/** A position as the private stream tells it. */
export function positionOf({ book, qtyUnits, entryPrice }: EnginePosition): PositionReport {
  const { venue, symbol, qtyDecimals } = book.instrument;
  return {
    ...{ venue, symbol },
    signedSize: decimalText(qtyUnits, qtyDecimals),
    entryPrice: qtyUnits === 0 ? null : moneyText(entryPrice),
  };
}

/** The same as it is fetched. */
export function positionInfoOf(
  position: EnginePosition,
  value: PositionValue,
  { contract }: TradableInstrument,
  nowMs: number,
): PositionInfo | null {
  if (contract === null) return null;
  const { qtyUnits, entryPrice, margin, leverage, book } = position;
  return {
    contract,
    side: qtyUnits < 0 ? 'sell' : 'buy',
    size: decimalText(Math.abs(qtyUnits), book.instrument.qtyDecimals),
    entryPrice: moneyText(entryPrice),
    markPrice: moneyText(value.markPrice),
    unrealizedPnl: moneyText(value.unrealizedPnl),
    marginUsed: moneyText(margin),
    liquidationPrice: moneyText(value.liquidationPrice),
    leverage,
    timestamp: nowMs,
  };
}
