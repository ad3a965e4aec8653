import { element, setClass, setText, sizeRows } from './dom.js';
import { count, venueName } from './format.js';

const COLUMNS = 10;
const body = element('venue-rows');
const note = element('venues-count');

/** Shows the state of every venue and market. */
export function showVenues({ venues }) {
  const synced = venues.filter(({ state }) => state === 'SYNCED').length;
  setText(note, `${synced} of ${venues.length} synced`);
  const rows = sizeRows(body, venues.length, COLUMNS);
  for (const [index, status] of venues.entries()) fillRow(rows[index].cells, status);
}

function fillRow(cells, status) {
  setText(cells[0], venueName(status.venue));
  setClass(cells[0], `venue ${status.venue}`);
  setText(cells[1], status.market);
  setClass(cells[1], 'quiet');
  setText(cells[2], status.state);
  setClass(cells[2], `state ${stateClass(status.state)}`);
  setText(cells[3], `${status.synced}/${status.symbols}`);
  setClass(cells[3], 'number');
  setText(cells[4], count(status.framesPerS));
  setClass(cells[4], 'number');
  [status.resyncs, status.gaps, status.checksumsBad].forEach((value, index) => {
    setText(cells[5 + index], count(value));
    setClass(cells[5 + index], value === 0 ? 'number quiet' : 'number warn');
  });
  setText(cells[8], count(status.conflated));
  setClass(cells[8], 'number quiet');
  setText(cells[9], status.breaker);
  setClass(cells[9], { closed: 'quiet', 'half-open': 'warn', open: 'bad' }[status.breaker] ?? 'bad');
}

/** The colour of a book state: good, on its way, or bad. */
export function stateClass(state) {
  if (state === 'SYNCED') return 'good';
  return state === 'EMPTY' || state === 'BUFFERING' ? 'warn' : 'bad';
}
