import { z } from 'zod';
import type { Balance, FeeTier } from '../../domain/account.js';
import { Decimal, plainText } from '../../domain/decimal.js';
import { VenueProtocolError, VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { Fill, OrderReference, OrderReport } from '../../domain/order.js';
import { plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import type { Dialogue, InstrumentDirectory, Params } from '../trading.js';
import { privateRead } from './calls.js';
import { feeBpsOfPercent } from './instruments.js';
import { momentSeconds, OrderRow, orderReport, sideText } from './orders.js';

/** Rows of one answer that is a page. */
const PAGE_ROWS = 50;

const Orders = z.record(z.string(), OrderRow);
const Open = z.object({ result: z.object({ open: Orders }) });
const Closed = z.object({ result: z.object({ closed: Orders }) });
const Queried = z.object({ result: Orders });
const Trade = z.object({
  ordertxid: z.string().min(1),
  pair: z.string().min(1),
  time: momentSeconds,
  type: sideText,
  price: plainDecimal,
  vol: plainDecimal,
  fee: plainDecimal.nullish(),
  maker: z.boolean().nullish(),
});
const Trades = z.object({ result: z.object({ trades: z.record(z.string(), Trade) }) });
const BalanceRow = z.object({ balance: plainDecimal, hold_trade: plainDecimal.default('0') });
const Balances = z.object({ result: z.record(z.string(), BalanceRow) });
const FeeRow = z.record(z.string(), z.object({ fee: plainDecimal }));
const Volume = z.object({ result: z.object({ fees: FeeRow, fees_maker: FeeRow.nullish() }) });

/** Everything the account has; assets lent out for rewards are under codes of their own ("ETH.F"). */
export function* balances(): Dialogue<readonly Balance[]> {
  const { result } = readAnswer('kraken', 'BalanceEx', Balances, yield privateRead('BalanceEx'));
  return Object.entries(result).map(([code, { balance, hold_trade: held }]) => ({
    venue: 'kraken',
    asset: canonicalAsset('kraken', code),
    total: balance,
    available: plainText(new Decimal(balance).sub(held)),
  }));
}

/** The account's fees on one pair. */
export function* feeTier({ requestName }: TradableInstrument): Dialogue<FeeTier> {
  const answer = yield privateRead('TradeVolume', [['pair', requestName]]);
  const { fees, fees_maker: makerFees } = readAnswer('kraken', 'TradeVolume', Volume, answer).result;
  const taker = Object.values(fees)[0]?.fee;
  if (taker === undefined) throw new VenueProtocolError(`kraken: no fee of ${requestName}`, { venue: 'kraken' });
  const maker = Object.values(makerFees ?? {})[0]?.fee ?? taker;
  return { takerFeeBps: feeBpsOfPercent(taker), makerFeeBps: feeBpsOfPercent(maker) };
}

/** The open orders of all pairs, or of one. */
export function* openOrders(
  directory: InstrumentDirectory,
  instrument: TradableInstrument | null,
): Dialogue<readonly OrderReport[]> {
  const { open } = readAnswer('kraken', 'OpenOrders', Open, yield privateRead('OpenOrders')).result;
  const all = Object.entries(open).map(([txid, row]) => orderReport(txid, row, directory));
  return instrument === null ? all : all.filter(({ symbol }) => symbol === instrument.symbol);
}

/**
 * One order; null where the venue knows none by that id. Only listings can be asked by client id: first the open ones, so that an
 * order that ends in between is found among the closed.
 */
export function* findOrder(directory: InstrumentDirectory, order: OrderReference): Dialogue<OrderReport | null> {
  const { venueOrderId, clientOrderId } = order;
  if (venueOrderId !== null) return yield* queryOrder(directory, venueOrderId);
  if (clientOrderId === null) throw new VenueRequestError('invalid-request', 'kraken: an order is asked for by one of its ids');
  const filter: Params = [['cl_ord_id', clientOrderId]];
  const { open } = readAnswer('kraken', 'OpenOrders', Open, yield privateRead('OpenOrders', filter)).result;
  const found = byClientId(open, clientOrderId);
  if (found !== undefined) return orderReport(found[0], found[1], directory);
  const { closed } = readAnswer('kraken', 'ClosedOrders', Closed, yield privateRead('ClosedOrders', filter)).result;
  const ended = byClientId(closed, clientOrderId);
  return ended === undefined ? null : orderReport(ended[0], ended[1], directory);
}

function* queryOrder(directory: InstrumentDirectory, txid: string): Dialogue<OrderReport | null> {
  try {
    const { result } = readAnswer('kraken', 'QueryOrders', Queried, yield privateRead('QueryOrders', [['txid', txid]]));
    const row = result[txid];
    return row === undefined ? null : orderReport(txid, row, directory);
  } catch (error) {
    if (error instanceof VenueRequestError && error.kind === 'unknown-order') return null;
    throw error;
  }
}

/** A venue that does not know the filter would answer with all orders. */
function byClientId(orders: z.infer<typeof Orders>, clientOrderId: string): [string, OrderRow] | undefined {
  return Object.entries(orders).find(([, row]) => row.cl_ord_id === clientOrderId);
}

/** The fills of all pairs, or of one, from a moment on; the venue lists the newest first. */
export function* fills(
  directory: InstrumentDirectory,
  instrument: TradableInstrument | null,
  sinceMs: number,
): Dialogue<readonly Fill[]> {
  const found = new Map<string, Fill>();
  const startSeconds = String(Math.max(0, Math.floor(sinceMs / 1000) - 1));
  for (let offset = 0; ; offset += PAGE_ROWS) {
    const params: Params = [
      ['start', startSeconds],
      ['ofs', String(offset)],
      // Else the trades of one taker order are told as one, under an id that the stream never told.
      ['consolidate_taker', 'false'],
    ];
    const { trades } = readAnswer('kraken', 'TradesHistory', Trades, yield privateRead('TradesHistory', params)).result;
    const rows = Object.entries(trades);
    for (const [id, row] of rows) if (row.time >= sinceMs) found.set(id, fill(id, row, directory));
    if (rows.length < PAGE_ROWS) break;
  }
  const all = [...found.values()].sort((left, right) => left.timeMs - right.timeMs);
  return instrument === null ? all : all.filter(({ symbol }) => symbol === instrument.symbol);
}

function fill(tradeId: string, row: z.infer<typeof Trade>, directory: InstrumentDirectory): Fill {
  const instrument = directory.find(row.pair);
  return {
    venue: 'kraken',
    market: 'spot',
    symbol: instrument?.symbol ?? row.pair,
    tradeId,
    venueOrderId: row.ordertxid,
    clientOrderId: null,
    side: row.type,
    price: row.price,
    quantity: row.vol,
    fee: row.fee ?? null,
    feeAsset: row.fee === null || row.fee === undefined ? null : (instrument?.quote ?? null),
    liquidity: row.maker === true ? 'maker' : row.maker === false ? 'taker' : null,
    timeMs: row.time,
  };
}
