import type { CaptureRecord } from '../../feeds/capture/format.js';
import { timedCapture } from '../../feeds/capture/frame-source.js';

/** One line, and what has come to its end with it. */
export interface MergedLine {
  readonly record: CaptureRecord;
  readonly atMs: number;
  /** Place of the capture of which this is the last line; -1 while there is more of it. */
  readonly ended: number;
}

/** Where a capture's reading stands: its next line, and when that was. */
interface Reading {
  readonly place: number;
  readonly lines: AsyncGenerator<{ readonly record: CaptureRecord }>;
  next: CaptureRecord;
  atMs: number;
}

/**
 * The lines of several captures as one stream, by their times; of lines of one moment, those of the earlier file first. A line without
 * a time belongs to the moment of the one before it.
 * @param latencyMs when given, times are those of the venues and so much more
 */
export async function* mergedCaptures(files: readonly string[], latencyMs?: number): AsyncGenerator<MergedLine> {
  const open: Reading[] = [];
  for (const [place, file] of files.entries()) {
    const lines = timedCapture(file, latencyMs);
    const first = await lines.next();
    if (first.done !== true) open.push({ place, lines, next: first.value.record, atMs: first.value.record.t ?? 0 });
  }
  while (open.length > 0) {
    const [first] = open as [Reading];
    const earliest = open.reduce((best, reading) => (reading.atMs < best.atMs ? reading : best), first);
    const { next: record, atMs, place } = earliest;
    const following = await earliest.lines.next();
    yield { record, atMs, ended: following.done === true ? place : -1 };
    if (following.done === true) open.splice(open.indexOf(earliest), 1);
    else {
      earliest.next = following.value.record;
      earliest.atMs = Math.max(earliest.atMs, earliest.next.t ?? 0);
    }
  }
}
