import type { Catalogue } from '../../history/catalogue.js';
import type { SeriesName } from '../../history/series.js';
import type { SpreadRows } from '../../market/spread-ring.js';

/** How a catalogue calls the two books of a pair. */
export interface CataloguedPair {
  readonly spot: CataloguedBook;
  readonly futures: CataloguedBook;
}
export type CataloguedBook = Pick<SeriesName, 'venue' | 'symbol'>;

/** Kinds of series with the touch of a book, by the names that their columns have; the first one that is there is taken. */
const KINDS = [
  { kind: 'quotes', columns: ['bidPrice', 'bidAmount', 'askPrice', 'askAmount'] },
  { kind: 'book_snapshots', columns: ['bidPrice0', 'bidAmount0', 'askPrice0', 'askAmount0'] },
] as const;

const SECOND_US = 1_000_000;
/** A quote is good for the second that it came in and those that follow, so many in all. */
const FRESH_ROWS = 5;

type Touch = readonly [bidPrice: Float64Array, bidQty: Float64Array, askPrice: Float64Array, askQty: Float64Array];

/**
 * The spread of a pair as a catalogue has it: a row at the end of each second in [fromUs, toUs) with the last quotes of both books that are
 * not older than five seconds. Seconds without a quote of one of them have no row.
 */
export async function historyFrame(
  catalogue: Catalogue,
  { spot, futures }: CataloguedPair,
  fromUs: number,
  toUs: number,
): Promise<Omit<SpreadRows, 'entryThresholdPct' | 'exitThresholdPct'>> {
  const firstUs = Math.ceil(fromUs / SECOND_US) * SECOND_US;
  const seconds = Math.max(0, Math.floor((toUs - firstUs) / SECOND_US));
  const spotTouch = await touchOf(catalogue, spot, firstUs, seconds);
  const futuresTouch = await touchOf(catalogue, futures, firstUs, seconds);
  const rows = Int32Array.from({ length: seconds }, (_, row) => row).filter(
    (row) => isWhole(spotTouch, row) && isWhole(futuresTouch, row),
  );
  const pick = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row] as number);
  return {
    tsUs: Float64Array.from(rows, (row) => firstUs + (row + 1) * SECOND_US - 1),
    spotBidPrice: pick(spotTouch[0]),
    spotBidQty: pick(spotTouch[1]),
    spotAskPrice: pick(spotTouch[2]),
    spotAskQty: pick(spotTouch[3]),
    futBidPrice: pick(futuresTouch[0]),
    futBidQty: pick(futuresTouch[1]),
    futAskPrice: pick(futuresTouch[2]),
    futAskQty: pick(futuresTouch[3]),
  };
}

/** The last quote of every second, and where there is none the one before while it is fresh; else NaN. */
async function touchOf(catalogue: Catalogue, book: CataloguedBook, firstUs: number, seconds: number): Promise<Touch> {
  const column = (): Float64Array => new Float64Array(seconds).fill(Number.NaN);
  const touch: Touch = [column(), column(), column(), column()];
  const known = (await catalogue.list()).filter(({ venue, symbol }) => venue === book.venue && symbol === book.symbol);
  const found = KINDS.find(({ kind }) => known.some((series) => series.kind === kind));
  if (found === undefined || seconds === 0) return touch;
  const { kind, columns } = found;
  const name: SeriesName = { kind, interval: null, ...book };
  const range = { fromUs: firstUs - FRESH_ROWS * SECOND_US, toUs: firstUs + seconds * SECOND_US };
  /** Row of the last quote, which may lie before the first. */
  let last = Number.NEGATIVE_INFINITY;
  const latest = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
  const carry = (toRow: number): void => {
    const from = Math.max(0, last + 1);
    for (let row = from; row < Math.min(toRow, last + FRESH_ROWS, seconds); row++) {
      touch.forEach((values, place) => {
        values[row] = latest[place] as number;
      });
    }
  };
  const chunks = catalogue.stream(name, {
    ...range,
    columns: ['tsUs', ...columns],
    ...(kind === 'book_snapshots' && { levels: 1 }),
  });
  for await (const chunk of chunks) {
    const tsUs = chunk.column('tsUs');
    const values = columns.map((each) => chunk.column(each));
    for (let index = 0; index < chunk.count; index++) {
      const row = Math.floor(((tsUs[index] as number) - firstUs) / SECOND_US);
      if (row > last) carry(row);
      last = row;
      for (let place = 0; place < 4; place++) {
        const value = values[place]?.[index] as number;
        latest[place] = value;
        if (row >= 0) (touch[place] as Float64Array)[row] = value;
      }
    }
  }
  carry(seconds);
  return touch;
}

function isWhole(touch: Touch, row: number): boolean {
  return (touch[0][row] as number) > 0 && (touch[2][row] as number) > 0;
}
