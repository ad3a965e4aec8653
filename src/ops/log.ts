import { createRequire } from 'node:module';
import { type DestinationStream, destination, type Logger, type LoggerOptions, pino, stdTimeFunctions } from 'pino';

/** The levels that --log-level takes. */
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How to log. */
export interface LogOptions {
  readonly level?: LogLevel;
  /** Lines for people instead of JSON. */
  readonly pretty?: boolean;
  /** Where lines go; standard error when left out, so that standard output stays free for results and the live view. */
  readonly output?: DestinationStream;
}

export type { Logger } from 'pino';

const STDERR = 2;
const CENSORED = '[redacted]';

/** Names under which credentials travel through this project and the venues' headers and queries, in any case. */
const SECRET_NAMES = [
  'api-?key',
  'api-?secret',
  'api-?sign',
  'secret',
  'secret-?key',
  'password',
  'passphrase',
  'private-?key',
  'token',
  'listen-?key',
  'signature',
  'sign',
  'key',
  'authorization',
  'cookie',
  'x-mbx-apikey',
  'x-mexc-apikey',
  'cb-access-(?:key|sign|passphrase)',
].join('|');
const SECRET_FIELD = new RegExp(`("(?:${SECRET_NAMES})":)"(?:[^"\\\\]|\\\\.)*"`, 'gi');
const SECRET_QUERY = new RegExp(`([?&](?:${SECRET_NAMES})=)[^&"\\s]+`, 'gi');

/**
 * Takes the credentials out of a finished log line. Done on the text, so that it does not matter how deep in an error's context
 * or in a child logger's bindings they were.
 */
function redact(line: string): string {
  return line.replace(SECRET_FIELD, `$1"${CENSORED}"`).replace(SECRET_QUERY, `$1${CENSORED}`);
}

/**
 * The root logger of a thread. Components take children of it: `log.child({ component: 'feed', venue: 'kraken' })`.
 * Lines are written without waiting for the disk or the terminal; what is left is written when the process ends.
 */
export function createLogger(options: LogOptions = {}): Logger {
  const output = options.output ?? destination({ dest: STDERR, sync: false });
  const settings: LoggerOptions = {
    level: options.level ?? 'info',
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    hooks: { streamWrite: redact },
  };
  return pino(settings, options.pretty === true ? prettyOutput(output) : output);
}

/** Turns JSON lines into lines for people on their way to `output`. Where nobody reads along, its dozens of files are not loaded. */
function prettyOutput(output: DestinationStream): DestinationStream {
  const { prettyFactory } = createRequire(import.meta.url)('pino-pretty') as typeof import('pino-pretty');
  const pretty = prettyFactory({ translateTime: 'SYS:HH:MM:ss.l', singleLine: true, colorize: process.stderr.isTTY === true });
  return { write: (line) => output.write(pretty(line)) };
}
