import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInputError } from '../../../src/domain/errors.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import { LoopbackHost } from '../../../src/sim/hosts/loopback-host.js';
import { parseSimulationOptions, type SimulationOptions } from '../../../src/sim/options.js';
import { type Simulation, startSimulation } from '../../../src/sim/server.js';
import { EPOCH_US, toMoney } from '../matching/rig.js';
import { describeAccounts, LastingVenue, restarted } from './support.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiercel-accounts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the file of a venue', () => {
  it('has everything before anybody is told of it', () => {
    const venue = new LastingVenue(folder);
    const account = venue.rig.rich();
    const book = venue.rig.still({ bids: [[6_400_000, 1e6]], asks: [[6_400_100, 1e6]] });
    let heard = 0;
    venue.rig.engine.onEvent((event) => {
      if (event.kind === 'fill') expect(venue.lines().at(-1)).toContain(`"tradeId":${event.fill.tradeId}`);
      if (event.kind === 'order-opened') expect(venue.lines().at(-1)).toContain(`"clientOrderId":"${event.order.clientOrderId}"`);
      heard++;
      // What a listener begins is kept as well before it is told.
      if (event.kind === 'order-ended' && event.order.clientOrderId === 'one') {
        venue.rig.order(account, book, 'buy', 1e6, 6_400_000, { clientOrderId: 'two' });
      }
    });
    venue.rig.order(account, book, 'buy', 2e6, 6_400_100, { clientOrderId: 'one', timeInForce: 'ioc' });
    expect(heard).toBeGreaterThan(5);
    expect(venue.lines().at(-1)).toContain('"two"');
  });

  it('keeps orders by value, payments of funding and liquidations', () => {
    const venue = new LastingVenue(folder);
    const account = venue.rig.rich();
    const spot = venue.rig.still({ bids: [[6_400_000, 1e6]], asks: [[6_400_100, 1e9]] });
    const value = { quoteAmount: toMoney('1000'), qtyUnits: null, clientOrderId: 'by-value' };
    venue.rig.order(account, spot, 'buy', 0, null, value);
    const levels = (middle: number): { bids: [number, number][]; asks: [number, number][] } => ({
      bids: [[middle - 1, 1e9]],
      asks: [[middle + 1, 1e9]],
    });
    const perpetual = venue.rig.still(levels(6_400_000), 'BTCUSDT', 'futures');
    venue.rig.order(account, perpetual, 'buy', 5e6, null);
    venue.rig.market.advance(8 * 3_600e6);
    venue.rig.order(venue.rig.rich(), perpetual, 'sell', 3e6, null);
    venue.rig.still(levels(5_000_000), 'BTCUSDT', 'futures');
    const kinds = new Set(venue.rig.events.map((event) => (event.kind === 'balance' ? event.cause : event.kind)));
    expect([...kinds]).toEqual(expect.arrayContaining(['funding', 'liquidation', 'position']));
    const nowUs = EPOCH_US + 1;
    const expected = restarted(describeAccounts(venue.rig.engine), nowUs);
    venue.restart(nowUs);
    expect(describeAccounts(venue.rig.engine)).toEqual(expected);
    venue.restart(nowUs);
    expect(describeAccounts(venue.rig.engine)).toEqual(expected);
  });

  it('does not grow from being opened, and leaves out what later lines replaced', () => {
    const venue = new LastingVenue(folder);
    const account = venue.rig.rich();
    const book = venue.rig.still({ bids: [[6_400_000, 1e6]], asks: [[6_400_100, 1e6]] });
    for (let at = 0; at < 20; at++) venue.rig.engine.cancel(venue.rig.order(account, book, 'buy', 1e6, 6_300_000));
    venue.restart(EPOCH_US);
    const size = venue.size();
    expect(venue.lines().filter((line) => line.includes('"balance"'))).toHaveLength(4);
    venue.restart(EPOCH_US);
    expect(venue.size()).toBe(size);
  });

  it('is refused when it is damaged before its last line, or of another market', () => {
    const venue = new LastingVenue(folder);
    venue.rig.rich();
    venue.rig.rich();
    venue.damage(1, '[{"kind":"balance"}]');
    expect(() => venue.restart(EPOCH_US)).toThrow(InvalidInputError);
    venue.damage(1, '[{');
    expect(() => venue.restart(EPOCH_US)).toThrow('a line of kept accounts is damaged');
    venue.damage(0, '{}');
    expect(() => venue.restart(EPOCH_US)).toThrow('does not begin as a file of accounts does');
  });
});

describe('a simulation with a state folder', () => {
  const start = (more: Partial<SimulationOptions>): Promise<Simulation> => {
    const time = new VirtualTime(EPOCH_US);
    const options = parseSimulationOptions({ venues: ['kraken'], symbols: 4, futuresSymbols: 0, keys: 2, ...more });
    const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => 1 });
    return startSimulation(options, { clock: time, timers: time, host });
  };
  const customersOf = (simulation: Simulation) =>
    (simulation.access.get('kraken')?.customers() ?? []).map(({ key, account }) => ({
      key,
      id: account.id,
      balances: account.balances('spot'),
    }));

  it('has the same customers under the same keys, and opens those that are new', async () => {
    const first = await start({ stateFolder: folder });
    const before = customersOf(first);
    await first.stop();
    const second = await start({ stateFolder: folder, keys: 3 });
    expect(customersOf(second).slice(0, 2)).toEqual(before);
    expect(customersOf(second).map(({ id }) => id)).toEqual([10_001, 10_002, 10_003]);
    await second.stop();
    const third = await start({ stateFolder: folder, keys: 1 });
    expect(customersOf(third)).toHaveLength(3);
    await third.stop();
  });

  it('does not take the accounts of another market', async () => {
    await (await start({ stateFolder: folder })).stop();
    const text = readFileSync(join(folder, 'kraken.accounts'), 'utf8');
    await expect(start({ stateFolder: folder, seed: 2 })).rejects.toThrow('was kept by a simulation of seed 1, 4 symbols');
    expect(readFileSync(join(folder, 'kraken.accounts'), 'utf8')).toBe(text);
  });

  it('is without one as it ever was', async () => {
    const simulation = await start({});
    const [book] = simulation.market.booksOf('kraken', 'spot');
    expect(book?.lastTrade.id).toBeLessThan(2e8);
    expect(customersOf(simulation)).toHaveLength(2);
    await simulation.stop();
  });
});
