import type { SimulatedBook } from '../../market/book.js';
import { moneyText } from '../../matching/money.js';
import type { EngineAccount } from '../../matching/types.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { quoted, wholeNumber } from '../json-text.js';
import type { RestAnswer, RestMethod, RestRequest } from '../rest.js';
import type { VenueApp } from '../venue-app.js';
import { missing, Refused, spotRefusalAnswer } from './failures.js';
import { SpotGate } from './gate.js';
import type { ListenKeys } from './listen-keys.js';
import { spotOrderById } from './order-ids.js';
import { acceptedRow, msOf, namedOrder, newOrder, placeSpotOrder, spotOrderRow, spotTradeRow } from './spot-orders.js';

const DAY_MS = 86_400_000;

type Run = (params: URLSearchParams, account: EngineAccount) => unknown;

/** The signed part of spot's REST interface. */
export class SpotPrivate {
  private readonly gate: SpotGate;

  constructor(
    private readonly app: VenueApp,
    private readonly dependencies: FrontDependencies,
    private readonly bySymbol: ReadonlyMap<string, SimulatedBook>,
    private readonly listenKeys: ListenKeys,
  ) {
    this.gate = new SpotGate(dependencies.clock, dependencies.access);
    this.serveOrders();
    this.serveAccount();
    this.serveListenKeys();
  }

  private serveOrders(): void {
    const { engine } = this.dependencies;
    this.route('POST', 'order', 'orders', (params, account) =>
      acceptedRow(placeSpotOrder(engine, account, this.book(params), params)),
    );
    this.route('POST', 'order/test', 'orders', (params) => {
      newOrder(this.book(params), params);
      return {};
    });
    this.route('DELETE', 'order', 'orders', (params, account) => {
      const order = namedOrder(account, this.book(params), params);
      if (!engine.cancel(order)) throw new Refused(-2011, 'Unknown order sent.');
      return spotOrderRow(order);
    });
    this.route('DELETE', 'openOrders', 'orders', (params, account) => {
      const books = (params.get('symbol') ?? '').split(',').map((symbol) => this.bookOf(symbol));
      return books.flatMap((book) => engine.cancelAll(account, book)).map(spotOrderRow);
    });
    this.route('DELETE', 'order/all', 'orders', (_params, account) => {
      for (const book of this.bySymbol.values()) engine.cancelAll(account, book);
      return { code: 200, msg: 'success', timestamp: epochMs(this.dependencies.clock) };
    });
    this.route('GET', 'order', 'query', (params, account) => spotOrderRow(namedOrder(account, this.book(params), params)), 2);
    this.route('GET', 'openOrders', 'openOrders', (params, account) => this.openOrders(params, account).map(spotOrderRow), 3);
    this.route(
      'GET',
      'allOrders',
      'allOrders',
      (params, account) => {
        const nowMs = epochMs(this.dependencies.clock);
        const fromMs = whole(params, 'startTime', nowMs - DAY_MS);
        const toMs = whole(params, 'endTime', nowMs);
        const limit = Math.min(1000, whole(params, 'limit', 500));
        const orders = account.orders(this.book(params)).filter(({ createdUs }) => {
          const ms = msOf(createdUs);
          return ms >= fromMs && ms <= toMs;
        });
        return orders.slice(-limit).reverse().map(spotOrderRow);
      },
      10,
    );
    this.route(
      'GET',
      'myTrades',
      'myTrades',
      (params, account) => {
        const book = this.book(params);
        const named = params.get('orderId') ?? '';
        const order = named === '' ? undefined : spotOrderById(account, book, named);
        const fromMs = whole(params, 'startTime', 0);
        const toMs = whole(params, 'endTime', Number.MAX_SAFE_INTEGER);
        const fills = account.fills(book).filter((fill) => {
          const ms = msOf(fill.timeUs);
          return ms >= fromMs && ms <= toMs && (named === '' || fill.order.id === order?.id);
        });
        return fills
          .slice(-Math.min(100, whole(params, 'limit', 100)))
          .reverse()
          .map(spotTradeRow);
      },
      10,
    );
  }

