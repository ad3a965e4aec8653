// Goal: whatever the network does to a feed, and whatever its session does about it, the recording decodes to the same versions of the
// same books, each with the same contents. Method: the session of a model venue with random faults, recorded through the ring and the
// archive's own writer; the kernel tells of every version, live and in the replay.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { BOOK_LOCK, BOOK_RECEIVE_US, BOOK_STATE, BOOK_TRADES, CHECKSUM_OFF } from '../../../assembly/memory/layout.js';
import { SeededRandom } from '../../../src/domain/random.js';
import { ArchiveWriter } from '../../../src/feeds/capture/archive-writer.js';
import { FeedReplay } from '../../../src/feeds/capture/feed-replay.js';
import { encodeRecord } from '../../../src/feeds/capture/format.js';
import { allocateRing, FrameRingReader } from '../../../src/feeds/capture/frame-ring.js';
import { captureName, readCapture } from '../../../src/feeds/capture/reader.js';
import { RecorderTap } from '../../../src/feeds/capture/recorder-tap.js';
import { Kernel } from '../../../src/kernel/kernel.js';
import { createSharedBooks } from '../../../src/kernel/memory.js';
import { kernelModule } from '../../../src/kernel/module.js';
import { type MemoryPlan, planMemory } from '../../../src/kernel/plan.js';
import { binanceSpot } from '../../../src/venues/binance/feed.js';
import { ModelVenue } from '../model-venue.js';
import { SessionRig } from '../session-rig.js';

const scratch = mkdtempSync(join(tmpdir(), 'tiercel-feed-replay-'));
afterAll(() => rmSync(scratch, { recursive: true }));

const SYMBOLS = ['AAAUSDT', 'BBBUSDT'];
const LIMITS = { fileBytesMax: 2 ** 26, fileAgeMsMax: 1e12 };

/** One version of a book as readers see it. */
function described(book: number, kernel: Kernel): string {
  kernel.exports.copyBook(book, 100);
  const side = (at: number, count: number): string => Array.from(kernel.float64.subarray(at, at + 2 * count)).join(' ');
  const sides = `${side(kernel.copiedBids, kernel.answer(0))} | ${side(kernel.copiedAsks, kernel.answer(1))}`;
  const header = [BOOK_LOCK, BOOK_STATE].map((field) => kernel.int32At(book + field));
  const figures = [kernel.answer(3), kernel.float64At(book + BOOK_RECEIVE_US), kernel.float64At(book + BOOK_TRADES)];
  return `${book} ${header.join(' ')} ${figures.join(' ')} ${sides}`;
}

async function replayed(plan: MemoryPlan, files: readonly string[]): Promise<{ versions: string[]; replay: FeedReplay }> {
  const versions: string[] = [];
  const kernel: Kernel = new Kernel(createSharedBooks(plan), 0, kernelModule(), (book) => versions.push(described(book, kernel)));
  const books = new Map(SYMBOLS.map((symbol, place) => [symbol, plan.books[place] ?? 0]));
  const replay = new FeedReplay(kernel, { name: 'binance-spot', files, address: plan.feeds[0] ?? 0, books });
  while (await replay.step());
  return { versions, replay };
}

const action = fc.constantFrom(
  ...([
    'deliver',
    'deliver',
    'deliver',
    'deliver',
    'trade',
    'lose',
    'swap',
    'disconnect',
    'garble',
    'answer',
    'answer-behind',
    'answer-behind',
    'fail',
    'pass',
  ] as const),
);

