import { expect, test } from 'vitest';
import { SIZE_FEASIBLE } from '../../../assembly/memory/scan-layout.js';
import { Rig } from '../../../src/sim/lab/rig.js';

test('the rig prices the sizes of a pair through both books, after fees', () => {
  const rig = new Rig({
    rows: [
      [
        { venue: 'mexc', takerFeeBps: 5 },
        { venue: 'gateio', takerFeeBps: 20 },
      ],
    ],
  });
  rig.setBook(
    rig.book('mexc'),
    [['0.9900', '100']],
    [
      ['1.0000', '6'],
      ['1.0100', '100'],
    ],
  );
  rig.setBook(
    rig.book('gateio'),
    [
      ['1.0500', '20'],
      ['1.0400', '100'],
    ],
    [['1.0600', '100']],
  );
  rig.turn();
  const { scanner } = rig;
  expect([scanner.buyVenue(0), scanner.sellVenue(0), scanner.sizeCount(0), scanner.bestSize(0)]).toEqual([0, 1, 4, 3]);
  expect([0, 1, 2, 3].map((size) => scanner.sizeBaseUnits(0, size))).toEqual([500, 1000, 2500, 5000]);
  expect([0, 1, 2, 3].map((size) => scanner.sizeStatus(0, size))).toEqual(Array(4).fill(SIZE_FEASIBLE));
  // Ten units: six at 1.00, four at 1.01; sold at 1.05.
  const unit = 1e-4 * 1e-2;
  expect(scanner.sizeCostUnits(0, 1) * unit).toBeCloseTo(10.04 * 1.0005, 12);
  expect(scanner.sizeProceedsUnits(0, 1) * unit).toBeCloseTo(10.5 * 0.998, 12);
  expect([scanner.sizeBuyLevels(0, 1), scanner.sizeSellLevels(0, 3)]).toEqual([2, 2]);
});
