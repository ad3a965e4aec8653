import type { SimulatedBook } from '../../market/book.js';
import type { EngineAccount, EnginePosition, Money } from '../../matching/types.js';
import type { Countdowns } from '../countdowns.js';
import { amountText, type Exchange, limitOf, msOf, optionalInteger, type Params, quantityText, required } from './exchange.js';
import { ApiFailure } from './failures.js';
import type { Gate, Operation } from './gate.js';
import type { OrderDesk } from './order-desk.js';
import { futuresRow, futuresTrade } from './order-rows.js';
import { type Page, within } from './rows.js';
import { feeText } from './spot-operations.js';

/** The greatest notional of the one bracket that every contract has here. */
const NOTIONAL_CAP = 50_000_000;

/** What an account may do and read on USD-M futures. */
export function futuresOperations(
  exchange: Exchange,
  desk: OrderDesk,
  gate: Gate,
  countdowns: Countdowns,
): Readonly<Record<string, Operation>> {
  const { engine } = exchange;
  const unknown = (): ApiFailure => new ApiFailure(-2013, 'Order does not exist.');
  const signed = (weight: Operation['weight'], run: (params: Params, account: EngineAccount) => unknown): Operation => {
    return { weight, security: 'signed', run: (params, account) => JSON.stringify(run(params, account)) };
  };
  const done = { code: 200, msg: 'success' };
  return {
    'order.place': {
      ...signed(0, (params, account) => futuresRow(desk.place(params, account))),
      kind: 'order',
    },
    'order.test': signed(1, (params) => {
      desk.test(params);
      return {};
    }),
    'order.cancel': { ...signed(1, (params, account) => futuresRow(desk.cancel(params, account).order)), kind: 'cancel' },
    'openOrders.cancelAll': signed(1, (params, account) => {
      desk.cancelAll(exchange.book(params), account);
      return { code: 200, msg: 'The operation of cancel all open order is done.' };
    }),
    'order.status': signed(1, (params, account) => futuresRow(desk.find(params, account, unknown()))),
    openOrder: signed(1, (params, account) => {
      const order = desk.find(params, account, unknown());
      if (order.state !== 'open') throw unknown();
      return futuresRow(order);
    }),
    'openOrders.status': signed(
      (params) => (params.has('symbol') ? 1 : 40),
      (params, account) => exchange.chosen(params).flatMap((book) => account.openOrders(book).map((order) => futuresRow(order))),
    ),
    allOrders: signed(5, (params, account) => {
      const from = optionalInteger(params, 'orderId');
      const rows = account.orders(exchange.book(params)).filter(({ id }) => from === null || id >= from);
      return within(params, rows, ({ createdUs }) => createdUs, page(params, from !== null)).map((row) => futuresRow(row));
    }),
    userTrades: signed(5, (params, account) => {
      const order = optionalInteger(params, 'orderId');
      const from = optionalInteger(params, 'fromId');
      const rows = account
        .fills(exchange.book(params))
        .filter((fill) => (order === null || fill.order.id === order) && (from === null || fill.tradeId >= from));
      return within(params, rows, ({ timeUs }) => timeUs, page(params, from !== null)).map((row) => futuresTrade(row));
    }),
    'account.balance': signed(5, (_params, account) => walletRows(exchange, account)),
    'account.status': signed(5, (_params, account) => accountRow(exchange, account)),
    'account.position': signed(5, (params, account) =>
      positionsOf(exchange, params, account)
        .filter((position) => position.qtyUnits !== 0 || account.openOrders(position.book).length > 0)
        .map((position) => riskRow(exchange, position)),
    ),
    positionRiskV2: signed(5, (params, account) =>
      positionsOf(exchange, params, account).map((position) => ({
        ...riskRow(exchange, position),
        leverage: String(position.leverage),
        marginType: position.marginMode,
        maxNotionalValue: String(NOTIONAL_CAP),
        isAutoAddMargin: 'false',
      })),
    ),
    symbolConfig: signed(5, (params, account) =>
      positionsOf(exchange, params, account).map(({ book, leverage, marginMode }) => ({
        symbol: book.instrument.symbol,
        marginType: marginMode === 'isolated' ? 'ISOLATED' : 'CROSSED',
        isAutoAddMargin: false,
        leverage,
        maxNotionalValue: String(NOTIONAL_CAP),
      })),
    ),
    leverageBracket: signed(1, (params) => exchange.chosen(params).map((book) => bracketRow(book))),
    commissionRate: signed(20, (params) => {
      const { symbol, makerFeeBps, takerFeeBps } = exchange.book(params).instrument;
      return { symbol, makerCommissionRate: feeText(makerFeeBps), takerCommissionRate: feeText(takerFeeBps) };
    }),
    leverage: signed(1, (params, account) => {
      const book = exchange.book(params);
      const leverage = Number(required(params, 'leverage'));
      const refusal = engine.setLeverage(account, book, leverage);
      if (refusal === 'insufficient-balance')
        throw new ApiFailure(-2028, 'Leverage is smaller than permitted: insufficient margin balance');
      if (refusal !== null) throw new ApiFailure(-4028, `Leverage ${required(params, 'leverage')} is not valid`);
      return { leverage, maxNotionalValue: String(NOTIONAL_CAP), symbol: book.instrument.symbol };
    }),
    marginType: signed(1, (params, account) => {
      const book = exchange.book(params);
      const type = required(params, 'marginType');
      if (type !== 'ISOLATED' && type !== 'CROSSED')
        throw new ApiFailure(-1130, "Data sent for parameter 'marginType' is not valid.");
      const mode = type === 'ISOLATED' ? 'isolated' : 'cross';
      if (account.position(book).marginMode === mode) throw new ApiFailure(-4046, 'No need to change margin type.');
      if (engine.setMarginMode(account, book, mode) === null) return done;
      throw account.position(book).qtyUnits === 0
        ? new ApiFailure(-4047, 'Margin type cannot be changed if there exists open orders.')
        : new ApiFailure(-4048, 'Margin type cannot be changed if there exists position.');
    }),
    positionSide: signed(30, () => ({ dualSidePosition: false })),
    setPositionSide: signed(1, (params) => {
      if (required(params, 'dualSidePosition') === 'false') throw new ApiFailure(-4059, 'No need to change position side.');
      throw new ApiFailure(-4068, 'Position side cannot be changed if there exists position.');
    }),
    multiAssetsMargin: signed(30, () => ({ multiAssetsMargin: false })),
    countdownCancelAll: signed(10, (params, account) => {
      const book = exchange.book(params);
      const countdownMs = Number(required(params, 'countdownTime'));
      if (!Number.isSafeInteger(countdownMs) || countdownMs < 0)
        throw new ApiFailure(-1130, "Data sent for parameter 'countdownTime' is not valid.");
      countdowns.arm(account, book, countdownMs);
      return { symbol: book.instrument.symbol, countdownTime: String(countdownMs) };
    }),
    'rateLimits.orders': signed(1, (_params, account) => gate.orderUses(account)),
  };
}

