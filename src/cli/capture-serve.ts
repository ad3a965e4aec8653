import type { Clock, Timers } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import { originOfCapture } from '../feeds/capture/capture-origin.js';
import { PlaybackServer } from '../feeds/capture/playback-server.js';
import type { CommandOutput } from './capture-verify.js';
import { EXIT_GOOD } from './exit.js';

export interface CaptureServeOptions {
  /** A number, or "max". */
  readonly speed: string;
  /** Port of the first file; the others follow. 0 takes free ones. */
  readonly port: number;
  readonly host: string;
  readonly json?: boolean | undefined;
}

/**
 * `tiercel capture serve`: plays each capture as a venue of its own, on loopback, until it is told to stop.
 * @returns the exit code
 * @throws InvalidInputError for files, speeds or ports that cannot be used
 */
export async function captureServe(
  files: readonly string[],
  options: CaptureServeOptions,
  output: CommandOutput,
  { clock, timers, stopped }: { clock: Clock; timers: Timers; stopped: Promise<void> },
): Promise<number> {
  const speed = options.speed === 'max' ? Number.POSITIVE_INFINITY : Number(options.speed);
  if (!(speed > 0))
    throw new InvalidInputError(`--speed ${options.speed}: expected a number above 0, or max`, { speed: options.speed });
  const { host, port } = options;
  const servers: PlaybackServer[] = [];
  try {
    const captures = [];
    for (const [index, file] of files.entries()) {
      const server = await PlaybackServer.start(file, { host, port: port === 0 ? 0 : port + index, speed }, clock, timers);
      servers.push(server);
      const authority = `${host.includes(':') ? `[${host}]` : host}:${server.port}`;
      captures.push({ file, ...(await originOfCapture(file)), rest: `http://${authority}`, wsPublic: `ws://${authority}` });
    }
    if (options.json === true) output.write(`${JSON.stringify({ captures })}\n`);
    else
      for (const { file, venue, market, rest, wsPublic } of captures)
        output.write(`${file}: ${venue} ${market} at ${rest} and ${wsPublic}\n`);
    await stopped;
  } finally {
    for (const server of servers) server.stop();
  }
  return EXIT_GOOD;
}
