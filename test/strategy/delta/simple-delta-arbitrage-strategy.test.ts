// Goal: every rule of the delta strategy, on books and with the turns of the engine.
import { describe, expect, test } from 'vitest';
import { STATE_SYNCED } from '../../../assembly/memory/layout.js';
import { simpleDeltaDefinition } from '../../../src/strategy/delta/definition.js';
import { deltaMarket, tradeReasons, update } from './delta-market.js';

const HOUR_US = 3_600_000_000;

describe('entry', () => {
  test('buys spot and sells the perpetual at the threshold, on the grid of both, and not below it', () => {
    const { rig, strategy, turnAt } = deltaMarket({ basePositionSize: 1000 });
    expect(turnAt(100, 100.4999)).toEqual([]);
    expect(rig.decisions).toEqual([]);
    const [intent] = turnAt(100, 100.5);
    // 1000 USDT at 100 are 10 base units: 1000 spot units of 0.01, 100 contracts of 0.1.
    expect(intent).toMatchObject({
      purpose: 'open',
      expectedNet: expect.closeTo(10 * 0.4, 9),
      expectedNetFraction: expect.closeTo(0.004, 12),
    });
    expect(intent?.legs.map(({ targetUnits, limitPriceUnits }) => [targetUnits, limitPriceUnits])).toEqual([
      [1000, 1_000_000],
      [-100, 1_005_000],
    ]);
    expect(rig.decisions.map(({ stage, verdict, figures }) => [stage, verdict, figures.slice(0, 7)])).toEqual([
      [0, 0, [100, 100.5, 0.5, 0.5, 0.1, 1, 10]],
    ]);
    expect(strategy.state.state).toBe('opening');
    expect(turnAt(100, 100.6)).toEqual([]);
  });

  test('reserves what both legs need and commits it, and gives it back when nothing is filled', () => {
    const { rig, strategy, turnAt } = deltaMarket({ basePositionSize: 1000, leverage: 2 });
    const [spot, futures] = [rig.book('mexc').quoteAccount, rig.book('gateio', 'futures').quoteAccount];
    const [intent] = turnAt(100, 101);
    const reserved = [spot, futures].map((account) => (rig.capital.balance(account) - rig.capital.available(account)) / 1e8);
    expect(reserved).toEqual([1000, 505]);
    expect(rig.context.budget.committedQuote).toBeCloseTo(1505, 9);
    if (intent !== undefined) rig.fill(intent, 0);
    rig.turn();
    expect(strategy.state.state).toBe('flat');
    expect([spot, futures].map((account) => rig.capital.balance(account) - rig.capital.available(account))).toEqual([0, 0]);
    expect(rig.context.budget.committedQuote).toBe(0);
    expect(tradeReasons(rig)).toEqual([]);
  });

  test('is refused where four fees and the expected slippage eat the spread', () => {
    const rows = (takerFeeBps: number) => [
      [{ venue: 'mexc' as const, takerFeeBps, qtyDecimals: 2 }],
      [{ venue: 'gateio' as const, market: 'futures' as const, takerFeeBps, qtyDecimals: 0, contractSize: '0.1' }],
    ];
    // 0.5 % in, 0.1 % out: 40 bps for four fees of 10 are not enough, of 9 they are.
    const dear = deltaMarket({}, { rows: rows(10) });
    expect(dear.turnAt(100, 100.5)).toEqual([]);
    expect(dear.rig.decisions.map(({ verdict }) => verdict)).toEqual([1]);
    expect(deltaMarket({}, { rows: rows(9) }).turnAt(100, 100.5)).toHaveLength(1);
    expect(deltaMarket({}, { rows: rows(9), costs: { slippagePrior: 0.0002 } }).turnAt(100, 100.5)).toEqual([]);
  });

  test('takes no more than the books, the accounts and the budget hold, and says what was missing', () => {
    const units = ({ turnAt }: ReturnType<typeof deltaMarket>) => turnAt(100, 100.5)[0]?.legs[0]?.targetUnits;
    expect(units(deltaMarket({ basePositionSize: 1000 }, { balance: 500 }))).toBe(500);
    expect(units(deltaMarket({ basePositionSize: 1000, leverage: 1 }, { budgetQuote: 401 }))).toBe(200);
    const thin = deltaMarket({ basePositionSize: 1000 });
    thin.quote(100, 100.5, '3');
    // Three contracts are 0.3 base units.
    expect(thin.rig.turn()[0]?.legs.map(({ targetUnits }) => targetUnits)).toEqual([30, -3]);
    const poor = deltaMarket({}, { balance: 1 });
    poor.turnAt(100, 100.5);
    const small = deltaMarket({ basePositionSize: 4 });
    small.turnAt(100, 100.5);
    expect([poor, small].map(({ rig }) => rig.decisions.map(({ verdict }) => verdict))).toEqual([[4], [2]]);
  });

  test('takes the pair with the greatest spread, or the one that was asked for', () => {
    const rows = [
      [
        { venue: 'mexc' as const, takerFeeBps: 0 },
        { venue: 'binance' as const, takerFeeBps: 0 },
      ],
      [
        { venue: 'gateio' as const, market: 'futures' as const, takerFeeBps: 0 },
        { venue: 'binance' as const, market: 'futures' as const, takerFeeBps: 0 },
      ],
    ];
    const books = (config: object) => {
      const market = deltaMarket(config, { rows });
      const { rig, turnAt } = market;
      rig.setBook(rig.book('binance'), [['99.7', '99']], [['99.8', '99']]);
      rig.setBook(rig.book('binance', 'futures'), [['100.9', '99']], [['101', '99']]);
      return turnAt(100, 100.6)[0]?.legs.map(({ book }) => book);
    };
    expect(books({})).toEqual([1, 3]);
    expect(books({ spotVenue: 'mexc' })).toEqual([0, 3]);
    expect(books({ futuresVenue: 'gateio' })).toEqual([1, 2]);
    expect(() => books({ spotVenue: 'kraken' })).toThrow('ABC/USDT has no spot book with a perpetual');
  });

  test('needs both books to be synchronised and fresh', () => {
    const { rig, quote, turnAt } = deltaMarket({}, { maxQuoteAgeUs: 1_000_000 });
    quote(100, 101);
    rig.setState(rig.book('mexc').book, STATE_SYNCED + 1);
    expect(rig.turn()).toEqual([]);
    quote(100, 101);
    expect(rig.turn(1_000_001)).toEqual([]);
    expect(turnAt(100, 101)).toHaveLength(1);
  });
});

