import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InvalidInputError } from '../../src/domain/errors.js';
import { SystemClock } from '../../src/domain/system-clock.js';
import { STREAMS } from '../frames/index.js';
import { fuzz } from './fuzzer.js';
import { recordedSources } from './recorded.js';
import { reportLines, totals } from './report.js';

interface Arguments {
  readonly seconds: number;
  readonly seed: number;
  readonly captures: string | undefined;
}

/** Reads the command line. @throws InvalidInputError with one sentence on what is wrong */
function readArguments(args: readonly string[]): Arguments {
  const { seconds, seed, captures } = parsed(args);
  if (!/^\d+(\.\d+)?$/.test(seconds) || Number(seconds) <= 0) {
    throw new InvalidInputError(`--seconds is ${JSON.stringify(seconds)}; expected a number above 0`, { seconds });
  }
  if (!/^\d{1,9}$/.test(seed)) {
    throw new InvalidInputError(`--seed is ${JSON.stringify(seed)}; expected a whole number from 0 to 999999999`, { seed });
  }
  const data = process.env.TIERCEL_DATA;
  const folder = captures ?? (data === undefined ? undefined : join(data, 'captures'));
  if (folder !== undefined && !existsSync(folder)) {
    throw new InvalidInputError(`${folder} does not exist; expected a folder of captures`, { folder });
  }
  return { seconds: Number(seconds), seed: Number(seed), captures: folder };
}

function parsed(args: readonly string[]): { seconds: string; seed: string; captures?: string } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seconds: { type: 'string', default: '60' },
        seed: { type: 'string', default: '1' },
        captures: { type: 'string' },
      },
    });
    return values;
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split('. ')[0] ?? '') : String(cause);
    throw new InvalidInputError(`${reason}; expected --seconds N, --seed S, --captures DIR`, {}, { cause });
  }
}

/** `npm run fuzz -- --seconds N --seed S [--captures DIR]`: exit code 0 when nothing was found, 1 when something was, 2 for bad arguments. */
async function main(args: readonly string[]): Promise<number> {
  try {
    const { seconds, seed, captures } = readArguments(args);
    const recorded = captures === undefined ? {} : await recordedSources(captures);
    if (captures === undefined) console.log('neither TIERCEL_DATA nor --captures is given: recorded frames are left out');
    const result = fuzz({ sources: { ...STREAMS, ...recorded }, seed, seconds, clock: new SystemClock() });
    console.log(reportLines(result).join('\n'));
    return totals(result).failed === 0 ? 0 : 1;
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    console.error(error.message);
    return 2;
  }
}

process.exitCode = await main(process.argv.slice(2));
