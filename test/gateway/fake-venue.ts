import { createHmac } from 'node:crypto';
import { Decimal } from '../../src/domain/decimal.js';
import type { RefusalKind } from '../../src/domain/errors.js';
import { isFinal, type OrderState } from '../../src/domain/order.js';
import type { VirtualTime } from '../../src/domain/virtual-time.js';
import type { Handshake, Responder, SocketPeer, SocketReceiver, VenuePort } from '../../src/sim/fronts/port.js';
import type { RestAnswer, RestRequest } from '../../src/sim/fronts/rest.js';
import { FAKE_SECRET, FAKE_VALIDITY_MS } from './fake-protocol.js';

export interface FakeOrder {
  readonly id: string;
  readonly cid: string;
  readonly symbol: string;
  readonly qty: string;
  state: OrderState;
  filled: string;
}

interface FakeFill {
  readonly id: string;
  readonly order: string;
  readonly cid: string;
  readonly symbol: string;
  readonly qty: string;
  readonly price: string;
  readonly ms: number;
}

/** What happens to a request: served, dropped before or after it was served, held back before it is served, or refused. */
export type Fate =
  | 'serve'
  | 'lose-request'
  | 'lose-answer'
  | { readonly delayMs: number }
  | { readonly status: string; readonly body: string };

const NOTE = { traffic: 'ws-private', topic: '' } as const;

/** A venue of the fake protocol with an order list instead of a market: tests decide what is filled and what goes wrong. */
export class FakeVenue implements VenuePort {
  readonly orders: FakeOrder[] = [];
  readonly fills: FakeFill[] = [];
  /** Numbers of calls up to this one are refused, as used before. */
  nonceSeen = 0;
  /** Every request that arrived, refused ones included. */
  readonly arrivals: {
    readonly method: string;
    readonly path: string;
    readonly ms: number;
    readonly nonce: number;
    readonly timeout: string;
  }[] = [];
  readonly tickets = new Set<string>();
  readonly streams = new Set<SocketPeer>();
  readonly trades = new Set<SocketPeer>();
  fate: (what: string) => Fate = () => 'serve';
  /** Venue's clock minus the simulation's. */
  skewMs = 0;
  /** Set: what answers say is used of the budget. */
  used: number | null = null;
  /** Set: takes frames and says nothing. */
  mute = false;
  /** Set: the stream lives, but tells nothing of the account. */
  mutePushes = false;
  /** Minutes since the epoch, the last one left out, in which nothing was traded. */
  quietMinutes: readonly [from: number, to: number] = [0, 0];
  private ids = 0;

  constructor(private readonly time: VirtualTime) {}

  nowMs(): number {
    return Math.floor(this.time.epochUs() / 1000) + this.skewMs;
  }

  ordersOf(cid: string): FakeOrder[] {
    return this.orders.filter((order) => order.cid === cid);
  }

  fill(order: FakeOrder, qty: string, told = true): void {
    const total = new Decimal(order.filled).add(qty);
    order.filled = total.toFixed();
    order.state = total.gte(order.qty) ? 'filled' : 'partially-filled';
    const { id, cid, symbol } = order;
    const fill = { id: String(++this.ids), order: id, cid, symbol, qty, price: '10', ms: this.nowMs() };
    this.fills.push(fill);
    if (!told) return;
    this.push({ kind: 'fill', row: fill });
    this.push({ kind: 'order', row: order });
  }

  cancel(order: FakeOrder): void {
    order.state = 'canceled';
    this.push({ kind: 'order', row: order });
  }

  push(frame: unknown): void {
    if (this.mutePushes) return;
    for (const peer of this.streams) peer.send(JSON.stringify(frame), NOTE);
  }

  dropStreams(): void {
    for (const peer of [...this.streams]) peer.destroy();
  }

  serve(request: RestRequest, responder: Responder): void {
    const { method, path } = request;
    const timeout = path === '/switch' ? request.body : '';
    this.arrivals.push({ method, path, ms: this.time.monotonicUs() / 1000, nonce: Number(request.header('x-nonce')), timeout });
    const fate = this.fate(`${method} ${path}`);
    if (fate === 'lose-request') return;
    if (fate === 'lose-answer') {
      this.answer(request);
      responder.destroy();
    } else if (fate === 'serve') responder.answer(this.answer(request));
    else if ('delayMs' in fate) this.time.after(fate.delayMs, () => responder.answer(this.answer(request)));
    else responder.answer({ status: fate.status, body: fate.body });
  }

  admit(): 'open' {
    return 'open';
  }

  trafficAt(): 'ws-private' {
    return 'ws-private';
  }

