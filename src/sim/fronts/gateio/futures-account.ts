import { moneyText } from '../../matching/money.js';
import type { EngineAccount, EnginePosition, MatchingEngine, Money } from '../../matching/types.js';
import { jsonObject, quoted } from '../json-text.js';
import { contracts, msOf, secondsOf } from './amounts.js';
import type { NumberStyle } from './frames.js';

type Row = Record<string, unknown>;

/** The currency that the perpetuals are settled in. */
export const SETTLEMENT = 'USDT';
const RISK_LIMIT = '1000000';

/** Positions and the futures wallet as the venue tells them. */
export class FuturesAccounts {
  constructor(private readonly engine: MatchingEngine) {}

  /** A position as REST tells it: a leverage of 0 is cross margin, with its leverage as a limit. */
  positionRow(account: EngineAccount, position: EnginePosition, style: NumberStyle): Row {
    const { book, qtyUnits, leverage, marginMode, margin } = position;
    const { instrument } = book;
    const { markPrice, unrealizedPnl, maintenanceMargin, liquidationPrice } = this.engine.value(position);
    const isolated = marginMode === 'isolated';
    return {
      user: account.id,
      contract: instrument.symbol,
      size: contracts(qtyUnits, style),
      leverage: isolated ? String(leverage) : '0',
      cross_leverage_limit: isolated ? '0' : String(leverage),
      lever: String(leverage),
      risk_limit: RISK_LIMIT,
      leverage_max: String(instrument.maxLeverage),
      maintenance_rate: instrument.maintenanceRate,
      value: moneyText(worthOf(position, markPrice)),
      margin: moneyText(margin),
      initial_margin: moneyText(margin),
      maintenance_margin: moneyText(maintenanceMargin),
      entry_price: moneyText(position.entryPrice),
      liq_price: moneyText(liquidationPrice),
      mark_price: moneyText(markPrice),
      unrealised_pnl: moneyText(unrealizedPnl),
      realised_pnl: moneyText(position.realizedPnl),
      history_pnl: moneyText(position.realizedPnl),
      last_close_pnl: '0',
      adl_ranking: 5,
      pending_orders: account.openOrders(book).length,
      mode: 'single',
      update_time: secondsOf(position.updatedUs),
      update_id: account.fills(book).length,
      open_time: qtyUnits === 0 ? 0 : secondsOf(position.updatedUs),
      pos_margin_mode: isolated ? 'isolated' : 'cross',
    };
  }

  /** A position as the stream tells it: everything is a number. */
  positionPush(account: EngineAccount, position: EnginePosition, updateId: number, style: NumberStyle): string {
    const { book, qtyUnits, leverage, marginMode, updatedUs } = position;
    const isolated = marginMode === 'isolated';
    return jsonObject({
      contract: quoted(book.instrument.symbol),
      size: quoted(contracts(qtyUnits, style)),
      leverage: isolated ? leverage : 0,
      cross_leverage_limit: isolated ? 0 : leverage,
      leverage_max: book.instrument.maxLeverage,
      entry_price: moneyText(position.entryPrice),
      liq_price: qtyUnits === 0 ? 0 : moneyText(this.engine.value(position).liquidationPrice),
      margin: moneyText(position.margin),
      maintenance_rate: book.instrument.maintenanceRate,
      mode: quoted('single'),
      realised_pnl: moneyText(position.realizedPnl),
      history_pnl: moneyText(position.realizedPnl),
      last_close_pnl: 0,
      risk_limit: RISK_LIMIT,
      update_id: updateId,
      time: secondsOf(updatedUs),
      time_ms: msOf(updatedUs),
      user: quoted(String(account.id)),
    });
  }

  /** The wallet in its parts. */
  walletRow(account: EngineAccount, nowUs: number): Row {
    const { total, locked } = account.balance('futures', SETTLEMENT);
    const positions = account.positions().filter(({ qtyUnits }) => qtyUnits !== 0);
    const margins = positions.reduce((sum, { margin }) => sum + margin, 0n);
    const values = positions.map((position) => this.engine.value(position));
    const sum = (amounts: readonly Money[]): string => moneyText(amounts.reduce((all, amount) => all + amount, 0n));
    const positionMargin = margins < locked ? margins : locked;
    return {
      user: account.id,
      currency: SETTLEMENT,
      total: moneyText(total),
      unrealised_pnl: sum(values.map(({ unrealizedPnl }) => unrealizedPnl)),
      position_margin: moneyText(positionMargin),
      order_margin: moneyText(locked - positionMargin),
      available: moneyText(total - locked),
      point: '0',
      bonus: '0',
      in_dual_mode: false,
      position_mode: 'single',
      margin_mode: 0,
      enable_credit: true,
      enable_evolved_classic: false,
      position_initial_margin: moneyText(positionMargin),
      maintenance_margin: sum(values.map(({ maintenanceMargin }) => maintenanceMargin)),
      update_time: secondsOf(nowUs),
    };
  }
}

function worthOf({ book, qtyUnits }: EnginePosition, markPrice: Money): Money {
  const { contractSize } = book.instrument;
  const [whole = '0', fraction = ''] = contractSize.split('.');
  const size = BigInt(Math.abs(qtyUnits));
  return (markPrice * size * BigInt(whole + fraction)) / 10n ** BigInt(fraction.length);
}
