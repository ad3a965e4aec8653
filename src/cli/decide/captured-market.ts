import { InvalidInputError } from '../../domain/errors.js';
import { groupBy } from '../../domain/group-by.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import { ORIGINS, type Origin } from '../../feeds/capture/origin.js';
import { captureName, readCapture } from '../../feeds/capture/reader.js';
import { CaptureReplay } from '../../feeds/capture/replay.js';
import { replayedSymbols } from '../../feeds/capture/replay-plan.js';
import { CaptureSurvey, type SymbolSurvey } from '../../feeds/capture/survey.js';
import type { SignalRules } from '../../kernel/signal-plan.js';
import type { Universe, UniverseBook, UniverseRow } from '../../market/universe.js';
import { CapturedLists, guessedInstrument } from './capture-instruments.js';

/** What one capture turned out to be. */
export interface CaptureSummary {
  readonly file: string;
  readonly name: string;
  readonly lines: number;
  /** Time of the first and last line in milliseconds since the epoch; null where no line has one. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
}

/** A book of the captures before it has a place. */
interface CapturedBook {
  readonly survey: SymbolSurvey;
  readonly instrument: TradableInstrument;
  /** Whether the venue's own list said so, or the rules are a guess. */
  readonly isListed: boolean;
  readonly feed: number;
}

/** All captures as one market. */
export interface CapturedMarket {
  readonly captures: readonly CaptureSummary[];
  /** Every instrument of every capture; rows of one book are rows as well. */
  readonly universe: Universe;
  /** Symbols whose rules are guessed, by place. */
  readonly isGuessed: readonly boolean[];
  /** DECODER_... of the feeds that each capture has something of. */
  readonly decoders: readonly ReadonlySet<number>[];
  /** Decodes the lines, in any order that keeps each capture's own. */
  readonly replay: CaptureReplay;
}

/** Ends captures while they are played. Where a recording ends its connections are gone: its books are not what the market is from then on. */
export class CaptureEnds {
  /** Places of the captures that have not come to their end. */
  private readonly open: Set<number>;

  constructor(private readonly market: CapturedMarket) {
    this.open = new Set(market.captures.keys());
  }

  /** @param capture its place */
  end(capture: number): void {
    const { decoders, replay } = this.market;
    this.open.delete(capture);
    const left = new Set([...this.open].flatMap((place) => [...(decoders[place] ?? [])]));
    for (const { plan, session } of replay.feeds) {
      if (decoders[capture]?.has(plan.decoder) === true && !left.has(plan.decoder)) session.stop();
    }
  }
}

/** Levels that decisions see of a side. */
const VIEW_LEVELS = 50;

/**
 * Looks through captures and lays out one memory that holds them all.
 * @param signals what counts as a signal; none are computed when undefined
 * @throws InvalidInputError for files that are no captures, or of which nothing can be decided
 */
export async function captureMarket(files: readonly string[], signals: SignalRules | undefined): Promise<CapturedMarket> {
  const survey = new CaptureSurvey('');
  const lists = new CapturedLists();
  const captures: CaptureSummary[] = [];
  const decoders = files.map(() => new Set<number>());
  for (const [index, file] of files.entries()) captures.push(await look(file, survey, lists, decoders[index] as Set<number>));
  const books = booksOf(survey, lists);
  if (books.length === 0) throw new InvalidInputError('the captures have no book that could be decided on', { files });
  const groups = [...groupBy(books, ({ instrument }) => `${instrument.market} ${instrument.base} ${instrument.quote}`).values()];
  // Books of one row share their scales, so that units can be compared.
  for (const group of groups) {
    const priceDecimals = Math.max(...group.map((book) => book.survey.priceDecimals));
    const qtyDecimals = Math.max(...group.map((book) => book.survey.qtyDecimals));
    for (const book of group) Object.assign(book.survey, { priceDecimals, qtyDecimals });
  }
  const replay = new CaptureReplay(survey, {
    details: false,
    noteLines: () => new Set(),
    memory: { scanRows: groups.length, viewLevels: VIEW_LEVELS, histograms: 1, ...(signals !== undefined && { signals }) },
  });
  for (const { survey: symbol, instrument } of books) {
    if (symbol.isWide)
      throw new InvalidInputError(`no scale holds the quantities of ${instrument.symbol}, so it cannot be decided on`);
  }
  const universe = universeOf(books, groups, replay);
  return { captures, decoders, universe, isGuessed: books.map(({ isListed }) => !isListed), replay };
}

async function look(file: string, survey: CaptureSurvey, lists: CapturedLists, decoders: Set<number>): Promise<CaptureSummary> {
  const name = captureName(file);
  let [lines, firstMs, lastMs]: [number, number | null, number | null] = [0, null, null];
  for await (const { record } of readCapture(file)) {
    survey.see(record, name);
    const decoder = survey.decoderOf(record);
    decoders.add(decoder);
    lists.see(record, ORIGINS[decoder]);
    lines++;
    firstMs ??= record.t;
    lastMs = record.t ?? lastMs;
  }
  return { file, name, lines, firstMs, lastMs };
}

/** In the order of the replay's books. */
function booksOf(survey: CaptureSurvey, lists: CapturedLists): CapturedBook[] {
  return [...survey.feeds.values()].flatMap(({ decoder, symbols }, feed) => {
    const origin = ORIGINS[decoder] as Origin;
    const listed = lists.instruments(origin);
    return replayedSymbols(symbols.values()).map((symbol) => {
      const known = listed.get(symbol.symbol);
      return { survey: symbol, instrument: known ?? guessedInstrument(origin, symbol), isListed: known !== undefined, feed };
    });
  });
}

function universeOf(books: readonly CapturedBook[], groups: readonly CapturedBook[][], replay: CaptureReplay): Universe {
  const rowOf = new Map(groups.flatMap((group, row) => group.map((book) => [book, row] as const)));
  const { request } = replay.kernel.plan;
  return {
    rejected: [],
    books: books.map((book, place) => ({
      instrument: book.instrument,
      feed: book.feed,
      row: rowOf.get(book) ?? 0,
      request: request.books[place] as UniverseBook['request'],
    })),
    rows: groups.map((group): UniverseRow => {
      const [first] = group as [CapturedBook];
      const { market, base, quote } = first.instrument;
      const { priceDecimals: priceScale, qtyDecimals: qtyScale } = first.survey;
      return { market, base, quote, priceScale, qtyScale, books: group.map((book) => books.indexOf(book)) };
    }),
  };
}
