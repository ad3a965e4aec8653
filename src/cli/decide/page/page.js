// Shows the report that the page holds: the basis over time with what was decided, and all decisions with their numbers.
const { element } = globalThis.page;
const report = JSON.parse(document.getElementById('report').textContent);
const COLOURS = {
  mid: '#d7e0ea',
  long: '#4cc9f0',
  short: '#ffc24b',
  needed: '#b28dff',
  good: '#3ddc97',
  quiet: '#8493a5',
  fee: '#ff6b6b',
};
/** A threshold that lies further from the basis than this many times its range is not drawn until asked for. */
const FAR = 3;
const DAY_MS = 86_400_000;

const time = (ms) => new Date(Math.round(ms)).toISOString().slice(11, 23);
const figure = (value) => (value === null ? 'unknown' : String(Number(value.toFixed(6))));
const whole = (value) => value.toLocaleString('en');
const counted = (count, noun) => `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;

const firsts = report.captures.map(({ firstMs }) => firstMs).filter((ms) => ms !== null);
const lasts = report.captures.map(({ lastMs }) => lastMs).filter((ms) => ms !== null);
const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10);
if (firsts.length > 0) {
  const [from, to] = [Math.min(...firsts), Math.max(...lasts)];
  const end = Math.floor(from / DAY_MS) === Math.floor(to / DAY_MS) ? time(to) : `${dayOf(to)} ${time(to)}`;
  document.getElementById('period').textContent =
    `${dayOf(from)} ${time(from)} to ${end} UTC, ${counted(report.turns, 'turn')}, ` +
    `${counted(report.decisions.length, 'decision')}, ${counted(report.intents.length, 'intent')}`;
}

const facts = (title, lines) => {
  if (lines.length === 0) return;
  const list = element('ul', {}, ...lines.map((text) => element('li', { text })));
  document.getElementById('facts').append(element('div', {}, element('h2', { text: title }), list));
};
facts(
  'Captures',
  report.captures.map(({ name, lines }) => `${name}: ${whole(lines)} lines`),
);
facts(
  'Books',
  report.books.map(({ name, takerFeeBps, rules }) => `${name}: taker fee ${takerFeeBps} bps, rules ${rules}`),
);
facts(
  'Strategies',
  report.strategies.map(({ name, parameters }) => `${name} ${JSON.stringify(parameters)}`),
);
facts(
  'Held at the end',
  report.positions.map(({ strategy, book, base }) => `${strategy}: ${base} in ${book}`),
);

/** Decisions of a pair of books that are worth a mark: those that go on, and the first of every other run of one verdict. */
const marksOf = ({ spot, futures }) => {
  const last = new Map();
  return report.decisions.filter(({ strategy, stage, verdict, goesOn, books }) => {
    if (!books.includes(spot) || !books.includes(futures)) return false;
    const key = `${strategy} ${stage}`;
    const isNew = last.get(key) !== verdict;
    last.set(key, verdict);
    return goesOn || isNew;
  });
};

/** The basis at which a look would have passed its threshold, by its own numbers: [seconds, basis points]. */
const neededOf = ({ spot, futures }) =>
  report.decisions.flatMap(({ ms, books, figures }) => {
    const { entryBasisBps, thresholdBps, expectedNetBps, direction = 1 } = figures;
    const numbers = [entryBasisBps, thresholdBps, expectedNetBps, direction];
    if (!books.includes(spot) || !books.includes(futures) || !numbers.every((value) => typeof value === 'number')) return [];
    return [[ms / 1000, entryBasisBps + direction * (thresholdBps - expectedNetBps)]];
  });

/** The newest of `points` at every one of `times`. */
const heldAt = (times, points) => {
  let next = 0;
  return times.map((at) => {
    while (next < points.length && points[next][0] <= at) next++;
    return next === 0 ? null : points[next - 1][1];
  });
};

const drawMarks = (marks, valueAt) => (plot) => {
  const { ctx } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(plot.bbox.left, plot.bbox.top, plot.bbox.width, plot.bbox.height);
  ctx.clip();
  for (const { ms, goesOn, figures } of marks.toSorted((a, b) => Number(a.goesOn) - Number(b.goesOn))) {
    const value = figures.midBasisBps ?? valueAt(ms / 1000);
    if (value === null) continue;
    ctx.beginPath();
    ctx.fillStyle = goesOn ? COLOURS.good : COLOURS.quiet;
    ctx.strokeStyle = '#0a0e14';
    ctx.lineWidth = devicePixelRatio;
    ctx.arc(plot.valToPos(ms / 1000, 'x', true), plot.valToPos(value, 'y', true), (goesOn ? 5 : 3) * devicePixelRatio, 0, 7);
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
};

const isFar = (values, low, high) => {
  const known = values.filter((value) => value !== null);
  const range = Math.max(1, high - low);
  return known.length > 0 && known.every((value) => value > high + FAR * range || value < low - FAR * range);
};

const plotBasis = (series) => {
  const { spot, futures, roundTripFeeBps, points } = series;
  const panel = element('div', { className: 'panel' }, element('h2', { text: `Basis of ${futures} over ${spot}` }));
  document.getElementById('plots').append(panel);
  if (points.length === 0) {
    panel.append(element('p', { text: 'The two books were never there together.' }));
    return;
  }
  const times = points.map(({ ms }) => ms / 1000);
  const mid = points.map(({ midBps }) => midBps);
  const lines = [
    ['buy spot, sell futures', points.map(({ longSpotBps }) => longSpotBps), COLOURS.long],
    ['sell spot, buy futures', points.map(({ shortSpotBps }) => shortSpotBps), COLOURS.short],
    ['mid', mid, COLOURS.mid],
  ];
  const shown = lines.flatMap(([, values]) => values);
  const [low, high] = [Math.min(...shown), Math.max(...shown)];
  const needed = neededOf(series);
  if (needed.length > 0) lines.push(['needed to enter', heldAt(times, needed), COLOURS.needed]);
  lines.push(['fees of a round trip', times.map(() => roundTripFeeBps), COLOURS.fee]);
  lines.push(['the same, other way', times.map(() => -roundTripFeeBps), COLOURS.fee]);
  const marks = marksOf(series);
  const valueAt = (at) =>
    heldAt(
      [at],
      times.map((seconds, index) => [seconds, mid[index]]),
    )[0] ?? mid[0];
  const holder = element('div', { className: 'plot' });
  panel.append(holder);
  const axis = { stroke: COLOURS.quiet, grid: { stroke: '#1f2a38', width: 1 }, ticks: { stroke: '#1f2a38', width: 1 } };
  const plot = new uPlot(
    {
      width: holder.clientWidth,
      height: 360,
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      series: [
        {
          label: 'UTC',
          value: (_, seconds) => (seconds === null || seconds === undefined ? '' : time(seconds * 1000).slice(0, 8)),
        },
        ...lines.map(([label, values, stroke], index) => ({
          label,
          stroke,
          width: index === 2 ? 1.6 : 1,
          show: index < 3 || !isFar(values, low, high),
          ...(index >= 3 && { dash: [6, 4] }),
          points: { show: false },
          value: (_, bps) => (bps === null || bps === undefined ? '' : `${bps.toFixed(2)} bps`),
        })),
      ],
      axes: [
        { ...axis, space: 90, values: (_, ticks) => ticks.map((seconds) => time(seconds * 1000).slice(0, 8)) },
        { ...axis, size: 64, values: (_, ticks) => ticks.map((bps) => `${bps} bps`) },
      ],
      hooks: { draw: [drawMarks(marks, valueAt)] },
    },
    [times, ...lines.map(([, values]) => values)],
    holder,
  );
  addEventListener('resize', () => plot.setSize({ width: holder.clientWidth, height: 360 }));
  if (marks.length === 0) return;
  const entry = (text, colour) => {
    const made = element('span', { text });
    made.style.setProperty('--colour', colour);
    return made;
  };
  panel.append(
    element('div', { className: 'marks' }, entry('decided to act', COLOURS.good), entry('verdict changed', COLOURS.quiet)),
  );
};
for (const series of report.basis) plotBasis(series);

const fill = (table, titles, rows) => {
  const head = element('tr', {}, ...titles.map(([text, className = '']) => element('th', { text, className })));
  table.append(element('thead', {}, head), element('tbody', {}, ...rows));
};
const cell = (text, className = '') => element('td', { text, className });

document.getElementById('intents-section').hidden = report.intents.length === 0;
fill(
  document.getElementById('intents'),
  [['UTC'], ['strategy'], ['purpose'], ['legs'], ['expected net', 'number'], ['decision', 'number']],
  report.intents.map(({ ms, strategy, purpose, legs, expectedNetQuote, decision }) => {
    const link = element('a', { text: String(decision) });
    link.href = `#decision-${decision}`;
    const said = legs.map(({ side, base, book, limit }) =>
      element('div', { text: `${side} ${base} ${book} at ${limit} or better` }),
    );
    return element(
      'tr',
      {},
      cell(time(ms), 'nowrap figure'),
      cell(strategy, 'nowrap'),
      cell(purpose, 'nowrap'),
      element('td', {}, ...said),
      cell(figure(expectedNetQuote), 'number'),
      element('td', { className: 'number' }, decision === 0 ? '' : link),
    );
  }),
);

