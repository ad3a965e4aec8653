// Goal: what is known of orders, fills and holdings is the same whether the entries of a ledger are read again or seen as they are
// written, and is what the next start needs: what has not ended, what is held, and which fills are in that already.
// Method: entries by hand, and a random life of orders through a trading ledger that is then read again.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Checkpoint } from '../../src/ledger/checkpoints.js';
import { decodeEntry, encodeEntry, type JournalEntry, type LedgerEntry } from '../../src/ledger/entries.js';
import { LedgerMemory } from '../../src/trading/ledger-memory.js';
import { at, fee, fill, note, order, START_US, transfer } from '../ledger/samples.js';
import { aFill, anOrder, LedgerRig, PERPETUAL, SPOT, SYMBOL } from './ledger-rig.js';

const BTC = 'BTCUSDT';

function memoryOf(...entries: readonly LedgerEntry[]): LedgerMemory {
  return readAgain(entries.map((entry, place) => decodeEntry(place + 1, encodeEntry(entry))));
}

function readAgain(entries: Iterable<JournalEntry>): LedgerMemory {
  const memory = new LedgerMemory({ USDT: 1 });
  for (const entry of entries) memory.see(entry);
  return memory;
}

const OPENED = { ...note('{}'), ...SPOT, topic: 'opening' };

describe('an order', () => {
  it('is unsettled until it has ended and its fills are told', () => {
    const life: LedgerEntry[] = [order()];
    const unsettled = (): number => memoryOf(...life).unsettled().length;
    expect(unsettled()).toBe(1);
    life.push(order({ step: 'acknowledged', venueOrderId: 'v1' }));
    expect(unsettled()).toBe(1);
    life.push(order({ step: 'changed', state: 'filled', filledQuantity: '1' }));
    expect(unsettled()).toBe(1);
    life.push(fill({ quantity: '0.4' }));
    expect(unsettled()).toBe(1);
    life.push(fill({ quantity: '0.6', tradeId: 't2' }));
    expect(unsettled()).toBe(0);
  });

  it('is found by either of its ids, at its own account only', () => {
    const memory = memoryOf(order(), order({ step: 'acknowledged', venueOrderId: 'v1' }));
    expect(memory.order(SPOT, 'c1', null)?.strategy).toBe('pairs');
    expect(memory.order(SPOT, null, 'v1')).toBe(memory.order(SPOT, 'c1', null));
    expect(memory.order(SPOT, 'other', 'v1')?.clientOrderId).toBe('c1');
    expect(memory.order({ ...SPOT, market: 'futures' }, 'c1', 'v1')).toBeUndefined();
  });

  it('goes into the next start with what its fills come to', () => {
    const memory = memoryOf(
      OPENED,
      order(),
      fill({ quantity: '0.4', price: '100' }),
      fill({ quantity: '0.1', price: '101', tradeId: 't2' }),
    );
    expect(memory.snapshotOf(SPOT)).toMatchObject({
      openOrders: [{ symbol: BTC, clientOrderId: 'c1', side: 'buy', filledQty: '0.5', filledQuote: '50.1' }],
      fills: [
        { tradeId: 't1', quantity: '0.4' },
        { tradeId: 't2', quantity: '0.1' },
      ],
      sinceMs: START_US / 1000,
    });
  });

  it('that settled long ago is forgotten when there are too many, one that did not is not', () => {
    const ended = Array.from({ length: 17_000 }, (_, index) =>
      order({ clientOrderId: `e${index}`, state: 'canceled', step: 'changed' }),
    );
    const memory = memoryOf(order(), ...ended);
    expect(memory.order(SPOT, 'c1', null)).toBeDefined();
    expect(memory.order(SPOT, 'e0', null)).toBeUndefined();
    expect(memory.order(SPOT, 'e16999', null)).toBeDefined();
  });
});

