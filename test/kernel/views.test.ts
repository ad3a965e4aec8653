import { expect, test } from 'vitest';
import { STATE_GAP, STATE_SYNCED } from '../../assembly/memory/layout.js';
import { BUY, SELL } from '../../src/kernel/pricing.js';
import { Rig } from '../../src/sim/lab/rig.js';

const rigOf = () => {
  const rig = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]], viewLevels: 3 });
  const { book } = rig.book('mexc');
  return { rig, info: rig.book('mexc'), book, views: rig.views };
};

test('a view is the book as the last scan found it, and stays so until the next', () => {
  const { rig, info, book, views } = rigOf();
  rig.setBook(
    info,
    [
      ['0.9900', '5'],
      ['0.9800', '6'],
    ],
    [
      ['1.0000', '7'],
      ['1.0100', '8'],
      ['1.0200', '9'],
      ['1.0300', '9'],
    ],
  );
  expect(views.isTradable(book, 0)).toBe(false);
  rig.turn();
  const seen = () => [
    views.state(book),
    views.sequence(book),
    views.bidPriceUnits(book),
    views.askQtyUnits(book),
    views.levelCount(book, BUY),
  ];
  expect(seen()).toEqual([STATE_SYNCED, 1, 9900, 700, 3]);
  rig.update(info, [['0.9950', '1']], [['1.0000', '0']]);
  expect(seen()).toEqual([STATE_SYNCED, 1, 9900, 700, 3]);
  rig.turn();
  expect(seen()).toEqual([STATE_SYNCED, 2, 9950, 800, 3]);
  expect([views.isTradable(book, rig.nowUs - 1000), views.isTradable(book, rig.nowUs)]).toEqual([true, false]);
  rig.setState(book, STATE_GAP);
  rig.turn();
  expect(views.isTradable(book, 0)).toBe(false);
});

test('walks take what there is, level by level, and say when it is too little', () => {
  const { rig, info, book, views } = rigOf();
  rig.setBook(
    info,
    [
      ['0.9900', '5'],
      ['0.9800', '6'],
    ],
    [
      ['1.0000', '7'],
      ['1.0100', '8'],
    ],
  );
  rig.turn();
  expect([views.walk(book, BUY, 700), views.walk(book, BUY, 800), views.walk(book, BUY, 1501)]).toEqual([
    7e6,
    7e6 + 100 * 10_100,
    -1,
  ]);
  expect([views.walk(book, SELL, 1100), views.walk(book, SELL, 0)]).toEqual([500 * 9900 + 600 * 9800, 0]);
  expect([
    views.worstPriceUnits(book, BUY, 700),
    views.worstPriceUnits(book, BUY, 701),
    views.worstPriceUnits(book, SELL, 1101),
  ]).toEqual([10_000, 10_100, 0]);
  expect([
    views.depthWithin(book, BUY, 10_000),
    views.depthWithin(book, BUY, 99_999),
    views.depthWithin(book, SELL, 9801),
  ]).toEqual([700, 1500, 500]);
  expect([views.levelPriceUnits(book, SELL, 1), views.levelQtyUnits(book, SELL, 1)]).toEqual([9800, 600]);
});

test('changes that came between two looks are counted as conflated', () => {
  const { rig, info, book, views } = rigOf();
  rig.setBook(info, [['0.9900', '5']], [['1.0000', '7']]);
  rig.turn();
  const before = views.conflated(book);
  for (let update = 0; update < 5; update++) rig.update(info, [['0.9900', `${update + 1}`]], []);
  rig.turn();
  rig.turn();
  expect([views.conflated(book) - before, views.refreshes(book)]).toEqual([4, 2]);
});
