import { InvalidInputError } from '../../../domain/errors.js';
import type { Span, StrategyOutcome } from './outcome.js';

/** Something that can be simulated over a span: a strategy with its parameters fixed, or an ensemble. */
export interface FixedStrategy {
  evaluate(span: Span): Promise<StrategyOutcome>;
}

/** Strategies that share the capital. */
export interface EnsembleStrategy extends FixedStrategy {
  /** Shares of the capital; they add up to 1. */
  readonly weights: readonly number[];
}

/**
 * Splits the capital among strategies, in proportion to weights; equally without.
 * Members have to answer in the same periods, and one that does not is an InvalidInputError of `evaluate`.
 * @throws InvalidInputError for no member, another number of weights than members, a negative weight or none that is positive
 */
export function createStrategyEnsemble(
  members: readonly FixedStrategy[],
  weights: readonly number[] = members.map(() => 1),
): EnsembleStrategy {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const isSound = members.length > 0 && weights.length === members.length && weights.every((weight) => weight >= 0) && total > 0;
  if (!isSound || !Number.isFinite(total)) {
    throw new InvalidInputError(`${members.length} strategies cannot be weighted by ${weights.join(', ') || 'nothing'}`);
  }
  const shares = weights.map((weight) => weight / total);
  return {
    weights: shares,
    async evaluate(span) {
      const outcomes = await Promise.all(members.map((member) => member.evaluate(span)));
      const periods = outcomes[0]?.returns.length ?? 0;
      if (outcomes.some(({ returns }) => returns.length !== periods)) {
        throw new InvalidInputError('the strategies of an ensemble answer in different periods');
      }
      const returns = new Float64Array(periods);
      outcomes.forEach((outcome, member) => {
        for (let i = 0; i < periods; i++)
          returns[i] = (returns[i] as number) + (shares[member] as number) * (outcome.returns[i] as number);
      });
      return { returns, trades: outcomes.reduce((sum, { trades }) => sum + trades, 0) };
    },
  };
}
