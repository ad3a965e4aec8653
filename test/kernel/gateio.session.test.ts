import { expect, test } from 'vitest';
import {
  BOOK_TICKERS,
  DECODER_GATEIO_FUTURES,
  DECODER_GATEIO_SPOT,
  STATUS_EVENT,
  STATUS_GAP,
  STATUS_MALFORMED,
  STATUS_UNKNOWN,
} from '../../assembly/memory/layout.js';
import { dataFolder, payloadOf, readCapture } from '../property/captured.js';
import { expectSession } from './expect-session.js';
import { TestFeed } from './test-feed.js';

test.runIf(dataFolder !== undefined)('a recorded Gate.io spot session ends with exactly the right books', () => {
  // INK_USDT has quantities of nine decimals and one of ten million: 10^16 units, which a double holds.
  const replay = expectSession(DECODER_GATEIO_SPOT, 'gate-spot.cryptofeed-20210422');
  expect(replay.statuses.has(STATUS_MALFORMED)).toBe(false);
  expect(replay.statuses.has(STATUS_GAP)).toBe(false);
});

test.runIf(dataFolder !== undefined)('a recorded Gate.io futures session ends with exactly the right books and tickers', () => {
  const replay = expectSession(DECODER_GATEIO_FUTURES, 'gate-futures.cryptofeed-20230524');
  expect(replay.statuses.has(STATUS_MALFORMED)).toBe(false);
  expect(replay.statuses.has(STATUS_GAP)).toBe(false);
  expect(replay.statuses.get(STATUS_EVENT)).toBe(61);
  expect(replay.feed.field('DIA_USDT', BOOK_TICKERS)).toBe(2);
});

test.runIf(dataFolder !== undefined)('frames of the retired version 3 are not for the kernel', () => {
  const feed = new TestFeed(DECODER_GATEIO_SPOT, [{ symbol: 'BTC_USDT', priceScale: 8, qtyScale: 8 }]);
  const frames = readCapture('gate-spot.legacy-v3.cryptofeed-20210405').filter((line) => line.dir === 'in' && line.kind === 'ws');
  expect(frames.length).toBeGreaterThan(300);
  expect(new Set(frames.map((line) => feed.frame(payloadOf(line))))).toEqual(new Set([STATUS_UNKNOWN]));
});
