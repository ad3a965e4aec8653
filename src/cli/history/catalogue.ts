import { stat } from 'node:fs/promises';
import { InvalidInputError } from '../../domain/errors.js';
import { Catalogue } from '../../history/catalogue.js';
import { dateStartUs } from '../../history/series.js';

/** Where a command's catalogue is, and how it answers. */
export interface CatalogueFlags {
  readonly catalogue: string;
  readonly memoryMb: number;
  readonly json?: boolean;
}

/** Which series are meant; all when nothing is said. */
export interface SeriesFlags {
  readonly kind?: string;
  readonly venue?: string;
  readonly symbol?: string;
  readonly interval?: string;
  /** Dates, or moments such as 2023-03-01T12:00:00Z; `to` is left out. */
  readonly from?: string;
  readonly to?: string;
}

/** Opens the catalogue of a command and closes it after the work. @param mustExist whether it is only read; whoever writes has it alone */
export async function withCatalogue(
  { catalogue: root, memoryMb }: CatalogueFlags,
  mustExist: boolean,
  work: (catalogue: Catalogue) => Promise<number>,
): Promise<number> {
  if (!(memoryMb >= 64)) throw new InvalidInputError('--memory-mb must be 64 or more');
  if (mustExist && !(await isFolder(root)))
    throw new InvalidInputError(`there is no catalogue ${root}; import or fetch something first`, { root });
  const catalogue = await Catalogue.open(root, { memoryLimitMb: memoryMb });
  try {
    if (!mustExist) await catalogue.lockForWriting();
    return await work(catalogue);
  } finally {
    catalogue.close();
  }
}

/**
 * Reads a date or a moment.
 * @returns microseconds since the epoch
 * @throws InvalidInputError when it is neither
 */
export function momentUs(text: string, flag: string): number {
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return dateStartUs(text);
  const ms = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms))
    throw new InvalidInputError(`${flag} "${text}" is neither a date (2023-03-01) nor a moment (2023-03-01T12:00:00Z)`, {
      flag,
      text,
    });
  return ms * 1000;
}

/** The time that is meant. */
export function rangeOf({ from, to }: SeriesFlags): { readonly fromUs?: number; readonly toUs?: number } {
  return {
    ...(from !== undefined && { fromUs: momentUs(from, '--from') }),
    ...(to !== undefined && { toUs: momentUs(to, '--to') }),
  };
}

/** Whether there is a folder of that name. */
export async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** A moment for people; seconds are left out where they are 0. */
export const timeText = (ms: number): string => new Date(ms).toISOString().replace(/(:00)?\.000Z$/, 'Z');
