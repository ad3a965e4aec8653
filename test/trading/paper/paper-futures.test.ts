// Goal: positions of a paper account are what the venue's would be: average entry, exact realised profit, margin, reducing orders,
// and funding at the time and rate that the book tells.
// Method: one perpetual of 0.1 base units a contract, amounts worked out by hand.
import { describe, expect, it } from 'vitest';
import { PaperVenue } from '../../../src/trading/paper/paper-venue.js';
import { PaperRig, refusalOf } from './paper-rig.js';

const SPEC = { market: 'futures', contractSize: '0.1', qtyDecimals: 0, takerFeeBps: 5, makerFeeBps: 2 } as const;
const DEEP = '1000';

async function rigAt(bid: string, ask: string, options: ConstructorParameters<typeof PaperRig>[0] = {}): Promise<PaperRig> {
  const rig = await new PaperRig({ spec: SPEC, balances: { USDT: '1000' }, ...options }).start();
  rig.setBook([[bid, DEEP]], [[ask, DEEP]]);
  return rig;
}

describe('a position', () => {
  it('is kept at its average, realises to the last digit, and turns round', async () => {
    const rig = await rigAt('99', '100');
    await rig.place({ quantity: '10', price: '100' });
    rig.setBook([['109', DEEP]], [['110', DEEP]]);
    await rig.place({ quantity: '20', price: '110' });
    const [position] = await rig.ask(rig.venue.positions());
    // 1 at 100 and 2 at 110 base units: 320 for 3.
    expect(position).toMatchObject({ side: 'buy', size: '30', leverage: 3, markPrice: '109.5' });
    expect(Number(position?.entryPrice)).toBeCloseTo(320 / 3, 12);
    expect(Number(position?.unrealizedPnl)).toBeCloseTo(8.5, 12);
    expect(Number(position?.marginUsed)).toBeCloseTo(320 / 3, 12);
    expect(Number(position?.liquidationPrice)).toBeGreaterThan(70);
    expect(Number(position?.liquidationPrice)).toBeLessThan(75);
    // Fees: 100 and 220 at 5 bps.
    expect((await rig.balances())['USDT']?.[0]).toBe('999.84');
    rig.setBook([['120', DEEP]], [['121', DEEP]]);
    await rig.place({ side: 'sell', quantity: '40', price: '120' });
    // 3 sold at 120 for what cost 320, and one more sold short; fee of 480.
    expect((await rig.balances())['USDT']?.[0]).toBe('1039.6');
    expect(await rig.ask(rig.venue.positions())).toMatchObject([{ side: 'sell', size: '10', entryPrice: '120' }]);
    expect(rig.events.findLast(({ kind }) => kind === 'position')).toMatchObject({
      position: { symbol: 'ABCUSDT-PERP', signedSize: '-10', entryPrice: '120' },
    });
    await rig.place({ quantity: '10', price: '121' });
    expect(await rig.ask(rig.venue.positions())).toEqual([]);
    expect((await rig.balances())['USDT']).toEqual(['1038.5395', '1038.5395']);
    expect(rig.events.findLast(({ kind }) => kind === 'position')).toMatchObject({
      position: { signedSize: '0', entryPrice: null },
    });
  });

  it('binds margin: what opens beyond it is refused, what closes never is', async () => {
    const rig = await rigAt('99', '100', { balances: { USDT: '34' } });
    expect(refusalOf(await rig.place({ quantity: '11' }))).toBe('insufficient-balance');
    expect(refusalOf(await rig.place({ quantity: '10' }))).toBe('placed');
    expect(Number((await rig.balances())['USDT']?.[1])).toBeCloseTo(34 - 0.05 - 100 / 3, 12);
    expect(refusalOf(await rig.place({ quantity: '10' }))).toBe('insufficient-balance');
    expect(refusalOf(await rig.place({ side: 'sell', quantity: '10', price: '99' }))).toBe('placed');
  });

  it('is only made smaller by reducing orders', async () => {
    const rig = await rigAt('99', '100');
    expect(refusalOf(await rig.place({ side: 'sell', price: '99', quantity: '10', reduceOnly: true }))).toBe('reduce-only');
    await rig.place({ quantity: '10' });
    const resting = { side: 'sell', timeInForce: 'gtc', price: '105', reduceOnly: true } as const;
    expect(refusalOf(await rig.place({ ...resting, quantity: '11' }))).toBe('reduce-only');
    expect(refusalOf(await rig.place({ ...resting, quantity: '6' }))).toBe('placed');
    expect(refusalOf(await rig.place({ ...resting, quantity: '5' }))).toBe('reduce-only');
    const sold = await rig.place({ side: 'sell', price: '99', quantity: '15', reduceOnly: true });
    expect(sold).toMatchObject({ kind: 'placed', order: { state: 'expired', filledQty: '10' } });
    await rig.run(100);
    expect(await rig.ask(rig.venue.openOrders())).toEqual([]);
    expect(rig.events.findLast(({ kind }) => kind === 'order')).toMatchObject({
      order: { clientOrderId: 'c4', state: 'expired' },
    });
  });

  it('goes on in another venue that opens with its snapshot', async () => {
    const rig = await rigAt('99', '100');
    await rig.place({ quantity: '10' });
    rig.setBook([['109', DEEP]], [['110', DEEP]]);
    await rig.place({ quantity: '20', price: '110' });
    const next = await rigAt('120', '121', { opening: rig.venue.snapshot() });
    expect(next.venue.snapshot()).toEqual(rig.venue.snapshot());
    await next.place({ side: 'sell', quantity: '30', price: '120' });
    expect(next.venue.snapshot()).toEqual({ balances: [{ asset: 'USDT', total: '1039.66' }], positions: [] });
    const { universe, views } = next.lab;
    const opening = { balances: [], positions: [{ symbol: 'OTHER', signedSize: '1', openCost: '1' }] };
    const parts = { universe, views, opening, clock: next.time, timers: next.time, onAccount: () => undefined };
    const protocol = {
      venue: 'binance',
      market: 'futures',
      features: {
        timeInForce: [],
        marketByQuote: [],
        reduceOnly: true,
        openOrdersOfAll: true,
        cancelAllOfAll: true,
        fillsOfAll: true,
      },
      clientOrderId: (key: string) => key,
    } as const;
    expect(() => new PaperVenue({ ...parts, protocol })).toThrow('no futures instrument "OTHER"');
  });
});

