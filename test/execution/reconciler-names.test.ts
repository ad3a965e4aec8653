// Goal: what a comparison tells of an account is its name. A desk hands over its accounts with their gateways, whose keys and open
// connections have no place in a log.
import { expect, it } from 'vitest';
import { VirtualTime } from '../../src/domain/virtual-time.js';
import { PositionReconciler } from '../../src/execution/reconciler.js';
import { listed, SPOT } from './reconciliation-rig.js';

it('names the account of a difference, without whatever else came with it', async () => {
  const time = new VirtualTime();
  const port: { self: object | null } = { self: null };
  port.self = port;
  const account = { ...SPOT, port };
  const reconciler = new PositionReconciler({
    clock: time,
    accounts: [account],
    instruments: [listed('binance', 'spot')],
    prices: () => ({ bid: '100', ask: '101' }),
  });
  reconciler.begin({ ...SPOT, balances: [{ asset: 'ABC', total: '10' }], positions: [] });
  reconciler.onAccount('binance', 'spot', { kind: 'reconciled' });
  const balance = { venue: 'binance', asset: 'ABC', total: '9', available: null } as const;
  reconciler.onAccount('binance', 'spot', { kind: 'balance', balance });
  await time.run(60e6);
  const { imbalances } = reconciler.check();
  expect(imbalances).toHaveLength(1);
  expect(imbalances[0]).toMatchObject({ ...SPOT, asset: 'ABC', imbalanceAmount: '-1' });
  expect(imbalances[0]).not.toHaveProperty('port');
});