describe('exit', () => {
  /** In position: 1 base unit, entered at 101 against 100. */
  const entered = (config: object = {}) => {
    const market = deltaMarket(config, { assumeFills: true });
    market.turnAt(100, 101);
    market.turnAt(100, 101);
    expect(market.strategy.state.state).toBe('open');
    return market;
  };

  test('closes both legs at the exit threshold, reduce-only, and tells what the trade left', () => {
    const { rig, strategy, turnAt } = entered();
    expect([strategy.state.spotPosition, strategy.state.futuresPosition]).toEqual([1, -1]);
    expect(turnAt(100, 100.0999)).toEqual([]);
    const [intent] = turnAt(100, 100.0997);
    expect(intent?.purpose).toBe('close');
    expect(intent?.legs.map(({ targetUnits, reduceOnly }) => [targetUnits, reduceOnly])).toEqual([
      [0, true],
      [0, true],
    ]);
    expect(turnAt(100, 100.3)).toEqual([]);
    expect(strategy.state.state).toBe('flat');
    expect(rig.events.filter(({ kind }) => kind === 'trade').map(({ facts }) => facts)).toEqual([
      {
        symbol: 'ABC/USDT',
        spotVenue: 'mexc',
        futuresVenue: 'gateio',
        entryTimestamp: expect.any(Number),
        exitTimestamp: expect.any(Number),
        entrySpreadPct: 1,
        exitSpreadPct: expect.closeTo(0.0999, 9),
        reason: 'convergence',
        netQuote: expect.closeTo(0.9001, 9),
        feesQuote: 0,
      },
    ]);
    expect(strategy.getTradeCounters()).toMatchObject({ trades: 1, wins: 1, hitRate: 1, maxHoldExits: 0 });
    expect(rig.context.budget.committedQuote).toBe(0);
  });

  test('closes after the longest hold without a message from the market, and never holds longer than six hours', () => {
    const { rig, turnAt } = entered();
    // The entry was decided one turn ago.
    expect(rig.context.nextDueUs()).toBe(rig.nowUs - 1000 + 6 * HOUR_US);
    rig.turn(6 * HOUR_US - 2000);
    expect(rig.intents).toHaveLength(1);
    expect(rig.turn(1000).map(({ purpose }) => purpose)).toEqual(['close']);
    turnAt(100, 100.3);
    expect(tradeReasons(rig)).toEqual(['max-hold']);
    expect(
      simpleDeltaDefinition.config.safeParse({ symbol: { base: 'A', quote: 'B' }, maxPositionHoldMinutes: 361 }).success,
    ).toBe(false);
  });

  test('looks at the threshold before the hold, and closes when the futures price runs away', () => {
    const both = entered({ maxPositionHoldMinutes: 1 });
    both.turnAt(100, 100, 60_000_000);
    both.rig.turn();
    expect(tradeReasons(both.rig)).toEqual(['convergence']);
    const away = entered({ maxAdverseMove: 0.1 });
    expect(away.turnAt(110, 111)).toEqual([]);
    expect(away.turnAt(110.5, 111.2)).toHaveLength(1);
    away.rig.turn();
    expect(tradeReasons(away.rig)).toEqual(['safety']);
  });

  test('waits for books it can trade on when the hold is over', () => {
    const { rig, turnAt } = entered({ maxPositionHoldMinutes: 1 });
    rig.setState(rig.book('mexc').book, STATE_SYNCED + 1);
    expect(rig.turn(60_000_000)).toEqual([]);
    expect(rig.turn(250_000)).toEqual([]);
    expect(turnAt(100, 101)).toHaveLength(1);
  });

  test('one action a turn: after an exit the next entry is in the next turn', () => {
    const { rig, turnAt } = entered();
    expect(turnAt(100, 100).map(({ purpose }) => purpose)).toEqual(['close']);
    expect(turnAt(100, 101).map(({ purpose }) => purpose)).toEqual(['open']);
    expect(rig.context.positions.of(0)).toBe(0);
  });
});

