import fc from 'fast-check';

/** The seed of every property where `TIERCEL_SEED` is not set: the same commit draws the same cases each time. */
export const DEFAULT_SEED = 1;

/**
 * The seed that all properties draw from; a failing property prints it, and `TIERCEL_SEED` with that number draws the same cases again.
 * @param text a whole number of 32 bits, or undefined for the default
 * @throws RangeError for anything else
 */
export function propertySeed(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SEED;
  const seed = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (seed !== (seed | 0)) throw new RangeError(`TIERCEL_SEED is ${JSON.stringify(text)}; expected a whole number of 32 bits`);
  return seed;
}

fc.configureGlobal({ seed: propertySeed(process.env['TIERCEL_SEED']) });
