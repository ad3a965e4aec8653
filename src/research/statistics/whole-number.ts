import { InvalidInputError } from '../../domain/errors.js';

/** Checks a parameter that counts something. @returns the value @throws InvalidInputError unless it is whole and at least `min` */
export function wholeNumber(name: string, value: number, min: number): number {
  if (!(Number.isSafeInteger(value) && value >= min)) {
    throw new InvalidInputError(`${name} is ${value}, and must be a whole number of at least ${min}`, { [name]: value });
  }
  return value;
}