  accept({ path, query }: Handshake, peer: SocketPeer): SocketReceiver {
    const peers = path === '/trade' ? this.trades : this.streams;
    const known = path === '/trade' || this.tickets.has(query.get('ticket') ?? '');
    return {
      message: (text) => {
        if (this.mute) return;
        const message = JSON.parse(text) as Record<string, string>;
        const send = (frame: unknown): void => peer.send(JSON.stringify(frame), NOTE);
        if (message['op'] === 'ping') send({ kind: 'alive' });
        else if (message['op'] === 'login') {
          send({ kind: known ? 'ready' : 'refused' });
          if (known) peers.add(peer);
        } else this.entry(message, send);
      },
      pong: () => {},
      closed: () => peers.delete(peer),
      trafficOf: () => 'ws-private',
    };
  }

  private entry(message: Record<string, string>, send: (frame: unknown) => void): void {
    const { op, requestId, cid } = message;
    const fate = this.fate(`ws ${op}`);
    if (fate === 'lose-request') return;
    const work = (): void => {
      const late = Math.abs(this.nowMs() - Number(message['epochMs'])) > FAKE_VALIDITY_MS;
      const result = late ? 'time-window' : op === 'place' ? this.place(message) : this.cancelById(cid ?? '');
      if (fate === 'lose-answer') return;
      send(
        typeof result === 'string' ? { kind: 'refusal', requestId, error: result } : { kind: 'order', requestId, row: result },
      );
    };
    if (typeof fate === 'object' && 'delayMs' in fate) this.time.after(fate.delayMs, work);
    else work();
  }

  private answer(request: RestRequest): RestAnswer {
    const headers: Record<string, string> = this.used === null ? {} : { 'X-Used': String(this.used) };
    const result = this.result(request);
    if (typeof result !== 'string') return { headers, body: JSON.stringify(result) };
    return { status: '400 Bad Request', headers, body: JSON.stringify({ error: result }) };
  }

  private result(request: RestRequest): object | RefusalKind {
    const { method, path, query, body } = request;
    if (path === '/time') return { ms: this.nowMs() };
    if (path === '/instruments') return ['AAAUSDT', 'BBBUSDT'];
    if (path === '/klines') return this.klines(Number(query.get('from')), Number(query.get('to')));
    const signed = createHmac('sha256', FAKE_SECRET)
      .update(`${path}${request.rawQuery}${body}${request.header('x-nonce')}`)
      .digest('hex');
    if (signed !== request.header('x-signature')) return 'authentication';
    if (Math.abs(this.nowMs() - Number(request.header('x-stamp'))) > FAKE_VALIDITY_MS) return 'time-window';
    if (Number(request.header('x-nonce')) <= this.nonceSeen) return 'time-window';
    const cid = query.get('cid') ?? '';
    switch (`${method} ${path}`) {
      case 'POST /order':
        return this.place(JSON.parse(body) as Record<string, string>);
      case 'DELETE /order':
        return this.cancelById(cid);
      case 'GET /order':
        return this.ordersOf(cid)[0] ?? 'unknown-order';
      case 'GET /open':
        return this.orders.filter(({ state }) => !isFinal(state));
      case 'GET /fills':
        return this.fills.filter(({ ms }) => ms >= Number(query.get('since')));
      case 'POST /ticket': {
        const ticket = `t${++this.ids}`;
        this.tickets.add(ticket);
        return { ticket };
      }
      case 'PUT /ticket':
        return this.tickets.has(query.get('ticket') ?? '') ? {} : 'authentication';
      case 'DELETE /ticket':
        this.tickets.delete(query.get('ticket') ?? '');
        return {};
      default:
        return {};
    }
  }

  private klines(fromMs: number, toMs: number): number[] {
    const first = Math.ceil(fromMs / 60_000) * 60_000;
    const [quietFrom, quietTo] = this.quietMinutes;
    return Array.from({ length: 3 }, (_, i) => first + i * 60_000).filter(
      (openMs) => openMs < toMs && !(openMs >= quietFrom * 60_000 && openMs < quietTo * 60_000),
    );
  }

  private place({ cid = '', symbol = '', qty = '0' }: Record<string, string>): FakeOrder | RefusalKind {
    if (this.ordersOf(cid).some(({ state }) => !isFinal(state))) return 'duplicate-client-id';
    const order: FakeOrder = { id: `o${++this.ids}`, cid, symbol, qty, state: 'open', filled: '0' };
    this.orders.push(order);
    this.push({ kind: 'order', row: order });
    return { ...order };
  }

  private cancelById(cid: string): FakeOrder | RefusalKind {
    const order = this.ordersOf(cid)[0];
    if (order === undefined) return 'unknown-order';
    if (isFinal(order.state)) return 'order-closed';
    this.cancel(order);
    return { ...order };
  }
}
