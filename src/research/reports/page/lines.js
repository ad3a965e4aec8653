// What the page's plots share, and its plots over time. Scripts of the page meet in globalThis.plots.
const { element } = globalThis.page;
const PALETTE = ['#1f6feb', '#d9730d', '#0f8b8d', '#8250df', '#c0392b', '#5a6877'];
const COLOURS = { good: '#147a4d', bad: '#c0392b', quiet: '#5a6877', grid: '#e9edf2', axis: '#b9c3ce', panel: '#ffffff' };
const REGIME_COLOURS = {
  TRENDING_UP: '#3aa76d',
  TRENDING_DOWN: '#d9534f',
  RANGING: '#a9b4c0',
  HIGH_VOLATILITY: '#f0a030',
  LOW_VOLATILITY: '#7db4ea',
  CRISIS: '#6b1f4f',
};
const DAY_S = 86_400;

/** A number for people; JSON has no infinity and no NaN, so that both come as texts or null. */
const figure = (value, digits = 2, unit = '') =>
  value === null || value === undefined
    ? 'none'
    : typeof value === 'number'
      ? `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })}${unit}`
      : String(value);
const scaled = (fraction) => (typeof fraction === 'number' ? fraction * 100 : fraction);
const minuteOf = (ms) => new Date(Math.round(ms)).toISOString().slice(0, 16).replace('T', ' ');
const secondOf = (ms) => new Date(Math.round(ms)).toISOString().slice(0, 19).replace('T', ' ');
const regimeText = (regime) => regime.toLowerCase().replaceAll('_', ' ');

/** A row of colours with what they stand for. */
const keys = (entries, className = '') =>
  element(
    'div',
    { className: 'keys' },
    ...entries.map(([text, colour]) => {
      const made = element('span', { text, className });
      made.style.setProperty('--colour', colour);
      return made;
    }),
  );

const timeTicks = (_, ticks, __, ___, stepS) => {
  let shownDay = '';
  return ticks.map((seconds) => {
    const [day, time] = new Date(seconds * 1000).toISOString().split('T');
    const isNew = day !== shownDay;
    shownDay = day;
    if (stepS >= DAY_S) return day;
    const shown = time.slice(0, stepS < 60 ? 8 : 5);
    return isNew ? `${shown}\n${day}` : shown;
  });
};

/** A plot over time that fills the width of its section. @param axis what the values are, with their unit */
const timePlot = (parent, { data, series, axis, height = 320, hooks = {}, scaleY = {} }) => {
  const holder = element('div', { className: 'plot' });
  parent.append(holder);
  const line = { stroke: COLOURS.quiet, grid: { stroke: COLOURS.grid, width: 1 }, ticks: { stroke: COLOURS.grid, width: 1 } };
  const plot = new uPlot(
    {
      width: holder.clientWidth,
      height,
      padding: [14, 36, 0, 0],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      scales: { y: scaleY },
      series: [
        { label: 'UTC', value: (_, seconds) => (seconds === null || seconds === undefined ? '' : secondOf(seconds * 1000)) },
        ...series,
      ],
      axes: [
        { ...line, space: 96, size: 52, values: timeTicks },
        { ...line, size: 78, label: axis, labelSize: 22, labelFont: '12px system-ui, sans-serif', stroke: COLOURS.quiet },
      ],
      hooks,
    },
    data,
    holder,
  );
  addEventListener('resize', () => plot.setSize({ width: holder.clientWidth, height }));
  return plot;
};

const seriesOf = (label, colour, { digits, unit, ...more }) => ({
  label,
  stroke: colour,
  width: 1.6,
  points: { show: false },
  value: (_, value) => (value === null || value === undefined ? '' : figure(value, digits, unit)),
  ...more,
});

/** Curves with times of their own, over one axis. */
/** @param isBelow values are 0 or below, and shown so */
const plotCurves = (parent, { curves, axis, unit, digits, isBelow = false, height = 320 }) => {
  const data = uPlot.join(curves.map(({ tsMs, values }) => [tsMs.map((ms) => ms / 1000), values]));
  const series = curves.map(({ name }, at) => {
    const colour = PALETTE[at % PALETTE.length];
    return seriesOf(name, colour, { digits, unit, spanGaps: true, ...(isBelow && { fill: `${colour}22` }) });
  });
  // A curve that never fell has no range of its own.
  const scaleY = isBelow ? { range: (_, low) => [Math.min(low ?? 0, -0.01) * 1.05, 0] } : {};
  timePlot(parent, { data, series, axis, height, scaleY });
};

/** The newest value of steps at every one of rising times. */
const heldAt = (times, steps, pick) => {
  let next = 0;
  return times.map((ms) => {
    while (next < steps.length && steps[next].fromMs <= ms) next++;
    return next === 0 ? null : pick(steps[next - 1]);
  });
};

