import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** One line of a capture file. */
export interface CaptureLine {
  readonly dir: 'in' | 'out';
  readonly kind: 'ws' | 'http';
  readonly conn: string;
  readonly url: string | null;
  readonly raw?: string;
  readonly rawBase64?: string;
}

/** The folder of recorded data, or undefined, which is said once, when TIERCEL_DATA names none. */
export const dataFolder: string | undefined = process.env.TIERCEL_DATA;
if (dataFolder === undefined) console.log('TIERCEL_DATA is not set: tests of recorded data are left out');

/** Reads a file below the data folder, plain or with ".gz" behind its name. */
export function readData(path: string): Buffer {
  const plain = join(dataFolder ?? '', path);
  return existsSync(plain) ? readFileSync(plain) : gunzipSync(readFileSync(`${plain}.gz`));
}

/** Lines of a capture, by its name without any ending. */
export function readCapture(name: string): CaptureLine[] {
  const lines = readData(`captures/${name}.ndjson`).toString('utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as CaptureLine);
}

/** Payload bytes of a line. */
export function payloadOf(line: CaptureLine): Buffer {
  return line.rawBase64 === undefined ? Buffer.from(line.raw ?? '', 'utf8') : Buffer.from(line.rawBase64, 'base64');
}
