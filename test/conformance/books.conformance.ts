// Goal: the books of our feeds are those inside the matching engine, at the same sequence, under load, while frames are lost, repeated
// and reordered and connections die, and after that. (The clients' books are held against the engine's in each venue's own file.)
// Method: both sides are looked at every millisecond. Where the venue has sequence numbers, two looks at one number must be equal; where
// it has none, the feed must come to stand at levels that the engine had.
import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalFeed } from '../../src/acceptance/local-feed.js';
import { SeededRandom } from '../../src/domain/random.js';
import { SystemClock, systemTimers } from '../../src/domain/system-clock.js';
import { decimalText } from '../../src/kernel/book-view.js';
import type { FaultRuleInput } from '../../src/sim/faults/rules.js';
import { marketEndpoints } from '../../src/sim/fronts/front.js';
import type { SimulatedBook } from '../../src/sim/market/book.js';
import { FEEDS } from '../../src/venues/registry.js';
import { type ConformanceVenue, startVenue } from './rig.js';

const LEVELS = 10;
const BASES = ['BTC', 'ETH', 'SOL'];
const COMPARISONS = 25;
/** Venues whose streams carry the sequence that the engine counts. */
const NUMBERED = new Set(['binance', 'gateio', 'mexc']);

const FAULTS: readonly FaultRuleInput['fault'][] = [
  { kind: 'duplicate' },
  { kind: 'disconnect', at: 'frame' },
  { kind: 'disconnect', at: 'mid-frame' },
];
/** What only sequence numbers or checksums can show; Coinbase's stream has neither, and TCP loses nothing in the middle. */
const LOSSES: readonly FaultRuleInput['fault'][] = [
  { kind: 'drop' },
  { kind: 'reorder' },
  { kind: 'sequence-gap' },
  { kind: 'bad-checksum' },
];

const text = (price: string, qty: string): string => `${price}x${qty}`;

function engineLevels({ bids, asks, instrument }: SimulatedBook): string {
  const side = (levels: readonly { priceUnits: number; qtyUnits: number }[]): string =>
    levels
      .slice(0, LEVELS)
      .map(({ priceUnits, qtyUnits }) =>
        text(decimalText(priceUnits, instrument.priceDecimals), decimalText(qtyUnits, instrument.qtyDecimals)),
      )
      .join(' ');
  return `${side(bids.levels())} | ${side(asks.levels())}`;
}

let running: ConformanceVenue | undefined;
let feed: LocalFeed | undefined;
afterEach(async () => {
  await feed?.stop();
  await running?.stop();
});

describe.each(FEEDS)('books of $venue $market', ({ venue, market, make }) => {
  it('are those of the engine under load, through faults and after them', { timeout: 120_000 }, async () => {
    running = await startVenue(venue, { symbols: 6, futuresSymbols: 4, updatesPerSecond: 3_000, seed: 11 });
    const { endpoints, simulation } = running;
    const { rest, wsPublic } = marketEndpoints(endpoints, market);
    const books = BASES.map((base) => (running as ConformanceVenue).book(market, base));
    const clock = new SystemClock();
    feed = new LocalFeed(
      make({ endpoints: { rest, wsPublic } }),
      books.map(({ instrument }) => instrument),
      {
        clock,
        timers: systemTimers,
        random: new SeededRandom(1),
        randomBytes: (size) => randomBytes(size),
        settings: { connectBackoff: { initialMs: 50, maxMs: 200 }, bookBackoff: { initialMs: 50, maxMs: 200 } },
      },
    );
    for (const { instrument } of books) await feed.synced(instrument.symbol, 30_000);

    const wrong: string[] = [];
    let equal = 0;
    const seen = new Map<string, Map<number | string, string>>(books.map(({ instrument }) => [instrument.symbol, new Map()]));
    const looking = systemTimers.every(1, () => {
      for (const book of books) {
        const { symbol } = book.instrument;
        const states = seen.get(symbol);
        const view = feed?.read(symbol, LEVELS);
        const levels = engineLevels(book);
        states?.set(NUMBERED.has(venue) ? book.lastId : levels, levels);
        if (view?.state !== 'SYNCED') continue;
        const own = `${view.bids.map(([p, q]) => text(p, q)).join(' ')} | ${view.asks.map(([p, q]) => text(p, q)).join(' ')}`;
        const expected = states?.get(NUMBERED.has(venue) ? view.sequence : own);
        if (expected === own) equal++;
        else if (expected !== undefined) wrong.push(`${symbol} at ${view.sequence}: feed ${own}, engine ${expected}`);
      }
    });
    const enough = (count: number): Promise<void> =>
      expect
        .poll(() => equal, { timeout: 40_000, interval: 20 })
        .toBeGreaterThan(count)
        .then();
    await enough(COMPARISONS);

    for (const fault of venue === 'coinbase' ? FAULTS : [...FAULTS, ...LOSSES]) {
      const probability = fault.kind === 'disconnect' ? 0.001 : 0.01;
      simulation.faults.add({ venues: [venue], traffic: ['ws-public'], probability, fault });
    }
    const before = equal;
    await enough(before + COMPARISONS);
    await expect
      .poll(() => Object.values(simulation.faults.counts).reduce((sum, count) => sum + count, 0), { timeout: 20_000 })
      .toBeGreaterThan(20);
    simulation.faults.clear();
    for (const { instrument } of books) await feed.synced(instrument.symbol, 60_000);
    const after = equal;
    await enough(after + COMPARISONS);
    looking.cancel();
    expect(wrong).toEqual([]);
  });
});
