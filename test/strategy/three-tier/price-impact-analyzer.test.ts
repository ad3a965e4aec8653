// Goal: what orders do to thin books, also to those that hold too little, one side, or nothing.
import { beforeEach, expect, test } from 'vitest';
import { BUY, SELL } from '../../../src/kernel/pricing.js';
import { Rig } from '../../../src/sim/lab/rig.js';
import { PriceImpactAnalyzer } from '../../../src/strategy/three-tier/price-impact-analyzer.js';
import type { BookInfo } from '../../../src/strategy/universe.js';

let rig: Rig;
let analyzer: PriceImpactAnalyzer;
let mexc: BookInfo;
let gateio: BookInfo;

beforeEach(() => {
  rig = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]] });
  analyzer = new PriceImpactAnalyzer(rig.views, rig.costs);
  mexc = rig.book('mexc');
  gateio = rig.book('gateio');
  rig.setBook(
    mexc,
    [
      ['0.9900', '4'],
      ['0.9000', '4'],
    ],
    [
      ['1.0000', '6'],
      ['1.0100', '4'],
      ['1.1000', '10'],
    ],
  );
  rig.setBook(gateio, [], [['1.2000', '1']]);
  rig.turn();
});

test('walks the levels that an amount takes', () => {
  const bought = analyzer.calculateExecutionPrice(mexc, BUY, 8);
  expect(bought).toMatchObject({ worstPrice: expect.closeTo(1.01, 12), filled: 8, levelsUsed: 2, isFull: true, confidence: 1 });
  expect(bought.averagePrice).toBeCloseTo((6 + 2 * 1.01) / 8, 12);
  expect(bought.slippageBps).toBeCloseTo(25, 9);
  const sold = analyzer.calculateExecutionPrice(mexc, SELL, 8);
  expect(sold).toMatchObject({ worstPrice: expect.closeTo(0.9, 12), levelsUsed: 2, isFull: true, confidence: 0.5 });
  expect(sold.averagePrice).toBeCloseTo(0.945, 12);
});

test('a book that holds less fills partly, and an empty side not at all', () => {
  const partial = analyzer.calculateExecutionPrice(mexc, BUY, 40);
  expect(partial).toMatchObject({ worstPrice: expect.closeTo(1.1, 12), filled: 20, levelsUsed: 3, isFull: false });
  expect(partial.confidence).toBeCloseTo(0.5 * 0.25, 12);
  expect(analyzer.calculateExecutionPrice(gateio, SELL, 1)).toMatchObject({ filled: 0, isFull: false, confidence: 0 });
  expect(analyzer.calculateExecutionPrice(mexc, BUY, 0)).toMatchObject({ filled: 0, isFull: false, confidence: 0 });
  expect(analyzer.estimateSlippage(mexc, BUY, 40)).toBe(Number.POSITIVE_INFINITY);
});

test('expects the slippage that past fills had on top of the walk', () => {
  expect(analyzer.estimateSlippage(mexc, BUY, 8)).toBeCloseTo(0.0025, 12);
  rig.costs.observe(mexc.book, 100, 101, true);
  expect(analyzer.estimateSlippage(mexc, BUY, 8)).toBeCloseTo(0.0025 + 0.1 * 0.01, 12);
});

test('adds up what is held within an impact, side by side', () => {
  expect(analyzer.calculateOrderbookDepth(mexc, 1.5)).toEqual({
    askBase: 10,
    askQuote: expect.closeTo(10.04, 9),
    bidBase: 4,
    bidQuote: expect.closeTo(3.96, 9),
  });
  expect(analyzer.calculateOrderbookDepth(gateio, 1)).toEqual({
    askBase: 1,
    askQuote: expect.closeTo(1.2, 9),
    bidBase: 0,
    bidQuote: 0,
  });
});
