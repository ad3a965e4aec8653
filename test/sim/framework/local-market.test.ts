// Goal: an engine's whole market runs on the calling thread, over venues in this process, exactly. Method: a quiet scene is followed,
// disturbed and cut off; the books in the kernel are compared with those at the venues, level by level.
import { describe, expect, it } from 'vitest';
import { BOOK_FUNDING_RATE, BOOK_MARK_PRICE, BOOK_NEXT_FUNDING_US } from '../../../assembly/memory/layout.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import type { FeedEvent } from '../../../src/feeds/transport.js';
import { type LevelText, readBook } from '../../../src/kernel/book-view.js';
import { LocalMarket, listFeeds } from '../../../src/sim/framework/local-market.js';
import { decimalText } from '../../../src/sim/framework/opportunity.js';
import { marketEndpoints } from '../../../src/sim/fronts/front.js';
import { LoopbackHost } from '../../../src/sim/hosts/loopback-host.js';
import type { Level } from '../../../src/sim/market/ladder.js';
import { parseSimulationOptions } from '../../../src/sim/options.js';
import { Scene } from '../../../src/sim/plants/scene.js';
import { startSimulation } from '../../../src/sim/server.js';
import { FEEDS } from '../../../src/venues/registry.js';

const LEVELS = 20;

interface Followed {
  readonly scene: Scene;
  readonly market: LocalMarket;
  readonly time: VirtualTime;
  readonly events: readonly FeedEvent[];
  /** How often something arrived. */
  readonly delivered: () => number;
}

async function follow(seed: number): Promise<Followed> {
  const time = new VirtualTime();
  const scene = await Scene.open(time, seed);
  const { host } = scene.venues;
  const listing = listFeeds(host, scene.venues.protocols());
  await time.run(100_000);
  const events: FeedEvent[] = [];
  let delivered = 0;
  const market = new LocalMarket({
    feeds: await listing,
    host,
    clock: time,
    timers: time,
    random: new SeededRandom(seed),
    onDelivered: () => {
      delivered++;
    },
    listener: (event) => events.push(event),
  });
  scene.stir();
  await time.run(3_000_000);
  return { scene, market, time, events, delivered: () => delivered };
}

interface Sides {
  readonly name: string;
  readonly state: string;
  readonly bids: readonly LevelText[];
  readonly asks: readonly LevelText[];
}

/** Best levels of every book in the kernel and at its venue, when nothing is on the way any more. */
async function bothSides({
  scene,
  market,
  time,
}: Pick<Followed, 'scene' | 'market' | 'time'>): Promise<readonly [Sides[], Sides[]]> {
  for (const { quiet } of scene.stage.rows.flatMap(({ books }) => books)) quiet.frozen = true;
  await time.run(20_000);
  const here: Sides[] = [];
  const there: Sides[] = [];
  market.universe.books.forEach(({ instrument }, position) => {
    const { venue, base, symbol } = instrument;
    const view = readBook(market.kernel, market.kernel.plan.books[position] ?? 0, LEVELS);
    const book = scene.venues.bookOf(venue, instrument.market, base);
    if (view === undefined || book === undefined) throw new RangeError(`no book of ${symbol}`);
    const { priceDecimals, qtyDecimals } = book.instrument;
    const texts = (levels: readonly Level[]): LevelText[] =>
      levels
        .slice(0, LEVELS)
        .map(({ priceUnits, qtyUnits }) => [decimalText(priceUnits, priceDecimals), decimalText(qtyUnits, qtyDecimals)]);
    const name = `${venue} ${symbol}`;
    here.push({ name, state: view.state, bids: view.bids, asks: view.asks });
    there.push({ name, state: 'SYNCED', bids: texts(book.bids.levels()), asks: texts(book.asks.levels()) });
  });
  return [here, there];
}

describe('a market on the calling thread', () => {
  it('follows every book of five venues, to the last unit', async () => {
    const followed = await follow(7);
    const { scene, market, events, delivered } = followed;
    expect(market.isSynced).toBe(true);
    expect(market.universe.books.length).toBeGreaterThan(30);
    expect(new Set(market.universe.books.map(({ instrument }) => instrument.venue)).size).toBe(5);
    const [here, there] = await bothSides(followed);
    expect(here).toEqual(there);
    expect(delivered()).toBeGreaterThan(300);
    expect(events.filter(({ level }) => level !== 'info')).toEqual([]);
    market.stop();
    scene.stop();
  });

  it('knows the marks and the next funding of the perpetuals of every venue', async () => {
    const time = new VirtualTime();
    const host = new LoopbackHost({ clock: time, timers: time, oneWayMs: () => 1 });
    const simulation = await startSimulation(
      parseSimulationOptions({
        symbols: 4,
        futuresSymbols: 2,
        updatesPerSecond: 50,
        plantIntervalMs: 1e9,
        seed: 3,
        keepLog: false,
      }),
      { clock: time, timers: time, host },
    );
    const protocols = FEEDS.flatMap(({ venue, market, make }) => {
      const endpoints = simulation.endpoints[venue];
      return market === 'futures' && endpoints !== undefined ? [make({ endpoints: marketEndpoints(endpoints, market) })] : [];
    });
    const listing = listFeeds(host, protocols);
    await time.run(1_000_000);
    const random = new SeededRandom(3);
    const market = new LocalMarket({
      feeds: await listing,
      host,
      clock: time,
      timers: time,
      random,
      onDelivered: () => undefined,
    });
    await time.run(5_000_000);
    const { kernel, universe } = market;
    const told = universe.books.map(({ instrument }, position) => {
      const header = kernel.plan.books[position] ?? 0;
      const field = (word: number): number => kernel.float64[(header + word) >> 3] ?? Number.NaN;
      const { venue, symbol } = instrument;
      return {
        venue,
        symbol,
        rate: field(BOOK_FUNDING_RATE),
        nextUs: field(BOOK_NEXT_FUNDING_US),
        isMarked: field(BOOK_MARK_PRICE) > 0,
      };
    });
    expect([...new Set(told.map(({ venue }) => venue))].sort()).toEqual(['binance', 'gateio', 'mexc']);
    expect(told).toEqual(
      universe.books.map(({ instrument: { venue, symbol } }) => {
        const book = simulation.market.booksOf(venue, 'futures').find(({ instrument }) => instrument.symbol === symbol);
        const due = book === undefined ? undefined : simulation.engines.get(venue)?.funding(book);
        return { venue, symbol, rate: Number(due?.rate), nextUs: due?.nextUs, isMarked: true };
      }),
    );
    market.stop();
    await simulation.stop();
  });

  it('comes back when every connection is cut', async () => {
    const followed = await follow(8);
    const { scene, market, time, events } = followed;
    scene.venues.faults.add({ traffic: ['ws-public'], fault: { kind: 'disconnect', at: 'now' }, untilMs: 1 });
    await time.run(10_000);
    expect(market.synced).toBe(0);
    await time.run(20_000_000);
    expect(market.isSynced).toBe(true);
    const [here, there] = await bothSides(followed);
    expect(here).toEqual(there);
    expect(events.filter(({ kind }) => kind === 'disconnected').length).toBeGreaterThanOrEqual(5);
    market.stop();
    scene.stop();
  });
});