/** What of a position its owner is told on the stream. */
export function positionUpdate(exchange: Exchange, position: EnginePosition): Record<string, unknown> {
  const { book, qtyUnits, entryPrice, realizedPnl, margin, marginMode } = position;
  return {
    s: book.instrument.symbol,
    pa: signedQuantity(position),
    ep: amountText(entryPrice),
    bep: amountText(entryPrice),
    cr: amountText(realizedPnl),
    up: amountText(qtyUnits === 0 ? 0n : exchange.engine.value(position).unrealizedPnl),
    mt: marginMode,
    iw: amountText(marginMode === 'isolated' ? margin : 0n),
    ps: 'BOTH',
  };
}

function page(params: Params, begins: boolean): Page {
  return { limit: limitOf(params, 500, 1000), begins, hoursMax: 168 };
}

function positionsOf(exchange: Exchange, params: Params, account: EngineAccount): readonly EnginePosition[] {
  return exchange.chosen(params).map((book) => account.position(book));
}

function signedQuantity({ book, qtyUnits }: EnginePosition): string {
  return `${qtyUnits < 0 ? '-' : ''}${quantityText(book.instrument, Math.abs(qtyUnits))}`;
}

/** What a position is worth at the mark price, negative for a short one. */
function notional(position: EnginePosition, markPrice: Money): Money {
  return (BigInt(position.qtyUnits) * markPrice) / 10n ** BigInt(position.book.instrument.qtyDecimals);
}

function absolute(amount: Money): Money {
  return amount < 0n ? -amount : amount;
}

