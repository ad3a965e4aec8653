// Goal: a frame decoded where the socket put it gives the same book as one that was copied in, leaves every byte of the receive area
// as it was, and an address outside that area is refused.
// Method: the same stream twice, once copied and once packed message behind message, as sockets deliver it.
import { describe, expect, it } from 'vitest';
import { STATUS_OVERSIZED } from '../../assembly/memory/layout.js';
import { readBook } from '../../src/kernel/book-view.js';
import { Kernel } from '../../src/kernel/kernel.js';
import { createSharedBooks } from '../../src/kernel/memory.js';
import { planMemory } from '../../src/kernel/plan.js';
import { STREAMS } from '../frames/index.js';

const RECEIVE_BYTES = 64 * 1024;

describe.each(Object.entries(STREAMS))('%s', (_name, make) => {
  it('gives the same books and statuses in place, and changes no byte around it', () => {
    const stream = make({ seed: 7, frames: 120 });
    const plan = planMemory({
      feeds: [stream.decoder],
      books: stream.instruments.map(({ symbol, priceScale, qtyScale }) => ({
        feed: 0,
        names: [symbol, symbol.toLowerCase()].filter((value, index, all) => all.indexOf(value) === index),
        priceScale,
        qtyScale,
        capacity: 2000,
        depth: stream.depth,
        rule: stream.rule,
        checksumPolicy: 0,
        orders: stream.isL3 ? 20_000 : 0,
      })),
      threads: [{ inputBytes: 1 << 20, levelsMax: 5000, copyLevelsMax: 50, eventsMax: 500, receiveBytes: RECEIVE_BYTES }],
      histograms: 0,
    });
    const copied = new Kernel(createSharedBooks(plan), 0);
    const inPlace = new Kernel(createSharedBooks(plan), 0);
    const feed = plan.feeds[0] ?? 0;
    for (const [index, frame] of stream.frames.entries()) {
      if (frame.kind === 'rest') {
        const book = plan.books[stream.instruments.findIndex(({ symbol }) => symbol === frame.symbol)] ?? 0;
        for (const kernel of [copied, inPlace]) kernel.decodeSnapshot(book, frame.bytes);
        continue;
      }
      if (frame.bytes.length * 3 > RECEIVE_BYTES) continue;
      const next = stream.frames[index + 1]?.bytes ?? Buffer.from('{"next":1}');
      const start = (index * 17) % 1000;
      inPlace.receiveArea.fill(0x7b);
      inPlace.receiveArea.set(frame.bytes, start);
      inPlace.receiveArea.set(next.subarray(0, 500), start + frame.bytes.length);
      const before = Buffer.from(inPlace.receiveArea);
      const status = inPlace.decodeFrame(feed, inPlace.receiveArea, start, start + frame.bytes.length);
      expect(status).toBe(copied.decodeFrame(feed, frame.bytes, 0, frame.bytes.length));
      expect(before.equals(inPlace.receiveArea)).toBe(true);
    }
    for (const book of plan.books) expect(readBook(inPlace, book, 50)).toEqual(readBook(copied, book, 50));
  });
});

it('refuses a frame outside the receive area', () => {
  const plan = planMemory({
    feeds: [0],
    books: [],
    threads: [{ inputBytes: 64, levelsMax: 1, copyLevelsMax: 1, eventsMax: 1, receiveBytes: 128 }],
    histograms: 0,
  });
  const kernel = new Kernel(createSharedBooks(plan), 0);
  const { byteOffset } = kernel.receiveArea;
  const feed = plan.feeds[0] ?? 0;
  for (const [from, length] of [
    [byteOffset - 1, 2],
    [byteOffset + 127, 2],
    [byteOffset, 129],
    [0, 10],
    [2 ** 32 - 8, 64],
  ] as const) {
    expect(kernel.exports.decodeInPlace(feed, from, length)).toBe(STATUS_OVERSIZED);
  }
});