  private serveAccount(): void {
    this.route('GET', 'account', 'account', (_params, account) => ({
      canTrade: true,
      canWithdraw: true,
      canDeposit: true,
      updateTime: null,
      accountType: 'SPOT',
      balances: account
        .balances('spot')
        .filter(({ total }) => total !== 0n)
        .map(({ asset, total, locked }) => ({ asset, free: moneyText(total - locked), locked: moneyText(locked) })),
      permissions: ['SPOT'],
    }));
    this.route(
      'GET',
      'tradeFee',
      'tradeFee',
      (params) => {
        const { makerFeeBps, takerFeeBps } = this.book(params).instrument;
        return {
          data: { makerCommission: makerFeeBps / 1e4, takerCommission: takerFeeBps / 1e4 },
          code: 0,
          msg: 'success',
          timestamp: epochMs(this.dependencies.clock),
        };
      },
      20,
    );
    this.route('GET', 'capital/config/getall', 'capital', () => []);
    this.route('GET', 'selfSymbols', 'selfSymbols', () => ({ code: 200, data: [...this.bySymbol.keys()], msg: null }));
  }

  private serveListenKeys(): void {
    const { listenKeys } = this;
    const keyOf = (params: URLSearchParams): string => {
      const key = params.get('listenKey') ?? '';
      if (key === '') throw missing('listenKey');
      return key;
    };
    this.route('POST', 'userDataStream', 'userDataStream', (_params, account) => ({ listenKey: listenKeys.make(account) }));
    this.route('GET', 'userDataStream', 'userDataStream', (_params, account) => ({ listenKey: listenKeys.of(account) }));
    this.route('PUT', 'userDataStream', 'userDataStream', (params, account) => {
      listenKeys.renew(account, keyOf(params));
      return { listenKey: keyOf(params) };
    });
    this.route('DELETE', 'userDataStream', 'userDataStream', (params, account) => {
      listenKeys.end(account, keyOf(params));
      return { listenKey: keyOf(params) };
    });
  }

  private openOrders(params: URLSearchParams, account: EngineAccount): ReturnType<EngineAccount['openOrders']> {
    if ((params.get('symbol') ?? '') !== '') return account.openOrders(this.book(params));
    return account.openOrders().filter(({ book }) => book.instrument.market === 'spot');
  }

  private book(params: URLSearchParams): SimulatedBook {
    return this.bookOf(params.get('symbol') ?? '');
  }

  private bookOf(symbol: string): SimulatedBook {
    if (symbol === '') throw missing('symbol');
    const book = this.bySymbol.get(symbol);
    if (book === undefined) throw new Refused(-1121, 'Invalid symbol.');
    return book;
  }

  /** @param budget orders and cancels share one of 12 a second, the account has one of 2 */
  private route(method: RestMethod, path: string, budget: string, run: Run, weight = 1): void {
    this.app.route(method, `/api/v3/${path}`, (request) => {
      try {
        return this.answer(request, budget, weight, run);
      } catch (error) {
        if (error instanceof Refused) return spotRefusalAnswer(error);
        throw error;
      }
    });
  }

  private answer(request: RestRequest, budget: string, weight: number, run: Run): RestAnswer {
    const params = new URLSearchParams(request.rawQuery);
    if (!/^\s*(\{|\[|$)/.test(request.body))
      for (const [name, value] of new URLSearchParams(request.body)) params.append(name, value);
    const { account } = this.gate.customer(request, params);
    const who = String(account.id);
    if (budget === 'orders') this.gate.count('orders', who, request.address, 1, 12, 1_000);
    else if (budget === 'account') this.gate.count('account', who, request.address, 1, 2, 1_000);
    else this.gate.count(budget, who, request.address, weight);
    return { body: quoted(run(params, account)) };
  }
}

function whole(params: URLSearchParams, name: string, fallback: number): number {
  const value = wholeNumber(params.get(name), fallback, 0, Number.MAX_SAFE_INTEGER);
  if (value === null) throw new Refused(33333, 'param error');
  return value;
}
