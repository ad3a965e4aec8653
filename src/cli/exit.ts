import { InvalidInputError } from '../domain/errors.js';

/** Exit codes that mean something: 1 the work was done and found a fault, 2 the input cannot be used, 70 a fault of our own. */
export const EXIT_GOOD = 0;
export const EXIT_FOUND_FAULT = 1;
export const EXIT_BAD_INPUT = 2;
export const EXIT_INTERNAL = 70;

/** Runs a command's body; turns errors into one sentence on stderr and the exit code. */
export async function exitWith(body: () => Promise<number>): Promise<void> {
  try {
    process.exitCode = await body();
  } catch (error) {
    if (error instanceof InvalidInputError) {
      process.stderr.write(`tiercel: ${error.message}\n`);
      process.exitCode = EXIT_BAD_INPUT;
      return;
    }
    process.stderr.write(`tiercel: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = EXIT_INTERNAL;
  }
}
