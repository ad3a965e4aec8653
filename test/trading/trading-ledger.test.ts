// Goal: the ledger has every fill and every fee once, whoever tells them first and however often, and whose they are; and when the disk
// is full that is said once, and nothing is taken for kept that is not.
// Method: a trading ledger over a writer in memory that can be broken.
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/ledger/entries.js';
import { LedgerError } from '../../src/ledger/errors.js';
import { BrokenLedger } from './broken-ledger.js';
import { aFill, anOrder, FUTURES, LedgerRig, PERPETUAL, SPOT, SYMBOL } from './ledger-rig.js';

describe('a fill', () => {
  it('is booked once, from whichever side it is told first', () => {
    for (const isVenueFirst of [true, false]) {
      const { ledger, writer } = new LedgerRig();
      ledger.departure(null, [anOrder()]);
      const fill = aFill();
      const told = [(): unknown => ledger.venueFill(fill), (): unknown => ledger.fill({ ...anOrder(), fill })];
      for (const tell of isVenueFirst ? told : told.toReversed()) tell();
      expect(writer.entries.filter(({ kind }) => kind === 'fill')).toMatchObject([
        { strategy: 'pairs', clientOrderId: 'c1', tradeId: 't1', quantity: '1', fee: '0.1', base: 'ABC', quote: 'USDT', turn: 7 },
      ]);
      expect(ledger.venueFill(fill)).toBe(false);
      expect(ledger.memory.books.holding('binance', 'spot', 'USDT').toFixed()).toBe('-100.1');
      expect(ledger.memory.books.holding('binance', 'spot', 'ABC').toFixed()).toBe('1');
    }
  });

  it("is the strategy's whose order it is, by either of its ids, and else nobody's", () => {
    const { ledger, writer } = new LedgerRig();
    ledger.departure(null, [anOrder()]);
    ledger.order(anOrder({ state: 'open', venueOrderId: 'v1' }));
    ledger.venueFill(aFill({ clientOrderId: null }));
    ledger.venueFill(aFill({ tradeId: 't2', venueOrderId: 'v9', clientOrderId: null }));
    expect(writer.entries.filter(({ kind }) => kind === 'fill')).toMatchObject([
      { strategy: 'pairs', clientOrderId: 'c1' },
      { strategy: 'unattributed', clientOrderId: 'v9' },
    ]);
  });

  it('gets its fee when that is told, once', () => {
    const rig = new LedgerRig();
    const { ledger } = rig;
    const bare = aFill({ fee: null, feeAsset: null });
    expect(ledger.lacks(bare)).toBe(true);
    ledger.venueFill(bare);
    expect([ledger.lacks(bare), ledger.lacks(aFill())]).toEqual([false, true]);
    for (let times = 0; times < 2; times++) expect(ledger.venueFill(aFill())).toBe(false);
    expect(rig.kinds()).toEqual(['fill', 'fee']);
    expect(ledger.lacks(aFill())).toBe(false);
    expect(ledger.memory.books.holding('binance', 'spot', 'USDT').toFixed()).toBe('-100.1');
  });

  it("is booked by the venue's own name of the instrument, however it was told", () => {
    const { ledger, writer } = new LedgerRig();
    expect(ledger.venueFill(aFill({ symbol: 'abc_usdt' }))).toBe(true);
    expect(writer.entries.at(-1)).toMatchObject({ symbol: SYMBOL });
    expect(ledger.venueFill(aFill())).toBe(false);
    expect([ledger.lacks(aFill({ symbol: 'abc_usdt' })), ledger.lacks(aFill())]).toEqual([false, false]);
  });

  it('of what is not listed is noted, and moves nothing', () => {
    const rig = new LedgerRig();
    const { ledger, writer } = rig;
    expect(ledger.venueFill(aFill({ symbol: 'XYZUSDT' }))).toBe(false);
    expect(rig.kinds()).toEqual(['note']);
    expect(writer.entries.at(-1)).toMatchObject({ topic: 'unlisted-fill', text: expect.stringContaining('XYZUSDT') });
    expect(ledger.memory.books.holding('binance', 'spot', 'USDT').isZero()).toBe(true);
  });
});

describe('a fee', () => {
  it('in a third asset is converted, one in the base asset at the price of the fill', () => {
    const { ledger, writer } = new LedgerRig();
    ledger.venueFill(aFill({ fee: '0.0002', feeAsset: 'BNB' }));
    ledger.venueFill(aFill({ tradeId: 't2', fee: '0.001', feeAsset: 'ABC' }));
    ledger.venueFill(aFill({ tradeId: 't3', fee: '0.1', feeAsset: 'XYZ' }));
    const fills = writer.entries.flatMap((entry) => (entry.kind === 'fill' ? [entry.feeConversion] : []));
    expect(fills).toEqual(['600', '100', null]);
    expect(ledger.memory.heldIn('unattributed', SPOT, SYMBOL).toFixed()).toBe('2.999');
  });

  it('in the base asset is told, also when it comes later, but not on futures and not of nothing', () => {
    const { ledger, baseFees } = new LedgerRig();
    ledger.departure(null, [anOrder()]);
    ledger.venueFill(aFill({ fee: '0.001', feeAsset: 'ABC' }));
    ledger.venueFill(aFill({ tradeId: 't2', fee: null, feeAsset: null }));
    ledger.venueFill(aFill({ tradeId: 't2', fee: '0.002', feeAsset: 'ABC' }));
    ledger.venueFill(aFill({ tradeId: 't3', fee: '0', feeAsset: 'ABC' }));
    ledger.venueFill(aFill({ ...FUTURES, symbol: PERPETUAL, fee: '0.001', feeAsset: 'ABC' }));
    expect(baseFees).toEqual([
      ['pairs', SYMBOL, '0.001'],
      ['pairs', SYMBOL, '0.002'],
    ]);
    expect(ledger.memory.heldIn('pairs', SPOT, SYMBOL).toFixed()).toBe('2.997');
  });
});

