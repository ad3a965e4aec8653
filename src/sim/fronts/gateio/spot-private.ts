import { parseExactJson } from '../../../venues/answer.js';
import { moneyText } from '../../matching/money.js';
import type { EngineAccount, EngineOrder } from '../../matching/types.js';
import { Countdowns } from '../countdowns.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { quoted } from '../json-text.js';
import type { RestMethod, RestRequest } from '../rest.js';
import { feeText } from './amounts.js';
import { BUDGETS } from './budgets.js';
import { invalid, Refused } from './failures.js';
import type { GateioGate } from './gate.js';
import { orderIdOf, textOfOrder } from './order-ids.js';
import { bodyParams, fieldsList, inStretch, type Params, pageOf, queryParams, requiredText, textOf, wholeOf } from './params.js';
import type { Run, SignedRoutes } from './signed-routes.js';
import type { SpotDesk } from './spot-desk.js';
import { spotAckRow, spotOrderRow, spotTradeRow } from './spot-rows.js';

const COUNTDOWN_S_MIN = 5;
const CANCELS_MAX = 20;
const WEEK_S = 7 * 86_400;

/** The signed part of spot's REST interface, and what of other products' a spot account needs. */
export class SpotPrivate {
  private readonly countdowns: Countdowns;

  constructor(
    private readonly routes: SignedRoutes,
    private readonly gate: GateioGate,
    private readonly desk: SpotDesk,
    private readonly dependencies: FrontDependencies,
  ) {
    this.countdowns = new Countdowns(dependencies.clock, dependencies.engine);
    this.serveOrders();
    this.serveBatches();
    this.serveQueries();
    this.serveAccount();
  }

  everySecond(): void {
    this.countdowns.inspect();
  }

  private serveOrders(): void {
    const { routes, gate, desk } = this;
    const terms = { budget: BUDGETS.spotOrders, part: pairOfBody, creates: true };
    routes.route('POST', 'spot/orders', terms, (request, account) => {
      gate.checkExpiry(request.header('x-gate-exptime'));
      return placedText(desk.place(account, bodyParams(request)), bodyParams(request));
    });
    this.cancel('DELETE', 'spot/orders', (request, account) => orders(desk.cancelAll(account, queryParams(request))));
    this.cancel('DELETE', 'spot/orders/:id', (request, account) =>
      quoted(spotOrderRow(desk.cancel(account, request.parameter, queryParams(request)))),
    );
    this.cancel('POST', 'spot/countdown_cancel_all', (request, account) => {
      const params = bodyParams(request);
      const timeout = wholeOf(params, 'timeout', 0);
      if (requiredText(params, 'timeout') !== '0' && timeout < COUNTDOWN_S_MIN) throw invalid('timeout');
      for (const book of textOf(params, 'currency_pair') === '' ? this.books() : [desk.pair(params)])
        this.countdowns.arm(account, book, timeout * 1000);
      return quoted({ triggerTime: timeout === 0 ? 0 : epochMs(this.dependencies.clock) + timeout * 1000 });
    });
  }

  /** Lists of orders succeed or fail one by one. */
  private serveBatches(): void {
    const { routes, desk } = this;
    const terms = { budget: BUDGETS.spotOrders, part: pairOfBody };
    routes.route('POST', 'spot/batch_orders', terms, (request, account) => {
      const wanted = fieldsList(parseExactJson(request.body));
      for (const params of wanted) requiredText(params, 'text');
      return quoted(wanted.map((params) => each(params, () => spotOrderRow(desk.place(account, params)))));
    });
    this.cancel('POST', 'spot/cancel_batch_orders', (request, account) => {
      const wanted = fieldsList(parseExactJson(request.body));
      if (wanted.length > CANCELS_MAX) throw invalid('orders');
      return quoted(
        wanted.map((params) => {
          const { currency_pair, id } = params;
          const result = each(params, () => {
            const order = desk.cancel(account, requiredText(params, 'id'), params);
            return { text: textOfOrder(order) };
          });
          return { currency_pair, id, ...result };
        }),
      );
    });
  }

