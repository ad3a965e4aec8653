import { describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import { testKey } from '../../../src/sim/access/keys.js';
import { Nonces } from '../../../src/sim/access/nonces.js';
import { BanBook, DecayingLimit, FixedWindowLimit, SlidingWindowLimit } from '../../../src/sim/access/rate-limits.js';
import { checkWindow } from '../../../src/sim/access/time-window.js';
import { VenueAccess } from '../../../src/sim/access/venue-access.js';
import { SimulatedMarket } from '../../../src/sim/market/market.js';
import { createMatchingEngine } from '../../../src/sim/matching/engine.js';
import { parseSimulationOptions } from '../../../src/sim/options.js';

describe('the customers of a venue', () => {
  const options = parseSimulationOptions({ venues: ['kraken', 'binance'], symbols: 12, seed: 4 });
  const market = new SimulatedMarket(options, 1e15, () => {});
  const engine = createMatchingEngine({ market, venue: 'kraken', seed: 4, now: () => 1e15 });
  const access = new VenueAccess('kraken', 4, engine, market, 2);

  it('are found by their test keys', () => {
    const key = testKey('kraken', 4);
    expect(access.find(key.apiKey)?.key).toEqual(key);
    expect(access.find(testKey('kraken', 4, 1).apiKey)?.account.id).not.toBe(access.find(key.apiKey)?.account.id);
    expect(access.find(testKey('kraken', 5).apiKey)).toBeUndefined();
    expect(access.customers()).toHaveLength(2);
  });

  it('are rich in both wallets, and in every listed asset', () => {
    const account = access.customers()[0]?.account;
    const units = (asset: string, wallet: 'spot' | 'futures' = 'spot'): number =>
      Number(account?.balance(wallet, asset).total) / 1e18;
    for (const asset of ['USDT', 'USD', 'USDC']) expect([units(asset), units(asset, 'futures')]).toEqual([1e6, 1e6]);
    for (const book of market.booksOf('kraken', 'spot')) {
      expect(units(book.instrument.base) * market.fairPrice(book)).toBeGreaterThan(150_000);
      expect(units(book.instrument.base) * market.fairPrice(book)).toBeLessThan(250_000);
    }
    const poor = access.open({ spot: { USDT: '5.25' }, futures: {} });
    expect(poor.key).toEqual(testKey('kraken', 4, 2));
    expect(poor.account.balance('spot', 'USDT').total).toBe(5_250_000_000_000_000_000n);
  });
});

describe('stamps and nonces', () => {
  it('are accepted within the window only', () => {
    const judge = (stamp: number): string | null => checkWindow(stamp, 100_000, 5_000, 1_000);
    expect([94_999, 95_000, 100_999, 101_000, Number.NaN].map(judge)).toEqual(['too-old', null, null, 'too-new', 'malformed']);
  });

  it('must grow, for each key', () => {
    const nonces = new Nonces();
    const tries = ['0', '5', '5', '4', '6', '-7', '7.5', '', '18446744073709551616', '18446744073709551615'];
    expect(tries.map((nonce) => nonces.accept('a', nonce))).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
      false,
      false,
      false,
      true,
    ]);
    expect(nonces.accept('b', '1')).toBe(true);
  });
});

describe('rate limits', () => {
  it('count weight in whole intervals of the clock', async () => {
    const time = new VirtualTime();
    const limit = new FixedWindowLimit(time, 10, 60_000);
    expect(limit.take('a', 6)).toEqual({ allowed: true, used: 6, remaining: 4, resetInUs: 59e6 });
    expect(limit.take('a', 5)).toMatchObject({ allowed: false, used: 6 });
    expect(limit.take('b', 5)).toMatchObject({ allowed: true, used: 5 });
    await time.run(59e6);
    expect(limit.take('a', 5)).toMatchObject({ allowed: true, used: 5, remaining: 5 });
  });

  it('count weight over the last interval', async () => {
    const time = new VirtualTime();
    const limit = new SlidingWindowLimit(time, 3, 1_000);
    expect(limit.take('a')).toMatchObject({ allowed: true, remaining: 2 });
    await time.run(600_000);
    expect(limit.take('a', 2)).toEqual({ allowed: true, used: 3, remaining: 0, resetInUs: 400_000 });
    expect(limit.take('a').allowed).toBe(false);
    await time.run(400_000);
    expect(limit.take('a').allowed).toBe(true);
    expect(limit.take('a').allowed).toBe(false);
  });

  it('decay', async () => {
    const time = new VirtualTime();
    const limit = new DecayingLimit(time, 15, 0.5);
    for (let i = 0; i < 15; i++) expect(limit.take('a').allowed).toBe(true);
    expect(limit.take('a')).toMatchObject({ allowed: false, used: 15, resetInUs: 30e6 });
    await time.run(2e6);
    expect(limit.take('a')).toMatchObject({ allowed: true, used: 15 });
  });

  it('ban those who go on', async () => {
    const time = new VirtualTime();
    const bans = new BanBook(time, 2, 60_000, 120_000);
    expect([bans.refuse('a'), bans.refuse('a'), bans.bannedForUs('a'), bans.refuse('a')]).toEqual([429, 429, 0, 418]);
    expect([bans.bannedForUs('a'), bans.bannedForUs('b')]).toEqual([120e6, 0]);
    await time.run(120e6);
    expect([bans.bannedForUs('a'), bans.refuse('a')]).toEqual([0, 429]);
  });
});