describe('an order', () => {
  it('goes through sending, acknowledged, and changes', () => {
    const { ledger, writer } = new LedgerRig();
    ledger.departure(null, [anOrder()]);
    for (const state of ['acknowledged', 'open', 'canceled'] as const) ledger.order(anOrder({ state, venueOrderId: 'v1' }));
    expect(writer.entries.slice(1)).toMatchObject([
      { step: 'sending', state: 'pending', intent: 'run/3' },
      { step: 'acknowledged', state: 'pending', venueOrderId: 'v1' },
      { step: 'changed', state: 'open' },
      { step: 'changed', state: 'canceled' },
    ]);
  });

  it('departs together with its intent and the other orders of it, or none of them does', () => {
    const { ledger, writer, broken } = new LedgerRig();
    const intent = {
      ...{ intent: 3, strategy: 'pairs', purpose: 'open', symbol: 'ABC/USDT', expectedNet: '0.1' },
      legs: [{ ...SPOT, symbol: SYMBOL, side: 'buy', quantity: '1', limitPrice: '100', reduceOnly: false } as const],
    };
    ledger.departure(intent, [anOrder(), anOrder({ clientOrderId: 'c2', leg: 1 })]);
    expect(writer.entries.slice(1)).toMatchObject([
      { kind: 'intent', intent: 'run/3', expectedAsset: 'USDT', legs: intent.legs },
      { kind: 'order', step: 'sending', clientOrderId: 'c1', intent: 'run/3' },
      { kind: 'order', step: 'sending', clientOrderId: 'c2', intent: 'run/3' },
    ]);
    expect(ledger.memory.unsettled().map(({ clientOrderId }) => clientOrderId)).toEqual(['c1', 'c2']);
    writer.isBroken = true;
    expect(() => ledger.departure(intent, [anOrder({ clientOrderId: 'c3' })])).toThrow(LedgerError);
    expect([broken.length, ledger.memory.unsettled().length]).toEqual([1, 2]);
  });

  it('that was refused at the door was never acknowledged', () => {
    const { ledger, writer } = new LedgerRig();
    ledger.departure(null, [anOrder()]);
    ledger.order(anOrder({ state: 'rejected', reason: 'no funds' }));
    expect(writer.entries.at(-1)).toMatchObject({ step: 'changed', state: 'rejected', reason: 'no funds' });
  });
});

describe('a writer that fails', () => {
  it('is told once, and nothing counts that it did not keep', () => {
    const { ledger, writer, broken, bookings } = new LedgerRig();
    writer.isBroken = true;
    expect(() => ledger.departure(null, [anOrder()])).toThrow(LedgerError);
    expect(() => ledger.venueFill(aFill())).toThrow(LedgerError);
    expect(broken).toEqual(['the disk is full']);
    expect(ledger.isHealthy).toBe(false);
    expect(bookings).toEqual([]);
    expect(ledger.lacks(aFill())).toBe(true);
    expect(ledger.memory.unsettled()).toEqual([]);
    expect(ledger.entries).toBe(1);
  });

  it('is given nothing more, though it would work again: what comes later says that all before it is known', () => {
    const { ledger, writer, broken } = new LedgerRig();
    writer.isBroken = true;
    expect(() => ledger.venueFill(aFill())).toThrow(LedgerError);
    writer.isBroken = false;
    expect(() => ledger.note('later', {})).toThrow(LedgerError);
    expect(() => ledger.venueFill(aFill())).toThrow(LedgerError);
    expect([ledger.isHealthy, broken.length, ledger.entries]).toEqual([false, 1, 1]);
  });
});

describe('what an account begins with', () => {
  /** Full after the first transfer; what is written together is kept together or not at all, as in the journal. */
  class FullSoon extends BrokenLedger {
    override append(entry: LedgerEntry): number {
      const sequence = super.append(entry);
      this.isBroken ||= entry.kind === 'transfer';
      return sequence;
    }
    override appendAll(entries: readonly LedgerEntry[]): number {
      const { length } = this.entries;
      try {
        return super.appendAll(entries);
      } catch (error) {
        this.entries.length = length;
        throw error;
      }
    }
  }
  const OPENING = { ...SPOT, positions: [], balances: ['USDT', 'ABC'].map((asset) => ({ asset, total: '1000' })) };

  it('is kept whole or not at all: a start after a death in the middle of it does not count anything twice', () => {
    const dying = new FullSoon();
    expect(() => new LedgerRig(dying).ledger.opening(OPENING, 0)).toThrow(LedgerError);
    const again = new BrokenLedger();
    again.entries.push(...dying.entries);
    const { ledger } = new LedgerRig(again);
    expect(ledger.memory.snapshotOf(SPOT)).toBeNull();
    ledger.opening(OPENING, 0);
    expect(ledger.memory.snapshotOf(SPOT)?.account.balances).toEqual(OPENING.balances);
  });
});
