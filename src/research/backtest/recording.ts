import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidInputError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import { recordedInstruments } from '../../feeds/capture/recorded-instruments.js';
import type { Universe, UniverseFeed } from '../../market/universe.js';
import type { BookFees } from '../../strategy/build-universe.js';
import { FEEDS } from '../../venues/registry.js';
import { type BacktestMarket, backtestMarket, type MarketMemory } from './backtest-market.js';
import type { OpenSource } from './market-source.js';
import { type RecordedFeed, recordedOffsetUs, recordingSource } from './recording-source.js';

/** A folder of recordings, as `tiercel record` and `tiercel run --record` leave it, ready to be backtested. */
export interface Recording {
  readonly market: BacktestMarket;
  readonly source: OpenSource;
  readonly epochOffsetUs: number;
}

export interface RecordingOptions {
  readonly folder: string;
  /** What is traded of what was recorded. */
  universeOf(feeds: readonly UniverseFeed[]): Universe;
  readonly memory?: Omit<MarketMemory, 'feeds'>;
  feesOf?(instrument: TradableInstrument): BookFees;
}

const ENDING = '.ndjson.gz';
/** Frames of whole books may be large. */
const INPUT_BYTES = 16 * 2 ** 20;
const LEVELS_MAX = 100_000;

/**
 * Finds the feeds of a folder by the names of their files, and lays out a memory for what they listed.
 * @throws InvalidInputError for a folder without recordings, or ones that do not say what the venues listed
 */
export async function openRecording({ folder, universeOf, memory, feesOf }: RecordingOptions): Promise<Recording> {
  const files = filesByFeed(folder);
  const named = FEEDS.flatMap(({ venue, market, make }) => {
    const own = files.get(`${venue}-${market}`);
    return own === undefined ? [] : [{ name: `${venue}-${market}`, protocol: make({}), files: own }];
  });
  if (named.length === 0) throw new InvalidInputError(`${folder} holds no recordings of feeds`, { folder });
  const lists = await Promise.all(named.map(({ protocol, files: own }) => recordedInstruments(protocol, own)));
  const universe = universeOf(lists);
  const thread = { inputBytes: INPUT_BYTES, levelsMax: LEVELS_MAX };
  const market = backtestMarket(universe, { thread, ...memory, feeds: named.map(({ protocol }) => protocol.decoder) }, feesOf);
  const feeds = named.map(
    ({ name, files: own }, feed): RecordedFeed => ({
      ...{ name, files: own, feed },
      books: new Map(
        universe.books.flatMap(({ instrument, feed: of }, place) => (of === feed ? [[instrument.symbol, place] as const] : [])),
      ),
    }),
  );
  const epochOffsetUs = await recordedOffsetUs(feeds.flatMap(({ files: own }) => own));
  return { market, source: recordingSource(feeds, epochOffsetUs), epochOffsetUs };
}

/** Files of each feed, in the order in which they were begun. */
export function filesByFeed(folder: string): ReadonlyMap<string, readonly string[]> {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (cause) {
    throw new InvalidInputError(`the folder ${folder} cannot be read`, { folder }, { cause });
  }
  const files = new Map<string, string[]>();
  for (const name of names) {
    if (!name.endsWith(ENDING)) continue;
    const feed = name.split('.')[0] ?? '';
    files.set(feed, [...(files.get(feed) ?? []), join(folder, name)]);
  }
  return files;
}
