import {
  FEED_EVENT_LOOP_DELAY_US,
  FEED_RECORDER_DROPS,
  THREAD_INPUT_BYTES,
  THREAD_RECEIVE_US,
} from '../../assembly/memory/layout.js';
import type { Clock, Timer, Timers } from '../domain/clock.js';
import { KernelError } from '../domain/errors.js';
import { SeededRandom } from '../domain/random.js';
import { Kernel } from '../kernel/kernel.js';
import { HttpClient } from '../transport/http.js';
import { feedProtocol } from '../venues/registry.js';
import { RecorderTap } from './capture/recorder-tap.js';
import { FeedSession } from './session.js';
import { type SocketSurroundings, SocketTransport } from './socket-transport.js';
import type { FeedListener } from './transport.js';
import type { FeedWorkerData, WorkerFeed } from './worker-data.js';

const TICK_MS = 250;
const STOP_MS_MAX = 800;
const HTTP_TIMEOUT_MS = 10_000;

/** What the worker needs of its thread. */
export interface WorkerSurroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  randomBytes(size: number): Uint8Array;
  readonly listener: FeedListener;
}

interface RunningFeed {
  readonly feed: number;
  readonly session: FeedSession;
  readonly transport: SocketTransport;
}

/** All feeds of one venue, on one thread: sockets in, books in shared memory out, one wake-up of the engine for each chunk. */
export class FeedWorker {
  private readonly kernel: Kernel;
  private readonly http: HttpClient;
  private readonly feeds: readonly RunningFeed[];
  private ticker: Timer | undefined;
  private tickedUs = 0;
  private isFlushDue = false;
  /** When the first message of the chunk under way was decoded; a typed array, so that setting it allocates nothing. */
  private readonly chunkUs = new Float64Array(1);
  private readonly flushBound = (): void => this.flush();

  constructor(
    private readonly data: FeedWorkerData,
    private readonly surroundings: WorkerSurroundings,
  ) {
    this.kernel = new Kernel({ memory: data.memory, plan: data.plan }, data.thread, data.module);
    if (this.kernel.receiveArea.length === 0)
      throw new KernelError('a feed worker needs a receive area: plan its thread with receiveBytes');
    const messageBytesMax = this.kernel.int32At(this.kernel.thread + THREAD_INPUT_BYTES);
    this.http = new HttpClient(
      { timeoutMs: HTTP_TIMEOUT_MS, bodyBytesMax: messageBytesMax, connectionsMax: data.settings.snapshotsInFlightMax },
      surroundings.timers,
    );
    const shared: SocketSurroundings = {
      clock: surroundings.clock,
      timers: surroundings.timers,
      randomBytes: surroundings.randomBytes,
      http: this.http,
      receiveBuffer: this.kernel.receiveArea,
      messageBytesMax,
      onDecoded: () => this.decoded(),
    };
    this.feeds = data.feeds.map((feed, index) => this.makeFeed(feed, index, shared));
  }

  /** Begins to connect. */
  start(): void {
    this.tickedUs = this.surroundings.clock.monotonicUs();
    this.ticker = this.surroundings.timers.every(TICK_MS, () => this.tick());
    this.tick();
  }

  /** Closes all sockets with a close frame; settles when they are closed, or after a moment at the latest. */
  async stop(): Promise<void> {
    this.ticker?.cancel();
    for (const { session } of this.feeds) session.stop();
    let deadline: Timer | undefined;
    const late = new Promise<void>((resolve) => {
      deadline = this.surroundings.timers.after(STOP_MS_MAX, resolve);
    });
    await Promise.race([late, Promise.all(this.feeds.map(({ transport }) => transport.whenIdle()))]);
    deadline?.cancel();
    await this.http.close();
    this.kernel.exports.wake(this.kernel.plan.control);
  }

  private makeFeed(feed: WorkerFeed, index: number, shared: SocketSurroundings): RunningFeed {
    const { clock, listener } = this.surroundings;
    const { kernel } = this;
    const protocol = feedProtocol(feed.venue, feed.market, feed.options);
    const countDrop = (): void => {
      const counter = (feed.feed + FEED_RECORDER_DROPS) >> 3;
      kernel.float64[counter] = (kernel.float64[counter] ?? 0) + 1;
    };
    const tap =
      feed.recording === null
        ? null
        : new RecorderTap(feed.recording, clock, countDrop, () => kernel.float64At(kernel.thread + THREAD_RECEIVE_US));
    const transport = new SocketTransport(shared, protocol.endpoints.rest, tap);
    const parts = {
      protocol,
      kernel,
      feed: feed.feed,
      transport,
      settings: this.data.settings,
      random: new SeededRandom(this.data.seed).fork(`feed:${index}`),
      epochMs: () => clock.epochUs() / 1000,
      listener,
      ...(tap !== null && { journal: tap }),
    };
    const session = new FeedSession(parts, feed.books);
    transport.attach(session);
    return { feed: feed.feed, session, transport };
  }

  /** How late the tick came is how long the event loop was held up. */
  private tick(): void {
    const nowUs = this.surroundings.clock.monotonicUs();
    const delayUs = Math.max(0, nowUs - this.tickedUs - TICK_MS * 1000);
    this.tickedUs = nowUs;
    for (let index = 0; index < this.feeds.length; index++) {
      const { feed, session, transport } = this.feeds[index] as RunningFeed;
      this.kernel.float64[(feed + FEED_EVENT_LOOP_DELAY_US) >> 3] = delayUs;
      session.receivedAt(nowUs);
      transport.reportLife();
      session.tick(nowUs / 1000);
    }
    this.kernel.exports.wake(this.kernel.plan.control);
  }

  /** A message was decoded. Once the chunk is done, which is when the callback stack has unwound, the engine is woken once. */
  private decoded(): void {
    if (this.isFlushDue) return;
    this.isFlushDue = true;
    this.chunkUs[0] = this.kernel.float64At(this.kernel.thread + THREAD_RECEIVE_US);
    process.nextTick(this.flushBound);
  }

  private flush(): void {
    this.isFlushDue = false;
    this.kernel.exports.wake(this.kernel.plan.control);
    if (this.data.histogram === 0) return;
    this.kernel.exports.recordLatency(this.data.histogram, this.surroundings.clock.monotonicUs() - (this.chunkUs[0] ?? 0));
  }
}
