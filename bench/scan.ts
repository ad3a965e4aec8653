import {
  BOOK_RULE_DELTAS,
  CHECKSUM_OFF,
  DECODER_BINANCE_SPOT,
  STATE_SYNCED,
  STATUS_SNAPSHOT,
} from '../assembly/memory/layout.js';
import { SeededRandom } from '../src/domain/random.js';
import { Kernel } from '../src/kernel/kernel.js';
import { createSharedBooks } from '../src/kernel/memory.js';
import { planMemory } from '../src/kernel/plan.js';
import { Scanner } from '../src/kernel/scan.js';
import { compared, race, type Suite, sink } from './measure.js';

const VENUES = 5;
const MAX_AGE_US = 1e6;
const NOW_US = 5e5;
const FEES = [0.001, 0.0012, 0.0008, 0.0005, 0.002];

/** A book's touch, as an engine without shared memory would keep it. */
interface TouchObject {
  readonly state: number;
  readonly bidPrice: number;
  readonly bidQty: number;
  readonly askPrice: number;
  readonly askQty: number;
  readonly sequence: number;
  readonly receiveUs: number;
  readonly fee: number;
}

/** The best pair of a row, rewritten by every scan. */
interface RowObject {
  readonly books: readonly TouchObject[];
  buy: number;
  sell: number;
  net: number;
  buySequence: number;
  sellSequence: number;
}

/** The whole universe: 1000 instruments on five venues. */
export const scanSuite: Suite = {
  ids: ['scan.1000x5'],
  run: async (effort) => {
    const rowCount = effort.quick ? 50 : 1000;
    const { scanner, rows } = buildRows(rowCount);
    const found = scanner.scanAll(NOW_US, MAX_AGE_US);
    scanObjects(rows, NOW_US);
    rows.forEach((row, index) => {
      const same = row.buy === scanner.buyVenue(index) && row.sell === scanner.sellVenue(index);
      if (!same || Math.abs(row.net - scanner.net(index)) > 1e-12) throw new Error(`row ${index}: the scans disagree`);
    });
    if (found !== rowCount) throw new Error(`${found} rows were scanned`);
    const [own = 0, objects = 0] = await race(
      [
        {
          name: 'kernel',
          run: () => {
            sink.total += scanner.scanAll(NOW_US, MAX_AGE_US);
          },
        },
        {
          name: 'objects',
          run: () => {
            sink.total += scanObjects(rows, NOW_US);
          },
        },
      ],
      effort,
    );
    const name = 'TypeScript loop over objects, without locks';
    return [compared('scan.1000x5', 'us', own / 1e3, name, objects / 1e3)];
  },
};

function buildRows(rowCount: number): { scanner: Scanner; rows: RowObject[] } {
  const plan = planMemory({
    feeds: Array.from({ length: VENUES }, () => DECODER_BINANCE_SPOT),
    books: Array.from({ length: rowCount * VENUES }, (_, index) => ({
      feed: index % VENUES,
      names: [`S${Math.floor(index / VENUES)}`],
      priceScale: 2,
      qtyScale: 4,
      capacity: 16,
      depth: 0,
      rule: BOOK_RULE_DELTAS,
      checksumPolicy: CHECKSUM_OFF,
      orders: 0,
    })),
    threads: [{ inputBytes: 4096, levelsMax: 64, copyLevelsMax: 16, eventsMax: 1 }],
    histograms: 0,
    scanRows: rowCount,
  });
  const kernel = new Kernel(createSharedBooks(plan), 0);
  const scanner = new Scanner(kernel);
  const random = new SeededRandom(3);
  kernel.receivedAt(NOW_US - 1000);
  const rows = Array.from({ length: rowCount }, (_, row): RowObject => {
    const mid = 1000 + random.below(5_000_000);
    const books = FEES.map((fee, venue): TouchObject => {
      const bidPrice = mid + random.below(Math.max(3, Math.floor(mid / 500)));
      const askPrice = bidPrice + 1 + random.below(3);
      const [bidQty, askQty] = [1 + random.below(90_000), 1 + random.below(90_000)];
      const sequence = 1 + random.below(1e6);
      const side = (price: number, qty: number): string => `[["${price / 100}","${qty / 10_000}"]]`;
      const body = `{"lastUpdateId":${sequence},"bids":${side(bidPrice, bidQty)},"asks":${side(askPrice, askQty)}}`;
      const status = kernel.decodeSnapshot(plan.books[row * VENUES + venue] ?? 0, Buffer.from(body));
      if (status !== STATUS_SNAPSHOT) throw new Error(`status ${status}: ${body}`);
      return { state: STATE_SYNCED, bidPrice, bidQty, askPrice, askQty, sequence, receiveUs: NOW_US - 1000, fee };
    });
    scanner.setRow(
      row,
      books.map(({ fee }, venue) => ({ book: plan.books[row * VENUES + venue] ?? 0, takerFee: fee, basePerUnit: 1e-4 })),
    );
    return { books, buy: -1, sell: -1, net: 0, buySequence: 0, sellSequence: 0 };
  });
  return { scanner, rows };
}

/** The plainest scan: every pair of venues, best net spread first found. @returns rows with a pair */
function scanObjects(rows: readonly RowObject[], nowUs: number): number {
  let pairs = 0;
  for (const row of rows) {
    const { books } = row;
    row.buy = -1;
    row.sell = -1;
    row.net = Number.NEGATIVE_INFINITY;
    for (let buy = 0; buy < books.length; buy++) {
      const from = books[buy] as TouchObject;
      if (from.state !== STATE_SYNCED || nowUs - from.receiveUs > MAX_AGE_US || from.askPrice === 0) continue;
      const cost = from.askPrice * (1 + from.fee);
      for (let sell = 0; sell < books.length; sell++) {
        if (sell === buy) continue;
        const to = books[sell] as TouchObject;
        if (to.state !== STATE_SYNCED || nowUs - to.receiveUs > MAX_AGE_US || to.bidPrice === 0) continue;
        const net = (to.bidPrice * (1 - to.fee)) / cost - 1;
        if (net <= row.net) continue;
        row.net = net;
        row.buy = buy;
        row.sell = sell;
        row.buySequence = from.sequence;
        row.sellSequence = to.sequence;
      }
    }
    if (row.buy >= 0) pairs++;
  }
  return pairs;
}