describe('legs', () => {
  const opening = (share: readonly number[]) => {
    const market = deltaMarket({ basePositionSize: 1000 });
    const [intent] = market.turnAt(100, 101);
    if (intent === undefined) throw new Error('nothing was opened');
    market.rig.fill(intent, share);
    return { ...market, intents: market.rig.turn() };
  };

  test('equal parts of both are a smaller position', () => {
    const { rig, strategy, intents } = opening([0.4, 0.4]);
    expect([strategy.state.state, intents]).toEqual(['open', []]);
    expect([rig.context.positions.of(0), rig.context.positions.of(1)]).toEqual([400, -40]);
    expect(rig.context.budget.committedQuote).toBeLessThan(1000 * 1.4);
  });

  test('what is too much on one side is given back, reduce-only, down to what is hedged', () => {
    const { rig, strategy, intents } = opening([1, 0.4]);
    expect(
      intents.map(({ purpose, legs }) => [
        purpose,
        legs.map(({ book, targetUnits, reduceOnly }) => [book, targetUnits, reduceOnly]),
      ]),
    ).toEqual([['reduce', [[0, 400, true]]]]);
    expect(strategy.state.state).toBe('opening');
    for (const intent of intents) rig.fill(intent);
    rig.turn();
    expect(strategy.state.state).toBe('open');
  });

  test('a single leg is unwound, again and again until it is gone, and told as a trade that was not hedged', () => {
    const { rig, strategy, intents, turnAt } = opening([0, 1]);
    expect(intents.map(({ legs }) => legs.map(({ book, targetUnits }) => [book, targetUnits]))).toEqual([[[1, 0]]]);
    for (const intent of intents) rig.fill(intent, 0.5);
    expect(rig.turn()).toEqual([]);
    const again = turnAt(100, 101, 250_000);
    expect(again.map(({ legs }) => legs.map(({ positionUnits, targetUnits }) => [positionUnits, targetUnits]))).toEqual([
      [[-50, 0]],
    ]);
    for (const intent of again) rig.fill(intent);
    rig.turn();
    expect([strategy.state.state, tradeReasons(rig)]).toEqual(['flat', ['unhedged']]);
  });

  test('an exit that is filled in part is tried again, even when the market is silent', () => {
    const { rig, strategy, turnAt } = opening([1, 1]);
    const [close] = turnAt(100, 100);
    if (close !== undefined) rig.fill(close, [1, 0.25]);
    expect(rig.turn()).toEqual([]);
    expect(strategy.state.state).toBe('closing');
    const [again] = rig.turn(250_000);
    expect(again?.legs.map(({ book, positionUnits, targetUnits }) => [book, positionUnits, targetUnits])).toEqual([[1, -75, 0]]);
    if (again !== undefined) rig.fill(again);
    rig.turn();
    expect([strategy.state.state, tradeReasons(rig)]).toEqual(['flat', ['convergence']]);
  });
});