function riskRow(exchange: Exchange, position: EnginePosition): Record<string, unknown> {
  const { book, entryPrice, margin, leverage, marginMode, updatedUs } = position;
  const { markPrice, unrealizedPnl, maintenanceMargin, liquidationPrice } = exchange.engine.value(position);
  const value = notional(position, markPrice);
  const initial = amountText(absolute(value) / BigInt(leverage));
  return {
    symbol: book.instrument.symbol,
    positionSide: 'BOTH',
    positionAmt: signedQuantity(position),
    entryPrice: amountText(entryPrice),
    breakEvenPrice: amountText(entryPrice),
    markPrice: amountText(markPrice),
    unRealizedProfit: amountText(unrealizedPnl),
    liquidationPrice: amountText(liquidationPrice),
    isolatedMargin: amountText(marginMode === 'isolated' ? margin + unrealizedPnl : 0n),
    notional: amountText(value),
    marginAsset: book.instrument.quote,
    isolatedWallet: amountText(marginMode === 'isolated' ? margin : 0n),
    initialMargin: initial,
    maintMargin: amountText(maintenanceMargin),
    positionInitialMargin: initial,
    openOrderInitialMargin: amountText(0n),
    adl: 0,
    bidNotional: '0',
    askNotional: '0',
    updateTime: msOf(updatedUs),
  };
}

function bracketRow({ instrument }: SimulatedBook): Record<string, unknown> {
  const bracket = {
    bracket: 1,
    initialLeverage: instrument.maxLeverage,
    notionalCap: NOTIONAL_CAP,
    notionalFloor: 0,
    maintMarginRatio: Number(instrument.maintenanceRate),
    cum: 0,
  };
  return { symbol: instrument.symbol, brackets: [bracket] };
}

/** Profit and maintenance margin of the account's positions that are settled in an asset. */
function sums(exchange: Exchange, account: EngineAccount, asset: string): { profit: Money; maintenance: Money } {
  let profit = 0n;
  let maintenance = 0n;
  for (const position of account.positions()) {
    if (position.qtyUnits === 0 || position.book.instrument.quote !== asset) continue;
    const { unrealizedPnl, maintenanceMargin } = exchange.engine.value(position);
    profit += unrealizedPnl;
    maintenance += maintenanceMargin;
  }
  return { profit, maintenance };
}

function walletRows(exchange: Exchange, account: EngineAccount): unknown[] {
  return account.balances('futures').map(({ asset, total, locked }) => ({
    accountAlias: `A${account.id}`,
    asset,
    balance: amountText(total),
    crossWalletBalance: amountText(total),
    crossUnPnl: amountText(sums(exchange, account, asset).profit),
    availableBalance: amountText(total - locked),
    maxWithdrawAmount: amountText(total - locked),
    marginAvailable: true,
    updateTime: exchange.nowMs(),
  }));
}

function accountRow(exchange: Exchange, account: EngineAccount): Record<string, unknown> {
  const assets = account.balances('futures').map(({ asset, total, locked }) => {
    const { profit, maintenance } = sums(exchange, account, asset);
    return {
      asset,
      walletBalance: amountText(total),
      unrealizedProfit: amountText(profit),
      marginBalance: amountText(total + profit),
      maintMargin: amountText(maintenance),
      initialMargin: amountText(locked),
      positionInitialMargin: amountText(locked),
      openOrderInitialMargin: amountText(0n),
      crossWalletBalance: amountText(total),
      crossUnPnl: amountText(profit),
      availableBalance: amountText(total - locked),
      maxWithdrawAmount: amountText(total - locked),
      updateTime: exchange.nowMs(),
    };
  });
  const positions = account
    .positions()
    .filter(({ qtyUnits }) => qtyUnits !== 0)
    .map((position) => {
      const row = riskRow(exchange, position);
      return {
        ...row,
        unrealizedProfit: row['unRealizedProfit'],
        leverage: String(position.leverage),
        isolated: position.marginMode === 'isolated',
      };
    });
  const { total, locked } = account.balance('futures', 'USDT');
  const { profit, maintenance } = sums(exchange, account, 'USDT');
  return {
    feeTier: 0,
    canTrade: true,
    canDeposit: false,
    canWithdraw: false,
    multiAssetsMargin: false,
    totalInitialMargin: amountText(locked),
    totalMaintMargin: amountText(maintenance),
    totalWalletBalance: amountText(total),
    totalUnrealizedProfit: amountText(profit),
    totalMarginBalance: amountText(total + profit),
    availableBalance: amountText(total - locked),
    maxWithdrawAmount: amountText(total - locked),
    assets,
    positions,
  };
}
