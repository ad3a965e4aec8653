import { InvalidArgumentError } from 'commander';

/** Reads a number off the command line; anything else is told in one sentence. */
export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('expected a number.');
  return value;
}

/** An option that may be repeated: all that was said, in its order. */
export function repeated(text: string, all: readonly string[]): string[] {
  return [...all, text];
}
