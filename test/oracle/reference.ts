import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { InvalidInputError } from '../../src/domain/errors.js';

/** What a number may differ by; `exact` asks for numeric equality. */
export type Tolerance =
  | 'exact'
  | { readonly rel: number; readonly abs: number; readonly fields?: Readonly<Record<string, Tolerance>> };

/** One case of a family: what goes in and what has to come out. */
export interface ReferenceCase {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly tolerance: Tolerance;
}

/** A book of a reference file: decimal texts, best level first. */
export interface ReferenceBook {
  readonly bids: readonly (readonly [price: string, qty: string])[];
  readonly asks: readonly (readonly [price: string, qty: string])[];
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
}

export interface ReferenceFile {
  readonly path: string;
  readonly family: string;
  readonly books: Readonly<Record<string, ReferenceBook>>;
  /** Series of a file that brings its own; null is a missing row. */
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
  readonly cases: readonly ReferenceCase[];
}

/**
 * Reads every reference file below a folder, in the order of their paths; JSON of any other form is passed over.
 * @throws InvalidInputError when the folder or a file in it cannot be read, or no file is a reference file
 */
export function readReferences(folder: string): ReferenceFile[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new InvalidInputError(`${folder} is not a folder; expected one with reference files below it`, { folder });
  }
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.json(\.gz)?$/.test(name))
    .map((name) => join(folder, name))
    .sort();
  const files = paths.map(readReference).filter((file) => file !== undefined);
  if (files.length === 0) {
    throw new InvalidInputError(`${folder} holds no reference file: JSON with family, definition and cases`, { folder });
  }
  return files;
}

function readReference(path: string): ReferenceFile | undefined {
  let content: Partial<ReferenceFile> & { readonly definition?: unknown };
  try {
    const bytes = readFileSync(path);
    content = JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
  } catch (cause) {
    throw new InvalidInputError(`${path} is not readable as ${path.endsWith('.gz') ? 'gzipped ' : ''}JSON`, { path }, { cause });
  }
  if (typeof content?.family !== 'string' || content.definition === undefined || !Array.isArray(content.cases)) return undefined;
  return { path, family: content.family, books: content.books ?? {}, series: content.series ?? {}, cases: content.cases };
}
