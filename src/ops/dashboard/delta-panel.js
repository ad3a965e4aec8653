import uPlot from '/vendor/uplot.js';
import { colour, createChart } from './charts.js';
import { element, fillTable, setClass, setFacts, setText } from './dom.js';
import { duration, timeOfDay } from './format.js';

const POLL_MS = 2000;
const POINTS = 600;
const OUTCOME_CLASSES = { updated: 'good', declined: 'warn', refused: 'bad', failed: 'bad' };
const OUTCOME_COLOURS = { updated: 'accent', declined: 'warn', refused: 'bad', failed: 'bad' };

const panel = element('delta');
const state = element('delta-state');
const note = element('delta-note');
const strategyLabel = element('delta-strategies');
const strategySelect = element('delta-strategy');
const pairSelect = element('delta-pair');
const spanSelect = element('delta-span');
const facts = element('delta-facts');
const rows = element('delta-rows');
const empty = element('delta-empty');

const COLUMNS = [
  [({ epochUs }) => timeOfDay(epochUs).slice(0, 8), 'number quiet'],
  [({ outcome, message }) => (message === null ? outcome : `${outcome}: ${message}`), ({ outcome }) => OUTCOME_CLASSES[outcome]],
  [({ entryThresholdPct }) => percentage(entryThresholdPct), 'number'],
  [({ exitThresholdPct }) => percentage(exitThresholdPct), 'number'],
  [({ confidenceScore }) => (confidenceScore === null ? '' : confidenceScore.toFixed(2)), 'number'],
];

/** The panel of delta strategies: the spread of a pair with the thresholds upon it, and what became of every update. */
export function createDeltaPanel() {
  let reports = [];
  let connected = false;
  let asking = false;
  /** Whether the pair was chosen by hand; until then it is the one that is optimised on. */
  let pairChosen = false;
  let chart = null;
  let marks = [];

  function report() {
    return reports.find(({ strategy }) => strategy === strategySelect.value) ?? reports[0];
  }

  /** The box has a size only once the panel is shown. */
  function openChart() {
    const stepped = { paths: uPlot.paths.stepped({ align: 1 }), width: 2, dash: [6, 4] };
    const series = [
      ['entry spread', colour('series-p50')],
      ['exit spread', colour('kraken')],
      ['entry threshold', colour('series-p99'), stepped],
      ['exit threshold', colour('good'), stepped],
    ];
    return createChart('delta', series, percentage, { range: padded }, { draw: [drawMarks] });
  }

  /** A line for each update: whole where new thresholds came of it, broken where not. */
  function drawMarks(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    for (const { epochUs, outcome } of marks) {
      const x = plot.valToPos(epochUs / 1e6, 'x', true);
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.strokeStyle = colour(OUTCOME_COLOURS[outcome]);
      ctx.fillStyle = ctx.strokeStyle;
      ctx.lineWidth = devicePixelRatio;
      ctx.setLineDash(outcome === 'updated' ? [] : [3, 3]);
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
      const size = 5 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x - size, bbox.top);
      ctx.lineTo(x + size, bbox.top);
      ctx.lineTo(x, bbox.top + size);
      ctx.fill();
    }
    ctx.restore();
  }

  function offer(select, names) {
    if (names.length === select.options.length && names.every((name, index) => select.options[index].text === name)) return;
    select.replaceChildren(...names.map((name, index) => new Option(name, select === pairSelect ? String(index) : name)));
  }

  async function refresh() {
    const chosen = report();
    if (!connected || asking || document.hidden || chosen === undefined) return;
    asking = true;
    const pair = pairSelect.value;
    const hours = spanSelect.value;
    try {
      const path = `/api/v1/delta/${encodeURIComponent(chosen.strategy)}/spread`;
      const answer = await fetch(`${path}?pair=${pair}&hours=${hours}&points=${POINTS}`);
      const points = await answer.json();
      if (!answer.ok || pair !== pairSelect.value || hours !== spanSelect.value) return;
      chart ??= openChart();
      const { epochS, entryPct, exitPct, entryThresholdPct, exitThresholdPct } = points;
      chart.setData([epochS, entryPct, exitPct, entryThresholdPct, exitThresholdPct]);
    } catch {
      // The engine went away between two polls; the banner says so, and the next poll tries again.
    } finally {
      asking = false;
    }
  }

  pairSelect.addEventListener('change', () => {
    pairChosen = true;
    void refresh();
  });
  spanSelect.addEventListener('change', () => void refresh());
  strategySelect.addEventListener('change', () => {
    pairChosen = false;
    showReport(report(), Date.now() * 1000);
    void refresh();
  });
  setInterval(() => void refresh(), POLL_MS);

  function showReport(shown, epochUs) {
    offer(pairSelect, shown.pairs);
    if (!pairChosen) pairSelect.value = String(shown.pair);
    marks = shown.news;
    setText(state, shown.schedule.state);
    setClass(state, `badge ${shown.schedule.state === 'stopped' ? 'bad' : 'good'}`);
    setText(note, `optimised on ${shown.pairs[shown.pair]}, the last ${shown.lookbackHours} h`);
    setFacts(facts, figures(shown, epochUs));
    fillTable(rows, COLUMNS, shown.news);
    empty.hidden = shown.news.length > 0;
  }

  return {
    /** Shows how the search for thresholds stands; nothing of it where none is made. */
    show({ delta, epochUs }) {
      const isFirst = reports.length === 0 && delta.length > 0;
      reports = delta;
      panel.hidden = delta.length === 0;
      document.body.classList.toggle('follows', delta.length > 0);
      if (delta.length === 0) return;
      strategyLabel.hidden = delta.length === 1;
      offer(
        strategySelect,
        delta.map(({ strategy }) => strategy),
      );
      showReport(report(), epochUs);
      if (isFirst) void refresh();
    },
    /** Polls only while the engine can be heard. */
    setConnected(next) {
      connected = next;
    },
  };
}

