import { expect, test } from 'vitest';
import type { OrderBookSnapshot } from '../../src/domain/market-data.js';
import { calculateExecutionPrice, estimateMarketImpact } from '../../src/gateway/market-impact.js';

const snapshot: OrderBookSnapshot = {
  symbol: 'AAAUSDT',
  sequence: null,
  bids: [
    ['100', '1'],
    ['99', '2'],
  ],
  asks: [
    ['101', '1'],
    ['102', '3'],
  ],
};

test('a market order walks the book from its best price', () => {
  expect(calculateExecutionPrice(snapshot, 'buy', '2')).toEqual({
    averagePrice: '101.5',
    worstPrice: '102',
    filledQty: '2',
    filledQuote: '203',
    levelsUsed: 2,
    full: true,
  });
  expect(calculateExecutionPrice(snapshot, 'sell', '3')).toMatchObject({ filledQuote: '298', worstPrice: '99', full: true });
  expect(calculateExecutionPrice(snapshot, 'sell', '4')).toMatchObject({ filledQty: '3', full: false });
  expect(() => calculateExecutionPrice(snapshot, 'buy', '-1')).toThrow(/no decimal above 0/);
});

test('impact is measured from the best price; a book that is too thin has none', () => {
  expect(estimateMarketImpact(snapshot, 'sell', '2')).toEqual({ averageBps: '50', worstBps: '100', full: true });
  expect(estimateMarketImpact(snapshot, 'sell', '4')).toEqual({ averageBps: null, worstBps: null, full: false });
  expect(estimateMarketImpact({ ...snapshot, asks: [] }, 'buy', '1')).toEqual({ averageBps: null, worstBps: null, full: false });
});