describe('a snapshot', () => {
  it("is there from the note on that an account's beginning is complete", () => {
    expect(memoryOf(transfer()).snapshotOf(SPOT)).toBeNull();
    expect(memoryOf(transfer(), OPENED).snapshotOf({ ...SPOT, venue: 'kraken' })).toBeNull();
    expect(memoryOf(transfer(), OPENED).snapshotOf(SPOT)?.account.balances).toEqual([{ asset: 'USDT', total: '1000' }]);
  });

  it('says since when a fee is not told', () => {
    const timeMs = START_US / 1000;
    const fills = [fill({ venueTimeMs: timeMs + 5 }), fill({ tradeId: 't2', venueTimeMs: timeMs - 5 })];
    const unpaidMs = (...fees: readonly LedgerEntry[]) => memoryOf(OPENED, order(), ...fills, ...fees).snapshotOf(SPOT)?.unpaidMs;
    expect(unpaidMs()).toBe(timeMs - 5);
    expect(unpaidMs(fee({ tradeId: 't2' }))).toBe(timeMs + 5);
    expect(unpaidMs(fee({ tradeId: 't2' }), fee({ tradeId: 't1' }))).toBeUndefined();
  });

  it('knows until when everything is told: not until a start, which has asked for nothing yet, but until it is over', () => {
    const hour = 3_600_000_000;
    const ready = { ...note('{}'), topic: 'ready' };
    const entries: LedgerEntry[] = [OPENED, { ...ready, ...at(1_000_000) }, order(at(60_000_000))];
    const times = () => {
      const { openedMs, sinceMs } = memoryOf(...entries).snapshotOf(SPOT) ?? {};
      return { openedMs, sinceMs };
    };
    const openedMs = START_US / 1000;
    expect(times()).toEqual({ openedMs, sinceMs: openedMs + 60_000 });
    entries.push({ kind: 'start', ...at(hour), mode: 'paper', version: 'test' });
    expect(times()).toEqual({ openedMs, sinceMs: openedMs + 60_000 });
    // Fills that this start has found, before it gives up, are not all that there may be.
    entries.push(fill(at(hour + 1_000_000)));
    expect(times()).toEqual({ openedMs, sinceMs: openedMs + 60_000 });
    entries.push({ ...ready, ...at(hour + 2_000_000) });
    expect(times()).toEqual({ openedMs, sinceMs: openedMs + 3_602_000 });
  });

  it("knows it by the venues' clocks, whatever became of ours", () => {
    const hour = 3_600_000_000;
    const venueMs = 5_000_000;
    const ready = { ...note(JSON.stringify({ venueMs: { 'binance spot': venueMs } }), 1_000_000), topic: 'ready' };
    const opened = { ...OPENED, text: JSON.stringify({ venueMs: venueMs - 1_000 }) };
    // The time of day jumps ahead by an hour; the monotonic clock does not.
    const later = { ...at(hour + 61_000_000), monotonicUs: 61_000_000 };
    const entries: LedgerEntry[] = [opened, ready, order(later)];
    const since = () => memoryOf(...entries).snapshotOf(SPOT)?.sinceMs;
    expect(memoryOf(...entries).snapshotOf(SPOT)?.openedMs).toBe(venueMs - 1_000);
    expect(since()).toBe(venueMs + 60_000);
    // The next run did not get to the end of its start.
    entries.push({ kind: 'start', ...at(2 * hour), monotonicUs: 0, mode: 'paper', version: 'test' }, note('', 3 * hour));
    expect(since()).toBe(venueMs + 60_000);
  });

  it('asks for what was not settled or touched shortly before the end, by the clock of the run, until a start is over', () => {
    const ready = { ...note('{}'), topic: 'ready' };
    const start = { kind: 'start', ...at(0), mode: 'paper', version: 'test' } as const;
    const settled = (symbol: string, monotonicUs: number): LedgerEntry[] => [
      order({ symbol, clientOrderId: symbol, monotonicUs }),
      order({ symbol, clientOrderId: symbol, monotonicUs, step: 'changed', state: 'filled', filledQuantity: '1' }),
      fill({ symbol, clientOrderId: symbol, tradeId: symbol, monotonicUs, fee: '0', feeAsset: 'USDT' }),
    ];
    const unpaid = fill({ symbol: 'FEE', clientOrderId: 'OLD', tradeId: 'f' });
    const entries: LedgerEntry[] = [
      ...[OPENED, start, ready, ...settled('OLD', 1e6), order({ symbol: 'OPEN', clientOrderId: 'OPEN' }), unpaid],
      ...[...settled('LATE', 300e6), { ...note('', 0), monotonicUs: 303e6 }],
    ];
    const asked = () => [...(memoryOf(...entries).symbolsOf(SPOT) ?? [])].sort();
    expect(asked()).toEqual(['FEE', 'LATE', 'OPEN']);
    entries.push(start, { ...note('', 0), monotonicUs: 900e6 }, start);
    expect(asked()).toEqual(['FEE', 'LATE', 'OPEN']);
    entries.push(ready);
    expect(asked()).toEqual(['FEE', 'OPEN']);
  });

  it('knows of which fills the fee is still to come', () => {
    const fills = [
      fill(),
      fill({ tradeId: 't2', fee: '0.1', feeAsset: 'USDT' }),
      fill({ tradeId: 't3' }),
      fee({ tradeId: 't3' }),
    ];
    expect(
      memoryOf(OPENED, ...fills)
        .snapshotOf(SPOT)
        ?.fills.map(({ isFeeKnown }) => isFeeKnown),
    ).toEqual([false, true, true]);
  });

  it('has the contracts of an account with what they cost', () => {
    const futures = { venue: 'gateio', market: 'futures' } as const;
    const short = fill({ ...futures, symbol: 'P', side: 'sell', quantity: '30', price: '100', contractSize: '0.1' });
    const cover = { ...short, side: 'buy', quantity: '10', price: '90', tradeId: 't2' } as const;
    const memory = memoryOf({ ...OPENED, ...futures }, short, cover);
    expect(memory.snapshotOf(futures)?.account.positions).toEqual([{ symbol: 'P', signedSize: '-20', openCost: '-200' }]);
    expect(memory.heldIn('pairs', futures, 'P').toFixed()).toBe('-20');
    expect(memory.symbolsOf(futures)).toEqual(['P']);
    expect(memory.symbolsOf(SPOT)).toEqual([]);
  });
});

