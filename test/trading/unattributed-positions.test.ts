// Goal: contracts that no strategy asked for are told once, and closed only where that was configured.
// Method: a whole desk before fake accounts on which somebody else trades, in virtual time.
import { expect, it } from 'vitest';
import type { DeskSettings } from '../../src/trading/desk-types.js';
import { WIDE } from '../risk/desk.js';
import { DeskRig } from './desk-rig.js';

async function found(settings: Partial<DeskSettings>): Promise<DeskRig> {
  const rig = await new DeskRig({ risk: WIDE, settings }).start();
  await rig.trade(rig.short(20));
  const account = rig.account('gateio', 'futures');
  account.tellFill(account.trade('XYZUSDT-PERP', 'buy', '30', '100'));
  await rig.run(10_000);
  return rig;
}

const held = (rig: DeskRig): (string | undefined)[] =>
  ['ABCUSDT-PERP', 'XYZUSDT-PERP'].map((symbol) => rig.account('gateio', 'futures').contracts.get(symbol)?.toFixed());
const alerts = (rig: DeskRig): object[] =>
  rig.events.filter(({ kind }) => kind === 'unattributed-position').map(({ level, facts }) => ({ level, ...facts }));

it('are told once and left alone by default', async () => {
  const rig = await found({});
  expect(held(rig)).toEqual(['-20', '30']);
  expect(alerts(rig)).toEqual([{ level: 'alert', venue: 'gateio', symbol: 'XYZUSDT-PERP', contracts: 30, policy: 'alert' }]);
  const account = rig.account('gateio', 'futures');
  account.tellFill(account.trade('XYZUSDT-PERP', 'sell', '10', '100'));
  await rig.run(5_000);
  expect(alerts(rig)).toHaveLength(1);
  account.tellFill(account.trade('XYZUSDT-PERP', 'buy', '1', '100'));
  await rig.run(5_000);
  expect(alerts(rig)).toHaveLength(2);
});

it('are closed where that was configured, and nothing of the strategies with them', async () => {
  const rig = await found({ unattributed: 'flatten' });
  expect(held(rig)).toEqual(['-20', '0']);
  expect(alerts(rig)).toEqual([{ level: 'alert', venue: 'gateio', symbol: 'XYZUSDT-PERP', contracts: 30, policy: 'flatten' }]);
  const sent = rig.account('gateio', 'futures').sent.at(-1);
  expect(sent).toMatchObject({ symbol: 'XYZUSDT-PERP', side: 'sell', quantity: '30', reduceOnly: true });
  expect(rig.desk.report()).toMatchObject({ state: 'trading', unhedged: [] });
});
