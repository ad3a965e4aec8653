import { Exact, quotient } from '../domain/decimal.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { Fill, OrderReport } from '../domain/order.js';
import { SYNTHETIC } from '../ledger/entries.js';
import type { Movement, PositionImbalance } from './reconciliation-types.js';

const BPS = new Exact('0.0001');
/** How many times its listed fee a fill may have cost. */
const FEE_FACTOR = 2;

/**
 * The fill of what an order says was filled beyond the fills that are known, for a venue that does not list it. The same order with the
 * same amount has the same id, whoever works it out and whenever.
 * @param known what the fills that were known before sum up to
 * @param fresh further fills of the order
 * @returns null when nothing is missing, or when the order does not tell what it was worth
 */
export function syntheticFill(
  { venue, market, symbol, contractSize, quote }: TradableInstrument,
  known: Pick<Fill, 'side'> & { readonly filledQty: string; readonly filledQuote: string },
  report: OrderReport,
  fresh: readonly Fill[],
  nowMs: number,
): Fill | null {
  const { filledQty, filledQuote, venueOrderId, clientOrderId, updatedMs } = report;
  if (filledQty === null || venueOrderId === null) return null;
  let quantity = new Exact(filledQty).minus(known.filledQty);
  let value = new Exact(filledQuote ?? 0).minus(known.filledQuote);
  for (const fill of fresh) {
    quantity = quantity.minus(fill.quantity);
    value = value.minus(new Exact(fill.quantity).mul(contractSize).mul(fill.price));
  }
  if (quantity.lte(0) || value.lte(0)) return null;
  return {
    venue,
    market,
    symbol,
    tradeId: `${SYNTHETIC}${clientOrderId ?? venueOrderId}:${filledQty}`,
    venueOrderId,
    clientOrderId,
    side: known.side,
    price: quotient(value, quantity.mul(contractSize)),
    quantity: quantity.toFixed(),
    fee: '0',
    feeAsset: quote,
    liquidity: null,
    timeMs: updatedMs ?? nowMs,
  };
}

/** What is missing where a synthetic fill was booked may be its fee. @returns null when it is not, or is too much */
export function feeAllowance(
  { venue, market, base, quote, contractSize, takerFeeBps }: TradableInstrument,
  { quantity, price, tradeId }: Fill,
  { asset, symbol, imbalanceAmount }: PositionImbalance,
): Movement | null {
  const amount = new Exact(imbalanceAmount);
  const size = new Exact(quantity).mul(contractSize);
  const traded = asset === quote ? size.mul(price) : asset === base ? size : new Exact(0);
  if (symbol !== null || !amount.isNegative() || amount.abs().gt(traded.mul(BPS).mul(takerFeeBps).mul(FEE_FACTOR))) return null;
  return { venue, market, asset, kind: 'adjustment', id: `fee of ${tradeId} in ${asset}`, amount: imbalanceAmount };
}
