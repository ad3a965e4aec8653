import { z } from 'zod';
import { parseExactJson } from '../../../venues/answer.js';
import type { SimulatedBook } from '../../market/book.js';
import type { EngineAccount, EngineOrder } from '../../matching/types.js';
import { epochMs, type FrontDependencies } from '../front.js';
import { jsonObject, quoted, wholeNumber } from '../json-text.js';
import type { RestMethod, RestRequest } from '../rest.js';
import type { VenueApp } from '../venue-app.js';
import type { ContractAccounts } from './contract-account.js';
import { contractDealRow, contractOrderRow, paramError, placeContractOrder, setContractLeverage } from './contract-orders.js';
import { contractRefusalAnswer, Refused } from './failures.js';
import type { ContractGate } from './gate.js';
import { contractOrderById, contractOrderId, orderByClientId } from './order-ids.js';
import { msOf } from './spot-orders.js';

const PAGE_MAX = 100;
const CANCELS_MAX = 50;

const Ids = z.array(z.union([z.string(), z.number()]).transform(String)).min(1);
const Named = z.object({ symbol: z.string(), externalOid: z.string() });
const Names = z.union([z.array(Named).min(1), Named.transform((one) => [one])]);
const OfSymbol = z.object({ symbol: z.string().optional() });
const Leverage = z.object({
  positionId: z.coerce.number().optional(),
  leverage: z.coerce.number(),
  openType: z.coerce.number().optional(),
  symbol: z.string().optional(),
});

/** JSON of `data`; null for an answer without data. */
type Run = (request: RestRequest, account: EngineAccount) => string | null;

/** The signed part of the contract stack's REST interface. */
export class ContractPrivate {
  constructor(
    private readonly app: VenueApp,
    private readonly dependencies: FrontDependencies,
    private readonly bySymbol: ReadonlyMap<string, SimulatedBook>,
    private readonly gate: ContractGate,
    private readonly accounts: ContractAccounts,
  ) {
    this.serveOrders();
    this.serveQueries();
    this.serveAccount();
  }

  /** An order with the settings of its contract. */
  row(order: EngineOrder): string {
    const { leverage, marginMode } = order.account.position(order.book);
    return contractOrderRow(order, leverage, marginMode === 'isolated');
  }

  private serveOrders(): void {
    const { engine, clock } = this.dependencies;
    this.write('order/create', ({ body }, account) => {
      const order = placeContractOrder(engine, account, this.bySymbol, body);
      return jsonObject({ orderId: quoted(contractOrderId(order.id)), ts: epochMs(clock) });
    });
    // The older name answers with the bare id.
    this.write('order/submit', ({ body }, account) =>
      contractOrderId(placeContractOrder(engine, account, this.bySymbol, body).id),
    );
    this.write('order/cancel', ({ body }, account) => {
      const ids = read(Ids, body);
      if (ids.length > CANCELS_MAX) throw new Refused(2013, 'Too many orders to cancel!');
      return `[${ids
        .map((id) =>
          jsonObject({ orderId: /^\d+$/.test(id) ? id : quoted(id), ...this.cancelled(contractOrderById(account, id)) }),
        )
        .join(',')}]`;
    });
    this.write('order/cancel_with_external', ({ body }, account) => {
      const rows = read(Names, body).map(({ symbol, externalOid }) => {
        const book = this.bySymbol.get(symbol);
        const order = book === undefined ? undefined : this.byExternalId(account, book, externalOid);
        return jsonObject({ symbol: quoted(symbol), externalOid: quoted(externalOid), ...this.cancelled(order) });
      });
      return `[${rows.join(',')}]`;
    });
    this.write('order/cancel_all', ({ body }, account) => {
      const { symbol } = read(OfSymbol, body === '' ? '{}' : body);
      const books = symbol === undefined ? [...this.bySymbol.values()] : [this.bookOf(symbol)];
      for (const book of books) engine.cancelAll(account, book);
      return null;
    });
  }

