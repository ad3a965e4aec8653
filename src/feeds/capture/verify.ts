import { FEED_LEVELS, FEED_MALFORMED, FEED_OVERSIZED, FEED_UNKNOWN_SYMBOLS } from '../../../assembly/memory/layout.js';
import type { Market, VenueId } from '../../domain/venue.js';
import { type BookReport, reportBook } from './book-report.js';
import { checkpointLines, type ExpectedCapture } from './expected.js';
import type { Numbering } from './numbering.js';
import { ORIGINS } from './origin.js';
import { captureName, readCapture } from './reader.js';
import { CaptureReplay, type RunningFeed } from './replay.js';
import { CaptureSurvey } from './survey.js';
import type { Verdict } from './verdict.js';
import type { FrameDetail } from './verdict-detail.js';

/** What a replay ended with for one interface of one venue and market. */
export interface FeedReport {
  readonly venue: VenueId;
  readonly market: Market;
  /** Sets several interfaces of one venue apart: "exchange", "advanced", "full", "level3"; else empty. */
  readonly api: string;
  /** Lines by what became of them. */
  readonly verdicts: Readonly<Partial<Record<Verdict, number>>>;
  readonly levels: number;
  readonly malformed: number;
  readonly oversized: number;
  readonly unknownSymbols: number;
  readonly symbols: readonly BookReport[];
  /** Streams whose messages are numbered as a whole. */
  readonly numbering: Readonly<Record<string, Numbering>>;
}

/** One line of a capture of single messages. */
export interface LineReport {
  readonly line: number;
  readonly conn: string;
  readonly verdict: Verdict;
  readonly symbol?: string;
  readonly detail?: FrameDetail;
}

/** What became of one capture. */
export interface CaptureReport {
  readonly file: string;
  readonly name: string;
  readonly lines: number;
  readonly feeds: readonly FeedReport[];
  /** Each line, for captures of single messages without receive times. */
  readonly singles?: readonly LineReport[];
  /** Book states at the expected checkpoints: "sequence|bid|quantity|ask|quantity|bid levels|ask levels" by symbol and digest line. */
  readonly checkpoints: ReadonlyMap<string, ReadonlyMap<number, string>>;
}

export interface VerifyOptions {
  /** What somebody else found in this capture. */
  readonly expected?: ExpectedCapture | undefined;
  /** Told the bytes read of the file, first while it is surveyed, then while it is replayed. */
  readonly onProgress?: (pass: 'survey' | 'replay', bytesRead: number) => void;
}

/** Captures of single messages are short; details of longer ones without times would only fill the memory. */
const SINGLES_MAX = 1000;

/**
 * Replays one capture through the session and kernel of live feeds, with books that hold every level of it.
 * @throws InvalidInputError for a file that is no capture
 */
export async function verifyCapture(path: string, { expected, onProgress }: VerifyOptions = {}): Promise<CaptureReport> {
  const name = captureName(path);
  const survey = new CaptureSurvey(name);
  let hasTimes = false;
  for await (const { record } of readCapture(path, { onProgress: (bytes) => onProgress?.('survey', bytes) })) {
    survey.see(record);
    hasTimes ||= record.t !== null;
  }
  const details = !hasTimes && survey.lines <= SINGLES_MAX;
  const replay = new CaptureReplay(survey, { details, noteLines: (symbol) => checkpointLines(expected, symbol) });
  const singles: LineReport[] = [];
  for await (const { line, record } of readCapture(path, { onProgress: (bytes) => onProgress?.('replay', bytes) })) {
    const { verdict, symbol, detail } = replay.replay(record);
    if (!details) continue;
    singles.push({
      line,
      conn: record.conn,
      verdict,
      ...(symbol !== undefined && { symbol }),
      ...(detail !== undefined && { detail }),
    });
  }
  return {
    file: path,
    name,
    lines: survey.lines,
    feeds: replay.feeds.map((feed) => reportFeed(replay, survey, feed)),
    ...(details && { singles }),
    checkpoints: new Map(
      replay.feeds.flatMap(({ tallies }) => [...tallies].map(([symbol, tally]) => [symbol, tally.noted] as const)),
    ),
  };
}

function reportFeed(replay: CaptureReplay, survey: CaptureSurvey, { plan, address, tallies, verdicts }: RunningFeed): FeedReport {
  const { kernel } = replay;
  const counter = (offset: number): number => kernel.float64At(address + offset);
  const { venue, market } = plan.protocol;
  return {
    venue,
    market,
    api: ORIGINS[plan.decoder]?.api ?? '',
    verdicts: Object.fromEntries(verdicts),
    levels: counter(FEED_LEVELS),
    malformed: counter(FEED_MALFORMED),
    oversized: counter(FEED_OVERSIZED),
    unknownSymbols: counter(FEED_UNKNOWN_SYMBOLS),
    symbols: [...tallies].map(([symbol, tally]) => reportBook(kernel, symbol, tally, replay.isCoded(plan.decoder, symbol))),
    numbering: Object.fromEntries(survey.feeds.get(plan.decoder)?.numbering ?? []),
  };
}