describe('a recording of a feed', () => {
  it('decodes to every version of every book', async () => {
    const run = async (
      seed: number,
      actions: readonly (readonly [typeof action extends fc.Arbitrary<infer A> ? A : never, number])[],
    ) => {
      const ring = allocateRing(2 ** 22);
      const live: string[] = [];
      let epochUs = 1_767_225_600_000_000;
      const clock = { monotonicUs: () => 0, epochUs: () => ++epochUs };
      const rig = new SessionRig(
        binanceSpot(),
        SYMBOLS,
        { triesMax: 4, silenceMsMin: 3_000 },
        (kernel) =>
          new RecorderTap(
            ring,
            clock,
            () => undefined,
            () => kernel().float64At(kernel().thread),
          ),
        (book, kernel) => live.push(described(book, kernel)),
      );
      const random = new SeededRandom(seed);
      const venues = SYMBOLS.map((symbol) => new ModelVenue(symbol, random.fork(symbol)));
      // A snapshot may be some messages behind what has been kept, which then is decoded once more.
      const answerAll = (behind: number): void => {
        for (const { symbol } of rig.transport.asked.splice(0)) {
          const venue = venues.find((candidate) => candidate.symbol === symbol);
          if (venue === undefined) continue;
          const ids = [...venue.states.keys()];
          rig.snapshot(symbol, venue.binanceSnapshot(ids[Math.max(0, ids.length - 1 - behind)]));
        }
      };
      rig.pass(250);
      rig.open();
      for (const [what, which] of actions) {
        const venue = venues[which] as ModelVenue;
        rig.nowMs += 7;
        if (what === 'deliver') rig.frame(venue.binanceDelta());
        if (what === 'lose') venue.binanceDelta();
        if (what === 'garble') rig.frame(venue.binanceDelta().replace('"b":[', '"b":[["'));
        if (what === 'swap') for (const frame of [venue.binanceDelta(), venue.binanceDelta()].toReversed()) rig.frame(frame);
        if (what === 'trade')
          rig.frame(
            `{"stream":"x@trade","data":{"e":"trade","E":1,"s":"${venue.symbol}","t":5,"p":"1.00","q":"2.00","T":1,"m":true,"M":true}}`,
          );
        if (what === 'disconnect') rig.session.disconnected(0, 'test');
        if (what === 'answer') answerAll(0);
        if (what === 'answer-behind') answerAll(1 + random.below(3));
        const failing = what === 'fail' ? rig.transport.asked.shift() : undefined;
        if (failing !== undefined) rig.session.snapshotFailed(failing, 'HTTP 503');
        if (what === 'pass') rig.pass(2_000);
        rig.open();
        rig.settleClosed();
      }
      rig.session.stop();
      const writer = new ArchiveWriter('binance-spot', new FrameRingReader(ring), join(scratch, String(seed)), LIMITS);
      const { files } = await writer.close();
      const { versions, replay } = await replayed(rig.kernel.plan, files);
      expect(versions).toEqual(live);
      expect(replay.missing).toBe(0);
      return live.length;
    };
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0 }),
        fc.array(fc.tuple(action, fc.nat(1)), { minLength: 20, maxLength: 150 }),
        async (seed, actions) => {
          expect(await run(seed, actions)).toBeGreaterThan(SYMBOLS.length);
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  const plan = planMemory({
    feeds: [binanceSpot().decoder],
    books: SYMBOLS.map((symbol) => ({
      feed: 0,
      names: [symbol],
      priceScale: 2,
      qtyScale: 2,
      capacity: 10,
      depth: 0,
      rule: 0,
      checksumPolicy: CHECKSUM_OFF,
      orders: 0,
    })),
    threads: [{ inputBytes: 4096, levelsMax: 10, copyLevelsMax: 100, eventsMax: 1 }],
    histograms: 0,
  });

  const file = (name: string, lines: readonly { conn: string; url: string; raw: string; n?: number }[]): string => {
    const path = join(scratch, `${name}.ndjson`);
    const text = lines.map(({ conn, url, raw, n }) =>
      encodeRecord({
        epochMs: 1,
        dir: 'in',
        kind: 'book',
        conn,
        url,
        binary: false,
        payload: Buffer.from(raw),
        ...(n !== undefined && { number: n }),
      }),
    );
    writeFileSync(path, text.join(''));
    return path;
  };

  it('takes up a book where its dead writer left it', async () => {
    const path = file('recover', [
      { conn: 'AAAUSDT', url: 'reset', raw: '', n: 1 },
      { conn: 'AAAUSDT', url: 'recover', raw: '418', n: 3 },
      { conn: 'AAAUSDT', url: 'state', raw: '3', n: 4 },
    ]);
    const { versions, replay } = await replayed(plan, [path]);
    expect(versions.map((text) => text.split(' ').slice(1, 3).map(Number))).toEqual([
      [2, 1],
      [418, 1],
      [420, 3],
    ]);
    expect(replay.missing).toBe(1);
  });

  it.each([
    [
      'numbers no lines',
      { conn: 'AAAUSDT', url: 'reset', raw: '' },
      /says neither when its frames were received nor what became of its books/,
    ],
    ['has another book', { conn: 'CCCUSDT', url: 'reset', raw: '', n: 1 }, /has a book CCCUSDT that the turn log does not know/],
    [
      'does something unheard of',
      { conn: 'AAAUSDT', url: 'dance', raw: '', n: 1 },
      /says "dance" of a book, which means nothing/,
    ],
  ])('is refused when it %s', async (name, line, sentence) => {
    await expect(replayed(plan, [file(captureName(name), [line])])).rejects.toThrow(sentence);
  });

  it('shows whoever follows the wire nothing but the wire', async () => {
    const path = file('wire', [{ conn: 'AAAUSDT', url: 'reset', raw: '', n: 1 }]);
    const kinds = async (books: boolean): Promise<string[]> => {
      const found: string[] = [];
      for await (const { record } of readCapture(path, { books })) found.push(record.kind);
      return found;
    };
    expect(await kinds(false)).toEqual([]);
    expect(await kinds(true)).toEqual(['book']);
  });
});
