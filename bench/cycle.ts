import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { systemTimers } from '../src/domain/system-clock.js';
import { Journal } from '../src/ledger/journal.js';
import { HttpClient } from '../src/transport/http.js';
import { CycleDesk } from './cycle-desk.js';
import { CycleAccount, WireTap } from './cycle-venues.js';
import { type BenchResult, compared, type Effort, percentile, type Suite } from './measure.js';
import type { OrderVenueData, OrderVenueReady } from './threads/order-venue.js';
import { startThread } from './threads/start.js';

const BUY_AT = 'binance';
const SELL_AT = 'gateio';
/** Gate.io takes ten orders a second of an account: many accounts take turns, each with fewer. */
const ACCOUNTS = 24;
const ACCOUNTS_QUICK = 6;
const INTENTS_PER_ACCOUNT = 7;
const WINDOW_MS = 1000;
/** What the compiler of JavaScript needs before nothing gets faster any more. */
const WARM_UP_ROUNDS = 5;
const PAUSED_PER_ROUND = 20;
const PAUSE_MS = 10;
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * From an intent with two legs until both of its orders are with the operating system: risk check, plan, three entries in a ledger on
 * disk, both requests signed and sent over the standing connections to two simulated venues in another thread. Once with the next
 * intent as soon as the one before has ended, and once with a pause before each, after which little is left in the caches.
 */
export const cycleSuite: Suite = {
  ids: ['cycle.intent.to.wire.p50', 'cycle.intent.to.wire.p99', 'cycle.after.pause.p50', 'cycle.after.pause.p99'],
  run,
};

/** Microseconds until all was sent: of cycles, and of as many pairs of bare requests between them. */
interface Times {
  readonly own: number[];
  readonly bare: number[];
}

async function run(effort: Effort): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tiercel-bench-'));
  const closers: (() => unknown)[] = [];
  const interrupted = (): never => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  };
  for (const signal of SIGNALS) process.once(signal, interrupted);
  try {
    const stage = await CycleStage.open(join(folder, 'ledger.db'), effort.quick ? ACCOUNTS_QUICK : ACCOUNTS, closers);
    for (let round = 0; round < (effort.quick ? 0 : WARM_UP_ROUNDS); round++) await stage.burst({ own: [], bare: [] });
    const busy: Times = { own: [], bare: [] };
    for (let round = 0; round < effort.rounds / 2; round++) await stage.burst(busy);
    const paused: Times = { own: [], bare: [] };
    for (let number = 0; number < PAUSED_PER_ROUND * effort.rounds; number++) await stage.afterPause(paused);
    await stage.end();
    return [...figures('cycle.intent.to.wire', busy), ...figures('cycle.after.pause', paused)];
  } finally {
    try {
      for (const close of closers.reverse()) await close();
    } finally {
      await rm(folder, { recursive: true });
      for (const signal of SIGNALS) process.off(signal, interrupted);
    }
  }
}

function figures(id: string, { own, bare }: Times): BenchResult[] {
  const baseline = 'two small objects as JSON over two bare sockets: no check, no record, no signature';
  const at = (share: number, suffix: string): BenchResult =>
    compared(`${id}.${suffix}`, 'us', percentile(own, share), baseline, percentile(bare, share));
  return [at(0.5, 'p50'), at(0.99, 'p99')];
}

/** All that a cycle goes through, with as many accounts as its pace needs. */
class CycleStage {
  private intents = 0;

  /** @param take makes an account the one that orders go to */
  private constructor(
    private readonly accounts: number,
    private readonly take: (account: number) => void,
    private readonly desk: CycleDesk,
    private readonly tap: WireTap,
    private readonly bare: readonly [WebSocket, WebSocket],
  ) {}

