// Goal: recorded traffic can be the background that accounts trade with. Method: a capture drives a simulated book on virtual time;
// at its end the book must have the levels that the capture's own verification ends with.
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VirtualTime } from '../../../src/domain/virtual-time.js';
import { readExpected } from '../../../src/feeds/capture/expected.js';
import { SimulatedMarket } from '../../../src/sim/market/market.js';
import { createMatchingEngine } from '../../../src/sim/matching/engine.js';
import { parseSimulationOptions } from '../../../src/sim/options.js';
import { playRecordings } from '../../../src/sim/recorded/playback.js';
import { readTape } from '../../../src/sim/recorded/tape.js';
import { startSimulation } from '../../../src/sim/server.js';
import { dataFolder } from '../../property/captured.js';

const OPTIONS = parseSimulationOptions({ venues: ['binance', 'kraken', 'gateio'], symbols: 3, futuresSymbols: 1, seed: 5 });

describe.skipIf(dataFolder === undefined)('recorded traffic as the background', () => {
  const captures = join(dataFolder ?? '', 'captures');
  const name = 'binance-spot.cryptofeed-20210417';

  it('plays every book of the capture to its last state', async () => {
    const tape = await readTape(join(captures, `${name}.ndjson.gz`));
    const expected = readExpected(join(captures, 'expected'), name);
    const market = new SimulatedMarket(OPTIONS, 1_700_000_000_000_000, () => undefined, tape);
    playRecordings(market, tape);
    expect(tape.map(({ symbol }) => symbol).toSorted()).toEqual(Object.keys(expected?.symbols ?? {}).toSorted());
    for (const { symbol, states, priceDecimals } of tape) {
      const book = market.booksOf('binance', 'spot').find(({ instrument }) => instrument.symbol === symbol);
      const lastUs = (states.at(-1)?.afterUs ?? 0) - (states[0]?.afterUs ?? 0);
      if (book === undefined || lastUs < market.elapsedUs()) continue;
      market.advance(lastUs);
      const last = expected?.symbols[symbol]?.book;
      const price = (units: number | undefined): number => (units ?? 0) / 10 ** priceDecimals;
      expect(price(book.bids.best()?.priceUnits)).toBe(Number(last?.bestBid?.[0]));
      expect(price(book.asks.best()?.priceUnits)).toBe(Number(last?.bestAsk?.[0]));
      expect(book.isDriven).toBe(true);
    }
  });

  it('fills an order that the recorded market runs into', async () => {
    const tape = await readTape(join(captures, `${name}.ndjson.gz`));
    const market = new SimulatedMarket(OPTIONS, 1_700_000_000_000_000, () => undefined, tape);
    const engine = createMatchingEngine({ market, venue: 'binance', seed: 1, now: () => market.nowUs() });
    playRecordings(market, tape);
    const [busiest] = tape.toSorted((a, b) => b.states.length - a.states.length);
    const book = market.booksOf('binance', 'spot').find(({ instrument }) => instrument.symbol === busiest?.symbol);
    const ask = book?.asks.best();
    if (book === undefined || ask === undefined) throw new Error('no book');
    const account = engine.openAccount({ spot: { [book.instrument.quote]: '1000000000' }, futures: {} });
    const taken = engine.submit(account, {
      ...{ book, side: 'buy', type: 'limit', timeInForce: 'ioc', priceUnits: ask.priceUnits, qtyUnits: ask.qtyUnits },
      ...{ quoteAmount: null, clientOrderId: null, reduceOnly: false },
    });
    expect(taken.kind === 'accepted' && taken.order.state).toBe('filled');
    expect(book.asks.best()?.priceUnits).toBeGreaterThan(ask.priceUnits);
  });

  it('serves the recorded instruments over the protocol', async () => {
    const time = new VirtualTime();
    const { LoopbackHost } = await import('../../../src/sim/hosts/loopback-host.js');
    const host = new LoopbackHost({ clock: time, timers: time });
    const options = { ...OPTIONS, captures: [join(captures, `${name}.ndjson.gz`)] };
    const simulation = await startSimulation(options, { clock: time, timers: time, host });
    const books = simulation.market.booksOf('binance', 'spot').filter(({ isDriven }) => isDriven);
    expect(books.length).toBeGreaterThan(0);
    await simulation.stop();
  });
});
