import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import { basisDefinition } from './basis/basis-strategy.js';
import { Budget } from './capital.js';
import { crossFuturesDefinition } from './cross-futures/cross-futures-strategy.js';
import type { DecisionStage } from './decision-log.js';
import { simpleDeltaDefinition } from './delta/definition.js';
import { hifaDefinition } from './hifa/definition.js';
import type { HostedStrategy, Strategy, StrategyDefinition } from './strategy.js';
import { threeTierDefinition } from './three-tier/three-tier-strategy.js';
import type { StrategyUniverse } from './universe.js';

/** A kind of strategy that can be asked for by name. */
export interface RegisteredStrategy {
  readonly name: string;
  readonly summary: string;
  readonly stages: readonly DecisionStage[];
  readonly needsSignals: boolean;
  /** @throws InvalidInputError naming the parameter that cannot be used */
  make(parameters: unknown, universe: StrategyUniverse): Strategy;
  /** What parameters it takes, as JSON Schema. */
  readonly schema: unknown;
}

/** What the configuration says of one strategy. */
export interface StrategySpec {
  /** Name of the kind. */
  readonly kind: string;
  /** Its own name where one kind runs twice; the kind's otherwise. */
  readonly name?: string | undefined;
  /** Most that it may commit at a time, in the quote asset. */
  readonly budgetQuote: number;
  readonly parameters: unknown;
}

function register<Config>(definition: StrategyDefinition<Config>): RegisteredStrategy {
  const parse = (given: unknown): Config => {
    const parsed = definition.config.safeParse(given);
    if (parsed.success) return parsed.data;
    const [issue] = parsed.error.issues;
    const path = ['strategy', definition.name, ...(issue?.path ?? [])].join('.');
    throw new InvalidInputError(`${path}: ${issue?.message ?? 'cannot be used'}`, { given });
  };
  const { name, summary, stages, config, needsSignals = false } = definition;
  const schema = z.toJSONSchema(config, { io: 'input', unrepresentable: 'any' });
  return { name, summary, stages, schema, needsSignals, make: (given, universe) => definition.create(parse(given), universe) };
}

/** All kinds of strategies. */
export const STRATEGIES: readonly RegisteredStrategy[] = [
  register(threeTierDefinition),
  register(simpleDeltaDefinition),
  register(basisDefinition),
  register(crossFuturesDefinition),
  register(hifaDefinition),
];

/** The kind of this name. @throws InvalidInputError listing the names there are */
export function strategyOf(kind: string): RegisteredStrategy {
  const found = STRATEGIES.find(({ name }) => name === kind);
  if (found !== undefined) return found;
  throw new InvalidInputError(`there is no strategy "${kind}"; there are ${STRATEGIES.map(({ name }) => name).join(', ')}`, {
    kind,
  });
}

/**
 * Makes strategies as they are configured.
 * @throws InvalidInputError for an unknown kind, a parameter out of its bounds, or a name given twice
 */
export function makeStrategies(specs: readonly StrategySpec[], universe: StrategyUniverse): HostedStrategy[] {
  const names = new Set<string>();
  return specs.map(({ kind, name = kind, budgetQuote, parameters }) => {
    if (names.has(name))
      throw new InvalidInputError(`two strategies are called "${name}"; give one of them a name of its own`, { name });
    names.add(name);
    return { name, strategy: strategyOf(kind).make(parameters, universe), budget: new Budget(budgetQuote) };
  });
}
