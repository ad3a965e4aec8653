import { expect, test } from 'vitest';
import { STATE_GAP } from '../../../assembly/memory/layout.js';
import { InvalidInputError } from '../../../src/domain/errors.js';
import { BUY } from '../../../src/kernel/pricing.js';
import { SIGNAL_DOWN, SIGNAL_UP } from '../../../src/kernel/signals.js';
import { Rig } from '../../../src/sim/lab/rig.js';
import { hifaDefinition } from '../../../src/strategy/hifa/definition.js';
import { Scene } from './scene.js';

const SPLIT = ['signal: goes on', 'context: goes on', 'risk: goes on', 'plan: split'];

test('without a signal nothing is evaluated, decided or sent', () => {
  const scene = new Scene();
  for (let turn = 0; turn < 20; turn++) {
    scene.books();
    scene.rig.turn();
  }
  expect(scene.rig.market.rowCount).toBe(1);
  expect(scene.strategy.meters.map(({ entered }) => entered)).toEqual([0, 0, 0, 0, 0]);
  expect([scene.rig.decisions.length, scene.rig.intents.length]).toEqual([0, 0]);
});

test('a confirmed signal becomes one intent, split over the venues, with what it needs promised', () => {
  const scene = new Scene().signal(SIGNAL_UP);
  const { rig } = scene;
  const [intent] = rig.turn();
  expect(scene.said).toEqual(SPLIT);
  if (intent === undefined) throw new Error('no intent');
  expect(intent).toMatchObject({ purpose: 'open', row: 0, decision: rig.decisions.at(-1)?.id });
  const figures = scene.figures('plan');
  expect(intent.expectedNet).toBe(figures.netQuote);
  expect(intent.expectedNetFraction * 1e4).toBeCloseTo(figures.netBps ?? 0, 9);
  const planned = intent.legs.reduce((sum, { targetUnits }) => sum + targetUnits, 0);
  expect(planned).toBe(figures.plannedBaseUnits);
  expect(planned).toBeGreaterThan(0);
  // What the legs fill at in the views is what was expected.
  const walked = intent.legs.reduce((sum, leg) => sum + rig.views.walk(leg.book, BUY, leg.targetUnits), 0) * 1e-6;
  expect(walked).toBeCloseTo(figures.walkedQuote ?? 0, 9);
  for (const leg of intent.legs) {
    expect(leg).toMatchObject({ positionUnits: 0, reduceOnly: false, version: rig.views.version(leg.book) });
    expect(rig.views.depthWithin(leg.book, BUY, leg.limitPriceUnits)).toBeGreaterThanOrEqual(leg.targetUnits);
    const { quoteAccount } = rig.universe.books[leg.book] ?? { quoteAccount: -1 };
    const promised = rig.capital.balance(quoteAccount) - rig.capital.available(quoteAccount);
    expect(promised).toBeGreaterThanOrEqual(leg.targetUnits * leg.limitPriceUnits * 1e-6 * 1e8);
  }
  expect(rig.context.budget.committedQuote).toBeGreaterThanOrEqual(walked - 1e-9);
});

test('the position ends by the timer with reduce-only orders to zero, and the budget is free again', () => {
  const scene = new Scene().signal(SIGNAL_UP);
  const { rig } = scene;
  const [opened] = rig.turn();
  if (opened === undefined) throw new Error('no intent');
  rig.fill(opened);
  scene.quiet(SIGNAL_UP).books();
  expect(rig.turn()).toEqual([]);
  expect(rig.context.nextDueUs()).toBe(opened.tsUs + 5_000_000);
  rig.nowUs = opened.tsUs + 5_000_000;
  scene.books();
  const [closed] = rig.turn(0);
  expect(closed?.purpose).toBe('close');
  expect(closed?.legs.length).toBe(opened.legs.length);
  for (const leg of closed?.legs ?? []) {
    expect(leg).toMatchObject({ targetUnits: 0, reduceOnly: true });
    expect(leg.positionUnits).toBe(opened.legs.find(({ book }) => book === leg.book)?.targetUnits);
    expect(leg.limitPriceUnits).toBeLessThanOrEqual(rig.views.bidPriceUnits(leg.book));
  }
  expect(scene.said.at(-1)).toBe('exit: timer');
  if (closed !== undefined) rig.fill(closed);
  rig.turn();
  expect(rig.context.budget.committedQuote).toBe(0);
  expect(scene.strategy.rows.count).toBe(0);
  for (const { account } of rig.universe.accounts) expect(rig.capital.available(account)).toBe(rig.capital.balance(account));
});

