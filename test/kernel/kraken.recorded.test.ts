import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import {
  BOOK_ASK_PRICE,
  BOOK_ASK_QTY,
  BOOK_BID_PRICE,
  BOOK_BID_QTY,
  BOOK_CHECKSUM,
  BOOK_CHECKSUM_BAD,
  BOOK_CHECKSUM_GOOD,
  CHECKSUM_REPORT,
  DECODER_KRAKEN,
  DECODER_KRAKEN_L3,
  STATUS_APPLIED,
  STATUS_SNAPSHOT,
} from '../../assembly/memory/layout.js';
import { dataFolder, payloadOf, readCapture, readData } from '../property/captured.js';
import { decimalsOf, unitsToText } from '../twin/decimal.js';
import { Rig, type RigBook } from './kraken-rig.js';

type Levels = readonly (readonly [price: string, qty: string])[];

interface ExpectedBook {
  readonly bidLevels: number;
  readonly askLevels: number;
  readonly topDigest: { readonly lines: number; readonly hex: string };
}

interface ChecksumCase {
  readonly name: string;
  readonly input:
    | {
        readonly type: 'book';
        readonly priceDecimals: number;
        readonly qtyDecimals: number;
        readonly asks: Levels;
        readonly bids: Levels;
      }
    | {
        readonly type: 'replay';
        readonly depth: number;
        readonly priceDecimals: number;
        readonly qtyDecimals: number;
        readonly frames: string[];
      }
    | { readonly type: 'l3'; readonly asks: Queues; readonly bids: Queues };
  readonly expected: { readonly crc: number | readonly number[]; readonly match?: readonly boolean[] };
}
type Queues = readonly (readonly [price: string, quantities: readonly string[]])[];

/** Scales of every book of the capture: the decimals that its snapshot is written with. */
function booksOf(frames: readonly Buffer[]): RigBook[] {
  return frames.flatMap((frame) => {
    const text = frame.toString();
    const match = /\["([\d.]+)","([\d.]+)".*"book-1000","([^"]+)"\]$/.exec(text);
    if (!text.includes('"as"') || match === null) return [];
    const [, price = '', qty = '', symbol = ''] = match;
    return [{ symbol, priceScale: decimals(price), qtyScale: decimals(qty), depth: 1000, capacity: 1200 }];
  });
}

const decimals = (text: string): number => text.split('.')[1]?.length ?? 0;

describe.skipIf(dataFolder === undefined)('recorded Kraken traffic', () => {
  test('every checksum of the session is right, and so is the top of the book after every message', () => {
    const frames = readCapture('kraken-spot.cryptofeed-20210405')
      .filter(({ dir }) => dir === 'in')
      .map(payloadOf);
    const expected = JSON.parse(readData('captures/expected/kraken-spot.cryptofeed-20210405.json').toString()) as {
      symbols: Record<string, { verified: { checksumOk: number }; book: ExpectedBook }>;
    };
    const books = booksOf(frames);
    const rig = new Rig(DECODER_KRAKEN, books);
    const digests = new Map(books.map((book) => [rig.book(book.symbol), { book, hash: createHash('sha256'), lines: 0 }]));
    for (const frame of frames) {
      const status = rig.frame(frame);
      const digest = digests.get(rig.kernel.resultBook(0));
      if (digest === undefined || (status !== STATUS_APPLIED && status !== STATUS_SNAPSHOT)) continue;
      const at = rig.book(digest.book.symbol);
      const level = (price: number, qty: number): string =>
        `${unitsToText(rig.kernel.float64At(at + price), digest.book.priceScale)}|${unitsToText(rig.kernel.float64At(at + qty), digest.book.qtyScale)}`;
      const sequence = status === STATUS_SNAPSHOT ? 'snapshot' : String(rig.kernel.uint32[(at + BOOK_CHECKSUM) >> 2]);
      digest.hash.update(`${sequence}|${level(BOOK_BID_PRICE, BOOK_BID_QTY)}|${level(BOOK_ASK_PRICE, BOOK_ASK_QTY)}\n`);
      digest.lines++;
    }
    let good = 0;
    for (const { book, hash, lines } of digests.values()) {
      const want = expected.symbols[book.symbol];
      expect(rig.field(book.symbol, BOOK_CHECKSUM_BAD)).toBe(0);
      expect(rig.field(book.symbol, BOOK_CHECKSUM_GOOD)).toBe(want?.verified.checksumOk);
      expect({ lines, hex: hash.digest('hex') }).toEqual({ lines: want?.book.topDigest.lines, hex: want?.book.topDigest.hex });
      expect(rig.sides(book.symbol).bids).toHaveLength(want?.book.bidLevels ?? -1);
      expect(rig.sides(book.symbol).asks).toHaveLength(want?.book.askLevels ?? -1);
      good += rig.field(book.symbol, BOOK_CHECKSUM_GOOD);
    }
    expect(good).toBe(14_496);
  });

  const cases =
    dataFolder === undefined
      ? []
      : (JSON.parse(readData('oracle/pricing/kraken_crc.json').toString()) as { cases: ChecksumCase[] }).cases;

  test.each(cases.map((one) => [one.name, one] as const))('checksum %s', (_, { input, expected }) => {
    if (input.type === 'book') expect(bookChecksum(input)).toBe(expected.crc);
    else if (input.type === 'l3') expect(ordersChecksum(input.asks, input.bids)).toBe(expected.crc);
    else expect(replay(input)).toEqual({ crc: expected.crc, match: expected.match });
  });
});

