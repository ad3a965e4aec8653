// Goal: the truth that detectors are judged by is right. Method: books small enough to reckon on paper, with every status there is.
import { describe, expect, it } from 'vitest';
import type { VenueId } from '../../../src/domain/venue.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import type { Level } from '../../../src/sim/market/ladder.js';
import { exactSizes } from '../../../src/sim/plants/exact-profit.js';
import { ScriptedVenues } from '../../../src/sim/plants/venues.js';

interface Quotes {
  readonly venue: VenueId;
  readonly symbol: string;
  /** Decimals of prices and of quantities; levels are in these units. */
  readonly decimals: readonly [number, number];
  readonly bids: readonly (readonly [number, number])[];
  readonly asks: readonly (readonly [number, number])[];
}

async function sizesBetween(...[buy, sell]: readonly [Quotes, Quotes]): Promise<ReturnType<typeof exactSizes>> {
  const time = new VirtualTime();
  const given = [buy, sell].map(({ venue, symbol, decimals: [priceDecimals, qtyDecimals], asks }) => ({
    venue,
    market: 'spot' as const,
    symbol,
    priceDecimals,
    qtyDecimals,
    price: (asks[0]?.[0] ?? 1) / 10 ** priceDecimals,
  }));
  const venues = await ScriptedVenues.open(time, 1, given, 1);
  const [buyAt, sellAt] = [buy, sell].map(({ venue, bids, asks }) => {
    const book = venues.bookOf(venue, 'spot', 'ABCD');
    const levels = (side: Quotes['bids']): Level[] => side.map(([priceUnits, qtyUnits]) => ({ priceUnits, qtyUnits }));
    book?.applyBackground({ bids: levels(bids), asks: levels(asks), snapshot: true }, time.epochUs());
    return book;
  });
  venues.stop();
  if (buyAt === undefined || sellAt === undefined) throw new RangeError('not listed');
  return exactSizes(buyAt, sellAt);
}

// Binance: fee 10 bp, at least 5 USDT. Gate.io: 20 bp, 3 USDT. MEXC: 5 bp, 1 USDT.
const binance = (asks: Quotes['asks'], qtyDecimals = 1): Quotes => ({
  venue: 'binance',
  symbol: 'ABCDUSDT',
  decimals: [2, qtyDecimals],
  bids: [[190, 1_000]],
  asks,
});
const gateio = (bids: Quotes['bids'], qtyDecimals = 2): Quotes => ({
  venue: 'gateio',
  symbol: 'ABCD_USDT',
  decimals: [3, qtyDecimals],
  bids,
  asks: [[2_300, 100_000]],
});

describe('exact sizes of a pair', () => {
  it('rounds up to the common lot and walks both books', async () => {
    // 5 USDT at 2.00 are 2.5; 10 are 5; 25 are 12.5: 6 at 2.00 and 6.5 at 2.01; 50 are 25: 6 at 2.00, 19 at 2.01.
    const sizes = await sizesBetween(
      binance([
        [200, 60],
        [201, 400],
      ]),
      gateio([
        [2_100, 1_000],
        [2_090, 9_000],
      ]),
    );
    expect(sizes).toEqual([
      { multiple: 1, status: 'feasible', base: '2.5', cost: '5.005', net: '0.2345' },
      { multiple: 2, status: 'feasible', base: '5', cost: '10.01', net: '0.469' },
      // Pays (12 + 13.065) * 1.001, receives (10 * 2.1 + 2.5 * 2.09) * 0.998.
      { multiple: 5, status: 'feasible', base: '12.5', cost: '25.090065', net: '1.082485' },
      // Pays (12 + 38.19) * 1.001, receives (21 + 15 * 2.09) * 0.998.
      { multiple: 10, status: 'feasible', base: '25', cost: '50.24019', net: '2.00511' },
    ]);
  });

  it('says which sizes a book is too thin for', async () => {
    const sizes = await sizesBetween(binance([[200, 60]]), gateio([[2_100, 1_000]]));
    expect(sizes.map(({ status }) => status)).toEqual(['feasible', 'feasible', 'too-thin', 'too-thin']);
    expect(sizes[2]).toMatchObject({ cost: '0', net: '0' });
  });

  it('takes the coarser lot of the two', async () => {
    const sizes = await sizesBetween(binance([[200, 60_000]], 3), gateio([[2_100, 40]], 0));
    expect(sizes.map(({ base }) => base)).toEqual(['3', '5', '13', '25']);
  });

  it('refuses what is worth less than the seller asks for', async () => {
    // Bought for 5 USDT, but worth only 2.875 where it is sold.
    const sizes = await sizesBetween(binance([[200, 60_000]]), gateio([[1_150, 100_000]]));
    expect(sizes.map(({ status }) => status)).toEqual(['below-minimum', 'feasible', 'feasible', 'feasible']);
    expect(Number(sizes[1]?.net)).toBeLessThan(0);
  });
});
