import type { Clock } from '../../../domain/clock.js';
import { isDecimal } from '../../../domain/decimal.js';
import type { Customer } from '../../access/venue-access.js';
import type { EngineFill, EngineOrder } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import type { RestAnswer } from '../rest.js';
import type { VenueApp } from '../venue-app.js';
import { failure, success } from './answers.js';
import type { Gate } from './gate.js';
import { orderTxid, type Pairs } from './names.js';
import type { OrderWish } from './new-order.js';
import type { OrderDesk } from './order-desk.js';
import { orderRow, tradeRow } from './order-json.js';

const PAGE_ROWS = 50;
const TXIDS_MAX = 50;
const BATCH_MAX = 50;
const INVALID = 'EGeneral:Invalid arguments';

/** Orders and fills over REST. */
export function serveTrading(app: VenueApp, gate: Gate, desk: OrderDesk, pairs: Pairs, clock: Clock): void {
  const route = (name: string, handler: (form: URLSearchParams, customer: Customer) => RestAnswer, cost = 1): void =>
    app.route('POST', `/0/private/${name}`, gate.signed(handler, cost));
  const row = (order: EngineOrder, form: URLSearchParams): string =>
    `"${orderTxid(order)}":${orderRow(order, desk.expired, pairs, form.get('trades') === 'true')}`;

  route(
    'AddOrder',
    (form, customer) => {
      const placed = desk.place(customer, wishOf(form, pairs), form.get('validate') === 'true');
      if (typeof placed === 'string') return failure(placed);
      const { order, words } = placed;
      return success(quoted({ descr: { order: words }, ...(order === null ? {} : { txid: [orderTxid(order)] }) }));
    },
    0,
  );
  route(
    'CancelOrder',
    (form, customer) => {
      const cancelled = desk.cancel(customer, form.get('txid') ?? form.get('cl_ord_id') ?? '');
      return typeof cancelled === 'string' ? failure(cancelled) : success('{"count":1}');
    },
    0,
  );
  route(
    'CancelOrderBatch',
    (form, customer) => {
      const names = [...form.getAll('orders'), ...form.getAll('cl_ord_ids')];
      if (names.length === 0 || names.length > BATCH_MAX) return failure(`${INVALID}:orders`);
      return success(quoted({ count: names.filter((name) => typeof desk.cancel(customer, name) !== 'string').length }));
    },
    0,
  );
  route('CancelAll', (_form, customer) => success(quoted({ count: desk.cancelAll(customer) })), 0);
  route('CancelAllOrdersAfter', (form, customer) => {
    const text = form.get('timeout') ?? '';
    const atUs = desk.arm(customer, text === '' ? Number.NaN : Number(text));
    return typeof atUs === 'string' ? failure(atUs) : success(quoted(countdownTimes(clock.epochUs(), atUs)));
  });
  route('QueryOrders', (form, { account }) => {
    const names = (form.get('txid') ?? '').split(',');
    if (names.length > TXIDS_MAX) return failure(`${INVALID}:txid`);
    const orders = names.map((name) => desk.find(account, name)).filter((order) => order !== undefined);
    if (orders.length === 0) return failure('EOrder:Invalid order');
    return success(`{${orders.map((order) => row(order, form)).join(',')}}`);
  });
  route('OpenOrders', (form, { account }) => {
    const orders = account.openOrders().filter((order) => hasClientId(order, form));
    return success(`{"open":{${orders.map((order) => row(order, form)).join(',')}}}`);
  });
  route(
    'ClosedOrders',
    (form, { account }) => {
      const ended = account.orders().filter((order) => order.state !== 'open' && hasClientId(order, form));
      const rows = between(ended, form, ({ updatedUs }) => updatedUs);
      if (typeof rows === 'string') return failure(rows);
      const page = rows.page.map((order) => row(order, form)).join(',');
      return success(`{"closed":{${page}},"count":${rows.count}}`);
    },
    2,
  );
  route(
    'TradesHistory',
    (form, { account }) => {
      const rows = between(account.fills(), form, ({ timeUs }) => timeUs);
      if (typeof rows === 'string') return failure(rows);
      return success(`{"trades":{${rows.page.map((fill) => tradeEntry(fill, pairs)).join(',')}},"count":${rows.count}}`);
    },
    2,
  );
  route('QueryTrades', (form, { account }) => {
    const names = new Set((form.get('txid') ?? '').split(','));
    const fills = account.fills().filter((fill) => names.has(pairs.tradeId(fill)));
    return success(`{${fills.map((fill) => tradeEntry(fill, pairs)).join(',')}}`);
  });
}

/** The answer to arming the dead man's switch. */
export function countdownTimes(nowUs: number, atUs: number): { currentTime: string; triggerTime: string } {
  const text = (us: number): string => new Date(us / 1000).toISOString();
  return { currentTime: text(nowUs), triggerTime: atUs === 0 ? '0' : text(atUs) };
}

function tradeEntry(fill: EngineFill, pairs: Pairs): string {
  return `"${pairs.tradeId(fill)}":${tradeRow(fill)}`;
}

function wishOf(form: URLSearchParams, pairs: Pairs): OrderWish {
  const flags = (form.get('oflags') ?? '').split(',');
  const volume = form.get('volume');
  const isDecimalOrNull = volume !== null && isDecimal(volume) ? volume : null;
  const byQuote = flags.includes('viqc');
  return {
    book: pairs.find(form.get('pair') ?? ''),
    side: form.get('type') ?? '',
    type: form.get('ordertype') ?? '',
    price: form.get('price'),
    volume: byQuote ? null : isDecimalOrNull,
    cost: byQuote ? isDecimalOrNull : null,
    timeInForce: form.get('timeinforce') ?? 'GTC',
    postOnly: flags.includes('post'),
    reduceOnly: form.get('reduce_only') === 'true',
    clientOrderId: form.get('cl_ord_id'),
    selfTrade: form.get('stptype') ?? 'cancel-newest',
    deadline: form.get('deadline'),
    expires: form.get('expiretm'),
  };
}

function hasClientId({ clientOrderId }: EngineOrder, form: URLSearchParams): boolean {
  const wanted = form.get('cl_ord_id');
  return wanted === null || clientOrderId === wanted;
}

/** A page of what happened after `start` and until `end`, the newest first. */
function between<T>(
  rows: readonly T[],
  form: URLSearchParams,
  timeUs: (row: T) => number,
): { readonly page: readonly T[]; readonly count: number } | string {
  const [start, end, offset] = ['start', 'end', 'ofs'].map((name) => Number(form.get(name) || Number.NaN));
  if (offset !== undefined && !Number.isNaN(offset) && !Number.isInteger(offset)) return `${INVALID}:ofs`;
  const from = start === undefined || Number.isNaN(start) ? Number.NEGATIVE_INFINITY : start * 1e6;
  const to = end === undefined || Number.isNaN(end) ? Number.POSITIVE_INFINITY : end * 1e6;
  const found = rows.filter((row) => timeUs(row) > from && timeUs(row) <= to).reverse();
  const first = offset === undefined || Number.isNaN(offset) ? 0 : offset;
  return { page: found.slice(first, first + PAGE_ROWS), count: found.length };
}
