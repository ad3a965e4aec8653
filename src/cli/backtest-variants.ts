import { Exact } from '../domain/decimal.js';
import { InvalidInputError } from '../domain/errors.js';
import { ResearchPool } from '../research/pool/research-pool.js';
import type { TaskAddress } from '../research/pool/task.js';
import { workerModule } from '../research/pool/worker-module.js';
import type { BacktestSummary, PlayFlags } from './backtest-play.js';
import type { VariantInput, VariantOutput } from './backtest-variant-task.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { withStrategy } from './decide.js';
import { ProgressBar } from './progress-bar.js';
import { textTable } from './text-table.js';

const TASK: TaskAddress = { module: workerModule(import.meta.url, './backtest-variant-task.js'), name: 'playVariant' };
/** Nobody reads a longer table, and each row is a whole backtest. */
const VARIANTS_MAX = 1_000;
/** Decimals of an amount in the table; JSON tells all of them. */
const SHOWN_DIGITS = 4;

export interface VariantFlags extends PlayFlags {
  readonly strategy: string;
  /** "key=value", for all variants. */
  readonly set: readonly string[];
  /** "key=value,value,...", a variant for each value and, of several keys, for each combination. */
  readonly vary: readonly string[];
  readonly threads: number;
  readonly json?: boolean | undefined;
}

/** A backtest with parameters of its own. */
export interface BacktestVariant {
  /** "key=value" for each key that varies. */
  readonly set: readonly string[];
  readonly summary: BacktestSummary;
}

/**
 * Plays a backtest once for each combination of parameters, as many at once as there are threads; none depends on the others.
 * @throws InvalidInputError for what no variant can be made of, and for the first that cannot be played
 */
export async function runVariants(
  paths: readonly string[],
  config: Config,
  flags: VariantFlags,
  { write, progress }: CommandOutput,
): Promise<void> {
  const { strategy, set, vary, threads, json = false, ...play } = flags;
  const combinations = combinationsOf(vary);
  const pool = new ResearchPool({ threads: Math.min(threads, combinations.length) });
  const bar = new ProgressBar(combinations.length, progress);
  let done = 0;
  const playOne = async (own: readonly string[]): Promise<BacktestVariant> => {
    const input: VariantInput = { paths, config: withStrategy(config, strategy, [...set, ...own]), flags: play };
    const output = await pool.run<VariantOutput>(TASK, input);
    if (output.kind === 'unusable') throw new InvalidInputError(`${own.join(' ')}: ${output.reason}`, { paths });
    bar.to(++done, own.join(' '));
    return { set: own, summary: output.summary };
  };
  try {
    const variants = await Promise.all(combinations.map(playOne));
    bar.clear();
    write(json ? `${JSON.stringify(variants)}\n` : variantsText(variants));
  } finally {
    bar.clear();
    await pool.close();
  }
}

/** Every combination of the values, the last key changing fastest. @throws InvalidInputError */
export function combinationsOf(vary: readonly string[]): readonly (readonly string[])[] {
  const choices = vary.map((text) => {
    const [, key, list] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    const values = [...new Set(list?.split(',').map((value) => value.trim()))];
    if (key === undefined || values.includes('')) throw new InvalidInputError(`--vary ${text}: expected key=value,value,...`);
    return values.map((value) => `${key.trim()}=${value}`);
  });
  const count = choices.reduce((product, { length }) => product * length, 1);
  if (count > VARIANTS_MAX) throw new InvalidInputError(`--vary makes ${count} backtests; at most ${VARIANTS_MAX} are played`);
  return choices.reduce<string[][]>((found, values) => found.flatMap((front) => values.map((one) => [...front, one])), [[]]);
}

/** A line a variant, in their order, and what is to be thought of the best of them. */
export function variantsText(variants: readonly BacktestVariant[]): string {
  const sum = ({ summary }: BacktestVariant, what: 'net' | 'fees' | 'funding'): string =>
    summary.strategies.reduce((total, one) => total.plus(one[what]), new Exact(0)).toFixed(SHOWN_DIGITS);
  const wins = ({ summary }: BacktestVariant): number => summary.strategies.reduce((total, one) => total + one.wins, 0);
  const table = textTable<BacktestVariant>(
    [
      { title: 'parameters', align: 'left', text: ({ set }) => set.join(' ') },
      { title: 'trades', align: 'right', text: ({ summary }) => String(summary.trades) },
      { title: 'won', align: 'right', text: (one) => String(wins(one)) },
      { title: 'net', align: 'right', text: (one) => sum(one, 'net') },
      { title: 'fees', align: 'right', text: (one) => sum(one, 'fees') },
      { title: 'funding', align: 'right', text: (one) => sum(one, 'funding') },
      { title: 'state', align: 'left', text: ({ summary }) => summary.hash.slice(0, 8) },
    ],
    variants,
  );
  if (variants.length === 1) return table;
  return `${table}The best of ${variants.length} looks better than it is: it was chosen on the time that it is shown on.\n`;
}
