// Goal: nothing is sent but what was checked, after ledger and venues agree and before a stop; and whoever asked hears what came of it.
// Method: a whole desk before fake accounts that fill, refuse, lose and hold whatever a test says, in virtual time.
import { describe, expect, it } from 'vitest';
import { Exact } from '../../src/domain/decimal.js';
import { InvalidInputError } from '../../src/domain/errors.js';
import { WIDE } from '../risk/desk.js';
import { BrokenLedger } from './broken-ledger.js';
import { DeskRig } from './desk-rig.js';

/** What a strategy hears of an intent that nothing came of. */
function nothing(intent: number): object[] {
  return [0, 1].map((leg) => ({ strategy: 0, intent, leg, filledUnits: 0, filledQuoteUnits: 0, feeQuote: 0, isFinal: true }));
}

describe('an intent', () => {
  it('is carried out, and the ledger, the check and the strategy agree on what came of it', async () => {
    const rig = await new DeskRig().start();
    await rig.trade();
    expect(rig.desk.report()).toMatchObject({
      state: 'trading',
      intents: { emitted: 1, refused: 0, executed: 1, succeeded: 1, failed: 0 },
    });
    expect(rig.entries('fill').map(({ side, quantity, strategy }) => [side, quantity, strategy])).toEqual([
      ['buy', '1', 'pairs'],
      ['sell', '1', 'pairs'],
    ]);
    for (const [{ book }, units] of rig.pair(100)) {
      expect(rig.position(0, book)).toBe(units);
      expect(rig.toldPosition(0, book)).toBe(units);
    }
  });

  it('is refused before ledger and venues have been compared', async () => {
    const rig = new DeskRig();
    await rig.run(200);
    const { id } = await rig.trade();
    expect(rig.sent).toBe(0);
    expect(rig.told).toMatchObject(nothing(id));
    expect(rig.desk.report()).toMatchObject({ state: 'reconciling', refusals: [{ reason: 'not-reconciled', count: 1 }] });
  });

  it('is refused while the account of one of its legs is not followed', async () => {
    const rig = await new DeskRig().start();
    rig.account('kraken').isLive = false;
    const { id } = await rig.trade();
    expect(rig.sent).toBe(0);
    expect(rig.told).toMatchObject(nothing(id));
    expect(rig.desk.report().refusals).toEqual([{ reason: 'account-not-followed', count: 1 }]);
  });

  it('is refused with the code of the check, and leaves nothing counted as open', async () => {
    const rig = await new DeskRig({ risk: { ...WIDE, orderQuoteMax: 99 } }).start();
    const { id } = await rig.trade();
    expect(rig.sent).toBe(0);
    expect(rig.told).toMatchObject(nothing(id));
    expect(rig.desk.report()).toMatchObject({
      refusals: [{ count: 1 }],
      risk: { openOrders: 0, exposure: 0 },
      intents: { emitted: 1, refused: 1, executed: 0 },
    });
    await rig.trade(rig.pair(90));
    expect(rig.sent).toBe(2);
  });

  it('that the ledger cannot keep is not sent, and stops everything', async () => {
    const ledger = new BrokenLedger();
    const rig = await new DeskRig({ ledger }).start();
    ledger.isBroken = true;
    const { id } = await rig.trade();
    expect(rig.sent).toBe(0);
    expect(rig.told).toMatchObject(nothing(id));
    expect(rig.desk.report()).toMatchObject({
      state: 'halted',
      risk: { openOrders: 0 },
      ledger: { isHealthy: false },
      halt: { level: 'everything', reasons: [{ trigger: 'ledger' }] },
    });
  });

  it('that a venue refuses leaves no position and no open order', async () => {
    const rig = await new DeskRig().start();
    for (const venue of ['binance', 'kraken']) {
      const account = rig.account(venue);
      account.treatment = { ...account.treatment, isRefused: true };
    }
    await rig.trade();
    expect(rig.sent).toBe(2);
    expect(rig.desk.report()).toMatchObject({ positions: [], risk: { openOrders: 0, exposure: 0 } });
    expect(rig.position(0, rig.buyAt.book)).toBe(0);
  });
});

