import type { SeriesKind } from '../kinds.js';
import type { BarInterval } from '../series.js';
import type { FieldReader } from './fields.js';

/** The beginning of a file, and its name. */
export interface FileSample {
  /** With forward slashes. */
  readonly path: string;
  /** Its first lines, unzipped, without line ends; the last of them may be cut. */
  readonly lines: readonly string[];
}

/** What a person says about a file. */
export interface ImportHints {
  readonly venue?: string;
  readonly symbol?: string;
  readonly interval?: BarInterval;
}

/** A file of text lines with fields between commas, understood. */
export interface LineSource {
  /** Name of the format, for people. */
  readonly format: string;
  readonly kind: SeriesKind;
  /** Null where the kind has none. */
  readonly interval: BarInterval | null;
  /** Names of all rows, or how they stand in the fields of each. */
  readonly venue: { readonly fixed: string } | { readonly field: number; readonly names: Readonly<Record<string, string>> };
  readonly symbol: { readonly fixed: string } | { readonly field: number };
  /** Lines in front of the rows. */
  readonly headerLines: number;
  readonly fieldCount: number;
  /** Of every column of the kind. */
  readonly columns: Readonly<Record<string, FieldReader>>;
}

/** A format of files. */
export interface LineFormat {
  readonly name: string;
  /**
   * Reads the beginning of a file. @returns undefined when it is of another format
   * @throws InvalidInputError when it is of this format and something must be said about it that is not known
   */
  recognise(sample: FileSample, hints: ImportHints): LineSource | undefined;
}