  private serveQueries(): void {
    const { desk } = this;
    this.read('spot/orders', (request, account) => orders(desk.list(account, queryParams(request))));
    this.read('spot/orders/:id', (request, account) =>
      quoted(spotOrderRow(desk.find(account, request.parameter, queryParams(request)))),
    );
    this.read('spot/open_orders', (_request, account) => {
      const byPair = new Map<string, EngineOrder[]>();
      for (const order of desk.open(account, null)) {
        const { symbol } = order.book.instrument;
        byPair.set(symbol, [order, ...(byPair.get(symbol) ?? [])]);
      }
      return quoted(
        [...byPair].map(([currency_pair, open]) => ({ currency_pair, total: open.length, orders: open.map(spotOrderRow) })),
      );
    });
    this.read('spot/my_trades', (request, account) => {
      const params = queryParams(request);
      const id = textOf(params, 'order_id');
      const book = textOf(params, 'currency_pair') === '' ? undefined : desk.pair(params);
      const sinceS = epochMs(this.dependencies.clock) / 1000 - WEEK_S;
      const fills = account.fills(book).filter(({ order, timeUs }) => {
        if (order.book.instrument.market !== 'spot' || (id !== '' && String(orderIdOf(order)) !== id)) return false;
        return params['from'] === undefined && timeUs / 1e6 < sinceS ? false : inStretch(params, timeUs);
      });
      return quoted(pageOf(params, fills.reverse(), 1_000).map(spotTradeRow));
    });
  }

  private serveAccount(): void {
    const { routes } = this;
    this.read('spot/accounts', (request, account) => {
      const currency = request.query.get('currency');
      const updateId = account.fills().length + account.orders().length + 1;
      return quoted(
        account
          .balances('spot')
          .filter(({ asset }) => currency === null || asset === currency)
          .map(({ asset, total, locked }) => ({
            currency: asset,
            available: moneyText(total - locked),
            locked: moneyText(locked),
            update_id: updateId,
          })),
      );
    });
    routes.route('GET', 'wallet/fee', { budget: BUDGETS.other }, (_request, account) => quoted(this.fees(account)));
    this.read('spot/fee', (_request, account) => quoted(this.fees(account)));
    this.read('spot/batch_fee', (request, account) => {
      const pairs = requiredText(queryParams(request), 'currency_pairs').split(',');
      return quoted(Object.fromEntries(pairs.map((pair) => [pair, { ...this.fees(account), currency_pair: pair }])));
    });
    routes.route('GET', 'account/detail', { budget: BUDGETS.other }, (_request, account) =>
      quoted({ user_id: account.id, key: { mode: 1 }, copy_trading_role: 0, tier: 0, ip_whitelist: [], currency_pairs: [] }),
    );
  }

  /** Fees are the same for all books of a market. */
  private fees(account: EngineAccount): Record<string, unknown> {
    const { market } = this.dependencies;
    const spot = market.booksOf('gateio', 'spot')[0]?.instrument;
    const futures = market.booksOf('gateio', 'futures')[0]?.instrument;
    return {
      user_id: account.id,
      taker_fee: feeText(spot?.takerFeeBps ?? 0),
      maker_fee: feeText(spot?.makerFeeBps ?? 0),
      gt_discount: false,
      gt_taker_fee: '0',
      gt_maker_fee: '0',
      loan_fee: '0.18',
      point_type: '1',
      futures_taker_fee: feeText(futures?.takerFeeBps ?? 0),
      futures_maker_fee: feeText(futures?.makerFeeBps ?? 0),
      delivery_taker_fee: feeText(futures?.takerFeeBps ?? 0),
      delivery_maker_fee: feeText(futures?.makerFeeBps ?? 0),
      debit_fee: 3,
    };
  }

  private books(): ReturnType<FrontDependencies['market']['booksOf']> {
    return this.dependencies.market.booksOf('gateio', 'spot');
  }

  private read(path: string, run: Run): void {
    this.routes.route('GET', path, { budget: BUDGETS.spotReads }, run);
  }

  private cancel(method: RestMethod, path: string, run: Run): void {
    this.routes.route(method, path, { budget: BUDGETS.spotCancels }, run);
  }
}

/** A placed order, as much of it as the client wants to know. */
export function placedText(order: EngineOrder, params: Params): string {
  return quoted(textOf(params, 'action_mode') === 'ACK' ? spotAckRow(order) : spotOrderRow(order));
}

/** Orders as a list. */
export function orders(list: readonly EngineOrder[]): string {
  return quoted(list.map(spotOrderRow));
}

/** One result of a list: with what `run` gives, or with the refusal. */
export function each(params: Params, run: () => Record<string, unknown>): Record<string, unknown> {
  try {
    return { ...run(), succeeded: true, label: '', message: '' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { text: textOf(params, 'text'), succeeded: false, label: error.label, message: error.message };
  }
}

function pairOfBody({ body }: RestRequest): string {
  return /"currency_pair"\s*:\s*"([^"]*)"/.exec(body)?.[1] ?? '';
}
