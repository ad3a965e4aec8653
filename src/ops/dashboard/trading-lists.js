import { element, fillTable } from './dom.js';
import { count, duration, latency, shortAmount, signed, timeOfDay, venueName } from './format.js';

const STRATEGY = [({ strategy }) => strategy];
const SYMBOL = [({ symbol }) => symbol];
const SPOT_OVER_ALL = 'all';

/** The colour of an amount that is a plain text. */
const amountClass = (text) => (text?.startsWith('-') === true ? 'number bad' : 'number');
const venueClass = ({ venue }) => (venue === null ? 'quiet' : `venue ${venue}`);
const sideClass = ({ side }) => (side === 'buy' ? 'good' : 'bad');

/** The lists of the panel: what each shows, and its columns. */
const LISTS = [
  list('positions', ({ positions }) => positions, [
    STRATEGY,
    [({ venue }) => (venue === null ? SPOT_OVER_ALL : venueName(venue)), venueClass],
    [({ market }) => market, 'quiet'],
    SYMBOL,
    [({ quantity }) => quantity, ({ quantity }) => amountClass(quantity)],
    [({ averagePrice }) => averagePrice ?? '', 'number'],
    [
      ({ unrealised, asset }) => (unrealised === null ? '' : `${shortAmount(unrealised)} ${asset}`),
      ({ unrealised }) => amountClass(unrealised),
    ],
  ]),
  list('orders', ({ openOrders }) => openOrders, [
    STRATEGY,
    [({ venue }) => venueName(venue), venueClass],
    SYMBOL,
    [({ side }) => side, sideClass],
    [({ price }) => price ?? 'market', 'number'],
    [({ filled, quantity }) => `${filled} / ${quantity}`, 'number'],
    [({ state }) => state, 'quiet'],
    [({ ageMs }) => duration(ageMs), 'number quiet'],
  ]),
  list('executions', ({ executions }) => executions, [
    [({ epochUs }) => timeOfDay(epochUs), 'number quiet'],
    STRATEGY,
    SYMBOL,
    [({ orders }) => orders.map(orderText).join('   '), 'figures quiet'],
    [({ expectedNet }) => signed(expectedNet), 'number quiet'],
    [({ realised }) => shortAmount(realised), ({ realised }) => amountClass(realised)],
    [({ success, reason }) => reason ?? (success ? 'done' : 'failed'), ({ success }) => (success ? 'good' : 'warn')],
    [({ latencyMs }) => latency(latencyMs * 1000), 'number quiet'],
  ]),
  list('profit', ({ profit }) => profit, [
    STRATEGY,
    [({ net, asset }) => `${shortAmount(net)} ${asset}`, ({ net }) => amountClass(net)],
    [({ fees }) => shortAmount(fees), 'number quiet'],
    [({ funding }) => funding, 'number quiet'],
    [({ fills }) => count(fills), 'number quiet'],
  ]),
  list('refusals', ({ refusals }) => refusals, [[({ reason }) => reason], [(refusal) => count(refusal.count), 'number']]),
  list('unhedged', ({ unhedged }) => unhedged, [
    [({ asset }) => asset],
    [({ base }) => base, 'number'],
    [({ isDust, ageMs }) => (isDust ? 'dust' : duration(ageMs)), ({ isDust }) => `number ${isDust ? 'quiet' : 'bad'}`],
  ]),
  list('drifts', ({ reconciliation }) => reconciliation.drifts, [
    [({ venue }) => venueName(venue), venueClass],
    [({ market, asset }) => `${asset} ${market}`],
    [({ expected }) => expected, 'number'],
    [({ actual }) => actual, 'number bad'],
  ]),
];

/** Shows every list of a report. */
export function showTradingLists(trading) {
  for (const { views, columns, body, empty } of LISTS) {
    const shown = views(trading);
    fillTable(body, columns, shown);
    empty.hidden = shown.length > 0;
  }
}

function list(id, views, columns) {
  const place = element(id);
  return { views, columns, body: place.querySelector('tbody'), empty: place.querySelector('.empty') };
}

/** One order of an execution: `buy mexc 7.5`, with the size that was asked for where less was filled. */
function orderText({ side, venue, filled, quantity, isHedge }) {
  return `${isHedge ? 'hedge ' : ''}${side} ${venue} ${filled}${filled === quantity ? '' : ` of ${quantity}`}`;
}
