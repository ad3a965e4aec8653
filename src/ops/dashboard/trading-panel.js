import { element, setClass, setFacts, setText } from './dom.js';
import { count, duration, latency, percent, signed } from './format.js';
import { setCanClear } from './trading-control.js';
import { showTradingLists } from './trading-lists.js';

const STATE_CLASSES = { trading: 'good', reconciling: 'warn', stopping: 'warn', halted: 'bad', blocked: 'bad' };
/** Part of a limit from which on a figure is a warning. */
const NEAR_LIMIT = 0.8;

const panel = element('trading');
const mode = element('trading-mode');
const state = element('trading-state');
const reason = element('trading-reason');
const halt = element('trading-halt');
const facts = element('trading-facts');

/** Shows what trading is doing; nothing of it where nothing is traded. */
export function showTrading({ trading }) {
  panel.hidden = trading === null;
  document.body.classList.toggle('trades', trading !== null);
  if (trading === null) return;
  setText(mode, trading.mode);
  setClass(mode, `badge ${trading.mode === 'live' ? 'bad' : ''}`);
  setText(state, trading.state);
  setClass(state, `badge ${STATE_CLASSES[trading.state] ?? 'bad'}`);
  // What stops it stands below, reason by reason.
  setText(reason, trading.halt === null ? trading.reason : '');
  showHalt(trading);
  setCanClear(trading);
  setFacts(facts, figures(trading));
  showTradingLists(trading);
}

function showHalt({ halt: record, haltPersisted }) {
  const lines = (record?.reasons ?? []).map(({ trigger, text, epochUs }) => {
    const moment = new Date(epochUs / 1000).toISOString().slice(0, 19).replace('T', ' ');
    return `${moment} ${trigger}: ${text}`;
  });
  if (!haltPersisted) lines.push('This stop could not be written down: it will not outlive the process.');
  halt.hidden = lines.length === 0;
  while (halt.children.length > lines.length) halt.lastElementChild.remove();
  while (halt.children.length < lines.length) halt.append(document.createElement('li'));
  lines.forEach((line, index) => {
    setText(halt.children[index], line);
  });
}

function figures({ risk, intents, unhedged, reconciliation, ledger, cycleUs }) {
  const open = unhedged.filter(({ isDust }) => !isDust);
  const drifts = reconciliation.drifts.length;
  const oldestMs = Math.max(0, ...open.map(({ ageMs }) => ageMs));
  const limited = (value, limit) => (value >= limit * NEAR_LIMIT ? 'warn' : '');
  const { intentToSent, sentToFilled } = cycleUs;
  return [
    ['Day, of limit', `${signed(risk.dailyProfit)} / -${count(risk.dailyLossMax)}`, risk.dailyProfit < 0 ? 'warn' : 'good'],
    [
      'Drawdown',
      `${percent(risk.drawdownFraction)} / ${percent(risk.drawdownFractionMax)}`,
      limited(risk.drawdownFraction, risk.drawdownFractionMax),
    ],
    ['Exposure', `${count(risk.exposure)} / ${count(risk.exposureMax)}`, limited(risk.exposure, risk.exposureMax)],
    ['Open orders', `${count(risk.openOrders)} / ${count(risk.openOrdersMax)}`, limited(risk.openOrders, risk.openOrdersMax)],
    ['Unhedged', open.length === 0 ? 'none' : `${open.length}, ${duration(oldestMs)}`, open.length === 0 ? 'good' : 'bad'],
    ['Executed', count(intents.executed)],
    ['Failed', count(intents.failed), intents.failed > 0 ? 'warn' : ''],
    ['Refused', count(intents.refused)],
    ['To wire p50, p99', `${latency(intentToSent.p50)}, ${latency(intentToSent.p99)}`],
    ['Filled p50', latency(sentToFilled.p50)],
    ['Reconciled', drifts === 0 ? `${count(reconciliation.holdings)} agree` : `${drifts} differ`, drifts === 0 ? 'good' : 'bad'],
    ['Ledger', ledger.isHealthy ? count(ledger.entries) : 'not writable', ledger.isHealthy ? '' : 'bad'],
  ];
}
