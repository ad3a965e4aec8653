// Goal: what the delta strategy knows survives a restart: position, hold, thresholds.
import { describe, expect, test } from 'vitest';
import { deltaMarket, tradeReasons, update } from './delta-market.js';

describe('restart', () => {
  test('an open position goes on with its thresholds, its hold and its funds', () => {
    const first = deltaMarket({}, { assumeFills: true });
    first.strategy.updateParameters(update());
    first.turnAt(100, 101);
    first.turnAt(100, 101);
    const stored: unknown = JSON.parse(JSON.stringify(first.strategy.snapshot()));
    expect(stored).toMatchObject({
      state: 'open',
      spot: { venue: 'mexc', quantity: '1' },
      futures: { venue: 'gateio', quantity: '-10' },
    });

    const { rig, strategy, turnAt } = deltaMarket({}, { assumeFills: true });
    expect(strategy.restore(stored)).toBe(true);
    expect(JSON.parse(JSON.stringify(strategy.snapshot()))).toEqual(stored);
    expect(strategy.state.state).toBe('open');
    expect(turnAt(100, 100.3, 60_000_000)).toEqual([]);
    expect([rig.context.positions.of(0), rig.context.positions.of(1), strategy.state.state]).toEqual([100, -10, 'open']);
    expect(rig.context.budget.committedQuote).toBeGreaterThan(100);
    expect(strategy.getCurrentParameters()).toMatchObject({ entryThresholdPct: 0.6, exitThresholdPct: 0.2 });
    // The hold goes on from the entry, which was decided 1 ms after the clock of both runs began.
    expect(rig.context.nextDueUs()).toBe(1_001_000 + 6 * 3_600_000_000);
    expect(turnAt(100, 100.15)).toHaveLength(1);
    turnAt(100, 100.3);
    expect(tradeReasons(rig)).toEqual(['convergence']);
    expect(strategy.getTradeCounters().netQuote).toBeCloseTo(1 - 0.15 - 0.0002, 9);
  });

  test('half an opening is brought into balance, an exit goes on, and nobody acts on books that are not there', () => {
    const first = deltaMarket({ basePositionSize: 1000 });
    const [intent] = first.turnAt(100, 101);
    if (intent !== undefined)
      first.rig.tell(0, {
        intent: intent.id,
        leg: 0,
        book: 0,
        filledUnits: 500,
        filledQuoteUnits: 5e8,
        feeQuote: 0,
        isFinal: false,
      });
    first.rig.turn();
    const stored = first.strategy.snapshot();
    expect(stored).toMatchObject({ state: 'opening', spot: { quantity: '5' }, futures: { quantity: '0' } });
    const { rig, strategy, turnAt } = deltaMarket({ basePositionSize: 1000 });
    strategy.restore(stored);
    expect(rig.turn()).toEqual([]);
    const intents = turnAt(100, 101);
    expect(intents.map(({ purpose, legs }) => [purpose, legs.map(({ book, targetUnits }) => [book, targetUnits])])).toEqual([
      ['reduce', [[0, 0]]],
    ]);
    for (const reduce of intents) rig.fill(reduce);
    rig.turn();
    expect(strategy.state.state).toBe('flat');

    // The other leg was filled while nobody looked.
    const told = deltaMarket({ basePositionSize: 1000 });
    told.strategy.restore(stored);
    told.rig.tell(0, { intent: 99, leg: 1, book: 1, filledUnits: -50, filledQuoteUnits: 5e7, feeQuote: 0, isFinal: true });
    expect(told.turnAt(100, 101)).toEqual([]);
    expect([told.strategy.state.state, told.strategy.state.futuresPosition]).toEqual(['open', -5]);
  });

  test('a snapshot that does not fit is refused', () => {
    const { strategy } = deltaMarket({ spotVenue: 'mexc' });
    const first = deltaMarket({}, { assumeFills: true });
    first.turnAt(100, 101);
    first.turnAt(100, 101);
    const stored = first.strategy.snapshot();
    expect(() => strategy.restore({ ...stored, state: 'asleep' })).toThrow('delta snapshot state');
    expect(() => strategy.restore({ ...stored, spot: { venue: 'kraken', symbol: 'X', quantity: '1' } })).toThrow(
      'cannot be held here',
    );
    const wide = { ...stored, parameters: { ...stored.parameters, entryThresholdPct: 7 } };
    expect(strategy.restore(wide)).toBe(false);
    expect(strategy.getCurrentParameters().entryThresholdPct).toBe(0.5);
  });
});
