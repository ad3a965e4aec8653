// Goal: whatever order the venue's words come in, and however often, an order's state, amount and end are what they add up to.
import { describe, expect, it } from 'vitest';
import { OrderMachine, WORKING_STATES, type WorkingState } from '../../src/execution/order-machine.js';
import { apply, fillOf, type Happening, REQUEST, reportOf } from './order-machine-model.js';

const part: Happening = { kind: 'fill', tradeId: '1', quantity: '0.4', fee: '0.1' };

/** How a machine comes into each state. */
const WAYS: Readonly<Record<WorkingState, readonly Happening[]>> = {
  created: [],
  sending: [{ kind: 'send' }],
  unknown: [{ kind: 'send' }, { kind: 'lose' }],
  acknowledged: [{ kind: 'send' }, { kind: 'report', state: 'pending', filledQty: null }],
  open: [{ kind: 'send' }, { kind: 'report', state: 'open', filledQty: '0' }],
  'partially-filled': [{ kind: 'send' }, part],
  filled: [{ kind: 'send' }, { ...part, quantity: '1' }],
  canceled: [{ kind: 'send' }, { kind: 'report', state: 'canceled', filledQty: '0' }],
  expired: [{ kind: 'send' }, { kind: 'report', state: 'expired', filledQty: '0' }],
  rejected: [{ kind: 'send' }, { kind: 'report', state: 'rejected', filledQty: '0' }],
};

const HAPPENINGS = {
  lose: { kind: 'lose' },
  refuse: { kind: 'refuse' },
  pending: { kind: 'report', state: 'pending', filledQty: null },
  open: { kind: 'report', state: 'open', filledQty: '0' },
  partially: { kind: 'report', state: 'partially-filled', filledQty: '0.4' },
  filled: { kind: 'report', state: 'filled', filledQty: null },
  canceled: { kind: 'report', state: 'canceled', filledQty: '0' },
  expired: { kind: 'report', state: 'expired', filledQty: '0' },
  rejected: { kind: 'report', state: 'rejected', filledQty: '0' },
  unknown: { kind: 'report', state: 'unknown', filledQty: null },
  part: { ...part, tradeId: '2' },
  whole: { kind: 'fill', tradeId: '2', quantity: '1', fee: null },
} as const satisfies Record<string, Happening>;

const LETTERS: Readonly<Record<string, WorkingState>> = {
  '.': 'created',
  S: 'sending',
  U: 'unknown',
  A: 'acknowledged',
  O: 'open',
  P: 'partially-filled',
  F: 'filled',
  C: 'canceled',
  E: 'expired',
  R: 'rejected',
};

/** Columns: HAPPENINGS. What had a fill is never `rejected`; an end stays; `unknown` as a word says nothing. */
const AFTER: Readonly<Record<WorkingState, string>> = {
  created: /*          */ 'U R A O P F C E R . P F',
  sending: /*          */ 'U R A O P F C E R S P F',
  unknown: /*          */ 'U R A O P F C E R U P F',
  acknowledged: /*     */ 'A R A O P F C E R A P F',
  open: /*             */ 'O R O O P F C E R O P F',
  'partially-filled': /**/ 'P C P P P F C E C P P F',
  filled: /*           */ 'F F F F F F F F F F F F',
  canceled: /*         */ 'C C C C C C C C C C C C',
  expired: /*          */ 'E E E E E E E E E E E E',
  rejected: /*         */ 'R R R R C C R R R R C C',
};

const made = (way: readonly Happening[]): OrderMachine => {
  const machine = new OrderMachine(REQUEST);
  for (const [at, one] of way.entries()) apply(machine, one, at + 1);
  return machine;
};

describe('transitions', () => {
  const cases = WORKING_STATES.flatMap((state) =>
    Object.entries(HAPPENINGS).map(([name, one], at) => [state, name, LETTERS[AFTER[state].split(' ')[at] ?? ''], one] as const),
  );

  it.each(cases)('%s, then %s: %s', (state, _, after, one) => {
    const machine = made(WAYS[state]);
    expect(machine.state).toBe(state);
    apply(machine, one, 10);
    expect(machine.state).toBe(after);
  });
});

