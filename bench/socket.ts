import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { STATUS_APPLIED } from '../assembly/memory/layout.js';
import { systemTimers } from '../src/domain/system-clock.js';
import { connectWebSocket } from '../src/transport/web-socket.js';
import { binanceStream } from '../test/frames/binance.js';
import { type BenchResult, compared, type Effort, median, type Suite } from './measure.js';
import { Stage } from './stage.js';
import type { FrameServerData } from './threads/frame-server.js';
import { startThread } from './threads/start.js';
import { wireOf } from './wire.js';

/** Depth frames from a loopback socket into the book, as fast as the client takes them. */
export const socketSuite: Suite = { ids: ['socket.to.book.vs.ws'], run };

async function run(effort: Effort): Promise<BenchResult[]> {
  const stage = new Stage(binanceStream('spot', { seed: 21, frames: effort.quick ? 100 : 8000, levels: 1000 }));
  const server = await startThread('frame-server.js', { wire: wireOf(stage.deltas) } satisfies FrameServerData);
  const url = `ws://127.0.0.1:${server.first}/`;
  const times = { lean: [] as number[], ws: [] as number[] };
  let digest = '';
  for (let round = -2; round < effort.rounds; round++) {
    for (const [name, receive] of [
      ['lean', receiveLean],
      ['ws', receiveWs],
    ] as const) {
      stage.begin();
      const us = await receive(stage, url);
      if (round >= 0) times[name].push(us / stage.deltas.length);
      const books = JSON.stringify(stage.stream.instruments.map(({ symbol }) => stage.top(symbol, 1000)));
      if (digest !== '' && books !== digest) throw new Error('the clients ended with different books');
      digest = books;
    }
  }
  await server.stop();
  return [compared('socket.to.book.vs.ws', 'us/frame', median(times.lean), 'ws package, same kernel decode', median(times.ws))];
}

/** Counts frames down; tells how long all but the first took. */
class Countdown {
  readonly done: Promise<number>;
  private left: number;
  private firstNs = 0n;
  private finish: (us: number) => void = () => {};
  private fail: (error: Error) => void = () => {};

  constructor(private readonly stage: Stage) {
    this.left = stage.deltas.length;
    this.done = new Promise((resolve, reject) => {
      this.finish = resolve;
      this.fail = reject;
    });
  }

  frame(bytes: Uint8Array, start: number, end: number): void {
    if (this.firstNs === 0n) this.firstNs = process.hrtime.bigint();
    const status = this.stage.kernel.decodeFrame(this.stage.feed, bytes, start, end);
    if (status !== STATUS_APPLIED) this.fail(new Error(`a frame was answered with status ${status}`));
    if (--this.left === 0) this.finish(Number(process.hrtime.bigint() - this.firstNs) / 1e3);
  }
}

/** As a feed worker receives: into the kernel's memory, decoded in place. */
async function receiveLean(stage: Stage, url: string): Promise<number> {
  const countdown = new Countdown(stage);
  let close: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const socket = connectWebSocket(
    {
      url,
      connectTimeoutMs: 5000,
      messageBytesMax: 1 << 20,
      sendQueueBytesMax: 1 << 20,
      receiveBuffer: stage.kernel.receiveArea,
    },
    { onOpen: () => {}, onMessage: (bytes, start, end) => countdown.frame(bytes, start, end), onClose: () => close() },
    { timers: systemTimers, randomBytes },
  );
  const us = await countdown.done;
  socket.terminate();
  await closed;
  return us;
}

async function receiveWs(stage: Stage, url: string): Promise<number> {
  const countdown = new Countdown(stage);
  const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
  socket.on('message', (data: Buffer) => countdown.frame(data, 0, data.length));
  const us = await countdown.done;
  socket.terminate();
  await once(socket, 'close');
  return us;
}
