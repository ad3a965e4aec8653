import { readBook } from '../../../src/kernel/book-view.js';
import type { Family } from '../family.js';
import { KrakenBooks } from '../kraken-books.js';
import type { ReferenceBook } from '../reference.js';

interface ReplayInput {
  readonly type: 'replay';
  readonly depth: number;
  readonly priceDecimals: number;
  readonly qtyDecimals: number;
  readonly frames: readonly string[];
}
/** Price, and the quantities of its orders in the order of the queue. */
type Queue = readonly [price: string, quantities: readonly string[]];
interface OrdersInput {
  readonly type: 'l3';
  readonly bids: readonly Queue[];
  readonly asks: readonly Queue[];
}
type CrcInput = ({ readonly type: 'book' } & ReferenceBook) | ReplayInput | OrdersInput;

const SYMBOL = 'TST/USD';
const TIME = '2026-01-01T00:00:00.000000Z';
const booksOf = new Map<string, KrakenBooks>();

function booksFor(symbol: string): KrakenBooks {
  let books = booksOf.get(symbol);
  if (books === undefined) {
    books = new KrakenBooks(symbol);
    booksOf.set(symbol, books);
  }
  return books;
}

/** Family `kraken_crc`: frames of WebSocket v2 into the kernel's Kraken decoders, and the checksums of the books they leave. */
export const krakenCrc: Family = (_books, _file, reference) => {
  const input = reference.input as unknown as CrcInput;
  if (input.type === 'replay') return { got: replay(input) };
  if (input.type !== 'book' && input.type !== 'l3') return { skipped: `kraken_crc/${(input as { type: string }).type}` };
  const books = booksFor(SYMBOL);
  if (input.type === 'book') {
    books.begin('l2', input.priceDecimals, input.qtyDecimals, 0);
    books.apply(snapshot('book', side(input.bids), side(input.asks)));
  } else {
    const queues = [...input.bids, ...input.asks];
    books.begin('l3', decimals(queues.map(([price]) => price)), decimals(queues.flatMap(([, quantities]) => quantities)), 0);
    books.apply(snapshot('level3', orders('B', input.bids), orders('A', input.asks)));
  }
  const crc = books.checksum();
  // The kernel feeds its CRC digit by digit and never holds the text; it has digested this text if their checksums are the same.
  const { text } = reference.expected;
  return { got: { crc, text: typeof text === 'string' && books.crc32(text) === crc ? text : null } };
};

function replay({ depth, priceDecimals, qtyDecimals, frames }: ReplayInput): unknown {
  const books = booksFor(symbolOf(frames[0] ?? ''));
  books.begin('l2', priceDecimals, qtyDecimals, depth);
  const match: boolean[] = [];
  const crc: number[] = [];
  for (const frame of frames) {
    match.push(books.apply(frame));
    crc.push(books.checksum());
  }
  const { kernel, book } = books.reader;
  const view = readBook(kernel, book, 10);
  return { crc, match, final: view && { asks: view.asks, bids: view.bids } };
}

function symbolOf(frame: string): string {
  return /"symbol":"([^"]*)"/.exec(frame)?.[1] ?? SYMBOL;
}

function decimals(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => text.split('.')[1]?.length ?? 0));
}

/** A snapshot with a checksum of 0: what counts is the kernel's own. */
function snapshot(channel: string, bids: string, asks: string): string {
  return `{"channel":"${channel}","type":"snapshot","data":[{"symbol":"${SYMBOL}","bids":[${bids}],"asks":[${asks}],"checksum":0,"timestamp":"${TIME}"}]}`;
}

function side(levels: ReferenceBook['bids']): string {
  return levels.map(([price, qty]) => `{"price":${price},"qty":${qty}}`).join(',');
}

function orders(label: string, queues: readonly Queue[]): string {
  return queues
    .flatMap(([price, quantities], queue) =>
      quantities.map((qty, place) => {
        const time = `2026-01-01T00:00:${String(place).padStart(2, '0')}.000000000Z`;
        return `{"order_id":"O${label}${queue}-${place}","limit_price":${price},"order_qty":${qty},"timestamp":"${time}"}`;
      }),
    )
    .join(',');
}
