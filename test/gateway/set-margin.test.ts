// Goal: every venue with contracts is told how they are margined, says so, and takes it again; what it will not do is an error that names why.
// Method: gateways over the real protocols on the simulated venues, whose own positions are looked at.
import { describe, expect, it } from 'vitest';
import type { MarginMode, MarginSetting } from '../../src/domain/account.js';
import { Decimal } from '../../src/domain/decimal.js';
import { VenueRequestError } from '../../src/domain/errors.js';
import { TRADING } from '../../src/venues/trading-registry.js';
import { NOTHING_LEFT, SimulatedVenue } from './simulated.js';

const WITHIN_MS = 20_000;

describe.each(TRADING.filter(({ market }) => market === 'futures'))('margin of contracts on $venue', (entry) => {
  async function started() {
    const life = await SimulatedVenue.create(entry, { seed: 8 });
    const { gateway } = life;
    const until = async <T>(promise: Promise<T>): Promise<T> => {
      await life.settles(promise, WITHIN_MS);
      return promise;
    };
    await until(gateway.start());
    await life.pass(1_000);
    const symbol = life.symbols('futures')[0] ?? '';
    const book = life.simulation.market.booksOf(entry.venue, 'futures').find(({ instrument }) => instrument.symbol === symbol);
    const account = life.simulation.access.get(entry.venue)?.customers()[0]?.account;
    if (book === undefined || account === undefined) throw new RangeError(`${entry.venue} has no ${symbol}`);
    const set = (mode: MarginMode, leverage: number): Promise<void> => until(gateway.setMargin(symbol, { mode, leverage }));
    const truth = (): MarginSetting => {
      const { marginMode, leverage } = account.position(book);
      return { mode: marginMode, leverage };
    };
    const trade = async (key: string, side: 'buy' | 'sell', reduceOnly: boolean): Promise<void> => {
      const id = gateway.clientOrderId(key);
      const order = { ...life.order(gateway.instrument(symbol), side, null, 'ioc', id), reduceOnly };
      expect(await until(gateway.place(order))).toMatchObject({ kind: 'placed' });
      await life.pass(1_000);
    };
    return { life, gateway, set, truth, trade, until };
  }

  it('is set, again when it is so already, and to something else', async () => {
    const { life, set, truth } = await started();
    for (const [mode, leverage] of [
      ['isolated', 3],
      ['isolated', 3],
      ['cross', 5],
      ['isolated', 2],
    ] as const) {
      await set(mode, leverage);
      expect(truth()).toEqual({ mode, leverage });
    }
    await expect(set('isolated', 2.5)).rejects.toMatchObject({ code: 'TIERCEL_INVALID_INPUT' });
    expect(await life.stop()).toEqual(NOTHING_LEFT);
  });

  it('of an open position keeps its mode and says so, changes its leverage, and lets it be closed', async () => {
    const { life, gateway, set, truth, trade, until } = await started();
    await set('cross', 4);
    await trade('in', 'buy', false);
    await expect(set('isolated', 3)).rejects.toBeInstanceOf(VenueRequestError);
    expect(truth().mode).toBe('cross');
    await set('cross', 3);
    expect(truth()).toEqual({ mode: 'cross', leverage: 3 });
    await trade('out', 'sell', true);
    expect(await until(gateway.positions())).toEqual([]);
    expect(await life.stop()).toEqual(NOTHING_LEFT);
  });

  it('of an isolated position that is found at the start goes with the orders that follow', async () => {
    const { life, set, trade, until } = await started();
    await set('isolated', 4);
    await trade('in', 'buy', false);
    const again = life.newGateway();
    await until(again.start());
    await life.pass(1_000);
    const [position] = await until(again.positions());
    const instrument = again.instrument(position?.contract.symbol ?? '');
    for (const [key, side, reduceOnly, quantity] of [
      ['more', 'buy', false, position?.size ?? '0'],
      ['out', 'sell', true, new Decimal(position?.size ?? '0').mul(2).toFixed()],
    ] as const) {
      const order = life.order(instrument, side, null, 'ioc', again.clientOrderId(key));
      expect(await until(again.place({ ...order, quantity, reduceOnly }))).toMatchObject({ kind: 'placed' });
      await life.pass(1_000);
    }
    expect(await until(again.positions())).toEqual([]);
    await until(again.stop());
    expect(await life.stop()).toEqual(NOTHING_LEFT);
  });
});