  /** @param closers gets what ends the parts, in the order in which they were begun */
  static async open(ledger: string, count: number, closers: (() => unknown)[]): Promise<CycleStage> {
    const thread = await startThread('order-venue.js', {
      venues: [BUY_AT, SELL_AT],
      accounts: count,
    } satisfies OrderVenueData);
    closers.push(async () => {
      thread.worker.postMessage('stop');
      await once(thread.worker, 'exit');
    });
    const ready = thread.first as OrderVenueReady;
    const http = new HttpClient({ timeoutMs: 5_000, bodyBytesMax: 1e8, connectionsMax: 4 }, systemTimers);
    closers.push(() => http.close());
    const journal = Journal.open(ledger);
    closers.push(() => journal.close());
    const tap = new WireTap();
    let desk: CycleDesk | undefined;
    const accounts: CycleAccount[] = [];
    for (let number = 0; number < count; number++) {
      const account = await CycleAccount.open(ready.venues, number, http, tap, (venue, event) => desk?.onAccount(venue, event));
      closers.push(() => account.stop());
      accounts.push(account);
    }
    const [first] = accounts;
    if (first === undefined) throw new Error('there are no accounts');
    let current = first;
    const snapshot = await first.gateway(BUY_AT).getOrderbookSnapshot('BTCUSDT', 5);
    const instruments = [first.gateway(BUY_AT).instrument('BTCUSDT'), first.gateway(SELL_AT).instrument('BTC_USDT')] as const;
    desk = new CycleDesk(instruments, snapshot, { of: ({ venue }) => current.gateway(venue) }, journal);
    const bare = [await bareSocket(ready.ws, closers), await bareSocket(ready.ws, closers)] as const;
    const take = (account: number): void => {
      current = accounts[account] ?? first;
    };
    return new CycleStage(count, take, desk, tap, bare);
  }

  /** As many intents as the venues take within their time, one as soon as the other has ended; then waits for the next such time. */
  async burst(times: Times): Promise<void> {
    for (let number = 0; number < this.accounts * INTENTS_PER_ACCOUNT; number++) {
      times.own.push(await this.carryOut());
      times.bare.push(this.sendBare());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await pause(WINDOW_MS);
  }

  /** One intent, and one pair of bare requests, after a pause each. */
  async afterPause(times: Times): Promise<void> {
    await pause(PAUSE_MS);
    times.own.push(await this.carryOut());
    await pause(PAUSE_MS);
    times.bare.push(this.sendBare());
  }

  /** @throws Error when an order did not go as it should */
  async end(): Promise<void> {
    await this.desk.stop();
    await this.finished();
  }

  /** @returns microseconds until both orders were sent, once the intent has ended */
  private async carryOut(): Promise<number> {
    const { desk, tap } = this;
    this.take(this.intents++ % this.accounts);
    const intent = desk.intent();
    tap.sends = 0;
    const startNs = process.hrtime.bigint();
    desk.carryOut(intent);
    const isSent = tap.sends === 2;
    const ownUs = Number(tap.lastNs - startNs) / 1e3;
    await this.finished();
    if (!isSent) throw new Error('an order did not leave over its standing connection');
    return ownUs;
  }

  /** Until all intents have ended; the thread stays awake, as an engine's does. */
  private async finished(): Promise<void> {
    const { desk } = this;
    while (desk.failure === null && desk.finished < this.intents) await new Promise((resolve) => setImmediate(resolve));
    if (desk.failure !== null) throw new Error(desk.failure);
  }

  private sendBare(): number {
    const [one, other] = this.bare;
    const id = this.intents;
    const startNs = process.hrtime.bigint();
    one.send(JSON.stringify({ id, symbol: 'BTCUSDT', side: 'buy', quantity: '0.0002', price: '61234.5' }));
    other.send(JSON.stringify({ id, symbol: 'BTC_USDT', side: 'sell', quantity: '0.0002', price: '63234.5' }));
    return Number(process.hrtime.bigint() - startNs) / 1e3;
  }
}

async function bareSocket(url: string, closers: (() => unknown)[]): Promise<WebSocket> {
  const socket = new WebSocket(url);
  closers.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
