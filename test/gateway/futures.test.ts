// Goal: contracts through the named methods, over a real protocol and its simulated venue.
import { expect, test } from 'vitest';
import { tradingEntry } from '../../src/venues/trading-registry.js';
import { NOTHING_LEFT, SimulatedVenue } from './simulated.js';

test('leverage, a market order, the position it makes, its funding, and the way out', async () => {
  const life = await SimulatedVenue.create(tradingEntry('binance', 'futures'), {
    seed: 8,
    settings: { deadMansSwitchSeconds: 30 },
  });
  const { gateway } = life;
  const until = async <T>(promise: Promise<T>): Promise<T> => {
    await life.settles(promise, 20_000);
    return promise;
  };
  await until(gateway.start());
  await life.pass(1_000);
  const instrument = gateway.instrument('BTCUSDT');
  const order = (key: string, side: 'buy' | 'sell', reduceOnly: boolean) => ({
    ...life.order(instrument, side, null, 'ioc', gateway.clientOrderId(key)),
    reduceOnly,
  });
  expect(await until(gateway.getPositionInfo('BTCUSDT'))).toBeNull();
  const opened = await until(gateway.placeFuturesOrder({ ...order('in', 'buy', false), leverage: 5 }));
  expect(opened).toMatchObject({ kind: 'placed' });
  await life.pass(500);
  const position = await until(gateway.getPositionInfo('BTCUSDT'));
  expect(position).toMatchObject({ side: 'buy', leverage: 5, contract: { symbol: 'BTCUSDT', contractType: 'perpetual' } });
  expect(position?.size).toBe(order('size', 'buy', false).quantity);
  expect(await until(gateway.getFundingRate('BTCUSDT'))).toMatchObject({ contract: { fundingInterval: expect.any(Number) } });
  const book = await until(gateway.getFuturesOrderbook('BTCUSDT', 20));
  expect(gateway.calculateExecutionPrice(book, 'sell', position?.size ?? '0').full).toBe(true);
  const most = instrument.contract?.maxLeverage ?? 0;
  const tooMuch = await until(gateway.placeFuturesOrder({ ...order('x', 'buy', false), leverage: most + 1 }));
  expect(tooMuch).toMatchObject({ kind: 'refused', error: { code: 'TIERCEL_INVALID_INPUT' } });
  expect(await until(gateway.place(order('out', 'sell', true)))).toMatchObject({ kind: 'placed' });
  await life.pass(500);
  expect(await until(gateway.getPositionInfo('BTCUSDT'))).toBeNull();
  const moves = life.events.flatMap((event) => (event.kind === 'position' ? [event.position.signedSize] : []));
  expect(moves.slice(-2)).toEqual([position?.size, '0']); // setting the leverage tells a flat one before
  expect(life.notices.filter(({ kind }) => kind === 'dead-mans-switch')).toEqual([]);
  expect(await life.stop()).toEqual(NOTHING_LEFT);
});

test('a resting order is cancelled by the switch when its keeper is gone, and lives on when it was stopped in good order', async () => {
  const life = await SimulatedVenue.create(tradingEntry('binance', 'futures'), {
    seed: 8,
    settings: { deadMansSwitchSeconds: 30 },
  });
  const { gateway } = life;
  await life.settles(gateway.start(), 20_000);
  await life.pass(1_000);
  const id = gateway.clientOrderId('rest');
  await life.settles(gateway.place(life.order(gateway.instrument('BTCUSDT'), 'buy', -0.03, 'gtc', id)), 20_000);
  await life.pass(100_000);
  expect(life.engineOrders(id).map(({ state }) => state)).toEqual(['open']);
  life.simulation.faults.add({ traffic: ['rest'], fault: { kind: 'refuse' } }); // our requests do not arrive any more
  await life.pass(35_000);
  expect(life.engineOrders(id).map(({ state, endReason }) => [state, endReason])).toEqual([['ended', 'countdown']]);
  life.simulation.faults.clear();
  await life.pass(30_000);
  const other = gateway.clientOrderId('other');
  await life.settles(gateway.place(life.order(gateway.instrument('BTCUSDT'), 'buy', -0.03, 'gtc', other)), 20_000);
  await life.settles(gateway.stop(), 20_000);
  await life.pass(120_000);
  expect(life.engineOrders(other).map(({ state }) => state)).toEqual(['open']);
  expect(await life.stop()).toEqual(NOTHING_LEFT);
});
