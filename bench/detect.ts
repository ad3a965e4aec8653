import { SIZE_FEASIBLE } from '../assembly/memory/scan-layout.js';
import { SeededRandom } from '../src/domain/random.js';
import { type Level, Rig } from '../src/sim/lab/rig.js';
import { compared, race, type Suite, sink } from './measure.js';

const VENUES = ['binance', 'coinbase', 'kraken', 'mexc', 'gateio'] as const;
const FEES_BPS = [10, 12, 8, 5, 20];
const MULTIPLIERS = [1, 2, 5, 10];
const LEVELS = 20;
const AGE_US = 1e12;

/** A book as an engine without shared memory would keep it. */
interface BookObject {
  readonly bids: readonly { readonly price: number; readonly qty: number }[];
  readonly asks: readonly { readonly price: number; readonly qty: number }[];
  readonly fee: number;
}

/** What detection says of a row. */
interface RowObject {
  readonly books: readonly BookObject[];
  buy: number;
  sell: number;
  net: number;
  readonly sizes: { base: number; profit: number }[];
}

/** The whole universe of 1000 instruments on five venues: the best pair of each, and its four sizes walked through both books. */
export const detectSuite: Suite = {
  ids: ['detect.full', 'detect.refreshed'],
  run: async (effort) => {
    const { rig, rows } = buildUniverse(effort.quick ? 40 : 1000);
    const { scanner, kernel } = rig;
    rig.turn();
    scanner.scanAll(rig.nowUs, AGE_US);
    detectObjects(rows);
    compare(rig, rows);
    const { dirtyBits, dirtyWords } = kernel.plan;
    const dirty = kernel.int32.subarray(dirtyBits >> 2, (dirtyBits >> 2) + dirtyWords);
    const [own = 0, refreshed = 0, objects = 0] = await race(
      [
        {
          name: 'kernel',
          run: () => {
            sink.total += scanner.scanAll(rig.nowUs, AGE_US);
          },
        },
        {
          name: 'kernel, every book copied anew',
          before: () => dirty.fill(-1),
          run: () => {
            sink.total += scanner.scanAll(rig.nowUs, AGE_US);
          },
        },
        {
          name: 'objects',
          run: () => {
            sink.total += detectObjects(rows);
          },
        },
      ],
      effort,
    );
    const name = 'the same in TypeScript over objects';
    return [
      compared('detect.full', 'us', own / 1e3, name, objects / 1e3),
      compared('detect.refreshed', 'us', refreshed / 1e3, name, objects / 1e3),
    ];
  },
};

function buildUniverse(count: number): { rig: Rig; rows: RowObject[] } {
  const random = new SeededRandom(11);
  const rig = new Rig({
    rows: Array.from({ length: count }, (_, row) =>
      VENUES.map((venue, index) => ({
        venue,
        base: `S${row}`,
        takerFeeBps: FEES_BPS[index] ?? 10,
        priceDecimals: 4,
        qtyDecimals: 2,
      })),
    ),
    viewLevels: LEVELS,
    maxQuoteAgeUs: AGE_US,
  });
  const rows = rig.universe.rows.map(({ books }): RowObject => {
    const mid = 1 + random.next() * 3;
    return {
      buy: -1,
      sell: -1,
      net: 0,
      sizes: MULTIPLIERS.map(() => ({ base: 0, profit: 0 })),
      books: books.map((book, venue) => {
        // One step in a hundred apart, so that venues seldom agree and some rows pay.
        const touch = mid * (1 + (random.next() - 0.5) * 0.03);
        const side = (sign: number): Level[] =>
          Array.from({ length: LEVELS }, (_, level) => [
            (touch * (1 + sign * (0.0005 + level * 0.0004))).toFixed(4),
            (2 + random.next() * 30).toFixed(2),
          ]);
        const [bids, asks] = [side(-1), side(1)];
        rig.setBook(book, bids, asks);
        const plain = (levels: readonly Level[]) => levels.map(([price, qty]) => ({ price: Number(price), qty: Number(qty) }));
        return { bids: plain(bids), asks: plain(asks), fee: (FEES_BPS[venue] ?? 10) * 1e-4 };
      }),
    };
  });
  return { rig, rows };
}

/** The plain way: all pairs of venues, then four walks on each side of the best. @returns rows with a pair */
function detectObjects(rows: readonly RowObject[]): number {
  let found = 0;
  for (const row of rows) {
    findPair(row);
    const buy = row.books[row.buy];
    const sell = row.books[row.sell];
    if (buy === undefined || sell === undefined) continue;
    found++;
    const ask = buy.asks[0]?.price ?? 1;
    for (let index = 0; index < MULTIPLIERS.length; index++) {
      const size = row.sizes[index] as { base: number; profit: number };
      size.base = Math.ceil((5 * (MULTIPLIERS[index] ?? 0)) / ask / 0.01) * 0.01;
      size.profit = walk(sell.bids, size.base) * (1 - sell.fee) - walk(buy.asks, size.base) * (1 + buy.fee);
    }
  }
  return found;
}

function findPair(row: RowObject): void {
  const { books } = row;
  row.buy = -1;
  row.sell = -1;
  row.net = Number.NEGATIVE_INFINITY;
  for (let buy = 0; buy < books.length; buy++) {
    const from = books[buy] as BookObject;
    const cost = (from.asks[0]?.price ?? 0) * (1 + from.fee);
    for (let sell = 0; sell < books.length; sell++) {
      if (sell === buy) continue;
      const to = books[sell] as BookObject;
      const net = ((to.bids[0]?.price ?? 0) * (1 - to.fee)) / cost - 1;
      if (net <= row.net) continue;
      row.net = net;
      row.buy = buy;
      row.sell = sell;
    }
  }
}

function walk(levels: BookObject['asks'], base: number): number {
  let left = base;
  let quote = 0;
  for (const { price, qty } of levels) {
    const taken = Math.min(left, qty);
    quote += price * taken;
    left -= taken;
    if (left <= 0) break;
  }
  return quote;
}

/** Both ways find the same pairs and profits, or the figure would compare apples with pears. */
function compare({ scanner }: Rig, rows: readonly RowObject[]): void {
  const unit = 1e-4 * 1e-2;
  rows.forEach((row, index) => {
    const same = row.buy === scanner.buyVenue(index) && row.sell === scanner.sellVenue(index);
    if (!same) throw new Error(`row ${index}: the detections disagree on the pair`);
    row.sizes.forEach(({ base, profit }, size) => {
      if (scanner.sizeStatus(index, size) !== SIZE_FEASIBLE) throw new Error(`row ${index}, size ${size} is not feasible`);
      const own = scanner.sizeNetUnits(index, size) * unit;
      // The plain way rounds amounts with floats and may be one lot off.
      const lot = Math.abs(scanner.sizeBaseUnits(index, size) / 100 - base);
      if (lot > 0.011 || (lot < 1e-9 && Math.abs(own - profit) > 1e-9))
        throw new Error(`row ${index}, size ${size}: ${own} and ${profit}`);
    });
  });
}
