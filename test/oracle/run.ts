import { InvalidInputError } from '../../src/domain/errors.js';
import { runOracle } from './runner.js';

/** `npm run oracle -- DIR`: exit code 0 when nothing failed, 1 when a case did, 2 when DIR is of no use. */
function main(folder: string | undefined): number {
  if (folder === undefined) {
    console.error('expected a folder with reference files: npm run oracle -- DIR');
    return 2;
  }
  try {
    const { lines, failed } = runOracle(folder);
    console.log(lines.join('\n'));
    return failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    console.error(error.message);
    return 2;
  }
}

process.exitCode = main(process.argv[2]);