describe('what is held', () => {
  it('is less by fees in the bought asset, whether told with the fill or later, and not by others', () => {
    const memory = memoryOf(
      fill({ quantity: '2', fee: '0.002', feeAsset: 'BTC' }),
      fill({ quantity: '1', tradeId: 't2' }),
      fee({ tradeId: 't2', asset: 'BTC', amount: '0.001' }),
      fill({ quantity: '1', side: 'sell', tradeId: 't3', fee: '0.1', feeAsset: 'USDT' }),
      fill({ quantity: '5', strategy: 'other', tradeId: 't4' }),
    );
    expect(memory.heldIn('pairs', SPOT, BTC).toFixed()).toBe('1.997');
    expect(memory.heldIn('other', SPOT, BTC).toFixed()).toBe('5');
  });

  it('counts a fill once that the ledger has twice', () => {
    const memory = memoryOf(fill(), fill());
    expect(memory.heldIn('pairs', SPOT, BTC).toFixed()).toBe('1');
  });

  it('knows of which fills the fee is not told', () => {
    const memory = memoryOf(
      fill(),
      fill({ tradeId: 't2', fee: '0', feeAsset: 'USDT' }),
      fill({ tradeId: 't3' }),
      fee({ tradeId: 't3' }),
    );
    const known = (tradeId: string): boolean | undefined => memory.feeKnown({ ...SPOT, symbol: BTC, tradeId });
    expect(['t1', 't2', 't3', 't4'].map(known)).toEqual([false, true, true, undefined]);
  });
});

