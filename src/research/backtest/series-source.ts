import type { SeriesChunk } from '../../history/series-stream.js';
import { ROW_ASK, ROW_BID } from '../../kernel/row-door.js';
import {
  EVENT_DELTA,
  EVENT_MARK,
  EVENT_SNAPSHOT,
  EVENT_TRADE,
  EventBuilder,
  type EventColumns,
  type EventReader,
  ROW_NONE,
} from './event-columns.js';

/** Chunks of a series as `Catalogue.stream` gives them; prices and amounts as whole units of the book (its `exact` option). */
export type SeriesChunks = AsyncIterable<SeriesChunk>;

/**
 * Changes of a book, a series of incremental_book_L2: rows of one arrival time are one message. A row of a snapshot behind one that is
 * none begins the book anew; what comes before the first snapshot is left out by the book itself.
 * @param book its place in the universe
 */
export function levelReader(chunks: SeriesChunks, book: number): EventReader {
  let openUs = Number.NaN;
  let exchangeUs = 0;
  let wasSnapshot = false;
  let begins = false;
  const end = (builder: EventBuilder): void => {
    if (!Number.isNaN(openUs)) builder.end(begins ? EVENT_SNAPSHOT : EVENT_DELTA, book, openUs, exchangeUs);
    openUs = Number.NaN;
  };
  return chunkReader(chunks, {
    add(builder, chunk) {
      const [tsUs, venueUs, flags, sides] = columns(chunk, 'tsUs', 'exchangeUs', 'isSnapshot', 'side');
      const [prices, amounts] = columns(chunk, 'price', 'amount');
      for (let row = 0; row < chunk.count; row++) {
        const atUs = tsUs[row] ?? 0;
        const isSnapshot = flags[row] === 1;
        if (atUs !== openUs || isSnapshot !== wasSnapshot) {
          end(builder);
          openUs = atUs;
          begins = isSnapshot && !wasSnapshot;
          wasSnapshot = isSnapshot;
        }
        exchangeUs = known(venueUs[row]);
        builder.row((sides[row] ?? 0) > 0 ? ROW_BID : ROW_ASK, prices[row] ?? 0, amounts[row] ?? 0);
      }
    },
    end,
  });
}

/** Single trades. @param book its place in the universe */
export function tradeReader(chunks: SeriesChunks, book: number): EventReader {
  return chunkReader(chunks, {
    add(builder, chunk) {
      const [tsUs, venueUs, sides] = columns(chunk, 'tsUs', 'exchangeUs', 'side');
      const [prices, amounts] = columns(chunk, 'price', 'amount');
      for (let row = 0; row < chunk.count; row++) {
        const taker = sides[row] ?? 0;
        builder.row(taker > 0 ? ROW_ASK : taker < 0 ? ROW_BID : ROW_NONE, prices[row] ?? 0, amounts[row] ?? 0);
        builder.end(EVENT_TRADE, book, tsUs[row] ?? 0, known(venueUs[row]));
      }
    },
  });
}

/** Best bid and ask as a book of one level a side: what stands behind them nobody told. @param book its place in the universe */
export function quoteReader(chunks: SeriesChunks, book: number): EventReader {
  return chunkReader(chunks, {
    add(builder, chunk) {
      const [tsUs, venueUs] = columns(chunk, 'tsUs', 'exchangeUs');
      const [bidPrices, bidAmounts, askPrices, askAmounts] = columns(chunk, 'bidPrice', 'bidAmount', 'askPrice', 'askAmount');
      for (let row = 0; row < chunk.count; row++) {
        for (const [side, price, amount] of [
          [ROW_BID, bidPrices[row], bidAmounts[row]],
          [ROW_ASK, askPrices[row], askAmounts[row]],
        ] as const) {
          if (known(price) > 0 && known(amount) > 0) builder.row(side, known(price), known(amount));
        }
        builder.end(EVENT_SNAPSHOT, book, tsUs[row] ?? 0, known(venueUs[row]));
      }
    },
  });
}

