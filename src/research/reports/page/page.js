// Shows the report that the page holds, a section for each part that there is. All texts are set as texts, never as markup.
// lines.js and grids.js, which come before this file, draw the plots.

const { element } = globalThis.page;
const { PALETTE, REGIME_COLOURS, figure, scaled, minuteOf, regimeText, keys } = globalThis.plots;
const { plotCurves, plotSpread, plotRegimes, steps, heatMap, scatter } = globalThis.plots;
const report = JSON.parse(document.getElementById('report').textContent);
const sections = document.getElementById('sections');
document.title = report.title;
document.getElementById('title').textContent = report.title;
document.getElementById('subtitle').textContent = report.subtitle ?? '';

/** Adds a section. @returns it */
const section = (title, text = '') => {
  const made = element('section', {}, element('h2', { text: title }));
  if (text !== '') made.append(element('p', { text }));
  sections.append(made);
  return made;
};
const table = (titles, rows) =>
  element(
    'div',
    { className: 'scroll' },
    element(
      'table',
      { className: 'wide' },
      element('thead', {}, element('tr', {}, ...titles.map(([text, className = '']) => element('th', { text, className })))),
      element('tbody', {}, ...rows.map((cells) => element('tr', {}, ...cells))),
    ),
  );
const cell = (text, className = '') => element('td', { text: String(text), className });
const number = (value, digits = 2, unit = '') => cell(figure(value, digits, unit), 'number');

if (report.figures !== undefined) {
  const tiles = report.figures.map(({ name, text, meaning }) =>
    element(
      'div',
      { className: 'tile' },
      element('div', { className: 'name', text: name }),
      element('div', { className: 'value', text }),
      element('div', { className: 'meaning', text: meaning }),
    ),
  );
  section('Result').append(element('div', { className: 'tiles' }, ...tiles));
}

if (report.warnings?.length > 0) {
  const list = element('ul', {}, ...report.warnings.map((text) => element('li', { text })));
  const made = section('What to be careful about');
  made.classList.add('warnings');
  made.append(list);
}

if (report.equity !== undefined) {
  const { quote, curves } = report.equity;
  plotCurves(section('Equity', `Worth of the account in ${quote}; times are UTC. Drag to zoom, double click to see all.`), {
    curves: curves.map(({ name, chart }) => ({ name, tsMs: chart.tsMs, values: chart.equity })),
    axis: quote,
    unit: ` ${quote}`,
    digits: 2,
  });
  plotCurves(section('Drawdown', 'How far the account was below its highest worth so far.'), {
    curves: curves.map(({ name, chart }) => ({ name, tsMs: chart.tsMs, values: chart.drawdownPct })),
    axis: 'below peak, %',
    unit: ' %',
    digits: 2,
    isBelow: true,
    height: 220,
  });
}

if (report.spread !== undefined) {
  const { name, note = '' } = report.spread;
  plotSpread(section(`Spread: ${name}`, `Futures over spot in per cent of the spot ask. ${note}`), report.spread);
}

if (report.regimes !== undefined) {
  const { name, shares, note = '' } = report.regimes;
  const made = section(`Regimes: ${name}`, note);
  plotRegimes(made, report.regimes);
  made.append(
    keys(shares.map(({ regime, share }) => [`${regimeText(regime)} ${(share * 100).toFixed(1)} %`, REGIME_COLOURS[regime]])),
  );
}

if (report.regimePerformance !== undefined) {
  section('Performance by regime', 'Trades are counted to the regime in which they were entered.').append(
    table(
      [
        ['regime'],
        ['share of time', 'number'],
        ['trades', 'number'],
        ['profit', 'number'],
        ['win rate', 'number'],
        ['mean trade', 'number'],
        ['Sharpe', 'number'],
      ],
      report.regimePerformance.map(({ regime, timeShare, trades, profit, metrics }) => [
        cell(regimeText(regime)),
        number(timeShare * 100, 1, ' %'),
        number(trades, 0),
        number(profit, 2),
        number(scaled(metrics.winRate), 1, ' %'),
        number(scaled(metrics.avgTradeReturn), 3, ' %'),
        number(metrics.sharpeRatio),
      ]),
    ),
  );
}