function bookChecksum(input: { priceDecimals: number; qtyDecimals: number; asks: Levels; bids: Levels }): number {
  const rig = new Rig(DECODER_KRAKEN, [{ symbol: 'T', priceScale: input.priceDecimals, qtyScale: input.qtyDecimals }]);
  const side = (levels: Levels): string => levels.map(([price, qty]) => `["${price}","${qty}","1.0"]`).join(',');
  expect(rig.frame(`[1,{"as":[${side(input.asks)}],"bs":[${side(input.bids)}]},"book-1000","T"]`)).toBe(STATUS_SNAPSHOT);
  return rig.checksum('T');
}

function ordersChecksum(asks: Queues, bids: Queues): number {
  const texts = [...asks, ...bids].flatMap(([price, quantities]) => quantities.map((qty) => [price, qty] as const));
  const priceScale = Math.max(0, ...texts.map(([price]) => decimalsOf(price)));
  const qtyScale = Math.max(0, ...texts.map(([, qty]) => decimalsOf(qty)));
  const rig = new Rig(DECODER_KRAKEN_L3, [{ symbol: 'T', priceScale, qtyScale, orders: 1000, policy: CHECKSUM_REPORT }]);
  let orders = 0;
  const side = (queues: Queues): string =>
    queues
      .flatMap(([price, quantities]) =>
        quantities.map(
          (qty) =>
            `{"order_id":"O${orders++}","limit_price":${price},"order_qty":${qty},"timestamp":"2026-01-01T00:00:00.${String(orders).padStart(9, '0')}Z"}`,
        ),
      )
      .join(',');
  expect(
    rig.frame(
      `{"channel":"level3","type":"snapshot","data":[{"symbol":"T","bids":[${side(bids)}],"asks":[${side(asks)}],"checksum":1}]}`,
    ),
  ).toBe(STATUS_SNAPSHOT);
  return rig.checksum('T');
}

function replay(input: { depth: number; priceDecimals: number; qtyDecimals: number; frames: string[] }): {
  crc: number[];
  match: boolean[];
} {
  const { depth, priceDecimals, qtyDecimals, frames } = input;
  const rig = new Rig(DECODER_KRAKEN, [
    { symbol: 'TST/USD', priceScale: priceDecimals, qtyScale: qtyDecimals, depth, policy: CHECKSUM_REPORT },
  ]);
  const crc: number[] = [];
  const match: boolean[] = [];
  for (const frame of frames) {
    const good = rig.field('TST/USD', BOOK_CHECKSUM_GOOD);
    rig.frame(frame);
    crc.push(rig.checksum('TST/USD'));
    match.push(rig.field('TST/USD', BOOK_CHECKSUM_GOOD) > good);
  }
  return { crc, match };
}
