// Opens the catalogue that is named, takes the right to write it, tells what came of it, and waits to be killed.
// node build/test/history/writing-child.js FOLDER
import { writeSync } from 'node:fs';
import { InvalidInputError } from '../../src/domain/errors.js';
import { Catalogue } from '../../src/history/catalogue.js';

const STDOUT = 1;
const catalogue = await Catalogue.open(process.argv[2] ?? '', { memoryLimitMb: 64, threads: 1 });
try {
  await catalogue.lockForWriting();
  writeSync(STDOUT, 'writes\n');
  process.stdin.resume();
} catch (error) {
  if (!(error instanceof InvalidInputError)) throw error;
  writeSync(STDOUT, `${error.message}\n`);
  catalogue.close();
}
