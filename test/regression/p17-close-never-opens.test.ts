// P17: funding arbitrage that opens instead of closing, and loops. Every intent names the position it aims at; ending one aims at 0,
// by legs that may only reduce, however often it is told, whatever was filled before, and not faster than it is allowed to try.
import { describe, expect, it } from 'vitest';
import type { SeenIntent } from '../../src/sim/lab/rig.js';
import { ExecutorRig } from '../execution/executor-rig.js';
import { opened, quote, told } from '../strategy/basis/market.js';

const legs = (intent: SeenIntent | undefined) =>
  intent?.legs.map(({ book, positionUnits, targetUnits, reduceOnly }) => ({ book, positionUnits, targetUnits, reduceOnly }));

/** A carry position whose funding has turned: the turn in which it starts to close. */
function closing() {
  const made = opened({ fundingFlipBps: 0.5, closeSlackBps: 0, fundingPersistence: 1, convergence: 0 }, 0.002);
  const { rig, perp } = made;
  rig.setMark(perp, { fundingRate: -0.0001 });
  const [close] = rig.turn();
  if (close === undefined) throw new Error('nothing was closed');
  return { ...made, close };
}

describe('P17: a close never opens', () => {
  it('closes when the funding turns, by reduce-only legs that aim at 0', () => {
    const { rig, spot, perp, close } = closing();
    expect(told(rig.decisions.at(-1))).toMatchObject({ stage: 'exit', verdict: 'funding-flipped' });
    expect(close.purpose).toBe('close');
    expect(legs(close)).toEqual([
      { book: spot.book, positionUnits: 1000, targetUnits: 0, reduceOnly: true },
      { book: perp.book, positionUnits: -100, targetUnits: 0, reduceOnly: true },
    ]);
  });

  it('says nothing more while it waits for what becomes of it', () => {
    const { rig, perp } = closing();
    for (let look = 0; look < 20; look++) {
      quote(rig, perp, '100.600', `100.6${look + 10}`);
      expect(rig.turn(500_000)).toEqual([]);
    }
  });

  it('aims at 0 again after a part, and never beyond', () => {
    const { rig, spot, perp, close } = closing();
    rig.fill(close, [1, 0.4]);
    rig.turn();
    const [again] = rig.turn(1_100_000);
    expect(again?.purpose).toBe('close');
    expect(legs(again)).toEqual([{ book: perp.book, positionUnits: -60, targetUnits: 0, reduceOnly: true }]);
    if (again !== undefined) rig.fill(again);
    rig.turn();
    expect([rig.context.positions.of(spot.book), rig.context.positions.of(perp.book)]).toEqual([0, 0]);
  });

  it('does not loop when nothing is filled: one try in the time between tries', () => {
    const { rig, close } = closing();
    rig.fill(close, 0);
    const from = rig.intents.length;
    for (let turn = 0; turn < 50; turn++) {
      for (const intent of rig.turn(100_000)) rig.fill(intent, 0);
    }
    // Five seconds, one second between tries.
    expect(rig.intents.length - from).toBeLessThanOrEqual(5);
    expect(rig.intents.slice(from).every(({ purpose }) => purpose === 'close')).toBe(true);
  });

  it('is not moved by an update that is told twice', () => {
    const { rig, spot, perp, close } = closing();
    rig.fill(close);
    rig.fill(close);
    rig.turn();
    rig.fill(close);
    rig.turn();
    expect([rig.context.positions.of(spot.book), rig.context.positions.of(perp.book)]).toEqual([0, 0]);
    expect(rig.events).toHaveLength(1);
  });

  it('brings a fill that is told after the end back to 0, and does not open on it', () => {
    const { rig, spot, perp, open, close } = closing();
    rig.fill(close);
    rig.setMark(perp, { fundingRate: 0 });
    quote(rig, perp, '100.000', '100.010');
    rig.turn();
    expect(rig.context.positions.of(perp.book)).toBe(0);
    // The venue finds ten more contracts sold by the opening order.
    const late = { intent: open.id, leg: 1, book: perp.book, filledUnits: -110, filledQuoteUnits: 110 * 100_600, feeQuote: 0 };
    rig.tell(0, { ...late, isFinal: true });
    const [end] = rig.turn();
    expect(end?.purpose).toBe('close');
    expect(legs(end)).toEqual([{ book: perp.book, positionUnits: -10, targetUnits: 0, reduceOnly: true }]);
    expect(rig.context.positions.of(spot.book)).toBe(0);
  });

  it('is flat before it goes the other way', () => {
    const { rig, perp, close } = closing();
    rig.setMark(perp, { fundingRate: -0.01 });
    expect(rig.turn()).toEqual([]);
    rig.fill(close);
    rig.turn();
    rig.setMark(perp, { fundingRate: -0.01 });
    const [next] = rig.turn();
    expect(next?.purpose).toBe('open');
    expect(next?.legs.every(({ positionUnits }) => positionUnits === 0)).toBe(true);
  });
});

describe('P17: what is sent to close', () => {
  const closingOf = (rig: ExecutorRig) =>
    rig.intentOf([
      { info: rig.buyAt, change: -100, position: 100, reduceOnly: true },
      { info: rig.perpetual, change: 10, position: -10, reduceOnly: true },
    ]);

  it('only reduces, hedges and tries again included, and comes to 0 and not beyond', async () => {
    const rig = new ExecutorRig();
    const contracts = rig.port('gateio', 'futures');
    contracts.treatments = [{ fills: ['3'] }, { answer: 'lost', tellMs: null, fills: ['2'] }, {}];
    expect(rig.execute(closingOf(rig))).toBe(true);
    await rig.pass(20_000);
    expect(contracts.sent.every(({ request }) => request.side === 'buy' && request.reduceOnly)).toBe(true);
    expect(contracts.sent.length).toBeGreaterThan(2);
    expect([contracts.net(), rig.buyer.net(), rig.executor.unhedged()]).toEqual(['1', '-1', []]);
  });

  it('is sent once, however often the same intent is told', async () => {
    const rig = new ExecutorRig();
    const close = closingOf(rig);
    expect(rig.execute(close)).toBe(true);
    for (let again = 0; again < 3; again++) expect(rig.execute(close)).toBe(false);
    await rig.pass(1_000);
    expect(rig.execute(close)).toBe(false);
    expect(rig.sentCount).toBe(2);
  });

  it('passes a gate that lets only pass what reduces, and what opens does not', async () => {
    const rig = new ExecutorRig();
    rig.halt('daily loss');
    rig.allowsReducing = true;
    expect(rig.execute(rig.intent())).toBe(false);
    expect(rig.execute(closingOf(rig))).toBe(true);
    expect(rig.sentCount).toBe(2);
  });
});
