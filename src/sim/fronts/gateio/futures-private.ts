import { parseExactJson } from '../../../venues/answer.js';
import { moneyText } from '../../matching/money.js';
import type { EngineAccount, EngineEvent } from '../../matching/types.js';
import { Countdowns } from '../countdowns.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { quoted } from '../json-text.js';
import type { RestMethod } from '../rest.js';
import { feeText, msOf } from './amounts.js';
import { BUDGETS } from './budgets.js';
import { invalid, Refused } from './failures.js';
import { type FuturesAccounts, SETTLEMENT } from './futures-account.js';
import type { FuturesDesk } from './futures-desk.js';
import { type ClosedSizes, futuresOrderRow, futuresTradeRow } from './futures-rows.js';
import type { GateioGate } from './gate.js';
import { orderIdOf } from './order-ids.js';
import { bodyParams, fieldsList, inStretch, pageOf, queryParams, requiredText, textOf, wholeOf } from './params.js';
import type { Run, SignedRoutes } from './signed-routes.js';
import { each } from './spot-private.js';
import { styleOf } from './style.js';

const COUNTDOWN_S_MIN = 5;
const PLACES_MAX = 10;
const CANCELS_MAX = 20;
/** What the wallet's history calls what moved it. */
export const LEDGER_TYPES = {
  order: 'pnl',
  trade: 'pnl',
  margin: 'pnl',
  liquidation: 'pnl',
  fee: 'fee',
  funding: 'fund',
  deposit: 'dnw',
} as const satisfies Record<Extract<EngineEvent, { kind: 'balance' }>['cause'], string>;

/** The signed part of the USDT perpetuals' REST interface. */
export class FuturesPrivate {
  private readonly countdowns: Countdowns;

  constructor(
    private readonly routes: SignedRoutes,
    private readonly gate: GateioGate,
    private readonly desk: FuturesDesk,
    private readonly accounts: FuturesAccounts,
    private readonly closed: ClosedSizes,
    private readonly dependencies: FrontDependencies,
  ) {
    this.countdowns = new Countdowns(dependencies.clock, dependencies.engine);
    this.serveOrders();
    this.serveBatches();
    this.serveQueries();
    this.serveSettings();
    this.serveAccount();
  }

  everySecond(): void {
    this.countdowns.inspect();
  }

  private serveOrders(): void {
    const { routes, gate, desk } = this;
    const terms = { budget: BUDGETS.futuresOrders, creates: true };
    routes.route('POST', 'futures/usdt/orders', terms, (request, account) => {
      gate.checkExpiry(request.header('x-gate-exptime'));
      const params = bodyParams(request);
      const order = futuresOrderRow(desk.place(account, params, styleOf(request)), styleOf(request));
      return quoted(textOf(params, 'action_mode') === 'ACK' ? { id: order['id'], text: order['text'] } : order);
    });
    this.cancel('DELETE', 'orders', (request, account) =>
      quoted(desk.cancelAll(account, queryParams(request)).map((order) => futuresOrderRow(order, styleOf(request)))),
    );
    this.cancel('DELETE', 'orders/:id', (request, account) =>
      quoted(futuresOrderRow(desk.cancel(account, request.parameter), styleOf(request))),
    );
    this.cancel('POST', 'countdown_cancel_all', (request, account) => {
      const params = bodyParams(request);
      const timeout = wholeOf(params, 'timeout', 0);
      if (requiredText(params, 'timeout') !== '0' && timeout < COUNTDOWN_S_MIN) throw invalid('timeout');
      const all = this.dependencies.market.booksOf('gateio', 'futures');
      for (const book of textOf(params, 'contract') === '' ? all : [desk.contract(params)])
        this.countdowns.arm(account, book, timeout * 1000);
      return quoted({ triggerTime: timeout === 0 ? 0 : epochMs(this.dependencies.clock) + timeout * 1000 });
    });
  }

  private serveBatches(): void {
    const { routes, desk } = this;
    routes.route('POST', 'futures/usdt/batch_orders', { budget: BUDGETS.futuresOrders }, (request, account) => {
      const wanted = fieldsList(parseExactJson(request.body));
      if (wanted.length > PLACES_MAX) throw invalid('orders');
      const style = styleOf(request);
      return quoted(wanted.map((params) => each(params, () => futuresOrderRow(desk.place(account, params, style), style))));
    });
    this.cancel('POST', 'batch_cancel_orders', (request, account) => {
      const ids = parseExactJson(request.body);
      if (!Array.isArray(ids) || ids.length > CANCELS_MAX) throw invalid('orders');
      return quoted(
        ids.map((id) => {
          const result = each({}, () => ({ user_id: account.id, id: orderIdOf(desk.cancel(account, String(id))) }));
          return { id: String(id), user_id: account.id, succeeded: result['succeeded'], message: result['message'] };
        }),
      );
    });
  }

