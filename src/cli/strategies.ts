import { STRATEGIES, strategyOf } from '../strategy/registry.js';
import type { CommandOutput } from './capture-verify.js';
import { EXIT_GOOD } from './exit.js';
import { type TextColumn, textTable } from './text-table.js';

interface Parameter {
  readonly name: string;
  readonly value: unknown;
}

const PARAMETERS: readonly TextColumn<Parameter>[] = [
  { title: 'parameter', align: 'left', text: ({ name }) => name },
  { title: 'default', align: 'left', text: ({ value }) => JSON.stringify(value) ?? 'none' },
];

/** Lists the kinds of strategies, or one of them with its parameters and decisions. @returns the exit code */
export function listStrategies(kind: string | undefined, json: boolean, { write }: CommandOutput): number {
  const shown = (kind === undefined ? STRATEGIES : [strategyOf(kind)]).map(({ name, summary, stages, parameters }) => ({
    name,
    summary,
    parameters: parameters({}),
    stages,
  }));
  if (json) {
    write(`${JSON.stringify(kind === undefined ? shown : shown[0])}\n`);
    return EXIT_GOOD;
  }
  for (const { name, summary, parameters, stages } of shown) {
    write(`${name}: ${summary}\n`);
    if (kind === undefined) continue;
    const rows = Object.entries(parameters as Record<string, unknown>).map(([parameter, value]) => ({ name: parameter, value }));
    write(`\n${textTable(PARAMETERS, rows)}`);
    for (const stage of stages) write(`\n${stage.name}: ${stage.verdicts.join(' | ')}\n  ${stage.figures.join(', ')}\n`);
  }
  return EXIT_GOOD;
}