if (report.sweep !== undefined) {
  heatMap(section('Sweep of the thresholds', report.sweep.note ?? ''), report.sweep);
}

if (report.pareto !== undefined) {
  scatter(section('Pareto front', report.pareto.note ?? ''), report.pareto);
}

if (report.venues !== undefined) {
  const { rankings, criteriaWeights, recommendations } = report.venues;
  const weights = Object.entries(criteriaWeights).map(([name, weight]) => `${name} ${(weight * 100).toFixed(0)} %`);
  const meter = (value) => {
    const bar = element('span', { className: 'meter' });
    bar.style.setProperty('--share', `${Math.max(0, Math.min(1, value)) * 100}%`);
    return element('td', {}, bar, element('span', { text: value.toFixed(2), className: 'number' }));
  };
  const made = section('Venue scorecard', `Scores from 0 to 1. Weights: ${weights.join(', ')}.`);
  made.append(
    table(
      [
        ['venue'],
        ['overall'],
        ['liquidity'],
        ['fees'],
        ['reliability'],
        ['execution'],
        ['suitability'],
        ['instruments', 'number'],
      ],
      rankings.map((row) => [
        cell(row.exchange),
        meter(row.overallScore),
        meter(row.liquidityScore),
        meter(row.feeCompetitiveness),
        meter(row.apiReliability),
        meter(row.executionQuality),
        meter(row.arbitrageSuitability),
        number(row.supportedInstruments, 0),
      ]),
    ),
    element('ul', {}, ...recommendations.map((text) => element('li', { text }))),
  );
}

if (report.scenarios !== undefined) {
  const made = section('Scenarios and their gates', report.scenarios.note ?? '');
  const gated = (gates, name) => {
    const gate = gates.find((candidate) => candidate.name === name);
    if (gate === undefined) return cell('');
    const text = `${gate.isPassed ? 'pass' : 'fail'} ${gate.text}`;
    return cell(text, gate.isPassed ? 'number good' : 'number bad');
  };
  made.append(
    table(
      [
        ['scenario'],
        ['risk per trade', 'number'],
        ['total return', 'number'],
        ['Sharpe', 'number'],
        ['win rate', 'number'],
        ['drawdown', 'number'],
        ['verdict'],
      ],
      report.scenarios.outcomes.map(({ name, riskPct, totalReturn, gates, isPassed }) => [
        cell(name),
        number(riskPct, 1, ' %'),
        number(scaled(totalReturn), 2, ' %'),
        gated(gates, 'sharpeRatio'),
        gated(gates, 'winRate'),
        gated(gates, 'maxDrawdown'),
        cell(isPassed ? 'passes all' : 'does not pass', isPassed ? 'good' : 'bad'),
      ]),
    ),
  );
}

if (report.walkForward !== undefined) {
  const { folds, parameterNames, unit, note = '' } = report.walkForward;
  const made = section('Walk-forward', note);
  for (const [place, name] of parameterNames.entries()) {
    made.append(element('h3', { text: `${name} from training to training` }));
    steps(made, {
      points: folds.map(({ testFromMs, testToMs, parameters }) => ({
        fromMs: testFromMs,
        toMs: testToMs,
        value: parameters[place],
      })),
      axis: name,
      colour: PALETTE[place % PALETTE.length],
    });
  }
  made.append(
    table(
      [
        ['tested from'],
        ['to'],
        ...parameterNames.map((name) => [name, 'number']),
        [`in sample, ${unit}`, 'number'],
        [`out of sample, ${unit}`, 'number'],
      ],
      folds.map(({ testFromMs, testToMs, parameters, inSample, outOfSample }) => [
        cell(minuteOf(testFromMs)),
        cell(minuteOf(testToMs)),
        ...parameters.map((value) => number(value, 4)),
        number(inSample, 4),
        number(outOfSample, 4),
      ]),
    ),
  );
}

for (const { title, note = '', columns, rows } of report.tables ?? []) {
  section(title, note).append(
    table(
      columns.map(({ name, isNumber }) => [name, isNumber ? 'number' : '']),
      rows.map((row) => row.map((text, at) => cell(text, columns[at].isNumber ? 'number' : ''))),
    ),
  );
}