const clipped = (plot, draw) => {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx);
  ctx.restore();
};

/** A triangle that points up or down, filled. */
const triangle = (ctx, x, y, isUp, colour) => {
  const size = 5 * devicePixelRatio;
  const way = isUp ? 1 : -1;
  ctx.beginPath();
  ctx.moveTo(x, y - way * size);
  ctx.lineTo(x + size, y + way * size);
  ctx.lineTo(x - size, y + way * size);
  ctx.closePath();
  ctx.fillStyle = colour;
  ctx.strokeStyle = COLOURS.panel;
  ctx.lineWidth = devicePixelRatio;
  ctx.fill();
  ctx.stroke();
};

const plotSpread = (parent, { tsMs, entryPct, exitPct, thresholds, trades }) => {
  const unit = { digits: 4, unit: ' %' };
  const dashed = { ...unit, width: 1.4, dash: [7, 4], paths: uPlot.paths.stepped({ align: 1 }) };
  const drawTrades = (plot) =>
    clipped(plot, (ctx) => {
      for (const { entryMs, exitMs, entryPct: from, exitPct: to, profitPct } of trades) {
        const [x0, y0] = [plot.valToPos(entryMs / 1000, 'x', true), plot.valToPos(from, 'y', true)];
        const [x1, y1] = [plot.valToPos(exitMs / 1000, 'x', true), plot.valToPos(to, 'y', true)];
        const colour = profitPct > 0 ? COLOURS.good : COLOURS.bad;
        ctx.beginPath();
        ctx.moveTo(x0, y0);
        ctx.lineTo(x1, y1);
        ctx.strokeStyle = `${colour}88`;
        ctx.lineWidth = devicePixelRatio;
        ctx.stroke();
        triangle(ctx, x0, y0, false, colour);
        triangle(ctx, x1, y1, true, colour);
      }
    });
  timePlot(parent, {
    data: [
      tsMs.map((ms) => ms / 1000),
      entryPct,
      exitPct,
      heldAt(tsMs, thresholds, ({ entryPct: entry }) => entry),
      heldAt(tsMs, thresholds, ({ exitPct: exit }) => exit),
    ],
    series: [
      seriesOf('spread to enter at', '#1f6febb0', { ...unit, width: 1 }),
      seriesOf('spread to leave at', '#8c99a8b0', { ...unit, width: 1 }),
      seriesOf('enter threshold', PALETTE[1], dashed),
      seriesOf('exit threshold', PALETTE[3], dashed),
    ],
    axis: 'spread, %',
    height: 380,
    hooks: { draw: [drawTrades] },
  });
  parent.append(
    keys(
      [
        ['entered ▼ and left ▲ at a profit', COLOURS.good],
        ['at a loss', COLOURS.bad],
      ],
      'round',
    ),
  );
};

const plotRegimes = (parent, { tsMs, values, axis, spans }) => {
  const drawSpans = (plot) =>
    clipped(plot, (ctx) => {
      const { top, height } = plot.bbox;
      for (const { fromMs, toMs, regime } of spans) {
        const [x0, x1] = [plot.valToPos(fromMs / 1000, 'x', true), plot.valToPos(toMs / 1000, 'x', true)];
        ctx.fillStyle = `${REGIME_COLOURS[regime]}55`;
        ctx.fillRect(x0, top, x1 - x0, height);
      }
    });
  timePlot(parent, {
    data: [tsMs.map((ms) => ms / 1000), values, heldAt(tsMs, spans, ({ regime }) => regime)],
    series: [
      seriesOf(axis, '#17212b', { digits: 4, unit: '', width: 1.2 }),
      // Shows in the legend only: the regime at the cursor.
      {
        label: 'regime',
        scale: 'regime',
        paths: () => null,
        points: { show: false },
        value: (_, regime) => (regime ? regimeText(regime) : ''),
      },
    ],
    axis,
    hooks: { drawClear: [drawSpans] },
  });
};

/** A value that holds from one time to another, as a staircase. */
const steps = (parent, { points, axis, colour }) => {
  // A staircase ends at its last point: what holds until the next value has a point just before that.
  const times = [...new Set(points.flatMap(({ fromMs, toMs }) => [fromMs, toMs - 1]))].sort((a, b) => a - b);
  const series = [
    seriesOf(axis, colour, { digits: 4, unit: '', paths: uPlot.paths.stepped({ align: 1 }), points: { show: true, size: 5 } }),
  ];
  timePlot(parent, {
    data: [times.map((ms) => ms / 1000), heldAt(times, points, ({ value }) => value)],
    series,
    axis,
    height: 170,
  });
};

globalThis.plots = {
  ...{ PALETTE, COLOURS, REGIME_COLOURS },
  ...{ figure, scaled, minuteOf, regimeText, keys },
  ...{ plotCurves, plotSpread, plotRegimes, steps },
};
