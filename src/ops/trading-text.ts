import { count, duration, latency } from './human-text.js';
import type { TradingReport } from './messages.js';
import type { Span, Style } from './terminal-text.js';

const STATE_STYLES: Readonly<Record<TradingReport['state'], Style>> = {
  reconciling: 'warn',
  trading: 'good',
  halted: 'bad',
  blocked: 'bad',
  stopping: 'warn',
};

/** Trading on one line: what matters most first, because a narrow terminal cuts the end off. */
export function tradingLine(trading: TradingReport): Span[] {
  const { mode, state, reason, risk, intents, reconciliation, ledger, haltPersisted } = trading;
  const open = trading.unhedged.filter(({ isDust }) => !isDust);
  const drifts = reconciliation.drifts.length;
  const spans: Span[] = [
    [` ${mode} `, 'bold'],
    [state, STATE_STYLES[state]],
    [reason === '' ? '' : ` (${reason})`, STATE_STYLES[state]],
  ];
  const add = (text: string, style: Style = 'plain'): unknown => spans.push([`  ${text}`, style]);
  if (!ledger.isHealthy) add('ledger not writable', 'bad');
  if (!haltPersisted) add('stop not written down', 'bad');
  if (open.length > 0)
    add(`unhedged ${open.map(({ asset, base, ageMs }) => `${base} ${asset} ${duration(ageMs)}`).join(', ')}`, 'bad');
  if (drifts > 0) add(`${drifts} drifts`, 'warn');
  add(`day ${signed(risk.dailyProfit)} of -${count(risk.dailyLossMax)}`, risk.dailyProfit < 0 ? 'warn' : 'good');
  add(`${count(intents.executed)} executed, ${count(intents.refused)} refused, ${count(intents.failed)} failed`);
  add(`orders ${risk.openOrders}/${risk.openOrdersMax}`);
  add(`exposure ${count(risk.exposure)}/${count(risk.exposureMax)}`);
  add(`drawdown ${percent(risk.drawdownFraction)}`);
  add(`to wire p50 ${latency(trading.cycleUs.intentToSent.p50)}`, 'dim');
  return spans;
}

/** An amount with its sign and two digits. */
export function signed(amount: number): string {
  return `${amount < 0 ? '-' : '+'}${Math.abs(amount).toFixed(2)}`;
}

/** A fraction as percent. */
export function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)}%`;
}