test('a stop and a signal the other way end it at once', () => {
  const stopped = new Scene().signal(SIGNAL_UP);
  const [first] = stopped.rig.turn();
  if (first === undefined) throw new Error('no intent');
  stopped.rig.fill(first);
  stopped.quiet(SIGNAL_UP).books([[['0.9969', '900']], [['0.9971', '900']]]);
  expect(stopped.rig.turn().map(({ purpose }) => purpose)).toEqual(['close']);
  expect(stopped.said.at(-1)).toBe('exit: stop');
  expect(stopped.figures('exit').returnBps).toBeCloseTo(-30, 6);

  const turned = new Scene().signal(SIGNAL_UP);
  const [second] = turned.rig.turn();
  if (second === undefined) throw new Error('no intent');
  turned.rig.fill(second);
  turned.quiet(SIGNAL_UP).signal(SIGNAL_DOWN).books();
  expect(turned.rig.turn().map(({ purpose }) => purpose)).toEqual(['close']);
  expect(turned.said.at(-1)).toBe('exit: opposite signal');
});

test('what does not fill when closing is tried again, and a rest too small for the venue is left', () => {
  const scene = new Scene().signal(SIGNAL_UP);
  const { rig } = scene;
  const [opened] = rig.turn();
  if (opened === undefined) throw new Error('no intent');
  rig.fill(opened);
  scene.quiet(SIGNAL_UP);
  rig.nowUs = opened.tsUs + 5_000_000;
  scene.books();
  const [closed] = rig.turn(0);
  if (closed === undefined) throw new Error('no exit');
  rig.fill(closed, 0.5);
  scene.books();
  expect(rig.turn()).toEqual([]);
  scene.books();
  const [again] = rig.turn(200_000);
  expect(scene.said.at(-1)).toBe('exit: again');
  expect(again?.legs.map(({ targetUnits, reduceOnly }) => [targetUnits, reduceOnly])).toEqual(closed.legs.map(() => [0, true]));
  if (again === undefined) throw new Error('no second exit');
  // All but 0.01 ABC, which no venue takes.
  rig.fill(
    again,
    again.legs.map(({ positionUnits }) => (positionUnits - 1) / positionUnits),
  );
  scene.books();
  rig.turn();
  scene.books();
  rig.turn(200_000);
  expect(scene.said.at(-1)).toBe('exit: left over');
  expect(rig.context.budget.committedQuote).toBe(0);
});

test('an intent of which nothing fills leaves nothing behind', () => {
  const scene = new Scene().signal(SIGNAL_UP);
  const [opened] = scene.rig.turn();
  if (opened === undefined) throw new Error('no intent');
  scene.rig.fill(opened, 0);
  scene.quiet(SIGNAL_UP).books();
  scene.rig.turn();
  expect([scene.strategy.rows.count, scene.rig.context.budget.committedQuote]).toEqual([0, 0]);
  expect(scene.rig.context.nextDueUs()).toBe(Number.POSITIVE_INFINITY);
});

