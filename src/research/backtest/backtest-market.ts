import { BOOK_RULE_DELTAS, CHECKSUM_OFF, DECODER_BINANCE_SPOT } from '../../../assembly/memory/layout.js';
import { groupBy } from '../../domain/group-by.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import { Kernel } from '../../kernel/kernel.js';
import { createSharedBooks } from '../../kernel/memory.js';
import { type MemoryRequest, planMemory, type ThreadRequest } from '../../kernel/plan.js';
import type { SignalRules } from '../../kernel/signal-plan.js';
import type { Universe, UniverseBook, UniverseRow } from '../../market/universe.js';
import { type BookFees, strategyUniverse } from '../../strategy/build-universe.js';
import type { StrategyUniverse } from '../../strategy/universe.js';

/** Books and what is known of them: what a backtest decides and trades on. */
export interface BacktestMarket {
  readonly universe: StrategyUniverse;
  /** Of the one thread that keeps the books and decides. */
  readonly kernel: Kernel;
}

export interface MarketMemory {
  /** DECODER_... of each feed. */
  readonly feeds: readonly number[];
  readonly thread?: Partial<ThreadRequest>;
  /** Levels of each side that a decision sees. */
  readonly viewLevels?: number;
  readonly signals?: SignalRules;
}

const THREAD: ThreadRequest = { inputBytes: 2 ** 20, levelsMax: 16_384, copyLevelsMax: 64, eventsMax: 4_096 };

/** Lays out and fills the memory of a backtest. @param feesOf what is paid at an instrument; what it lists when left out */
export function backtestMarket(
  universe: Universe,
  { feeds, thread, viewLevels, signals }: MarketMemory,
  feesOf: (instrument: TradableInstrument) => BookFees = (instrument) => instrument,
): BacktestMarket {
  const request: MemoryRequest = {
    feeds,
    books: universe.books.map((book) => book.request),
    threads: [{ ...THREAD, ...thread }],
    histograms: 1,
    scanRows: universe.rows.length,
    ...(viewLevels !== undefined && { viewLevels }),
    ...(signals !== undefined && { signals }),
  };
  return {
    universe: strategyUniverse(universe, feesOf),
    kernel: new Kernel(createSharedBooks(planMemory(request)), 0),
  };
}

/** Levels that a side of a book from rows holds. */
const ROW_BOOK_LEVELS = 2_000;

/**
 * The universe of a history of rows: a row for each market, base and quote; the books in the order of the instruments, all in one feed.
 * Rows of one book are rows as well, for strategies that compare a contract with its spot.
 * @param levels that a side of a book holds; what is worse falls off
 */
function rowUniverse(instruments: readonly TradableInstrument[], levels = ROW_BOOK_LEVELS): Universe {
  const groups = [...groupBy(instruments, ({ market, base, quote }) => `${market} ${base} ${quote}`).values()];
  const books: UniverseBook[] = [];
  const rows = groups.map((group): Omit<UniverseRow, 'books'> => {
    const [first] = group as [TradableInstrument, ...TradableInstrument[]];
    const priceScale = Math.max(...group.map(({ priceDecimals }) => priceDecimals));
    const qtyScale = Math.max(...group.map(({ qtyDecimals }) => qtyDecimals));
    return { market: first.market, base: first.base, quote: first.quote, priceScale, qtyScale };
  });
  for (const instrument of instruments) {
    const row = groups.findIndex((group) => group.includes(instrument));
    const { priceScale, qtyScale } = rows[row] as UniverseRow;
    const { venue, market, symbol } = instrument;
    const request = {
      ...{ feed: 0, names: [`${venue} ${market} ${symbol}`], priceScale, qtyScale, capacity: levels, depth: 0 },
      ...{ rule: BOOK_RULE_DELTAS, checksumPolicy: CHECKSUM_OFF, orders: 0 },
    };
    books.push({ instrument, feed: 0, row, request });
  }
  const placed = rows.map((row, index) => ({
    ...row,
    books: books.flatMap((book, place) => (book.row === index ? [place] : [])),
  }));
  return { rows: placed, books, rejected: [] };
}

/** The market of a history of rows. */
export function rowMarket(
  instruments: readonly TradableInstrument[],
  options: Omit<MarketMemory, 'feeds'> & { readonly levels?: number } = {},
  feesOf?: (instrument: TradableInstrument) => BookFees,
): BacktestMarket {
  const { levels, ...memory } = options;
  return backtestMarket(rowUniverse(instruments, levels), { ...memory, feeds: [DECODER_BINANCE_SPOT] }, feesOf);
}
