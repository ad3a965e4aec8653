import { element, setClass, setText, sizeRows } from './dom.js';
import { count, timeOfDay } from './format.js';

const COLUMNS = 6;
const body = element('decision-rows');
const note = element('decisions-note');
const empty = element('decisions-empty');

/** Shows the strategies' newest decisions, each with the numbers that made it. */
export function showDecisions({ strategies, decisions }) {
  setText(note, strategies.map(summary).join(' · '));
  empty.hidden = decisions.length > 0;
  const rows = sizeRows(body, decisions.length, COLUMNS);
  for (const [index, decision] of decisions.entries()) fillRow(rows[index].cells, decision);
}

function summary({ name, intents, committedQuote, budgetQuote }) {
  return `${name}: ${count(intents)} intents, ${count(committedQuote)} of ${count(budgetQuote)} committed`;
}

function fillRow(cells, { epochUs, strategy, symbol, books, stage, verdict, figures }) {
  setText(cells[0], timeOfDay(epochUs));
  setText(cells[1], strategy);
  setText(cells[2], symbol);
  setText(cells[3], books.join(' / '));
  setText(cells[4], `${stage}: ${verdict}`);
  const numbers = figures.map(([name, value]) => `${name} ${figure(value)}`).join('   ');
  setText(cells[5], numbers);
  cells[5].title = numbers;
  setClass(cells[0], 'number quiet');
  setClass(cells[3], 'quiet');
  setClass(cells[5], 'figures');
}

/** As many digits as say something. */
function figure(value) {
  if (Number.isNaN(value)) return 'none';
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}