describe('an emergency stop', () => {
  it('lets nothing pass, over a restart too, until a person clears it', async () => {
    const first = await new DeskRig().start();
    await first.desk.emergencyStop('smoke', 'ann');
    await first.trade();
    expect(first.sent).toBe(0);
    first.die();

    const rig = await new DeskRig({ before: first }).start();
    expect(rig.desk.report()).toMatchObject({ state: 'halted', reason: 'manual: smoke (ann)' });
    await rig.trade();
    expect(rig.sent).toBe(0);

    rig.desk.clearStop('bob');
    await rig.trade();
    expect(rig.desk.report().state).toBe('trading');
    expect(rig.sent).toBe(2);
    expect(rig.entries('risk').map(({ event, text }) => [event, text])).toEqual([
      ['halted', 'smoke (ann)'],
      ['cleared', 'bob'],
    ]);
  });

  it('cancels what is open', async () => {
    const rig = await new DeskRig().start();
    const account = rig.account('binance');
    account.treatment = { ...account.treatment, share: 0, rests: true };
    rig.desk.take(rig.intent([[rig.buyAt, 100]]));
    await rig.run(100);
    expect(rig.desk.report().openOrders).toHaveLength(1);
    void rig.desk.emergencyStop('smoke', '');
    await rig.run(1_000);
    expect([...account.orders.values()].map(({ state }) => state)).toEqual(['canceled']);
    expect(rig.desk.report()).toMatchObject({ state: 'halted', reason: 'manual: smoke', openOrders: [] });
  });

  it('is not cleared by nobody', async () => {
    const rig = await new DeskRig().start();
    await rig.desk.emergencyStop('smoke', 'ann');
    expect(() => rig.desk.clearStop('  ')).toThrow(InvalidInputError);
    expect(rig.desk.report().state).toBe('halted');
    expect(rig.entries('risk').filter(({ event }) => event === 'cleared')).toEqual([]);
  });

  it('is not cleared while the ledger cannot be written', async () => {
    const ledger = new BrokenLedger();
    const rig = await new DeskRig({ ledger }).start();
    ledger.isBroken = true;
    await rig.trade();
    expect(() => rig.desk.clearStop('ann')).toThrow(InvalidInputError);
    ledger.isBroken = false;
    expect(() => rig.desk.clearStop('ann')).toThrow(InvalidInputError);
    expect(rig.desk.report().state).toBe('halted');
  });
});

describe('a start that something blocks', () => {
  /** A restart that finds 5 USDT less than the ledger says. */
  async function blocked(): Promise<DeskRig> {
    const first = await new DeskRig().start();
    await first.trade();
    first.die();
    first.account('kraken').move('USDT', '-5');
    const rig = new DeskRig({ before: first });
    await rig.start();
    await rig.run(5_000);
    return rig;
  }

  it('stays so until a person has looked, who takes over what is there', async () => {
    const rig = await blocked();
    expect(rig.desk.report()).toMatchObject({ state: 'blocked', reason: expect.stringContaining('kraken spot USDT') });
    await rig.trade();
    expect(rig.desk.report().refusals).toEqual([{ reason: 'not-reconciled', count: 1 }]);

    rig.desk.clearStop('ann');
    await rig.run(2_000);
    expect(rig.desk.report().state).toBe('trading');
    expect(rig.entries('reconciliation')).toMatchObject([
      { venue: 'kraken', asset: 'USDT', adjustment: '-5', action: 'adopted by a person' },
    ]);
    expect(rig.desk.ledger.memory.books.holding('kraken', 'spot', 'USDT')).toEqual(rig.account('kraken').wallet.get('USDT'));
    expect(rig.position(0, rig.buyAt.book)).toBe(100);
    expect(rig.position(0, rig.sellAt.book)).toBe(-100);
  });

  it('by contracts that are gone goes on with those that are there', async () => {
    const first = await new DeskRig().start();
    await first.trade([[first.perpetual, -20]]);
    first.die();
    const { symbol } = first.perpetual.instrument;
    const gateio = first.account('gateio', 'futures');
    gateio.contracts.set(symbol, new Exact(-15));
    // Sold at 99.89, closed by the venue at 100.
    gateio.move('USDT', '-0.055');

    const rig = await new DeskRig({ before: first }).start();
    await rig.run(5_000);
    expect(rig.desk.report().state).toBe('blocked');
    rig.desk.clearStop('ann');
    const seen: number[] = [];
    for (let at = 0; at < 40; at++) {
      await rig.run(100);
      if (rig.desk.report().state !== 'trading') continue;
      const held = rig.desk.ledger.memory.heldIn('pairs', gateio, symbol).toNumber();
      expect(rig.position(0, rig.perpetual.book)).toBe(held);
      expect(rig.toldPosition(0, rig.perpetual.book)).toBe(held);
      seen.push(held);
    }
    // No strategy remembers it: it is closed, and not turned round.
    expect([...new Set(seen)]).toEqual([-15, 0]);
    expect(gateio.contracts.get(symbol)?.toFixed()).toBe('0');
  });

  it('by a venue out of reach is tried again, in one go, whatever a person clears meanwhile', async () => {
    const rig = new DeskRig({ settings: { retryStartMs: 3_000 } });
    for (const account of rig.accounts) Object.assign(account, { isUnreachable: true, latencyMs: 100 });
    await rig.start();
    expect(rig.desk.report().state).toBe('blocked');
    rig.desk.clearStop('ann');
    for (const account of rig.accounts) account.isUnreachable = false;
    const states: string[] = [];
    for (let at = 0; at < 200; at++) {
      await rig.run(50);
      const { state } = rig.desk.report();
      if (states.at(-1) !== state) states.push(state);
    }
    expect(states).toEqual(['blocked', 'reconciling', 'trading']);
    expect(rig.entries('note').filter(({ topic }) => topic === 'opening')).toHaveLength(rig.accounts.length);
    expect(rig.desk.ledger.memory.books.holding('kraken', 'spot', 'USDT').toFixed()).toBe('10000');
  });
});

