import { describe, expect, it } from 'vitest';
import { HaltLatch, type HaltRecord, type HaltStore } from '../../src/risk/halt.js';

class MemoryStore implements HaltStore {
  record: HaltRecord | null = null;
  failing = false;
  load(): HaltRecord | null {
    if (this.failing) throw new Error('disk gone');
    return this.record;
  }
  save(record: HaltRecord | null): void {
    if (this.failing) throw new Error('disk full');
    this.record = record;
  }
}

describe('kill-switch drill', () => {
  it('lets everything pass until stopped, then nothing, and a restart stays stopped', () => {
    const store = new MemoryStore();
    const latch = new HaltLatch(store, 0);
    expect([latch.isHalted, latch.allows(true), latch.allows(false)]).toEqual([false, true, true]);
    expect(latch.stop('manual', 'operator', 5)).toBe(true);
    const restarted = new HaltLatch(store, 9);
    for (const each of [latch, restarted]) {
      expect([each.isHalted, each.stopsClosing, each.allows(true), each.allows(false)]).toEqual([true, true, false, false]);
      expect(each.state).toEqual({ level: 'everything', reasons: [{ trigger: 'manual', text: 'operator', epochUs: 5 }] });
    }
    restarted.clear('anna', 12);
    expect([restarted.isHalted, restarted.cleared, store.record]).toEqual([false, { by: 'anna', epochUs: 12 }, null]);
  });

  it('is cleared by nobody without a name', () => {
    const latch = new HaltLatch(new MemoryStore(), 0);
    latch.stop('manual', 'x', 1);
    expect(() => latch.clear('  ', 2)).toThrow('person');
    expect(latch.isHalted).toBe(true);
  });

  it('leaves closing open for losses, and takes the stricter of two stops whatever their order', () => {
    for (const triggers of [['daily-loss', 'manual'] as const, ['manual', 'daily-loss'] as const]) {
      const seen: HaltRecord[] = [];
      const latch = new HaltLatch(new MemoryStore(), 0, (record) => seen.push(record));
      latch.stop(triggers[0], 'first', 1);
      expect([latch.allows(false), latch.allows(true)]).toEqual([false, triggers[0] === 'daily-loss']);
      expect(latch.stop(triggers[1], 'second', 2)).toBe(true);
      expect(latch.stop(triggers[1], 'again', 3)).toBe(false);
      expect([latch.allows(false), latch.allows(true)]).toEqual([false, false]);
      expect(latch.state?.reasons.map(({ text }) => text)).toEqual(['first', 'second']);
      expect(seen).toHaveLength(2);
    }
  });

  it('stops although nothing can be written, and writes as soon as it can', () => {
    const store = new MemoryStore();
    const latch = new HaltLatch(store, 0);
    store.failing = true;
    latch.stop('manual', 'x', 1);
    expect([latch.isHalted, latch.isPersisted]).toEqual([true, false]);
    expect(() => latch.clear('anna', 2)).toThrow('disk full');
    expect(latch.isHalted).toBe(true);
    store.failing = false;
    latch.stop('manual', 'x', 3);
    expect([latch.isPersisted, store.record?.reasons[0]?.epochUs]).toEqual([true, 1]);
  });

  it('starts stopped when its record cannot be read', () => {
    const store = new MemoryStore();
    store.failing = true;
    const latch = new HaltLatch(store, 7);
    expect([latch.isHalted, latch.stopsClosing, latch.state?.reasons[0]?.trigger]).toEqual([true, true, 'unreadable-record']);
  });
});