test('a short sale on spot needs the base asset; without it nothing is sent', () => {
  const scene = new Scene({ plan: { pairs: false } });
  for (const { book } of scene.rig.universe.books) scene.signals.wave(book, scene.rig.nowUs, 10_000, 5, -20);
  for (const { baseAccount } of scene.rig.universe.books) scene.rig.setBalance(baseAccount, 0);
  scene.signal(SIGNAL_DOWN);
  expect(scene.rig.turn()).toEqual([]);
  expect(scene.said.at(-1)).toBe('plan: no funds');
  scene.rig.setBalance(scene.rig.book('gateio').baseAccount, 500);
  scene.rig.nowUs += 250_000;
  scene.books();
  const [intent] = scene.rig.turn();
  expect(intent?.legs.map(({ book }) => book)).toEqual([scene.rig.book('gateio').book]);
  expect(intent?.legs[0]?.targetUnits).toBeLessThan(0);
});

test('every veto has its name', () => {
  const after = (change: (scene: Scene) => void, config: object = {}): string | undefined => {
    const scene = new Scene(config).signal(SIGNAL_UP);
    change(scene);
    expect(scene.rig.turn()).toEqual([]);
    return scene.said.at(-1);
  };
  expect(after(() => {}, { signal: { minStrength: 0.99 } })).toBe('signal: weak');
  expect(after((scene) => scene.signal(SIGNAL_DOWN, 1))).toBe('signal: mixed');
  expect(after((scene) => scene.signals.wave(0, 100e6, 10_000, 5, 20, 1))).toBe('context: too little history');
  expect(after(() => {}, { context: { maxVolatilityBps: 1 } })).toBe('context: too volatile');
  expect(after(() => {}, { context: { minConfirmations: 3 } })).toBe('context: unconfirmed');
  expect(after(() => {}, { context: { minScore: 0.99 } })).toBe('context: against it');
  expect(after((scene) => scene.rig.context.budget.commit(1_000_000))).toBe('risk: position');
  expect(after((scene) => scene.books([[['0.9', '900']], [['1.1', '900']]]))).toBe('risk: liquidity');
  expect(after(() => {}, { risk: { venueTrust: { mexc: 0, gateio: 0, kraken: 0 } } })).toBe('risk: counterparty');
  expect(after(() => {}, { risk: { orderLatencyMs: 5000 } })).toBe('risk: slippage');
  expect(after(() => {}, { risk: { maxRisk: 0.01 } })).toBe('risk: all together');
  expect(after(() => {}, { plan: { alpha: 0 } })).toBe('plan: no edge');
  expect(after(() => {}, { plan: { maxPositionQuote: 5 } })).toBe('plan: below minimum');
  expect(after(() => {}, { plan: { minNetBps: 500 } })).toBe('plan: net too low');
});

test('a venue that has lost its book is not traded, and its losses are remembered', () => {
  const scene = new Scene();
  const { rig } = scene;
  rig.turn();
  const mexc = rig.book('mexc').book;
  for (let loss = 0; loss < 3; loss++) {
    rig.setState(mexc, STATE_GAP);
    rig.turn();
    scene.books();
    rig.turn();
  }
  scene.signal(SIGNAL_UP, rig.book('gateio').book).books();
  const [intent] = rig.turn();
  expect(intent?.legs.length).toBeGreaterThan(0);
  const { venue0Counterparty, venue1Counterparty } = scene.figures('risk');
  expect(venue0Counterparty).toBeGreaterThan(0.7);
  expect(venue1Counterparty).toBeLessThan(0.1);
});

