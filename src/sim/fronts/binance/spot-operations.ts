import type { EngineAccount, EngineBalance } from '../../matching/types.js';
import { amountText, type Exchange, limitOf, optionalInteger, type Params } from './exchange.js';
import { ApiFailure } from './failures.js';
import type { Gate, Operation } from './gate.js';
import type { OrderDesk } from './order-desk.js';
import { spotCanceled, spotPlaced, spotRow, spotTrade } from './order-rows.js';
import { type Page, within } from './rows.js';

/** What an account may do and read on spot, by the name that the WebSocket API has for it. */
export function spotOperations(exchange: Exchange, desk: OrderDesk, gate: Gate): Readonly<Record<string, Operation>> {
  const unknown = (): ApiFailure => new ApiFailure(-2013, 'Order does not exist.');
  const signed = (weight: Operation['weight'], run: (params: Params, account: EngineAccount) => unknown): Operation => {
    return { weight, security: 'signed', run: (params, account) => JSON.stringify(run(params, account)) };
  };
  return {
    'order.place': {
      ...signed(1, (params, account) => {
        const order = desk.place(params, account);
        const usual = order.type === 'market' || order.timeInForce !== 'post-only' ? 'FULL' : 'ACK';
        return spotPlaced(order, params.get('newOrderRespType') ?? usual);
      }),
      kind: 'order',
    },
    'order.test': signed(1, (params) => {
      desk.test(params);
      return {};
    }),
    'order.cancel': {
      ...signed(1, (params, account) => {
        const { order, cancelId } = desk.cancel(params, account);
        return spotCanceled(order, cancelId);
      }),
      kind: 'cancel',
    },
    'openOrders.cancelAll': {
      ...signed(1, (params, account) => {
        const canceled = desk.cancelAll(exchange.book(params), account);
        if (canceled.length === 0) throw new ApiFailure(-2011, 'Unknown order sent.');
        return canceled.map((order) => spotCanceled(order, desk.cancelIdOf(order)));
      }),
      kind: 'cancel',
    },
    'order.status': signed(4, (params, account) => spotRow(desk.find(params, account, unknown()))),
    'openOrders.status': signed(
      (params) => (params.has('symbol') ? 6 : 80),
      (params, account) => exchange.chosen(params).flatMap((book) => account.openOrders(book).map((order) => spotRow(order))),
    ),
    allOrders: signed(20, (params, account) => {
      const from = optionalInteger(params, 'orderId');
      const rows = account.orders(exchange.book(params)).filter(({ id }) => from === null || id >= from);
      return within(params, rows, ({ createdUs }) => createdUs, page(params, from !== null)).map((row) => spotRow(row));
    }),
    myTrades: signed(
      (params) => (params.has('orderId') ? 5 : 20),
      (params, account) => {
        const order = optionalInteger(params, 'orderId');
        const from = optionalInteger(params, 'fromId');
        const rows = account
          .fills(exchange.book(params))
          .filter((fill) => (order === null || fill.order.id === order) && (from === null || fill.tradeId >= from));
        return within(params, rows, ({ timeUs }) => timeUs, page(params, from !== null)).map((row) => spotTrade(row));
      },
    ),
    'account.status': signed(20, (params, account) => {
      const rows = account.balances('spot').filter(({ total }) => total !== 0n || params.get('omitZeroBalances') !== 'true');
      const [first] = exchange.books;
      return {
        makerCommission: first?.instrument.makerFeeBps ?? 0,
        takerCommission: first?.instrument.takerFeeBps ?? 0,
        buyerCommission: 0,
        sellerCommission: 0,
        commissionRates: { ...rates(exchange, first?.instrument.symbol), buyer: amountText(0n), seller: amountText(0n) },
        canTrade: true,
        canWithdraw: false,
        canDeposit: false,
        brokered: false,
        requireSelfTradePrevention: false,
        preventSor: false,
        updateTime: exchange.nowMs(),
        accountType: 'SPOT',
        balances: rows.map((row) => balanceRow(row)),
        permissions: ['SPOT'],
        uid: account.id,
      };
    }),
    'account.commission': signed(20, (params) => {
      const { symbol } = exchange.book(params).instrument;
      const none = { maker: amountText(0n), taker: amountText(0n), buyer: amountText(0n), seller: amountText(0n) };
      return {
        symbol,
        standardCommission: { ...none, ...rates(exchange, symbol) },
        specialCommission: none,
        taxCommission: none,
        discount: { enabledForAccount: false, enabledForSymbol: false, discountAsset: 'BNB', discount: '0.75000000' },
      };
    }),
    'account.rateLimits.orders': signed(40, (_params, account) => gate.orderUses(account)),
  };
}

function page(params: Params, begins: boolean): Page {
  return { limit: limitOf(params, 500, 1000), begins, hoursMax: 24 };
}

/** Fees for sapi, which lists them by symbol. */
export function tradeFees(exchange: Exchange): Operation {
  return {
    weight: 1,
    security: 'signed',
    run: (params) =>
      JSON.stringify(
        exchange.chosen(params).map(({ instrument }) => {
          const { maker, taker } = rates(exchange, instrument.symbol);
          return { symbol: instrument.symbol, makerCommission: maker, takerCommission: taker };
        }),
      ),
  };
}

/** A balance as the account has it; what is not bound is free. */
export function balanceRow({ asset, total, locked }: EngineBalance): { asset: string; free: string; locked: string } {
  return { asset, free: amountText(total - locked), locked: amountText(locked) };
}

function rates(exchange: Exchange, symbol: string | undefined): { maker: string; taker: string } {
  const instrument = symbol === undefined ? undefined : exchange.find(symbol)?.instrument;
  return { maker: feeText(instrument?.makerFeeBps ?? 0), taker: feeText(instrument?.takerFeeBps ?? 0) };
}

/** Basis points as a fraction. */
export function feeText(bps: number): string {
  return amountText(BigInt(Math.round(bps * 100)) * 10n ** 12n);
}
