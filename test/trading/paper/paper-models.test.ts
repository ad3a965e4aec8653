// Goal: what makes paper harder than it looks is there: liquidity that is gone, prices that slip, queues, outages, liquidation, and
// messages that take their time but never overtake each other.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import { Pauses } from '../../../src/gateway/pauses.js';
import { PaperLine } from '../../../src/trading/paper/line.js';
import { PaperVenue } from '../../../src/trading/paper/paper-venue.js';
import { Directory } from '../../../src/venues/directory.js';
import { tradingEntry } from '../../../src/venues/trading-registry.js';
import { openingOf, PaperRig, type PaperRigOptions, refusalOf } from './paper-rig.js';

const rig = (options: PaperRigOptions): Promise<PaperRig> => new PaperRig(options).start();
const DEEP = [['99', '1000']] as const;

/** Base units that orders of this account were filled with. */
function filled({ events }: PaperRig): number {
  return events.reduce((sum, event) => sum + (event.kind === 'fill' ? Number(event.fill.quantity) : 0), 0);
}

describe('what was taken of a book', () => {
  it('stays away over new versions of it, and comes back after its time', async () => {
    const market = await rig({ settings: { recoveryMs: 1_000 }, balances: { USDT: '100000' } });
    const show = () => market.setBook(DEEP, [['100', '5']]);
    show();
    await market.place({ quantity: '4' });
    show();
    await market.place({ quantity: '4' });
    expect(filled(market)).toBe(5);
    await market.run(1_000);
    show();
    await market.place({ quantity: '4' });
    expect(filled(market)).toBe(9);
  });

  it('is never filled twice, against a slow model that remembers every unit', async () => {
    const step = fc.record({
      waitMs: fc.integer({ min: 0, max: 400 }),
      shown: fc.integer({ min: 0, max: 6 }),
      wanted: fc.integer({ min: 1, max: 8 }),
      price: fc.integer({ min: 100, max: 102 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 100, max: 900 }),
        async (steps, recoveryMs) => {
          const market = await rig({ settings: { recoveryMs, toVenueMs: 0, fromVenueMs: 0 }, balances: { USDT: '1000000' } });
          const units: { price: number; untilUs: number }[] = [];
          for (const { waitMs, shown, wanted, price } of steps) {
            await market.run(waitMs);
            const levels = [100, 101, 102].map((at) => [String(at), String(shown + 1)] as const);
            market.setBook(DEEP, levels);
            let [left, expected] = [wanted, 0];
            const nowUs = market.time.monotonicUs();
            for (let at = 100; at <= price && left > 0; at++) {
              const missing = units.filter((unit) => unit.price === at && unit.untilUs > nowUs).length;
              for (let unit = Math.max(0, shown + 1 - missing); unit > 0 && left > 0; unit--, left--, expected++)
                units.push({ price: at, untilUs: nowUs + recoveryMs * 1000 });
            }
            const before = filled(market);
            await market.place({ quantity: String(wanted), price: String(price) });
            expect(filled(market) - before).toBe(expected);
          }
          market.venue.stop();
        },
      ),
      { numRuns: 40 },
    );
  });

  it('may be less than is shown, and dearer', async () => {
    const market = await rig({ settings: { shownShare: 0.5, slippageBps: 10 }, balances: { USDT: '100000' } });
    market.setBook(DEEP, [['100', '5']]);
    await market.place({ quantity: '4', price: '101' });
    const fills = market.events.flatMap((event) => (event.kind === 'fill' ? [event.fill] : []));
    expect(fills).toMatchObject([{ price: '100.1', quantity: '2.5' }]);
    market.setBook(DEEP, [['100', '5']]);
    await market.place({ quantity: '1', price: '100.05' });
    expect(filled(market)).toBe(2.5);
  });
});

