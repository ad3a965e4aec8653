import type { DestinationStream } from 'pino';
import { prettyFactory } from 'pino-pretty';

/** Keeps the last log lines, made readable, for the terminal view, and hands every line on to `next` if there is one. */
export class LogTail implements DestinationStream {
  private readonly kept: string[] = [];
  private readonly pretty = prettyFactory({ translateTime: 'SYS:HH:MM:ss', singleLine: true, colorize: false });

  constructor(
    private readonly linesMax: number,
    private readonly next?: DestinationStream,
  ) {}

  write(line: string): void {
    this.next?.write(line);
    this.kept.push(this.pretty(line).trimEnd().replaceAll('\n', ' '));
    if (this.kept.length > this.linesMax) this.kept.shift();
  }

  /** Oldest first. */
  lines(): readonly string[] {
    return this.kept;
  }
}
