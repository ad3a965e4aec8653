import { existsSync, statSync } from 'node:fs';
import type { Clock } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import { compareCapture, type Difference } from '../feeds/capture/compare.js';
import { type ExpectedCapture, readExpected } from '../feeds/capture/expected.js';
import { captureName } from '../feeds/capture/reader.js';
import { type CaptureReport, verifyCapture } from '../feeds/capture/verify.js';
import { differenceLine, reportText, summaryLine } from './capture-text.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';
import { ProgressBar } from './progress-bar.js';

/** Where a command writes. */
export interface CommandOutput {
  /** Results, on standard output. */
  write(text: string): void;
  /** Progress, when somebody is looking at a terminal; else undefined. */
  readonly progress?: ((text: string) => void) | undefined;
}

export interface CaptureVerifyOptions {
  /** Folder with a file <capture name>.json for each capture of which something is expected. */
  readonly expected?: string | undefined;
  readonly json?: boolean | undefined;
}

/**
 * `tiercel capture verify`: runs captures through session and kernel and tells what came out, and how it differs from what is expected.
 * @returns the exit code: 1 when something differs
 * @throws InvalidInputError for files that cannot be used
 */
export async function captureVerify(
  files: readonly string[],
  { expected: folder, json = false }: CaptureVerifyOptions,
  output: CommandOutput,
  clock: Clock,
): Promise<number> {
  if (folder !== undefined && !existsSync(folder))
    throw new InvalidInputError(`--expected ${folder}: there is no such folder`, { folder });
  const startedUs = clock.monotonicUs();
  const expectations = files.map((file) => (folder === undefined ? undefined : readExpected(folder, captureName(file))));
  // Every file is read twice.
  const bar = new ProgressBar(
    files.reduce((sum, file) => sum + sizeOf(file) * 2, 0),
    output.progress,
  );
  const reports: CaptureReport[] = [];
  const differences: Difference[] = [];
  try {
    for (const [index, file] of files.entries()) {
      const expected = expectations[index];
      const report = await verifyOne(file, expected, bar);
      const found = expected === undefined ? [] : compareCapture(report, expected);
      differences.push(...found);
      reports.push(report);
      if (json) continue;
      bar.clear();
      output.write(
        reportText(
          report,
          folder === undefined ? 'not compared' : expected === undefined ? 'nothing expected' : `${found.length} differences`,
        ),
      );
      for (const difference of found) output.write(`${differenceLine(difference)}\n`);
    }
  } finally {
    bar.clear();
  }
  const elapsedMs = Math.round((clock.monotonicUs() - startedUs) / 1000);
  const compared = expectations.filter((expected) => expected !== undefined).length;
  if (json) output.write(`${JSON.stringify({ files: reports.map(jsonReport), compared, differences, elapsedMs })}\n`);
  else output.write(`${summaryLine(reports, compared, differences.length, elapsedMs)}\n`);
  return differences.length > 0 ? EXIT_FOUND_FAULT : EXIT_GOOD;
}

function verifyOne(file: string, expected: ExpectedCapture | undefined, bar: ProgressBar): Promise<CaptureReport> {
  const size = sizeOf(file);
  const start = bar.done;
  return verifyCapture(file, {
    expected,
    onProgress: (pass, bytesRead) => bar.to(start + (pass === 'replay' ? size : 0) + bytesRead, captureName(file)),
  }).finally(() => bar.to(start + size * 2, captureName(file)));
}

/** A report without the states that were kept for the comparison only. */
function jsonReport({ checkpoints: _, ...report }: CaptureReport): Omit<CaptureReport, 'checkpoints'> {
  return report;
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