test('a row with a cross-venue edge is taken as a pair, whose halves stay where they are', () => {
  const scene = new Scene();
  const { rig } = scene;
  const edge = (): void => rig.setBook(rig.book('gateio'), [['1.0030', '3000']], [['1.0032', '3000']]);
  // What is seen only now may be gone before an order comes, so it has to stand first.
  edge();
  rig.turn();
  scene.books();
  edge();
  scene.signal(SIGNAL_UP);
  const [intent] = rig.turn(4_000);
  expect(scene.said.at(-1)).toBe('plan: pair');
  const [bought, sold] = intent?.legs ?? [];
  expect([bought?.targetUnits, sold?.book]).toEqual([-(sold?.targetUnits ?? 0), rig.book('gateio').book]);
  expect(intent?.expectedNet).toBeGreaterThan(0);
  if (intent === undefined || bought === undefined || sold === undefined) throw new Error('no pair');
  // The buyer gets all, the seller a half: half of what was bought is a position that has to go.
  rig.fill(intent, [1, 0.5]);
  scene.quiet(SIGNAL_UP).books();
  const [closed] = rig.turn();
  const half = -Math.trunc(sold.targetUnits / 2);
  expect(closed).toMatchObject({ purpose: 'rebalance', legs: [{ book: bought.book, targetUnits: half }] });
  if (closed !== undefined) rig.fill(closed);
  rig.turn();
  expect([scene.strategy.rows.count, rig.context.budget.committedQuote]).toEqual([0, 0]);
});

test('futures go short, and their margin is promised', () => {
  const rows = [(['mexc', 'gateio'] as const).map((venue) => ({ venue, market: 'futures' as const, takerFeeBps: 1 }))];
  const scene = new Scene({ plan: { leverage: 4 } }, { rows });
  for (const { book } of scene.rig.universe.books) scene.signals.wave(book, scene.rig.nowUs, 10_000, 5, -20);
  scene.signal(SIGNAL_DOWN);
  const [intent] = scene.rig.turn();
  expect(intent?.legs.every(({ targetUnits }) => targetUnits < 0)).toBe(true);
  const value = scene.figures('plan').walkedQuote ?? 0;
  expect(scene.rig.context.budget.committedQuote).toBeCloseTo(value / 4, 1);
  if (intent === undefined) throw new Error('no intent');
  scene.rig.fill(intent);
  scene.quiet(SIGNAL_DOWN);
  scene.rig.nowUs = intent.tsUs + 5_000_000;
  scene.books();
  const [closed] = scene.rig.turn(0);
  expect(closed?.legs.map(({ targetUnits, reduceOnly }) => [targetUnits, reduceOnly])).toEqual(intent.legs.map(() => [0, true]));
});

test('measured durations change nothing, and two runs are the same', () => {
  const run = (clock?: { nowUs(): number }) => {
    const scene = new Scene({ plan: { horizonMs: 600, alpha: 3, cooldownMs: 0 } }, { assumeFills: true }, clock);
    for (let turn = 0; turn < 60; turn++) {
      const direction = turn % 20 < 10 ? SIGNAL_UP : SIGNAL_DOWN;
      if (turn % 10 === 0) scene.signal(direction, turn % 3);
      if (turn % 10 === 5) scene.quiet(direction, (turn - 5) % 3);
      const shift = (turn * 7) % 5;
      scene.books([[[`0.999${shift}`, `${300 + turn}`]], [[`1.000${shift}`, `${500 - turn}`]]]);
      scene.rig.turn(150_000);
    }
    return scene;
  };
  let ticks = 0;
  const timed = run({ nowUs: () => (ticks += 0.5 + (ticks % 3)) });
  const [one, other] = [run(), run()];
  expect(one.rig.intents.length).toBeGreaterThan(3);
  expect(other.rig.intents).toEqual(one.rig.intents);
  expect(other.rig.decisions).toEqual(one.rig.decisions);
  expect(timed.rig.intents).toEqual(one.rig.intents);
  expect(timed.rig.decisions).toEqual(one.rig.decisions);
  const [signal] = timed.strategy.meters;
  expect(signal?.timed).toBe(signal?.entered);
  expect(signal?.quantileUs(0.5)).toBeGreaterThan(0);
  expect(one.strategy.meters[0]?.timed).toBe(0);
});

test('a market without signals is a mistake of the set-up', () => {
  const rig = new Rig({ rows: [[{ venue: 'mexc' }, { venue: 'gateio' }]] });
  rig.run(rig.make(hifaDefinition));
  rig.setBook(rig.book('mexc'), [['1', '10']], [['1.1', '10']]);
  expect(() => rig.turn()).toThrow(InvalidInputError);
});
