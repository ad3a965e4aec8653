import { eventTimedCapture } from './event-time.js';
import type { CaptureRecord } from './format.js';
import { captureName, type NumberedRecord, readCapture } from './reader.js';

/** What a recording says next: a message, or that the recorder lost its connections, so that no book can be gone on with. */
export interface RecordedEvent {
  /** From 1 on; of a recording in several files, counted through. */
  readonly line: number;
  readonly record: CaptureRecord | null;
}

/** A recording of messages with the times at which they were received. */
export interface FrameSource {
  /** What it is called in reports. */
  readonly path: string;
  /** Tells the venue where nothing in it does. */
  readonly name: string;
  /** Name of its format, for people. */
  readonly format: string;
  /** Reads it from the beginning, in order. @throws InvalidInputError for what cannot be read */
  read(): AsyncIterable<RecordedEvent>;
}

/**
 * A capture file as a recording of frames.
 * @param latencyMs when given, messages count as received so long after their venue's time; see `eventTimedCapture`
 */
export function captureSource(path: string, latencyMs?: number): FrameSource {
  return { path, name: captureName(path), format: 'capture', read: () => timedCapture(path, latencyMs) };
}

/** The lines of a capture at the times of its recorder, or at those of its venue; see `captureSource`. */
export function timedCapture(path: string, latencyMs: number | undefined): AsyncGenerator<NumberedRecord> {
  return latencyMs === undefined ? readCapture(path) : eventTimedCapture(path, latencyMs);
}