describe('parameters while it runs', () => {
  test('a multiplier sizes the next entry, up to its cap', () => {
    const { strategy, turnAt } = deltaMarket({ maxPositionMultiplier: 2 });
    expect(strategy.updateParameters(update({ positionMultiplier: 50 }))).toBe(true);
    expect(turnAt(100, 101)[0]?.legs.map(({ targetUnits }) => targetUnits)).toEqual([200, -20]);
  });

  test('count from the next turn on, wholly, and are told', () => {
    const { rig, strategy, turnAt } = deltaMarket();
    turnAt(100, 100);
    strategy.updateParameters(update({ entryThresholdPct: 0.9, exitThresholdPct: 0.3 }));
    expect(strategy.getCurrentParameters().entryThresholdPct).toBe(0.5);
    expect(strategy.getOptimizationStatus()).toMatchObject({ isUpdatePending: true, isUpdateDue: true, updatesApplied: 0 });
    expect(turnAt(100, 100.8)).toEqual([]);
    expect(rig.events).toEqual([
      {
        strategy: 'delta',
        kind: 'parameter-update',
        facts: {
          timestamp: (rig.nowUs + rig.epochOffsetUs) / 1000,
          oldEntryThreshold: 0.5,
          newEntryThreshold: 0.9,
          oldExitThreshold: 0.1,
          newExitThreshold: 0.3,
          confidenceScore: 0.8,
          optimizationDurationMs: 12,
        },
      },
    ]);
    expect(strategy.getOptimizationStatus()).toMatchObject({
      isUpdatePending: false,
      isUpdateDue: false,
      updatesApplied: 1,
      parameterUpdateIntervalS: 300,
    });
    turnAt(100, 100, 300_000_000);
    expect(strategy.getOptimizationStatus().isUpdateDue).toBe(true);
  });

  test('a swap in a burst is seen by whole turns only, whoever asks for it', () => {
    const { rig, strategy, turnAt } = deltaMarket();
    const pairs = new Set<string>();
    const listener = rig.log.listener;
    let stamp = 0;
    // Asks for the other pair in the middle of every turn that decides.
    rig.log.listener = (decision) => {
      listener?.(decision);
      const isNarrow = ++stamp % 2 === 0;
      const pair = isNarrow
        ? { entryThresholdPct: 0.3, exitThresholdPct: 0.1 }
        : { entryThresholdPct: 0.9, exitThresholdPct: 0.8 };
      strategy.updateParameters(update({ ...pair, optimizationTimestamp: stamp }));
    };
    for (let turn = 0; turn < 40; turn++) {
      for (const intent of turnAt(100, 101)) rig.fill(intent, 0);
    }
    for (const { figures } of rig.decisions) pairs.add(`${figures[3]} ${figures[4]}`);
    expect(rig.decisions.length).toBeGreaterThan(10);
    // The first update counts wholly, each further one by half.
    expect(pairs.size).toBeGreaterThan(2);
    for (const { newEntryThreshold: entry, newExitThreshold: exit } of rig.events.map(
      ({ facts }) => facts as Record<string, number>,
    )) {
      pairs.delete(`${entry} ${exit}`);
    }
    expect([...pairs]).toEqual(['0.5 0.1']);
  });

  test('a refused update and a failed optimisation leave everything as it is, and are told', () => {
    const { rig, strategy, turnAt } = deltaMarket();
    turnAt(100, 100);
    expect(strategy.updateParameters(update({ entryThresholdPct: 1.01 }))).toBe(false);
    strategy.noteOptimization({ timestamp: 5, status: 'failed', dataPointsAnalyzed: 3, errorMessage: 'too little data' });
    turnAt(100, 100);
    expect(strategy.getCurrentParameters()).toMatchObject({ entryThresholdPct: 0.5, exitThresholdPct: 0.1 });
    expect(rig.events.map(({ kind, facts }) => [kind, 'errorMessage' in facts ? facts.errorMessage : null])).toEqual([
      ['optimization-status', 'entry threshold 1.01 % is not within 1 %'],
      ['optimization-status', 'too little data'],
    ]);
    expect(strategy.getOptimizationStatus()).toMatchObject({ updatesRefused: 1, updatesApplied: 0, lastResult: null });
  });
});

test('performance: time of orders, uptime, what was measured elsewhere', () => {
  const { rig, strategy, quote, turnAt } = deltaMarket({}, { assumeFills: true });
  strategy.updateParameters(update());
  turnAt(100, 100);
  turnAt(100, 101, 3000);
  quote(100, 101);
  rig.setState(rig.book('mexc').book, STATE_SYNCED + 1);
  rig.turn(4000);
  quote(100, 101);
  rig.turn(3000);
  expect(strategy.getPerformance(2 ** 21)).toEqual({
    avgTradeExecutionMs: 4,
    parameterUpdateDurationMs: 12,
    memoryUsageMb: 2,
    uptimePercentage: 70,
  });
});