const rowsByVerdict = new Map();
const decisionRows = report.decisions.map(({ id, ms, strategy, stage, verdict, goesOn, row, books, figures }) => {
  const reasons = Object.entries(figures).map(([name, value]) =>
    element('span', { text: `${name} ` }, element('b', { text: figure(value) })),
  );
  const made = element(
    'tr',
    {},
    cell(time(ms), 'nowrap figure'),
    cell(strategy, 'nowrap'),
    cell(stage, 'nowrap'),
    cell(verdict, goesOn ? 'nowrap goes-on' : 'nowrap'),
    cell(books.length === 0 ? row : books.join(' / ')),
    element('td', { className: 'reasons' }, ...reasons),
  );
  made.id = `decision-${id}`;
  const key = `${stage} ${verdict}`;
  rowsByVerdict.set(key, [...(rowsByVerdict.get(key) ?? []), made]);
  return made;
});
document.getElementById('decisions-section').hidden = report.strategies.length === 0;
fill(
  document.getElementById('decisions'),
  [['UTC'], ['strategy'], ['stage'], ['verdict'], ['books'], ['reasons']],
  decisionRows.length > 0 ? decisionRows : [element('tr', {}, cell('none'))],
);
for (const [verdict, rows] of rowsByVerdict) {
  const box = element('input');
  box.type = 'checkbox';
  box.checked = true;
  box.addEventListener('change', () => {
    for (const row of rows) row.hidden = !box.checked;
  });
  document.getElementById('filters').append(element('label', {}, box, ` ${verdict} (${whole(rows.length)})`));
}

for (const { spot, futures, points } of report.basis) {
  const table = element('table', { className: 'wide points' });
  const details = element('details', { className: 'panel' });
  details.append(
    element('summary', { text: `${futures} over ${spot}, second by second (${whole(points.length)})` }),
    element('div', { className: 'scroll' }, table),
  );
  document.getElementById('points').append(details);
  const prices = [
    'spot bid',
    'spot ask',
    'futures bid',
    'futures ask',
    'mid bps',
    'buy spot, sell futures',
    'sell spot, buy futures',
  ];
  fill(
    table,
    [['UTC'], ...prices.map((title) => [title, 'number'])],
    points.map(({ ms, spotBid, spotAsk, futuresBid, futuresAsk, midBps, longSpotBps, shortSpotBps }) =>
      element(
        'tr',
        {},
        cell(time(ms).slice(0, 8), 'figure'),
        ...[spotBid, spotAsk, futuresBid, futuresAsk].map((text) => cell(text, 'number')),
        ...[midBps, longSpotBps, shortSpotBps].map((bps) => cell(bps.toFixed(3), 'number')),
      ),
    ),
  );
}
