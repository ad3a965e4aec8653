import { once } from 'node:events';
import {
  BOOK_EXCHANGE_US,
  BOOK_RULE_DELTAS,
  CHECKSUM_OFF,
  CONTROL_STOP,
  DECODER_BINANCE_SPOT,
  STATUS_SNAPSHOT,
} from '../assembly/memory/layout.js';
import { SystemClock } from '../src/domain/system-clock.js';
import { Engine } from '../src/engine/engine.js';
import { runTurns, stopTurns } from '../src/engine/wake.js';
import { LatencyHistogram, percentilesOf } from '../src/kernel/histogram.js';
import { Kernel } from '../src/kernel/kernel.js';
import { createSharedBooks, type SharedBooks } from '../src/kernel/memory.js';
import { planMemory } from '../src/kernel/plan.js';
import { Scanner } from '../src/kernel/scan.js';
import { Views } from '../src/kernel/views.js';
import { binanceStream } from '../test/frames/binance.js';
import type { InstrumentSpec } from '../test/frames/book-model.js';
import type { LatencyFeedData } from './threads/latency-feed.js';
import { type PacedFrame, type PacedOrder, type PacedServerData, STAMP_OFFSET_US } from './threads/paced-frame.js';
import { type BenchThread, startThread } from './threads/start.js';
import { wireOf } from './wire.js';