describe('amounts', () => {
  it('counts fills that come before the acknowledgement, which then changes nothing', () => {
    const machine = made([{ kind: 'send' }, part]);
    expect(machine.timing).toEqual({ sentUs: 1, acknowledgedUs: 2, firstFillUs: 2, finalUs: null });
    expect(machine.report(reportOf('open', '0'), 9)).toBe(false);
    expect([machine.state, machine.filled.toFixed(), machine.timing.acknowledgedUs]).toEqual(['partially-filled', '0.4', 2]);
  });

  it('counts a fill that comes after the cancel, and is settled only then when the cancel spoke of it', () => {
    const machine = made([{ kind: 'send' }, { kind: 'report', state: 'canceled', filledQty: '0.4' }]);
    expect([machine.isEnded, machine.isSettled, machine.filled.toFixed(), machine.told.toFixed()]).toEqual([
      true,
      false,
      '0.4',
      '0',
    ]);
    expect(machine.fill(fillOf('1', '0.4'), 20)).toBe(true);
    expect([machine.state, machine.isSettled, machine.timing.finalUs]).toEqual(['canceled', true, 20]);
  });

  it('counts a fill of which the cancel said nothing', () => {
    const machine = made([{ kind: 'send' }, { kind: 'report', state: 'canceled', filledQty: '0' }]);
    expect([machine.isSettled, machine.timing.finalUs]).toEqual([true, 2]);
    expect(machine.fill(fillOf('1', '0.4'), 20)).toBe(true);
    expect([machine.state, machine.filled.toFixed(), machine.timing.finalUs]).toEqual(['canceled', '0.4', 2]);
  });

  it('waits for the amount of an end that did not tell it', () => {
    const machine = made([{ kind: 'send' }, { kind: 'report', state: 'canceled', filledQty: null }]);
    expect([machine.isEnded, machine.isSettled]).toEqual([true, false]);
    expect(machine.report(reportOf('canceled', '0'), 7)).toBe(true);
    expect([machine.isSettled, machine.timing.finalUs]).toEqual([true, 7]);
  });

  it('takes a fill once, by its trade id and side, and a late fee with it', () => {
    const machine = made([{ kind: 'send' }]);
    expect(machine.fill(fillOf('1', '0.4', null), 2)).toBe(true);
    expect(machine.fill(fillOf('1', '0.4', '0.2'), 3)).toBe(false);
    expect(machine.fill(fillOf('1', '0.4', '0.9'), 4)).toBe(false);
    expect(machine.fills).toMatchObject([{ tradeId: '1', fee: '0.2', feeAsset: 'USDT' }]);
    expect(machine.filled.toFixed()).toBe('0.4');
    // Where an account trades with itself both sides have one id.
    expect(machine.fill({ ...fillOf('1', '0.1'), side: 'sell' }, 5)).toBe(true);
  });

  it('never takes back what was said to be filled', () => {
    const machine = made([{ kind: 'send' }, { kind: 'report', state: 'partially-filled', filledQty: '0.7', filledQuote: '70' }]);
    expect(machine.report(reportOf('partially-filled', '0.3', '30'), 5)).toBe(false);
    expect([machine.filled.toFixed(), machine.reportedQuote?.toFixed()]).toEqual(['0.7', '70']);
  });

  it('gives up fills that never come, and still takes one that does', () => {
    const machine = made([{ kind: 'send' }, { kind: 'report', state: 'filled', filledQty: null }, { kind: 'give-up' }]);
    expect([machine.isSettled, machine.told.toFixed(), machine.filled.toFixed(), machine.timing.finalUs]).toEqual([
      true,
      '0',
      '1',
      3,
    ]);
    expect(machine.fill(fillOf('1', '1'), 9)).toBe(true);
    expect(machine.told.toFixed()).toBe('1');
  });

  it('names itself to the venue by every id that it was told', () => {
    const machine = made([{ kind: 'send' }]);
    expect(machine.reference).toEqual({ symbol: 'ABCUSDT', venueOrderId: null, clientOrderId: 'a' });
    machine.fill(fillOf('1', '0.4'), 2);
    expect(machine.reference.venueOrderId).toBe('v');
  });

  it('keeps the reason of the state that it is in', () => {
    const machine = made([{ kind: 'send' }, { kind: 'lose' }]);
    expect(machine.reason).toBe('lost');
    machine.report(reportOf('expired', '0'), 4);
    machine.report(reportOf('canceled', '0'), 5);
    expect(machine.reason).toBe('said expired');
  });
});
