import { writeFileSync } from 'node:fs';
import { InvalidInputError } from '../domain/errors.js';
import type { CommandOutput } from './capture-verify.js';
import type { Config } from './config.js';
import { decideOnCaptures } from './decide/decide-on-captures.js';
import { decidePage } from './decide/decide-page.js';
import { decideText } from './decide/decide-text.js';
import { EXIT_GOOD } from './exit.js';

export interface DecideFlags {
  /** Kind of the strategy; those of the configuration when left out. */
  readonly strategy?: string | undefined;
  /** "key=value", the value as JSON or as text. */
  readonly set: readonly string[];
  /** Milliseconds between turns; a turn after each frame when left out. */
  readonly every?: number | undefined;
  /** File that gets a page to look at. */
  readonly html?: string | undefined;
  readonly json?: boolean | undefined;
}

const SAMPLE_MS = 1_000;

/**
 * `tiercel decide`: what strategies would have decided on recorded markets, with the numbers that made each decision.
 * @returns the exit code
 * @throws InvalidInputError for files, strategies or parameters that cannot be used
 */
export async function runDecide(
  files: readonly string[],
  config: Config,
  { strategy, set, every, html, json = false }: DecideFlags,
  { write }: CommandOutput,
): Promise<number> {
  if (every !== undefined && !(every > 0))
    throw new InvalidInputError(`--every ${every}: expected milliseconds above 0`, { every });
  if (strategy === undefined && set.length > 0)
    throw new InvalidInputError('--set says a parameter of the strategy that --strategy names');
  const report = await decideOnCaptures(files, strategy === undefined ? config : withStrategy(config, strategy, set), {
    everyMs: every,
    sampleMs: SAMPLE_MS,
  });
  if (html !== undefined) writePage(html, decidePage(report));
  write(json ? `${JSON.stringify(report)}\n` : decideText(report));
  return EXIT_GOOD;
}

/** The configuration with this strategy alone, and parameters of it set. */
export function withStrategy(config: Config, kind: string, set: readonly string[]): Config {
  const known = config.strategies.find((spec) => (spec.name ?? spec.kind) === kind || spec.kind === kind);
  const spec = known ?? { kind, budgetQuote: config.decisions.paperBalanceQuote, parameters: {} };
  return { ...config, strategies: [{ ...spec, parameters: { ...spec.parameters, ...parametersOf(set) } }] };
}

/** "minNetBps=3" is a number, "pair=BTC/USDT" a text. */
export function parametersOf(set: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    set.map((text) => {
      const equals = text.indexOf('=');
      if (equals <= 0) throw new InvalidInputError(`--set ${text}: expected key=value`, { text });
      return [text.slice(0, equals), valueFrom(text.slice(equals + 1))];
    }),
  );
}

function valueFrom(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function writePage(path: string, page: string): void {
  try {
    writeFileSync(path, page);
  } catch (cause) {
    throw new InvalidInputError(`--html ${path} cannot be written`, { path }, { cause });
  }
}