describe('funding', () => {
  it('is paid at its time, once, at the rate that was told last, of the value at the mark price', async () => {
    const rig = await rigAt('99', '100');
    await rig.place({ quantity: '10' });
    const { lab, time } = rig;
    const mark = async (fundingRate: number, nextFundingUs: number): Promise<void> => {
      lab.nowUs = time.monotonicUs();
      lab.setMark(rig.book, { price: 101.5, fundingRate, nextFundingUs });
      lab.turn(0);
      await rig.run(100);
    };
    const dueUs = time.epochUs() + 3_600e6;
    await mark(0.0003, dueUs);
    await mark(0.0002, dueUs);
    rig.events.length = 0;
    await rig.run((dueUs - time.epochUs()) / 1000 - 1);
    expect(rig.events).toEqual([]);
    await rig.run(200);
    // 1 base unit at 101.5, a long position pays: 0.0203 of 1000 less a fee of 0.05.
    expect(rig.events.map(({ kind }) => kind)).toEqual(['balance']);
    expect((await rig.balances())['USDT']?.[0]).toBe('999.9297');
    await mark(0.0001, dueUs + 8 * 3_600e6);
    await rig.run(3_600_000);
    expect((await rig.balances())['USDT']?.[0]).toBe('999.9297');
  });
});
