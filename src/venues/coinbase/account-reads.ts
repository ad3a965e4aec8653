import { z } from 'zod';
import type { Balance, FeeTier } from '../../domain/account.js';
import { VenueProtocolError, VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { Fill, OrderReference, OrderReport } from '../../domain/order.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import { feeBpsOfFraction } from '../metadata.js';
import type { Dialogue, Params } from '../trading.js';
import { privateRead } from './calls.js';
import { moment, orderPath, readOrder, readOrders, sideText } from './orders.js';

/** Most rows of one answer. */
const PAGE_ROWS = 1000;

/** The states of an order that is not over. */
const OPEN_STATES: Params = ['open', 'pending', 'received', 'active'].map((state) => ['status', state]);

const Account = z.object({
  id: z.string().min(1),
  currency: z.string().min(1),
  balance: plainDecimal,
  available: plainDecimal,
});
const Accounts = z.array(Account);
const Fees = z.object({ maker_fee_rate: plainDecimal, taker_fee_rate: plainDecimal });
const FillRow = z.object({
  trade_id: idText,
  product_id: z.string().min(1),
  order_id: z.string().min(1),
  liquidity: z.string(),
  price: plainDecimal,
  size: plainDecimal,
  fee: plainDecimal.nullish(),
  created_at: moment,
  side: sideText,
});
const Fills = z.array(FillRow);

/** One account for each currency. */
export function* accounts(): Dialogue<z.infer<typeof Accounts>> {
  return readAnswer('coinbase', 'GET /accounts', Accounts, yield privateRead('/accounts'));
}

/** What the profile of the key holds. */
export function* balances(): Dialogue<readonly Balance[]> {
  const rows = yield* accounts();
  return rows.map(({ currency, balance, available }) => {
    return { venue: 'coinbase', asset: canonicalAsset('coinbase', currency), total: balance, available };
  });
}

/** The account's fees; they are the same for every product. */
export function* feeTier(): Dialogue<FeeTier> {
  const fees = readAnswer('coinbase', 'GET /fees', Fees, yield privateRead('/fees'));
  return { makerFeeBps: feeBpsOfFraction(fees.maker_fee_rate), takerFeeBps: feeBpsOfFraction(fees.taker_fee_rate) };
}

/** One order; null where the venue knows none by that id, be it that it never came or that it ended without a fill a while ago. */
export function* findOrder(order: OrderReference): Dialogue<OrderReport | null> {
  const path = orderPath(order);
  try {
    const report = readOrder('GET /orders/{id}', yield privateRead(path));
    return { ...report, clientOrderId: report.clientOrderId ?? order.clientOrderId };
  } catch (error) {
    if (error instanceof VenueRequestError && error.kind === 'unknown-order') return null;
    throw error;
  }
}

/** Open orders of a product or of all, page by page from the newest on. */
export function* openOrders(instrument: TradableInstrument | null): Dialogue<readonly OrderReport[]> {
  const found = new Map<string | null, OrderReport>();
  const product: Params = instrument === null ? [] : [['product_id', instrument.requestName]];
  let endMs: number | null = null;
  for (;;) {
    const until: Params = endMs === null ? [] : [['end_date', new Date(endMs).toISOString()]];
    const query: Params = [...OPEN_STATES, ...product, ['limit', String(PAGE_ROWS)], ...until];
    const { orders, oldestMs } = readOrders('GET /orders', yield privateRead('/orders', query));
    for (const order of orders) found.set(order.venueOrderId, order);
    if (orders.length < PAGE_ROWS) return [...found.values()];
    // Pages that do not go back in time would never end.
    if (oldestMs === null || oldestMs === endMs) throw stuck('GET /orders');
    endMs = oldestMs;
  }
}

/** The fills of a product from a moment on, page by page from the newest back. */
export function* fills(instrument: TradableInstrument, sinceMs: number): Dialogue<readonly Fill[]> {
  const found: Fill[] = [];
  for (let after: string | null = null; ; ) {
    const query: Params = [
      ['product_id', instrument.requestName],
      ['limit', String(PAGE_ROWS)],
      ...(after === null ? [] : ([['after', after]] as const)),
    ];
    const rows: z.infer<typeof Fills> = readAnswer('coinbase', 'GET /fills', Fills, yield privateRead('/fills', query));
    for (const row of rows) if (row.created_at >= sinceMs) found.push(fill(row, instrument.quote));
    const last = rows[rows.length - 1];
    if (last === undefined || rows.length < PAGE_ROWS || last.created_at < sinceMs) break;
    if (last.trade_id === after) throw stuck('GET /fills');
    after = last.trade_id;
  }
  return found.reverse();
}

function fill(row: z.infer<typeof FillRow>, feeAsset: string): Fill {
  return {
    venue: 'coinbase',
    market: 'spot',
    symbol: row.product_id,
    tradeId: row.trade_id,
    venueOrderId: row.order_id,
    clientOrderId: null,
    side: row.side,
    price: row.price,
    quantity: row.size,
    fee: row.fee ?? null,
    feeAsset: row.fee === null || row.fee === undefined ? null : feeAsset,
    liquidity: row.liquidity === 'M' ? 'maker' : row.liquidity === 'T' ? 'taker' : null,
    timeMs: row.created_at,
  };
}

function stuck(what: string): VenueProtocolError {
  return new VenueProtocolError(`coinbase: the pages of ${what} do not go on`, { venue: 'coinbase' });
}