  private serveQueries(): void {
    const { desk, closed } = this;
    this.read('orders', (request, account) =>
      quoted(desk.list(account, queryParams(request)).map((order) => futuresOrderRow(order, styleOf(request)))),
    );
    this.read('orders_timerange', (request, account) =>
      quoted(desk.within(account, queryParams(request)).map((order) => futuresOrderRow(order, styleOf(request)))),
    );
    this.read('orders/:id', (request, account) =>
      quoted(futuresOrderRow(desk.find(account, request.parameter), styleOf(request))),
    );
    const trades: Run = (request, account) => {
      const params = queryParams(request);
      const book = textOf(params, 'contract') === '' ? undefined : desk.contract(params);
      const id = textOf(params, 'order');
      const fills = account
        .fills(book)
        .filter(({ order }) => order.book.instrument.market === 'futures' && (id === '' || String(orderIdOf(order)) === id))
        .filter(({ timeUs }) => inStretch(params, timeUs));
      return quoted(
        pageOf(params, fills.reverse(), 1_000).map((fill) => futuresTradeRow(fill, closed.of(fill), styleOf(request))),
      );
    };
    this.read('my_trades', trades);
    this.read('my_trades_timerange', trades);
  }

  private serveSettings(): void {
    const { routes, desk } = this;
    const { engine } = this.dependencies;
    const terms = { budget: BUDGETS.futuresReads };
    // These take their parameters in the query, with an empty body.
    routes.route('POST', 'futures/usdt/positions/:contract/leverage', terms, (request, account) => {
      const book = desk.named(request.parameter);
      const params = queryParams(request);
      const isolated = requiredText(params, 'leverage') !== '0';
      const leverage = isolated
        ? wholeOf(params, 'leverage', 0)
        : wholeOf(params, 'cross_leverage_limit', account.position(book).leverage);
      if (leverage > book.instrument.maxLeverage) throw new Refused('LEVERAGE_TOO_HIGH', 'leverage too high');
      if (leverage < 1) throw new Refused('LEVERAGE_TOO_LOW', 'leverage too low');
      if (engine.setMarginMode(account, book, isolated ? 'isolated' : 'cross') !== null) throw positionHolding();
      if (engine.setLeverage(account, book, leverage) !== null)
        throw new Refused('MARGIN_BALANCE_NOT_ENOUGH', 'margin is not enough for the leverage');
      return quoted(this.accounts.positionRow(account, account.position(book), styleOf(request)));
    });
    routes.route('POST', 'futures/usdt/positions/cross_mode', terms, (request, account) => {
      const params = bodyParams(request);
      const book = desk.contract(params);
      const mode = requiredText(params, 'mode');
      if (mode !== 'CROSS' && mode !== 'ISOLATED') throw invalid('mode');
      if (engine.setMarginMode(account, book, mode === 'CROSS' ? 'cross' : 'isolated') !== null) throw positionHolding();
      return quoted(this.accounts.positionRow(account, account.position(book), styleOf(request)));
    });
  }

  private serveAccount(): void {
    const { desk, accounts } = this;
    const { clock } = this.dependencies;
    this.read('accounts', (_request, account) => quoted(accounts.walletRow(account, clock.epochUs())));
    this.read('positions', (request, account) => {
      const holding = request.query.get('holding') === 'true';
      const rows = account.positions().filter(({ qtyUnits }) => !holding || qtyUnits !== 0);
      return quoted(rows.map((position) => accounts.positionRow(account, position, styleOf(request))));
    });
    this.read('positions/:contract', (request, account) => {
      const position = account.position(desk.named(request.parameter));
      return quoted(accounts.positionRow(account, position, styleOf(request)));
    });
    this.read('fee', (request) => {
      const contract = request.query.get('contract');
      const all = this.dependencies.market.booksOf('gateio', 'futures');
      const asked = contract === null ? all : [desk.named(contract)];
      return quoted(
        Object.fromEntries(
          asked.map(({ instrument: { symbol, takerFeeBps, makerFeeBps } }) => [
            symbol,
            { taker_fee: feeText(takerFeeBps), maker_fee: feeText(makerFeeBps) },
          ]),
        ),
      );
    });
    this.read('account_book', (request, account) => {
      const params = queryParams(request);
      const type = textOf(params, 'type');
      const rows = this.ledger(account).filter(
        (row) =>
          (type === '' || row.type === type) && inStretch(params, row.time * 1e6) && named(row.contract, params['contract']),
      );
      return quoted(pageOf(params, rows.reverse(), 1_000));
    });
  }

  /** What moved the wallet, the oldest first. */
  private ledger(account: EngineAccount): { time: number; change: string; balance: string; type: string; contract: string }[] {
    let contract = '';
    return this.dependencies.engine.log.flatMap((event) => {
      if (event.account !== account) return [];
      // An action's fills and payments are told before what they moved.
      if (event.kind === 'fill') contract = event.order.book.instrument.symbol;
      if (event.kind === 'funding') contract = event.book.instrument.symbol;
      if (event.kind !== 'balance' || event.wallet !== 'futures' || event.totalChange === 0n) return [];
      if (event.balance.asset !== SETTLEMENT) return [];
      const type = LEDGER_TYPES[event.cause];
      return [
        {
          time: msOf(event.timeUs) / 1000,
          change: moneyText(event.totalChange),
          balance: moneyText(event.balance.total),
          type,
          text: contract,
          contract,
          trade_id: '0',
        },
      ];
    });
  }

  private read(path: string, run: Run): void {
    this.routes.route('GET', `futures/usdt/${path}`, { budget: BUDGETS.futuresReads }, run);
  }

  private cancel(method: RestMethod, path: string, run: Run): void {
    this.routes.route(method, `futures/usdt/${path}`, { budget: BUDGETS.futuresCancels }, run);
  }
}

function named(contract: string, wanted: unknown): boolean {
  return wanted === undefined || wanted === contract;
}

function positionHolding(): Refused {
  return new Refused('POSITION_HOLDING', 'there are open positions or orders');
}