describe('a ledger that is read again', () => {
  const step = fc.record({
    order: fc.integer({ min: 0, max: 4 }),
    what: fc.constantFrom(
      'order',
      'acknowledged',
      'open',
      'filled',
      'canceled',
      'fill',
      'bare-fill',
      'venue-fill',
      'contract',
      'funding',
    ),
    side: fc.constantFrom('buy', 'sell'),
    hundredths: fc.integer({ min: 1, max: 300 }),
    trade: fc.integer({ min: 0, max: 6 }),
    feeAsset: fc.constantFrom('USDT', 'ABC', 'BNB'),
  });

  it('comes to the same as it did while it was written', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), fc.nat(40), (steps, checkpointAt) => {
        const { ledger, writer } = new LedgerRig();
        const kept: Checkpoint[] = [];
        ledger.opening({ ...SPOT, balances: [{ asset: 'USDT', total: '1000' }], positions: [] }, 0);
        for (const [place, { order: number, what, side, hundredths, trade, feeAsset }] of steps.entries()) {
          if (place === checkpointAt) kept.push({ sequence: writer.lastSequence, state: ledger.memory.state() });
          const clientOrderId = `c${number}`;
          const quantity = (hundredths / 100).toFixed(2);
          const venueOrderId = `v${number}`;
          const told = aFill({ clientOrderId, venueOrderId, tradeId: `t${trade}`, side, quantity, fee: '0.01', feeAsset });
          if (what === 'order') ledger.departure(null, [anOrder({ clientOrderId, side, quantity })]);
          else if (what === 'fill') ledger.fill({ ...anOrder({ clientOrderId }), fill: told });
          else if (what === 'bare-fill') ledger.venueFill({ ...told, clientOrderId: null, fee: null, feeAsset: null });
          else if (what === 'venue-fill') ledger.venueFill({ ...told, clientOrderId: null });
          else if (what === 'funding')
            ledger.funding({ venue: 'gateio', market: 'futures' }, [
              { symbol: PERPETUAL, strategy: 'pairs', amount: quantity, rate: '0.01', markPrice: '100', dueMs: trade * 3.6e6 },
            ]);
          else if (what === 'contract')
            ledger.venueFill({ ...told, venue: 'gateio', market: 'futures', symbol: PERPETUAL, quantity: String(hundredths) });
          else
            ledger.order(
              anOrder({ clientOrderId, side, quantity, state: what, venueOrderId, filled: what === 'filled' ? quantity : '0' }),
            );
        }
        const again = readAgain(writer.read());
        const { memory } = ledger;
        for (const account of [SPOT, { venue: 'gateio', market: 'futures' } as const]) {
          expect(again.snapshotOf(account)).toEqual(memory.snapshotOf(account));
          expect(again.symbolsOf(account)).toEqual(memory.symbolsOf(account));
          for (const strategy of ['pairs', 'unattributed'])
            for (const symbol of [SYMBOL, PERPETUAL])
              expect(again.heldIn(strategy, account, symbol)).toEqual(memory.heldIn(strategy, account, symbol));
        }
        expect(again.unsettled()).toEqual(memory.unsettled());
        expect(again.profit.record()).toEqual(memory.profit.record());
        expect(Buffer.compare(again.state(), memory.state())).toBe(0);
        const goneOn = new LedgerMemory({ USDT: 1 });
        goneOn.readAll({ read: (from) => writer.read(from), checkpoints: { newest: () => kept, keep: () => false } });
        expect(Buffer.compare(goneOn.state(), memory.state())).toBe(0);
        expect(goneOn.unsettled()).toEqual(memory.unsettled());
        expect(goneOn.snapshotOf(SPOT)).toEqual(memory.snapshotOf(SPOT));
        // Whoever holds it: all of it together is what the account has of it.
        const held = ['pairs', 'unattributed'].map((strategy) => memory.heldIn(strategy, SPOT, SYMBOL));
        expect(held[0]?.plus(held[1] ?? 0).toFixed()).toBe(memory.books.holding('binance', 'spot', 'ABC').toFixed());
      }),
      { numRuns: 200 },
    );
  });
});
