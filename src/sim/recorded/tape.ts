import { BOOK_STATE, STATE_SYNCED } from '../../../assembly/memory/layout.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Market, VenueId } from '../../domain/venue.js';
import { ORIGINS } from '../../feeds/capture/origin.js';
import { captureName, readCapture } from '../../feeds/capture/reader.js';
import { CaptureReplay, type RunningFeed } from '../../feeds/capture/replay.js';
import { CaptureSurvey } from '../../feeds/capture/survey.js';
import { LEVELS_MAX } from '../market/background.js';
import type { BackgroundLevels } from '../market/book.js';
import type { Level } from '../market/ladder.js';

/** One book of a recording: what it is, and its states in order of time. */
export interface RecordedBook {
  readonly venue: VenueId;
  readonly market: Market;
  readonly symbol: string;
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
  /** Middle of the first state, in the quote asset. */
  readonly price: number;
  /** The first one is whole; the others carry what changed in the best levels. */
  readonly states: readonly RecordedState[];
}

export interface RecordedState {
  /** Microseconds since the first line of the recording. */
  readonly afterUs: number;
  readonly levels: BackgroundLevels;
}

interface Following {
  readonly states: RecordedState[];
  bids: ReadonlyMap<number, number>;
  asks: ReadonlyMap<number, number>;
}

/** Pause between lines that carry no time. */
const UNTIMED_STEP_US = 10_000;

/**
 * Reads a recording into the states that its books went through, as our own feeds understand it: the same session and kernel.
 * @throws InvalidInputError for a file that is no capture, or in which no book ever becomes whole
 */
export async function readTape(path: string): Promise<RecordedBook[]> {
  const survey = new CaptureSurvey(captureName(path));
  for await (const { record } of readCapture(path)) survey.see(record);
  const replay = new CaptureReplay(survey, { details: false, noteLines: () => new Set() });
  const following = new Map<string, Following>();
  let firstMs: number | undefined;
  let afterUs = 0;
  for await (const { record } of readCapture(path)) {
    firstMs ??= record.t ?? undefined;
    afterUs =
      record.t === null || firstMs === undefined
        ? afterUs + UNTIMED_STEP_US
        : Math.max(afterUs, Math.round((record.t - firstMs) * 1000));
    const { symbol } = replay.replay(record);
    if (symbol === undefined) continue;
    for (const feed of replay.feeds) note(replay, feed, symbol, afterUs, following);
  }
  const books = replay.feeds.flatMap((feed) =>
    [...feed.tallies.keys()].flatMap((symbol) => recordedBook(survey, feed, symbol, following)),
  );
  if (books.length === 0) throw new InvalidInputError(`${path}: no book of this recording ever becomes whole`, { path });
  return books;
}

const keyOf = (feed: RunningFeed, symbol: string): string => `${feed.plan.decoder} ${symbol}`;

/** Adds the state of a book if it is whole and differs from the last one. */
function note(replay: CaptureReplay, feed: RunningFeed, symbol: string, afterUs: number, all: Map<string, Following>): void {
  const { kernel } = replay;
  const tally = feed.tallies.get(symbol);
  if (tally === undefined || replay.isCoded(feed.plan.decoder, symbol)) return;
  if (kernel.int32At(tally.address + BOOK_STATE) !== STATE_SYNCED || kernel.exports.copyBook(tally.address, LEVELS_MAX) === 0)
    return;
  const side = (start: number, count: number): Map<number, number> => {
    const levels = new Map<number, number>();
    for (let at = start; at < start + count * 2; at += 2) levels.set(kernel.float64[at] ?? 0, kernel.float64[at + 1] ?? 0);
    return levels;
  };
  const bids = side(kernel.copiedBids, kernel.answer(0));
  const asks = side(kernel.copiedAsks, kernel.answer(1));
  const key = keyOf(feed, symbol);
  const known = all.get(key);
  if (known === undefined) {
    if (bids.size === 0 || asks.size === 0) return;
    const levels = { bids: changesOf(new Map(), bids), asks: changesOf(new Map(), asks), snapshot: true };
    all.set(key, { states: [{ afterUs, levels }], bids, asks });
    return;
  }
  const levels = { bids: changesOf(known.bids, bids), asks: changesOf(known.asks, asks), snapshot: false };
  if (levels.bids.length + levels.asks.length === 0) return;
  known.states.push({ afterUs, levels });
  known.bids = bids;
  known.asks = asks;
}

function changesOf(before: ReadonlyMap<number, number>, now: ReadonlyMap<number, number>): Level[] {
  const changes: Level[] = [];
  for (const priceUnits of before.keys()) if (!now.has(priceUnits)) changes.push({ priceUnits, qtyUnits: 0 });
  for (const [priceUnits, qtyUnits] of now) if (before.get(priceUnits) !== qtyUnits) changes.push({ priceUnits, qtyUnits });
  return changes;
}

function recordedBook(survey: CaptureSurvey, feed: RunningFeed, symbol: string, all: Map<string, Following>): RecordedBook[] {
  const origin = ORIGINS[feed.plan.decoder];
  const decimals = survey.feeds.get(feed.plan.decoder)?.symbols.get(symbol);
  const states = all.get(keyOf(feed, symbol))?.states;
  const first = states?.[0]?.levels;
  const [bid, ask] = [first?.bids[0], first?.asks[0]];
  if (origin === undefined || decimals === undefined || states === undefined || bid === undefined || ask === undefined) return [];
  const { priceDecimals, qtyDecimals } = decimals;
  const price = (bid.priceUnits + ask.priceUnits) / 2 / 10 ** priceDecimals;
  return [{ venue: origin.venue, market: origin.market, symbol, priceDecimals, qtyDecimals, price, states }];
}
