import { existsSync } from 'node:fs';
import { InvalidInputError } from '../domain/errors.js';

/** The path of a file or folder that a person named. @throws InvalidInputError when nothing is there */
export function existingFile(path: string): string {
  if (existsSync(path)) return path;
  throw new InvalidInputError(`${path}: there is no such file`, { file: path });
}