/** Percentiles of one stage at one offered load, in microseconds. */
export interface LatencyRow {
  readonly framesPerSecond: number;
  readonly stage: string;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

const LOADS = [1_000, 10_000, 50_000] as const;
/** Copies of the generator's three coins: so many times three instruments. */
const TRIPLES = 33;
const STAGES = ['sent to received', 'received to book', 'received to decision', 'sent to decision'] as const;

/** Instruments with their snapshots, and one cycle of frames. */
interface Traffic {
  readonly instruments: readonly InstrumentSpec[];
  readonly snapshots: ReadonlyMap<string, Buffer>;
  readonly server: PacedServerData;
}

/**
 * Latency by stage and offered load: Binance depth frames over a loopback socket into a feed thread, and from there to the engine's
 * turn on the main thread in event mode. Times count from the moment at which a frame should have been sent, so that a stall counts
 * for every frame that it holds up. A frame that a newer one of its book overtakes is received and applied, and not decided on.
 */
export async function measureLatency(quick: boolean): Promise<LatencyRow[]> {
  const traffic = makeTraffic(quick ? 2 : TRIPLES, quick ? 20 : 120);
  const shared = planBooks(traffic);
  const server = await startThread('paced-server.js', traffic.server);
  const [decision = 0, receipt = 0, publication = 0, total = 0] = shared.plan.histograms;
  const url = `ws://127.0.0.1:${server.first}/`;
  const { kernel, engine, books } = startEngine(shared, traffic, decision);
  const feed = await startThread('latency-feed.js', { shared, url, receipt, publication } satisfies LatencyFeedData);
  const decidedUs = new Float64Array(books.length);
  const clock = new SystemClock();
  const turn = (): void => {
    engine.turn();
    const nowUs = clock.monotonicUs();
    books.forEach((book, index) => {
      const sentUs = kernel.float64At(book + BOOK_EXCHANGE_US);
      if (sentUs <= (decidedUs[index] ?? 0)) return;
      decidedUs[index] = sentUs;
      kernel.exports.recordLatency(total, nowUs - (sentUs - STAMP_OFFSET_US));
    });
  };
  const rows: LatencyRow[] = [];
  const histograms = [receipt, publication, decision, total].map(
    (address) => new LatencyHistogram(shared.memory.buffer, address),
  );
  for (const framesPerSecond of quick ? [1_000] : LOADS) {
    const order = { framesPerSecond, count: quick ? 200 : framesPerSecond * 4 };
    await offer(server, kernel, { ...order, count: Math.ceil(order.count / 4) }, turn); // warm-up
    const before = histograms.map((histogram) => histogram.refresh().counts.slice());
    await offer(server, kernel, order, turn);
    histograms.forEach((histogram, index) => {
      const grown = histogram.refresh().counts.map((count, bucket) => count - (before[index]?.[bucket] ?? 0));
      const { p50, p99, p999, max } = percentilesOf(grown);
      rows.push({ framesPerSecond, stage: STAGES[index] ?? '', p50, p99, p999, max });
    });
  }
  await feed.stop();
  await server.stop();
  return rows;
}

/** Prints the table, with what it holds for. */
export function printLatency(rows: readonly LatencyRow[]): void {
  console.log('\nlatency in us  frames/s  stage                      p50       p99     p99.9       max');
  for (const { framesPerSecond, stage, p50, p99, p999, max } of rows) {
    const figures = [p50, p99, p999, max].map((us) => us.toFixed(us < 100 ? 1 : 0).padStart(9)).join(' ');
    console.log(`${String(framesPerSecond).padStart(23)}  ${stage.padEnd(22)} ${figures}`);
  }
  console.log(
    `99 Binance books, loopback TCP, sender, feed thread and engine (event mode) on one machine; from the intended moment of sending.`,
  );
}

/** Sends a burst and lets the engine run until all of it has arrived. */
async function offer({ worker }: BenchThread, { int32, plan }: Kernel, order: PacedOrder, turn: () => void): Promise<void> {
  Atomics.store(int32, (plan.control + CONTROL_STOP) >> 2, 0);
  const turns = runTurns(int32, plan.control, 'event', turn);
  const sent = once(worker, 'message');
  worker.postMessage(order);
  await sent;
  // The last chunk has been written, not yet received.
  await new Promise((resolve) => setTimeout(resolve, 100));
  stopTurns(int32, plan.control);
  await turns;
}

function planBooks({ instruments, snapshots }: Traffic): SharedBooks {
  const book = { capacity: 1000, depth: 0, rule: BOOK_RULE_DELTAS, checksumPolicy: CHECKSUM_OFF, orders: 0 };
  const plan = planMemory({
    feeds: [DECODER_BINANCE_SPOT, DECODER_BINANCE_SPOT],
    // The second venue stands still; it is there to be compared with.
    books: [0, 1].flatMap((feed) =>
      instruments.map(({ symbol, priceScale, qtyScale }) => ({ ...book, feed, names: [symbol], priceScale, qtyScale })),
    ),
    threads: [0, 1].map(() => ({ inputBytes: 1 << 20, levelsMax: 5000, copyLevelsMax: 1, eventsMax: 1, receiveBytes: 1 << 18 })),
    histograms: 4,
    scanRows: instruments.length,
  });
  const shared = createSharedBooks(plan);
  const kernel = new Kernel(shared, 0);
  kernel.receivedAt(new SystemClock().monotonicUs());
  plan.books.forEach((address, index) => {
    const symbol = instruments[index % instruments.length]?.symbol ?? '';
    const status = kernel.decodeSnapshot(address, snapshots.get(symbol) ?? Buffer.alloc(0));
    if (status !== STATUS_SNAPSHOT) throw new Error(`the snapshot of ${symbol} was answered with status ${status}`);
  });
  return shared;
}

function startEngine(
  shared: SharedBooks,
  { instruments }: Traffic,
  histogram: number,
): { kernel: Kernel; engine: Engine; books: readonly number[] } {
  const kernel = new Kernel(shared, 0);
  const scanner = new Scanner(kernel);
  const { books } = shared.plan;
  const rows = instruments.map(({ qtyScale }, row) => {
    const pair = [books[row] ?? 0, books[row + instruments.length] ?? 0];
    scanner.setRow(
      row,
      pair.map((book) => ({ book, takerFee: 0.001, basePerUnit: 10 ** -qtyScale })),
    );
    return { books: pair };
  });
  const options = { minNet: 0, maxQuoteAgeUs: 1e12, fullScanIntervalUs: 1e12 };
  const engine = new Engine(kernel, scanner, new Views(kernel, scanner), rows, null, histogram, options, new SystemClock());
  return { kernel, engine, books: books.slice(0, instruments.length) };
}

/** Three instruments of the generator, over and over under new names; their frames mixed, with room for stamps of microseconds. */
function makeTraffic(triples: number, framesEach: number): Traffic {
  const instruments: InstrumentSpec[] = [];
  const snapshots = new Map<string, Buffer>();
  const frames: { readonly text: string; readonly symbol: string }[][] = [];
  for (let triple = 0; triple < triples; triple++) {
    const stream = binanceStream('spot', { seed: 100 + triple, frames: framesEach, levels: 1000 });
    const nameOf = (symbol: string): string => symbol.replace('USDT', `${triple}USDT`);
    for (const spec of stream.instruments) instruments.push({ ...spec, symbol: nameOf(spec.symbol) });
    frames.push([]);
    for (const { kind, symbol, bytes } of stream.frames) {
      const own = nameOf(symbol);
      if (kind === 'rest') snapshots.set(own, bytes);
      if (kind !== 'delta') continue;
      const named = bytes.toString('latin1').replaceAll(symbol, own).replaceAll(symbol.toLowerCase(), own.toLowerCase());
      frames.at(-1)?.push({ symbol: own, text: named.replace(/"E":\d+/, `"E":${STAMP_OFFSET_US}`) });
    }
  }
  const mixed = Array.from({ length: framesEach }, (_, i) => frames.flatMap((list) => list[i] ?? [])).flat();
  return { instruments, snapshots, server: pacedFrames(mixed) };
}

function pacedFrames(mixed: readonly { readonly text: string; readonly symbol: string }[]): PacedServerData {
  const spans = new Map<string, { first: number; last: number }>();
  const ids = mixed.map(({ text, symbol }) => {
    const [first, last] = [Number(/"U":(\d+)/.exec(text)?.[1]), Number(/"u":(\d+)/.exec(text)?.[1])];
    spans.set(symbol, { first: spans.get(symbol)?.first ?? first, last });
    return { first, last };
  });
  const wires = mixed.map(({ text }) => wireOf([Buffer.from(text, 'latin1')]));
  let from = 0;
  const frames = mixed.map(({ symbol }, index): PacedFrame => {
    const wire = wires[index] ?? Buffer.alloc(0);
    const span = spans.get(symbol) ?? { first: 0, last: 0 };
    const at = (key: string): number => from + wire.indexOf(`"${key}":`) + key.length + 3;
    const { first, last } = ids[index] ?? { first: 0, last: 0 };
    const places = { stampAt: at('E'), firstAt: at('U'), lastAt: at('u') };
    const frame = { from, to: from + wire.length, ...places, first, last, idSpan: span.last - span.first + 1 };
    from = frame.to;
    return frame;
  });
  return { wire: Buffer.concat(wires), frames };
}
