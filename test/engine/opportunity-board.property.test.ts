// Goal: whatever the scan says and in whatever order, the board equals the plainest list there is.
// Method: a few rows, few distinct spreads (ties are common), the model keeps a Map and sorts when asked.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OpportunityBoard, type ScannedRows } from '../../src/engine/opportunity-board.js';

const ROWS = 6;
const MIN_NET = 0.001;

interface Seen {
  readonly row: number;
  readonly buy: number;
  readonly sell: number;
  readonly net: number;
}

const seen = fc.record({
  row: fc.integer({ min: 0, max: ROWS - 1 }),
  buy: fc.integer({ min: -1, max: 1 }),
  sell: fc.integer({ min: 2, max: 3 }),
  net: fc.constantFrom(-0.01, 0.0009, 0.001, 0.002, 0.002, 0.05),
});

function rowsOf({ buy, sell, net }: Seen): ScannedRows {
  return {
    hasPair: () => buy >= 0,
    buyVenue: () => buy,
    sellVenue: () => sell,
    net: () => net,
    gross: () => net + 0.002,
    askPriceUnits: () => 1000,
    bidPriceUnits: () => 1010,
    availableBase: () => 5,
    buySequence: () => 7,
    sellSequence: () => 8,
  };
}

test('the board equals a list that is sorted when read', () => {
  fc.assert(
    fc.property(fc.array(seen, { maxLength: 120 }), (updates) => {
      const board = new OpportunityBoard(ROWS, MIN_NET, 16);
      const open = new Map<number, Seen & { id: number; openedUs: number }>();
      const closed: number[] = [];
      let found = 0;
      updates.forEach((update, nowUs) => {
        const before = open.get(update.row);
        const worth = update.buy >= 0 && update.net >= MIN_NET;
        const same = before !== undefined && before.buy === update.buy && before.sell === update.sell;
        if (before !== undefined && !(worth && same)) {
          closed.push(before.id);
          open.delete(update.row);
        }
        if (worth) {
          const kept = same ? before : { id: ++found, openedUs: nowUs };
          open.set(update.row, { ...update, id: kept.id, openedUs: kept.openedUs });
        }
        expect(board.update(rowsOf(update), update.row, nowUs)).toBe(worth && !same);
      });
      const listed = board.listOpen(ROWS);
      expect(board.found).toBe(found);
      expect(board.open).toBe(open.size);
      expect(listed.map(({ net }) => net)).toEqual([...open.values()].map(({ net }) => net).sort((a, b) => b - a));
      expect(new Map(listed.map(({ row, id, openedUs }) => [row, [id, openedUs]]))).toEqual(
        new Map([...open].map(([row, { id, openedUs }]) => [row, [id, openedUs]])),
      );
      expect(board.best()).toBe(listed[0]?.row ?? -1);
      expect(board.listClosed(16).map(({ id }) => id)).toEqual(closed.reverse().slice(0, 16));
    }),
  );
});