  private serveQueries(): void {
    this.read('order/get/:id', ({ parameter }, account) => {
      const order = contractOrderById(account, parameter);
      return order === undefined ? null : this.row(order);
    });
    this.read('order/external/:symbol/:id', ({ parameters }, account) => {
      const order = this.byExternalId(account, this.bookOf(parameters[0] ?? ''), parameters[1] ?? '');
      return order === undefined ? null : this.row(order);
    });
    this.read(
      'order/batch_query',
      ({ query }, account) => {
        const ids = (query.get('order_ids') ?? '').split(',');
        if (ids.length > CANCELS_MAX) throw new Refused(2034, 'Too many orders to query!');
        return list(ids.flatMap((id) => contractOrderById(account, id) ?? []).map((order) => this.row(order)));
      },
      5,
    );
    this.read('order/list/open_orders', ({ query }, account) => {
      const symbol = query.get('symbol');
      const orders = symbol === null ? this.futuresOf(account.openOrders()) : account.openOrders(this.bookOf(symbol));
      return list(page(query, [...orders].reverse()).map((order) => this.row(order)));
    });
    this.read('order/list/history_orders', ({ query }, account) => {
      const symbol = query.get('symbol');
      const states = (query.get('states') ?? '').split(',').filter((state) => state !== '');
      const orders = (symbol === null ? this.futuresOf(account.orders()) : account.orders(this.bookOf(symbol))).filter(
        (order) => inStretch(query, order.createdUs) && (states.length === 0 || states.includes(stateOf(order))),
      );
      return list(page(query, [...orders].reverse()).map((order) => this.row(order)));
    });
    const deals: Run = ({ query }, account) => {
      const symbol = query.get('symbol');
      if (symbol === null) throw paramError();
      const fills = account.fills(this.bookOf(symbol)).filter(({ timeUs }) => inStretch(query, timeUs));
      return list(page(query, [...fills].reverse()).map(contractDealRow));
    };
    this.read('order/list/order_deals', deals);
    this.read('order/list/order_deals/v3', deals);
    this.read('order/deal_details/:id', ({ parameter }, account) =>
      list((contractOrderById(account, parameter)?.fills ?? []).map(contractDealRow)),
    );
  }

  private serveAccount(): void {
    const { engine } = this.dependencies;
    this.read('account/assets', (_request, account) =>
      list(account.balances('futures').map((balance) => this.accounts.assetRow(account, balance))),
    );
    this.read('account/asset/:currency', ({ parameter }, account) =>
      this.accounts.assetRow(account, account.balance('futures', parameter)),
    );
    const fees: Run = ({ query }) => {
      const { makerFeeBps, takerFeeBps } = this.bookOf(query.get('symbol') ?? '').instrument;
      const [maker, taker] = [makerFeeBps / 1e4, takerFeeBps / 1e4];
      return jsonObject({ level: 0, makerFee: maker, takerFee: taker, realMakerFee: maker, realTakerFee: taker });
    };
    this.read('account/tiered_fee_rate', fees);
    this.read('account/tiered_fee_rate/v2', fees);
    this.read('position/open_positions', ({ query }, account) => {
      const symbol = query.get('symbol');
      const open = this.accounts.open(account).filter(({ book }) => symbol === null || book.instrument.symbol === symbol);
      return list(open.map((position) => this.accounts.positionRow(account, position)));
    });
    this.read('position/leverage', ({ query }, account) => {
      const { leverage, marginMode, book } = account.position(this.bookOf(query.get('symbol') ?? ''));
      const { maxQtyUnits, maxLeverage, maintenanceRate } = book.instrument;
      return list(
        [1, 2].map((positionType) =>
          jsonObject({
            level: 1,
            maxVol: maxQtyUnits,
            mmr: maintenanceRate,
            imr: 1 / maxLeverage,
            positionType,
            openType: marginMode === 'isolated' ? 1 : 2,
            leverage,
            limitBySys: false,
            currentMmr: maintenanceRate,
          }),
        ),
      );
    });
    this.read('position/position_mode', () => '2');
    this.read('position/funding_records', ({ query }, account) => this.fundingRecords(query, account));
    this.route('POST', 'position/change_leverage', 'leverage', 10, 10_000, ({ body }, account) => {
      const { positionId, leverage, openType, symbol } = read(Leverage, body);
      const book = positionId === undefined ? this.bookOf(symbol ?? '') : this.accounts.bookOfPosition(account, positionId);
      if (book === undefined) throw new Refused(2009, 'Position is not exists or closed.');
      if (openType !== undefined && engine.setMarginMode(account, book, openType === 1 ? 'isolated' : 'cross') !== null)
        throw new Refused(2019, 'There are open positions or orders!');
      setContractLeverage(engine, account, book, leverage);
      return null;
    });
  }