describe('a queue', () => {
  const settings = { queues: true };

  it('fills what rests once trades have taken everything ahead of it', async () => {
    const market = await rig({ settings });
    const { lab, book } = market;
    market.setBook([['99', '10']], [['101', '10']]);
    await market.place({ timeInForce: 'gtc', quantity: '3', price: '99' });
    const trade = async (qty: string, left: string) => {
      lab.nowUs = market.time.monotonicUs();
      lab.trade(book, 'sell', '99', qty);
      lab.update(book, [['99', left]], []);
      lab.turn(0);
      await market.run(100);
    };
    await trade('8', '2');
    expect(filled(market)).toBe(0);
    await trade('3', '0');
    expect(filled(market)).toBe(1);
    await trade('9', '0');
    expect(filled(market)).toBe(3);
  });

  it('moves on by the share of what others cancel', async () => {
    const market = await rig({ settings });
    const { lab, book } = market;
    market.setBook([['99', '10']], [['101', '10']]);
    await market.place({ timeInForce: 'gtc', quantity: '3', price: '99' });
    const change = async (bid: string, sold?: string) => {
      lab.nowUs = market.time.monotonicUs();
      if (sold !== undefined) lab.trade(book, 'sell', '99', sold);
      lab.update(book, [['99', bid]], []);
      lab.turn(0);
      await market.run(100);
    };
    // Ten more queue behind; then half of the level is cancelled, and with it half of what is ahead.
    await change('20');
    await change('10');
    await change('4', '6');
    expect(filled(market)).toBe(1);
  });

  it('has no effect on what the other side comes to', async () => {
    const market = await rig({ settings });
    market.setBook([['99', '10']], [['101', '10']]);
    await market.place({ timeInForce: 'gtc', quantity: '3', price: '100' });
    market.setBook([['98', '10']], [['99.5', '10']]);
    await market.run(100);
    expect(filled(market)).toBe(3);
  });
});

describe('an outage', () => {
  it('refuses orders, and the account is not followed until it is over', async () => {
    const time = new VirtualTime();
    const lab = new PaperRig().lab;
    const endUs = time.epochUs() + 1e6;
    const venue = new PaperVenue({
      protocol: tradingEntry('binance', 'spot').make({ directory: new Directory() }),
      ...{ universe: lab.universe, views: lab.views, opening: openingOf({ USDT: '1000' }), clock: time, timers: time },
      onAccount: () => undefined,
      models: { isDown: (epochUs) => epochUs > endUs && epochUs < endUs + 1e6 },
    });
    const started = venue.start();
    await time.run(100_000);
    await started;
    expect(venue.isLive).toBe(true);
    await time.run(1_500_000 - 100_000);
    expect(venue.isLive).toBe(false);
    const asked = venue.place(new PaperRig().request({ quantity: '1' }));
    await time.run(100_000);
    expect(refusalOf(await asked)).toBe('venue-down');
    await time.run(1_000_000);
    expect(venue.isLive).toBe(true);
    venue.stop();
  });
});

describe('a position that its margin does not hold', () => {
  it('is closed by the venue, for a fee on top', async () => {
    const spec = { market: 'futures', takerFeeBps: 10 } as const;
    const market = await rig({ spec, settings: { leverage: 10, maintenanceRate: '0.01', liquidationFeeRate: '0.005' } });
    market.setBook([['99.9', '1000']], [['100', '1000']]);
    await market.place({ quantity: '10' });
    expect(filled(market)).toBe(10);
    market.setBook([['95', '1000']], [['95.1', '1000']]);
    await market.run(200);
    expect(filled(market)).toBe(10);
    market.setBook([['90', '1000']], [['90.1', '1000']]);
    await market.run(200);
    const orders = market.events.flatMap((event) => (event.kind === 'order' ? [event.order] : []));
    expect(orders.at(-1)).toMatchObject({ side: 'sell', state: 'filled', reason: 'liquidated', filledQty: '10' });
    // 10 bought at 100 and sold at 90, a fee of 0.1 % each way, and half a percent for the liquidation.
    expect(await market.balances()).toMatchObject({ USDT: ['893.6', '893.6'] });
    const positions = market.events.flatMap((event) => (event.kind === 'position' ? [event.position] : []));
    expect(positions.at(-1)).toMatchObject({ signedSize: '0' });
  });
});

describe('messages of one connection', () => {
  it('arrive in the order in which they left, however long each takes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 90 }))), async (messages) => {
        const time = new VirtualTime();
        const line = new PaperLine(new Pauses(time));
        const arrived: { readonly message: number; readonly atUs: number }[] = [];
        const least: number[] = [];
        for (const [message, [waitMs, delayMs]] of messages.entries()) {
          await time.run(waitMs * 1000);
          least.push(time.monotonicUs() + delayMs * 1000);
          void line.wait(delayMs).then(() => arrived.push({ message, atUs: time.monotonicUs() }));
        }
        await time.run(1e6);
        expect(arrived.map(({ message }) => message)).toEqual(messages.map((_, message) => message));
        // Not before its own time, nor before the one in front: the slow model is the running maximum.
        const expected = least.map((_, message) => Math.max(...least.slice(0, message + 1)));
        expect(arrived.map(({ atUs }) => Math.round(atUs))).toEqual(expected.map(Math.round));
      }),
      { numRuns: 50 },
    );
  });
});