describe('stopping', () => {
  it('refuses what comes, waits for what is under way, and sends nothing more', async () => {
    const rig = await new DeskRig().start();
    rig.desk.take(rig.intent());
    const stopped = rig.stop();
    const late = rig.intent();
    rig.desk.take(late);
    expect(rig.told.filter(({ intent }) => intent === late.id)).toMatchObject(nothing(late.id));
    expect(await stopped).toBe(true);
    expect(rig.entries('fill')).toHaveLength(2);
    expect(rig.desk.report()).toMatchObject({ state: 'stopping', openOrders: [], refusals: [{ reason: 'stopping', count: 1 }] });
    const { sent } = rig;
    await rig.run(20_000);
    expect(rig.sent).toBe(sent);
    expect(rig.time.pending()).toBe(0);
  });

  it('cancels an order that does not end by itself', async () => {
    const rig = await new DeskRig().start();
    const account = rig.account('binance');
    account.treatment = { ...account.treatment, share: 0, rests: true };
    rig.desk.take(rig.intent([[rig.buyAt, 100]]));
    expect(await rig.stop()).toBe(true);
    expect([...account.orders.values()].map(({ state }) => state)).toEqual(['canceled']);
    expect(rig.entries('order').at(-1)).toMatchObject({ state: 'canceled' });
  });

  it('books a strange fill that was told a moment before', async () => {
    const rig = await new DeskRig().start();
    const account = rig.account('binance');
    account.tellFill(account.trade(rig.buyAt.instrument.symbol, 'buy', '1', '100'));
    await rig.stop();
    expect(rig.entries('fill')).toMatchObject([{ strategy: 'unattributed', quantity: '1' }]);
    expect(rig.time.pending()).toBe(0);
  });
});

describe('a fill of an order that nobody here sent', () => {
  it("is booked as nobody's, counted by the check, and told to a person", async () => {
    const rig = await new DeskRig().start();
    const account = rig.account('binance');
    account.tellFill(account.trade(rig.buyAt.instrument.symbol, 'buy', '1', '100'));
    await rig.run(5_000);
    expect(rig.entries('fill')).toMatchObject([{ strategy: 'unattributed', quantity: '1' }]);
    expect(rig.kinds()).toContain('strange-fill');
    expect(rig.desk.state.all.position[rig.buyAt.book]).toBe(100);
    expect(rig.told).toEqual([]);
    expect(rig.desk.report()).toMatchObject({ state: 'trading', reconciliation: { drifts: [] } });
  });
});
