import { expect, test } from 'vitest';
import {
  BOOK_TRADE_BUY_QTY,
  BOOK_TRADE_SELL_QTY,
  BOOK_TRADES,
  DECODER_COINBASE_ADVANCED,
  DECODER_COINBASE_EXCHANGE,
  STATUS_GAP,
  STATUS_MALFORMED,
  STATUS_UNKNOWN,
} from '../../assembly/memory/layout.js';
import { dataFolder } from '../property/captured.js';
import { expectSession } from './expect-session.js';

test.runIf(dataFolder !== undefined)('a recorded Coinbase Exchange session ends with exactly the right books', () => {
  const replay = expectSession(DECODER_COINBASE_EXCHANGE, 'coinbase-exchange.cryptofeed-20210417');
  expect(replay.statuses.has(STATUS_MALFORMED)).toBe(false);
  // 3 subscriptions and 7 times last_match
  expect(replay.statuses.get(STATUS_UNKNOWN)).toBe(10);
  // Nine trades are in the file, one of them repeated by last_match.
  expect(replay.feed.field('BAND-BTC', BOOK_TRADES)).toBe(8);
});

test.runIf(dataFolder !== undefined)('a recorded Coinbase Advanced session ends with exactly the right books and trades', () => {
  const replay = expectSession(DECODER_COINBASE_ADVANCED, 'coinbase-advanced.cryptofeed-20260809');
  expect(replay.statuses.has(STATUS_MALFORMED)).toBe(false);
  expect(replay.statuses.has(STATUS_GAP)).toBe(false);
  expect(replay.feed.field('BTC-USD', BOOK_TRADES)).toBe(47);
  const qtyUnits = replay.feed.field('BTC-USD', BOOK_TRADE_BUY_QTY) + replay.feed.field('BTC-USD', BOOK_TRADE_SELL_QTY);
  expect(qtyUnits).toBe(11_796_746); // 0.11796746
});
