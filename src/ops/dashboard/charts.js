import uPlot from '/vendor/uplot.js';
import { element } from './dom.js';
import { latency, short, venueName } from './format.js';

/** What the page keeps; the server keeps as much. */
const POINTS_MAX = 600;
const VENUES = ['binance', 'coinbase', 'kraken', 'mexc', 'gateio'];

const css = getComputedStyle(document.documentElement);
/** A colour of the page by its name. */
export const colour = (name) => css.getPropertyValue(`--${name}`).trim();

/** The two time series: decision latency, and frames per second by venue. */
export function createCharts() {
  const points = [];
  const latencyChart = createChart(
    'latency',
    [
      ['p50', colour('series-p50')],
      ['p99', colour('series-p99')],
    ],
    latency,
    { distr: 3, log: 10 },
  );
  const framesChart = createChart(
    'frames',
    VENUES.map((venue) => [venueName(venue), colour(venue)]),
    short,
    {
      range: { min: { hard: 0, soft: 0, mode: 1 }, max: { pad: 0.1 } },
    },
  );

  function draw() {
    const times = points.map(({ epochUs }) => epochUs / 1e6);
    latencyChart.setData([times, points.map(({ p50Us }) => positive(p50Us)), points.map(({ p99Us }) => positive(p99Us))]);
    const rates = VENUES.map((venue) => points.map(({ framesPerS }) => framesPerS[venue] ?? null));
    framesChart.setData([times, ...rates]);
  }

  return {
    /** Replaces everything by what the server kept. */
    reset(history) {
      points.splice(0, points.length, ...history);
      draw();
    },
    add(point) {
      points.push(point);
      if (points.length > POINTS_MAX) points.shift();
      draw();
    },
  };
}

/** A logarithmic scale has no place for zero. */
function positive(value) {
  return value > 0 ? value : null;
}

/**
 * A chart over time in the box `id`-chart, with its legend.
 * @param series label, colour, and what uPlot may be told of a line besides
 * @param hooks uPlot's, for what is drawn on top
 */
export function createChart(id, series, format, scale, hooks = {}) {
  const box = element(`${id}-chart`);
  fillLegend(element(`${id}-legend`), series);
  const axis = {
    stroke: colour('quiet'),
    font: '10px system-ui, sans-serif',
    grid: { stroke: colour('line'), width: 1 },
    ticks: { show: false },
  };
  const options = {
    ...sizeOf(box),
    legend: { show: false },
    cursor: { show: false },
    padding: [8, 10, 0, 0],
    scales: { y: scale },
    hooks,
    axes: [
      { ...axis, size: 22, space: 48, values: (_, times, __, ___, stepS) => times.map((time) => clockTime(time, stepS)) },
      { ...axis, size: 54, space: 24, values: (_, values) => values.map((value) => (value === null ? '' : format(value))) },
    ],
    series: [{}, ...series.map(([label, stroke, more]) => ({ label, stroke, width: 1.5, points: { show: false }, ...more }))],
  };
  const chart = new uPlot(options, [[], ...series.map(() => [])], box);
  new ResizeObserver(() => chart.setSize(sizeOf(box))).observe(box);
  return chart;
}

function sizeOf(box) {
  return { width: Math.max(120, box.clientWidth), height: Math.max(60, box.clientHeight) };
}

function clockTime(epochS, stepS) {
  const two = (value) => String(value).padStart(2, '0');
  const time = new Date(epochS * 1000);
  const minutes = `${two(time.getHours())}:${two(time.getMinutes())}`;
  return stepS < 60 ? `${minutes}:${two(time.getSeconds())}` : minutes;
}

function fillLegend(box, series) {
  for (const [label, stroke] of series) {
    const item = document.createElement('span');
    item.textContent = label;
    item.style.setProperty('--series', stroke);
    box.append(item);
  }
}
