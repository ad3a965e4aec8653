import { simulate } from '../simulate.js';
import type { Mutation } from './catalog.js';

/** How a planted bug was noticed. */
export interface Catch {
  readonly mutation: Mutation;
  /** Null when it was not. */
  readonly seed: number | null;
  readonly invariant: string;
  readonly text: string;
}

/** Plays seeds with a planted bug until an invariant is broken. */
export async function hunt(mutation: Mutation, first: number, most: number): Promise<Catch> {
  for (let seed = first; seed < first + most; seed++) {
    const { violations } = await simulate(seed, mutation.sabotage());
    const [violation] = violations;
    if (violation !== undefined) return { mutation, seed, invariant: violation.invariant, text: violation.text };
  }
  return { mutation, seed: null, invariant: '', text: '' };
}
