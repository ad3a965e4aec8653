import { statSync } from 'node:fs';
import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import { Catalogue } from '../history/catalogue.js';
import {
  type CatalogueHistory,
  type HistoryInstrument,
  HistoryInstrumentSchema,
  openCatalogueHistory,
} from '../research/backtest/catalogue-history.js';
import { openRecording, type Recording } from '../research/backtest/recording.js';
import type { BookFees } from '../strategy/build-universe.js';
import { type Config, readTree } from './config.js';
import { openCaptures } from './decide/captured-recording.js';
import { feesOf } from './deciding.js';
import { configuredUniverse } from './feed-plan.js';
import { isFolder, rangeOf } from './history/catalogue.js';

export interface HistoryFlags {
  /** What was listed, for a folder that is a catalogue; without it paths are of recordings or captures. */
  readonly instruments?: string | undefined;
  /** The part of a catalogue that is played: dates or moments; `to` is left out. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Of captures: messages count as received so long after their venue's time. */
  readonly receiveLatencyMs?: number | undefined;
}

/** What a backtest is of, and how often it has something to say; null where that is as often as in a live run. */
export type BacktestHistory = Omit<CatalogueHistory, 'series'>;

/** Megabytes that reading a catalogue may take beside the books. */
const CATALOGUE_MEMORY_MB = 256;

/**
 * Opens the history of a backtest and closes it after the work: recordings, captures, or a catalogue where instruments are told.
 * @throws InvalidInputError for a folder, or a file of instruments, that cannot be used
 */
export async function withHistory<Result>(
  paths: readonly string[],
  config: Config,
  { instruments, from, to, receiveLatencyMs }: HistoryFlags,
  work: (history: BacktestHistory) => Promise<Result>,
): Promise<Result> {
  if (instruments === undefined) {
    if (from !== undefined || to !== undefined)
      throw new InvalidInputError('--from and --to are for catalogues, with --instruments');
    return work({ ...(await openPaths(paths, config, receiveLatencyMs)), pace: null });
  }
  const [folder = '', ...others] = paths;
  if (others.length > 0 || receiveLatencyMs !== undefined)
    throw new InvalidInputError('a catalogue is backtested alone, at the times that it tells', { paths });
  const memory = config.signals.enabled ? { signals: config.signals } : {};
  const listed = readInstruments(instruments);
  const range = rangeOf({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
  if (!(await isFolder(folder))) throw new InvalidInputError(`there is no catalogue ${folder}`, { folder });
  const catalogue = await Catalogue.open(folder, { memoryLimitMb: CATALOGUE_MEMORY_MB });
  try {
    const { series: _, ...history } = await openCatalogueHistory(catalogue, listed, { ...range, memory });
    return await work(history);
  } finally {
    catalogue.close();
  }
}

/** @throws InvalidInputError saying what is wrong with which */
function readInstruments(path: string): HistoryInstrument[] {
  const parsed = z.array(HistoryInstrumentSchema).min(1).safeParse(readTree(path));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidInputError(`${path}: ${issue?.path.join('.')} ${issue?.message}`, { path });
}

/** What lies in a folder is of the run that recorded it; files are captures, whoever recorded them. */
function openPaths(paths: readonly string[], config: Config, latencyMs: number | undefined): Promise<Recording> {
  const folders = paths.filter((path) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true);
  const signals = config.signals.enabled ? config.signals : undefined;
  const fees = (instrument: TradableInstrument): BookFees => feesOf(config, instrument);
  const [folder] = folders;
  if (folder === undefined) return openCaptures({ files: paths, feesOf: fees, signals, latencyMs });
  if (paths.length > 1 || latencyMs !== undefined)
    throw new InvalidInputError('a folder of recordings is backtested alone, at the times that it tells', { paths });
  return openRecording({
    folder,
    universeOf: (feeds) => configuredUniverse(config, feeds),
    feesOf: fees,
    ...(signals !== undefined && { memory: { signals } }),
  });
}
