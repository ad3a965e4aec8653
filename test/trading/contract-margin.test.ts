// Goal: no contract is opened before its venue has said that it is margined as the risk checks reckon; what the venue will not do is told.
// Method: a whole desk before fake accounts whose venues take, refuse or forget the setting, in virtual time.
import { describe, expect, it } from 'vitest';
import type { MarginSetting } from '../../src/domain/account.js';
import { VenueRequestError } from '../../src/domain/errors.js';
import { WIDE } from '../risk/desk.js';
import { DeskRig } from './desk-rig.js';

const RISK = { ...WIDE, futures: { leverage: 4 } };

describe('the margin of contracts', () => {
  it('is set at the start, contract by contract, isolated and with the configured leverage', async () => {
    const asked: (readonly [string, MarginSetting])[] = [];
    const setMargin = async (symbol: string, setting: MarginSetting): Promise<void> => {
      asked.push([symbol, setting]);
    };
    const rig = await new DeskRig({ risk: RISK, setMargin }).start();
    const once = ['ABCUSDT-PERP', 'XYZUSDT-PERP'].map((symbol) => [symbol, { mode: 'isolated', leverage: 4 }]);
    expect(asked.toSorted(([left], [right]) => left.localeCompare(right))).toEqual(once.flatMap((one) => [one, one]));
    await rig.trade(rig.short(20));
    expect(rig.desk.report()).toMatchObject({ refusals: [], intents: { succeeded: 1 } });
    await rig.run(60_000);
    expect(asked).toHaveLength(4);
    expect(rig.kinds()).not.toContain('margin-set');
  });

  it('refuses to open what the venue refuses, tells it once, and goes on when it is mended', async () => {
    let isRefusing = true;
    const setMargin = (symbol: string): Promise<void> =>
      isRefusing && symbol.startsWith('ABC')
        ? Promise.reject(new VenueRequestError('invalid-request', 'position exists', {}))
        : Promise.resolve();
    const rig = await new DeskRig({ risk: RISK, setMargin, settings: { marginRetryMs: 10_000 } }).start();
    await rig.trade(rig.short(20));
    expect(rig.sent).toBe(0);
    expect(rig.desk.report().refusals).toEqual([{ reason: 'margin-not-set', count: 1 }]);
    await rig.trade(rig.short(20, 'XYZ'));
    await rig.trade();
    expect(rig.desk.report().intents).toMatchObject({ refused: 1, succeeded: 2 });
    await rig.run(30_000);
    const alerts = (): object[] => rig.events.filter(({ kind }) => kind === 'margin-not-set');
    expect(alerts()).toEqual(
      ['gateio', 'mexc'].map((venue) => ({
        ...{ level: 'alert', kind: 'margin-not-set' },
        facts: { venue, market: 'futures', symbol: 'ABCUSDT-PERP', mode: 'isolated', leverage: 4, reason: 'position exists' },
      })),
    );
    isRefusing = false;
    await rig.run(10_000);
    expect(rig.kinds().filter((kind) => kind === 'margin-set')).toHaveLength(2);
    await rig.trade(rig.short(20));
    expect(rig.desk.report().intents).toMatchObject({ refused: 1, succeeded: 3 });
  });

  it('does not keep a position from being closed', async () => {
    const setMargin = (): Promise<void> => Promise.reject(new VenueRequestError('invalid-request', 'no', {}));
    const before = await new DeskRig({ risk: RISK }).start();
    await before.trade(before.short(20));
    before.die();
    const rig = await new DeskRig({ before, risk: RISK, setMargin }).start();
    // Without a plan after the restart: the keeper closes both sides.
    await rig.run(20_000);
    for (const venue of ['gateio', 'mexc'])
      expect(rig.account(venue, 'futures').contracts.get('ABCUSDT-PERP')?.toFixed()).toBe('0');
    expect(rig.desk.report().refusals).toEqual([]);
  });

  it('leaves no timer behind', async () => {
    const setMargin = (): Promise<void> => Promise.reject(new VenueRequestError('invalid-request', 'no', {}));
    const rig = await new DeskRig({ risk: RISK, setMargin }).start();
    await rig.stop();
    expect(rig.time.pending()).toBe(0);
  });
});
