import { InvalidInputError } from '../../domain/errors.js';
import { BAR_INTERVALS, type BarInterval } from '../series.js';
import type { FileSample, ImportHints } from './format.js';

/** The file's name without folders and endings. */
export function stemOf({ path }: FileSample): string {
  return (path.split('/').pop() ?? '').replace(/(\.(csv|txt|json|gz|zip))+$/i, '');
}

/**
 * What a person said, or what the file's name says.
 * @throws InvalidInputError when neither does
 */
export function told<T>(hint: T | undefined, guess: T | undefined, what: string, { path }: FileSample): T {
  const value = hint ?? guess;
  if (value !== undefined) return value;
  throw new InvalidInputError(`${path} does not say its ${what}; say it with --${what}`, { path });
}

/** An interval as a word of its own anywhere in the path ("klines-1m-202303/..."); the last one counts. */
export function intervalInPath({ path }: FileSample): BarInterval | undefined {
  const words = path.split(/[-_/. ]/).reverse();
  for (const word of words) {
    const found = BAR_INTERVALS.find((interval) => interval === word);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** "kraken_btcusd" as venue and symbol; nothing of it where the name has another form. */
export function venueAndSymbol(sample: FileSample): ImportHints {
  const [, venue, symbol] = /^([a-z][a-z0-9-]*)_([A-Za-z0-9-]+)$/.exec(stemOf(sample)) ?? [];
  return venue === undefined || symbol === undefined ? {} : { venue, symbol: symbol.toUpperCase() };
}
