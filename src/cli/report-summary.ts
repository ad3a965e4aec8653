import type { ResearchReport } from '../research/reports/report-data.js';
import { textTable } from './text-table.js';

/** A report for a terminal: its figures, regimes, scenarios, trainings and venues, as far as it has them. */
export function reportSummary(report: ResearchReport): string {
  const { title, subtitle, figures = [], regimePerformance, scenarios, walkForward, venues, tables = [], warnings = [] } = report;
  const parts = [`${title}\n`, subtitle === undefined ? '' : `${subtitle}\n`, '\n'];
  const add = (heading: string, text: string): number => parts.push(`${heading}\n${text}\n`);
  const widest = figures.reduce((most, { name }) => Math.max(most, name.length), 0);
  if (figures.length > 0) parts.push(`${figures.map(({ name, text }) => `  ${name.padEnd(widest)}  ${text}\n`).join('')}\n`);
  if (regimePerformance !== undefined) add('by regime', regimeTable(regimePerformance));
  if (scenarios !== undefined) add('scenarios', scenarioTable(scenarios.outcomes));
  if (walkForward !== undefined) add('walk-forward', `  ${walkForward.note ?? ''}\n${foldTable(walkForward)}`);
  if (venues !== undefined) add('venues', venueTable(venues.rankings));
  for (const { title: heading, columns, rows } of tables) {
    const shown = columns.map(({ name, isNumber }, at) => ({
      title: name,
      align: isNumber === true ? ('right' as const) : ('left' as const),
      text: (row: readonly string[]) => row[at] ?? '',
    }));
    add(heading.toLowerCase(), textTable(shown, rows));
  }
  return parts.join('') + warnings.map((warning) => `! ${warning}\n`).join('');
}

const percent = (value: number | null, digits = 2): string => (value === null ? '' : `${(value * 100).toFixed(digits)} %`);

function regimeTable(rows: NonNullable<ResearchReport['regimePerformance']>): string {
  return textTable(
    [
      { title: 'regime', align: 'left', text: ({ regime }) => regime.toLowerCase().replaceAll('_', ' ') },
      { title: 'time', align: 'right', text: ({ timeShare }) => percent(timeShare, 1) },
      { title: 'trades', align: 'right', text: ({ trades }) => String(trades) },
      { title: 'profit', align: 'right', text: ({ profit }) => profit.toFixed(2) },
      { title: 'won', align: 'right', text: ({ metrics }) => percent(metrics.winRate, 1) },
    ],
    rows,
  );
}

function scenarioTable(outcomes: NonNullable<ResearchReport['scenarios']>['outcomes']): string {
  const gate = (name: string) => ({
    title: name,
    align: 'right' as const,
    text: ({ gates }: (typeof outcomes)[number]) => gates.find((candidate) => candidate.name === name)?.text ?? '',
  });
  return textTable(
    [
      { title: 'scenario', align: 'left', text: ({ name }) => name },
      { title: 'risk', align: 'right', text: ({ riskPct }) => `${riskPct} %` },
      { title: 'return', align: 'right', text: ({ totalReturn }) => percent(totalReturn) },
      ...['sharpeRatio', 'winRate', 'maxDrawdown'].map(gate),
      { title: 'gates', align: 'left', text: ({ isPassed }) => (isPassed ? 'passed' : 'not passed') },
    ],
    outcomes,
  );
}

function foldTable({ folds, parameterNames }: NonNullable<ResearchReport['walkForward']>): string {
  const score = (value: number | null): string => (value === null ? 'declined' : value.toFixed(3));
  return textTable(
    [
      { title: 'tested from', align: 'left', text: ({ testFromMs }) => new Date(testFromMs).toISOString().slice(0, 16) },
      ...parameterNames.map((title, at) => ({
        title,
        align: 'right' as const,
        text: ({ parameters }: (typeof folds)[number]) => score(parameters[at] ?? null),
      })),
      { title: 'in sample', align: 'right', text: ({ inSample }) => score(inSample) },
      { title: 'out of sample', align: 'right', text: ({ outOfSample }) => score(outOfSample) },
    ],
    folds,
  );
}

function venueTable(rankings: NonNullable<ResearchReport['venues']>['rankings']): string {
  return textTable(
    [
      { title: 'venue', align: 'left', text: ({ exchange }) => exchange },
      { title: 'overall', align: 'right', text: ({ overallScore }) => overallScore.toFixed(2) },
      { title: 'suitability', align: 'right', text: ({ arbitrageSuitability }) => arbitrageSuitability.toFixed(2) },
    ],
    rankings,
  );
}