function figures({ parameters, schedule, news }, epochUs) {
  const { counts, lastStartMs, nextUpdateMs } = schedule;
  const [last] = news;
  const failures = counts.failed + counts.refused;
  return [
    ['Entry', percentage(parameters.entryThresholdPct), 'delta-entry'],
    ['Exit', percentage(parameters.exitThresholdPct), 'delta-exit'],
    ['Size', `× ${parameters.positionMultiplier}`],
    ['Confidence', parameters.optimizationTimestamp === 0 ? 'as configured' : parameters.confidenceScore.toFixed(2)],
    [
      'Last update',
      last === undefined ? 'none yet' : `${last.outcome} ${timeOfDay(last.epochUs).slice(0, 8)}`,
      OUTCOME_CLASSES[last?.outcome] ?? '',
    ],
    ['Next', nextText(nextUpdateMs, lastStartMs, epochUs)],
    ['Updated', String(counts.updated)],
    ['Declined', String(counts.declined), counts.declined > 0 ? 'warn' : ''],
    ['Failed', String(failures), failures > 0 ? 'bad' : ''],
  ];
}

function nextText(nextUpdateMs, lastStartMs, epochUs) {
  if (nextUpdateMs === null) return 'under way';
  const leftMs = nextUpdateMs - epochUs / 1000;
  if (leftMs <= 0) return lastStartMs === null ? 'when there is enough data' : 'due';
  return `in ${duration(Math.ceil(leftMs / 1000) * 1000)}`;
}

function percentage(value) {
  return value === null ? '' : `${value.toFixed(3)} %`;
}

/** Some room above and below, also where all values are the same. */
function padded(_, min, max) {
  if (min === null || max === null) return [0, 1];
  const room = Math.max((max - min) * 0.08, 0.005);
  return [min - room, max + room];
}