/**
 * The best levels of a book as a whole book, as often as they changed: what stands behind them nobody told.
 * @param book its place in the universe
 * @param levels of each side that the chunks have
 */
export function snapshotReader(chunks: SeriesChunks, book: number, levels: number): EventReader {
  const sides = [
    { side: ROW_BID, name: 'bid' },
    { side: ROW_ASK, name: 'ask' },
  ];
  return chunkReader(chunks, {
    add(builder, chunk) {
      const [tsUs, venueUs] = columns(chunk, 'tsUs', 'exchangeUs');
      const ladders = sides.flatMap(({ side, name }) =>
        Array.from({ length: levels }, (_, level) => ({
          side,
          prices: chunk.column(`${name}Price${level}`),
          amounts: chunk.column(`${name}Amount${level}`),
        })),
      );
      for (let row = 0; row < chunk.count; row++) {
        for (const { side, prices, amounts } of ladders) {
          const [price, amount] = [known(prices[row]), known(amounts[row])];
          if (price > 0 && amount > 0) builder.row(side, price, amount);
        }
        builder.end(EVENT_SNAPSHOT, book, tsUs[row] ?? 0, known(venueUs[row]));
      }
    },
  });
}

/** Funding that is told when it was paid is played so long before, for accounts pay what they were told in time. */
const PAID_LEAD_US = 1e6;

/** Marks and funding rates of a contract; prices are plain numbers here. @param book its place in the universe */
export function fundingReader(chunks: SeriesChunks, book: number): EventReader {
  return chunkReader(chunks, {
    add(builder, chunk) {
      const [tsUs, nextUs, rates] = columns(chunk, 'tsUs', 'fundingUs', 'fundingRate');
      const [marks, indices] = columns(chunk, 'markPrice', 'indexPrice');
      for (let row = 0; row < chunk.count; row++) {
        builder.row(ROW_BID, marks[row] ?? Number.NaN, indices[row] ?? Number.NaN);
        builder.row(ROW_BID, rates[row] ?? Number.NaN, nextUs[row] ?? Number.NaN);
        const [atUs, dueUs] = [tsUs[row] ?? 0, nextUs[row] ?? Number.NaN];
        builder.end(EVENT_MARK, book, dueUs === atUs ? atUs - PAID_LEAD_US : atUs);
      }
    },
  });
}

interface ChunkWork {
  add(builder: EventBuilder, chunk: SeriesChunk): void;
  /** After the last chunk. */
  end?(builder: EventBuilder): void;
}

/** Turns each chunk into a batch of events; the batch is the same object each time, and rows of an open message stay in it. */
function chunkReader(chunks: SeriesChunks, { add, end }: ChunkWork): EventReader {
  const iterator = chunks[Symbol.asyncIterator]();
  const builder = new EventBuilder();
  let isOver = false;
  return {
    async next(): Promise<EventColumns | null> {
      keepOpenRows(builder);
      while (!isOver) {
        const chunk = await iterator.next();
        if (chunk.done === true) {
          isOver = true;
          end?.(builder);
        } else add(builder, chunk.value);
        if (builder.count > 0) return builder;
      }
      return null;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

/** Forgets the events of a batch, but not the rows behind the last of them, whose message goes on in the next chunk. */
function keepOpenRows(builder: EventBuilder): void {
  const first = builder.rowsEnd[builder.count - 1] ?? 0;
  const open = builder.count === 0 ? 0 : builder.rows - first;
  for (const column of [builder.side, builder.priceUnits, builder.qtyUnits]) column.copyWithin(0, first, first + open);
  const kept = builder.count === 0 ? builder.rows : open;
  builder.clear();
  builder.rows = kept;
}

function columns(
  chunk: SeriesChunk,
  ...names: readonly [string, ...string[]]
): [Float64Array, Float64Array, Float64Array, Float64Array] {
  return names.map((name) => chunk.column(name)) as [Float64Array, Float64Array, Float64Array, Float64Array];
}

/** 0 for what is missing. */
function known(value: number | undefined): number {
  return value === undefined || Number.isNaN(value) ? 0 : value;
}
