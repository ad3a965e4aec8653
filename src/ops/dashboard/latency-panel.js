import { element, setClass, setText, sizeRows } from './dom.js';
import { latency } from './format.js';

const COLUMNS = 6;
const STAGES = [
  ['Decision', 'receiveToDecision'],
  ['Decode', 'decode'],
];
const body = element('latency-rows');

/** Shows the percentiles of each stage. */
export function showLatency({ latencyUs }) {
  const rows = sizeRows(body, STAGES.length, COLUMNS);
  STAGES.forEach(([name, stage], index) => {
    const { p50, p90, p99, p999, max } = latencyUs[stage];
    const { cells } = rows[index];
    setText(cells[0], name);
    [p50, p90, p99, p999, max].forEach((value, column) => {
      setText(cells[column + 1], latency(value));
      setClass(cells[column + 1], 'number');
    });
  });
}