  private fundingRecords(query: URLSearchParams, account: EngineAccount): string {
    const symbol = query.get('symbol');
    const rows = this.dependencies.engine.log.flatMap((event) => {
      if (event.kind !== 'funding' || event.account !== account) return [];
      if (symbol !== null && event.book.instrument.symbol !== symbol) return [];
      return [
        {
          symbol: event.book.instrument.symbol,
          rate: Number(event.rate),
          funding: Number(event.amount) / 1e18,
          settleTime: msOf(event.timeUs),
        },
      ];
    });
    const found = page(query, rows.reverse());
    return quoted({ pageSize: found.length, totalCount: rows.length, totalPage: 1, currentPage: 1, resultList: found });
  }

  /** What became of one cancel of a list. */
  private cancelled(order: EngineOrder | undefined): Record<string, string | number> {
    if (order === undefined) return { errorCode: 2040, errorMsg: '"order not exist"' };
    if (!this.dependencies.engine.cancel(order)) return { errorCode: 2041, errorMsg: '"order state cannot be cancelled"' };
    return { errorCode: 0, errorMsg: '"success"' };
  }

  /** Orders without a client id of their own have one of the venue's making. */
  private byExternalId(account: EngineAccount, book: SimulatedBook, id: string): EngineOrder | undefined {
    return id.startsWith('_m_') ? contractOrderById(account, id.slice(3)) : orderByClientId(account, book, id);
  }

  private futuresOf(orders: readonly EngineOrder[]): readonly EngineOrder[] {
    return orders.filter(({ book }) => book.instrument.market === 'futures');
  }

  private bookOf(symbol: string): SimulatedBook {
    const book = this.bySymbol.get(symbol);
    if (book === undefined) throw new Refused(1001, "Contract doesn't exist!");
    return book;
  }

  /** Orders and cancels share a budget. */
  private write(path: string, run: Run): void {
    this.route('POST', path, 'orders', 4, 2_000, run);
  }

  private read(path: string, run: Run, most = 20): void {
    this.route('GET', path, path, most, 2_000, run);
  }

  private route(method: RestMethod, path: string, budget: string, most: number, windowMs: number, run: Run): void {
    this.app.route(method, `/api/v1/private/${path}`, (request) => {
      try {
        const { account } = this.gate.customer(request);
        this.gate.count(budget, String(account.id), most, windowMs);
        const data = run(request, account);
        return { body: data === null ? '{"success":true,"code":0}' : `{"success":true,"code":0,"data":${data}}` };
      } catch (error) {
        if (error instanceof Refused) return contractRefusalAnswer(error);
        throw error;
      }
    });
  }
}

function list(rows: readonly string[]): string {
  return `[${rows.join(',')}]`;
}

function read<T>(schema: z.ZodType<T>, body: string): T {
  const parsed = schema.safeParse(parseExactJson(body));
  if (!parsed.success) throw paramError();
  return parsed.data;
}

function page<T>(query: URLSearchParams, rows: readonly T[]): readonly T[] {
  const number = wholeNumber(query.get('page_num'), 1, 1, Number.MAX_SAFE_INTEGER);
  const size = wholeNumber(query.get('page_size'), 20, 1, Number.MAX_SAFE_INTEGER);
  if (number === null || size === null) throw paramError();
  const length = Math.min(size, PAGE_MAX);
  return rows.slice((number - 1) * length, number * length);
}

function inStretch(query: URLSearchParams, timeUs: number): boolean {
  const fromMs = wholeNumber(query.get('start_time'), 0, 0, Number.MAX_SAFE_INTEGER);
  const toMs = wholeNumber(query.get('end_time'), Number.MAX_SAFE_INTEGER, 0, Number.MAX_SAFE_INTEGER);
  if (fromMs === null || toMs === null) throw paramError();
  return msOf(timeUs) >= fromMs && msOf(timeUs) <= toMs;
}

function stateOf({ state }: EngineOrder): string {
  return state === 'open' ? '2' : state === 'filled' ? '3' : '4';
}
