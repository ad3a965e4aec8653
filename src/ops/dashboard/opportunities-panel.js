import { element, setClass, setText, sizeRows } from './dom.js';
import { count, duration, venueName } from './format.js';

const COLUMNS = 10;
/** Net bps at which the bar behind the figure is full. */
const FULL_BAR_BPS = 50;
const body = element('opportunity-rows');
const note = element('opportunities-count');
const empty = element('opportunities-empty');

/**
 * Shows the open opportunities, best first, and below them, paler, the last ones that closed.
 * A click on a symbol opens its book at the venue that it would be bought at, through `openBook(venue, market, symbol)`.
 */
export function createOpportunitiesPanel(openBook) {
  let shown = [];
  body.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    const view = button === null ? undefined : shown[button.closest('tr').sectionRowIndex];
    if (view !== undefined) openBook(view.buyVenue, view.market, view.symbol);
  });
  return ({ opportunities }) => {
    shown = [...opportunities.list, ...opportunities.recent];
    setText(note, `${count(opportunities.open)} open · ${count(opportunities.found)} found since the start`);
    empty.hidden = shown.length > 0;
    const rows = sizeRows(body, shown.length, COLUMNS);
    for (const [index, view] of shown.entries()) fillRow(rows[index], view);
  };
}

function fillRow(row, view) {
  const { cells } = row;
  setClass(row, view.open ? '' : 'closed');
  setText(symbolButton(cells[0]), view.symbol);
  setText(cells[1], view.market);
  setClass(cells[1], 'quiet');
  setText(cells[2], venueName(view.buyVenue));
  setClass(cells[2], `venue ${view.buyVenue}`);
  setText(cells[3], view.buyPrice);
  setText(cells[4], venueName(view.sellVenue));
  setClass(cells[4], `venue ${view.sellVenue}`);
  setText(cells[5], view.sellPrice);
  setText(cells[6], view.qty);
  setText(cells[7], view.grossBps.toFixed(1));
  setText(cells[8], view.netBps.toFixed(1));
  setText(cells[9], view.open ? duration(view.ageMs) : 'closed');
  for (const column of [3, 5, 6]) setClass(cells[column], 'number');
  setClass(cells[7], 'number quiet');
  setClass(cells[8], 'number net');
  setClass(cells[9], 'number quiet');
  const fill = Math.max(0, Math.min(1, view.netBps / FULL_BAR_BPS));
  cells[8].style.setProperty('--fill', `${(100 * fill).toFixed(1)}%`);
}

function symbolButton(cell) {
  if (cell.firstElementChild !== null) return cell.firstElementChild;
  const button = document.createElement('button');
  button.type = 'button';
  button.title = 'Show its book';
  cell.append(button);
  return button;
}
