// The kernel by itself: a book in shared memory, a REST snapshot, one delta, and what buying costs.
// Run after a build: node build/examples/decode-a-frame.js
import {
  BOOK_RULE_DELTAS,
  CHECKSUM_OFF,
  DECODER_BINANCE_SPOT,
  STATUS_APPLIED,
  STATUS_SNAPSHOT,
} from '../assembly/memory/layout.js';
import { decimalText, readBook } from '../src/kernel/book-view.js';
import { Kernel } from '../src/kernel/kernel.js';
import { createSharedBooks } from '../src/kernel/memory.js';
import { planMemory } from '../src/kernel/plan.js';
import { BASE, BUY, Pricing } from '../src/kernel/pricing.js';

const plan = planMemory({
  feeds: [DECODER_BINANCE_SPOT],
  books: [
    {
      feed: 0,
      names: ['ETHUSDT'],
      priceScale: 2,
      qtyScale: 4,
      capacity: 100,
      depth: 0,
      rule: BOOK_RULE_DELTAS,
      checksumPolicy: CHECKSUM_OFF,
      orders: 0,
    },
  ],
  threads: [{ inputBytes: 65_536, levelsMax: 1000, copyLevelsMax: 100, eventsMax: 100 }],
  histograms: 0,
});
const kernel = new Kernel(createSharedBooks(plan), 0);
const [feed = 0] = plan.feeds;
const [book = 0] = plan.books;

const snapshot = Buffer.from(
  '{"lastUpdateId":100,"bids":[["3120.50","1.2000"],["3120.40","4"]],"asks":[["3120.60","0.5"],["3121.00","2.25"]]}',
);
if (kernel.decodeSnapshot(book, snapshot) !== STATUS_SNAPSHOT) throw new Error('the snapshot was refused');

const delta = Buffer.from(
  '{"e":"depthUpdate","E":1767225600200,"s":"ETHUSDT","U":101,"u":104,"b":[["3120.50","0.0000"]],"a":[["3120.60","0.7500"]]}',
);
if (kernel.decodeFrame(feed, delta, 0, delta.length) !== STATUS_APPLIED) throw new Error('the delta was refused');

const view = readBook(kernel, book, 10);
console.log(view?.state, view?.sequence);
console.log('asks', JSON.stringify(view?.asks));
console.log('bids', JSON.stringify(view?.bids));

// One ETH: 0.75 at 3120.60, the rest at 3121.00.
const pricing = new Pricing(kernel);
pricing.copy(book, 100);
const full = pricing.vwap(BUY, BASE, 1 * 10 ** 4);
console.log(
  `buying 1 ETH: ${full ? 'filled' : 'too thin'} at ${decimalText(pricing.averagePriceUnits, 2)} over ${pricing.levelsUsed} levels`,
);
