import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  BOOK_ASKS,
  BOOK_BIDS,
  BOOK_GAPS,
  BOOK_RULE_DELTAS,
  BOOK_SEQUENCE,
  CHECKSUM_ENFORCE,
  DECODER_BINANCE_SPOT,
  SIDE_COUNT,
} from '../../../assembly/memory/layout.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { SystemClock, systemTimers } from '../../../src/domain/system-clock.js';
import { readExpected } from '../../../src/feeds/capture/expected.js';
import { PlaybackServer } from '../../../src/feeds/capture/playback-server.js';
import { FeedSession } from '../../../src/feeds/session.js';
import { DEFAULT_FEED_SETTINGS } from '../../../src/feeds/settings.js';
import { SocketTransport } from '../../../src/feeds/socket-transport.js';
import { Kernel } from '../../../src/kernel/kernel.js';
import { createSharedBooks } from '../../../src/kernel/memory.js';
import { planMemory } from '../../../src/kernel/plan.js';
import { HttpClient } from '../../../src/transport/http.js';
import { binanceSpot } from '../../../src/venues/binance/feed.js';
import { dataFolder } from '../../property/captured.js';

// Goal: a live feed that connects to a served recording over real sockets ends with the books of the recording.
test.skipIf(dataFolder === undefined)('a live feed follows a served capture to its last book', async () => {
  const captures = join(dataFolder ?? '', 'captures');
  const name = 'binance-spot.cryptofeed-20210417';
  const expected = readExpected(join(captures, 'expected'), name);
  const symbols = Object.keys(expected?.symbols ?? {});
  const clock = new SystemClock();
  const server = await PlaybackServer.start(
    join(captures, `${name}.ndjson.gz`),
    { host: '127.0.0.1', port: 0, speed: 20 },
    clock,
    systemTimers,
  );
  const rest = `http://127.0.0.1:${server.port}`;
  const protocol = binanceSpot({ endpoints: { rest, wsPublic: `ws://127.0.0.1:${server.port}` } });
  const plan = planMemory({
    feeds: [DECODER_BINANCE_SPOT],
    books: symbols.map((symbol) => ({
      feed: 0,
      names: [symbol, ...protocol.aliases(symbol)],
      priceScale: 8,
      qtyScale: 3,
      capacity: 5000,
      depth: 0,
      rule: BOOK_RULE_DELTAS,
      checksumPolicy: CHECKSUM_ENFORCE,
      orders: 0,
    })),
    threads: [{ inputBytes: 1 << 20, levelsMax: 5000, copyLevelsMax: 10, eventsMax: 100 }],
    histograms: 0,
  });
  const kernel = new Kernel(createSharedBooks(plan), 0);
  const http = new HttpClient({ timeoutMs: 10_000, bodyBytesMax: 1 << 24, connectionsMax: 8 }, systemTimers);
  const surroundings = {
    clock,
    timers: systemTimers,
    randomBytes,
    http,
    receiveBuffer: new Uint8Array(1 << 16),
    messageBytesMax: 1 << 20,
    onDecoded: () => undefined,
  };
  const transport = new SocketTransport(surroundings, rest, null);
  const books = symbols.map((symbol, index) => ({ index, symbol, address: plan.books[index] ?? 0 }));
  const feed = plan.feeds[0] ?? 0;
  const parts = {
    protocol,
    kernel,
    feed,
    transport,
    settings: DEFAULT_FEED_SETTINGS,
    random: new SeededRandom(1),
    epochMs: () => clock.epochUs() / 1000,
    listener: () => undefined,
  };
  const session = new FeedSession(parts, books);
  transport.attach(session);
  const ticking = systemTimers.every(50, () => session.tick(clock.monotonicUs() / 1000));
  try {
    const ends = () =>
      books.map(({ symbol, address }) => ({
        symbol,
        sequence: kernel.float64At(address + BOOK_SEQUENCE),
        bids: kernel.int32At(address + BOOK_BIDS + SIDE_COUNT),
        asks: kernel.int32At(address + BOOK_ASKS + SIDE_COUNT),
        gaps: kernel.float64At(address + BOOK_GAPS),
      }));
    const wanted = symbols.map((symbol) => {
      const book = expected?.symbols[symbol]?.book;
      return { symbol, sequence: book?.lastSequence, bids: book?.bidLevels, asks: book?.askLevels, gaps: 0 };
    });
    await expect.poll(ends, { timeout: 30_000, interval: 100 }).toEqual(wanted);
  } finally {
    ticking.cancel();
    session.stop();
    await transport.whenIdle();
    await http.close();
    server.stop();
  }
});
