import { STRATEGIES, strategyOf } from '../strategy/registry.js';
import type { CommandOutput } from './capture-verify.js';
import { EXIT_GOOD } from './exit.js';
import { type TextColumn, textTable } from './text-table.js';

/** The part of JSON Schema that parameters are described with. */
interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly exclusiveMaximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

interface Parameter {
  readonly name: string;
  readonly schema: Schema;
  readonly required: boolean;
}

const COLUMNS: readonly TextColumn<Parameter>[] = [
  { title: 'parameter', align: 'left', text: ({ name }) => name },
  { title: 'type', align: 'left', text: ({ schema }) => schema.enum?.join(' | ') ?? schema.type ?? 'any' },
  {
    title: 'default',
    align: 'left',
    text: ({ schema, required }) =>
      schema.default === undefined ? (required ? 'must be given' : 'none') : JSON.stringify(schema.default),
  },
  { title: 'bounds', align: 'left', text: ({ schema }) => boundsOf(schema) },
];

/** Lists the kinds of strategies, or one of them with its parameters and decisions. @returns the exit code */
export function listStrategies(kind: string | undefined, json: boolean, { write }: CommandOutput): number {
  const shown = kind === undefined ? STRATEGIES : [strategyOf(kind)];
  if (json) {
    const plain = shown.map(({ name, summary, stages, schema }) => ({ name, summary, stages, schema }));
    write(`${JSON.stringify(kind === undefined ? plain : plain[0])}\n`);
    return EXIT_GOOD;
  }
  for (const { name, summary, stages, schema } of shown) {
    write(`${name}: ${summary}\n`);
    if (kind === undefined) continue;
    write(`\n${textTable(COLUMNS, parametersOf(schema as Schema))}`);
    for (const stage of stages) write(`\n${stage.name}: ${stage.verdicts.join(' | ')}\n  ${stage.figures.join(', ')}\n`);
  }
  return EXIT_GOOD;
}

/** Parameters by their names in the configuration, those of a group behind its name and a point. */
function parametersOf({ properties = {}, required = [] }: Schema, group = ''): Parameter[] {
  return Object.entries(properties).flatMap(([name, schema]) =>
    schema.properties === undefined
      ? [{ name: group + name, schema, required: required.includes(name) }]
      : parametersOf(schema, `${group}${name}.`),
  );
}

function boundsOf({ minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Schema): string {
  const shown = (bound: number | undefined): bound is number => bound !== undefined && Math.abs(bound) < Number.MAX_SAFE_INTEGER;
  return [
    shown(exclusiveMinimum) ? `above ${exclusiveMinimum}` : shown(minimum) ? `from ${minimum}` : '',
    shown(exclusiveMaximum) ? `below ${exclusiveMaximum}` : shown(maximum) ? `to ${maximum}` : '',
  ]
    .filter((bound) => bound !== '')
    .join(' ');
}
