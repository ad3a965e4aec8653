import { Exact } from '../../src/domain/decimal.js';
import { VenueRequestError } from '../../src/domain/errors.js';
import type { Fill, OrderReference, OrderReport, OrderRequest, OrderState } from '../../src/domain/order.js';
import type { VirtualTime } from '../../src/domain/virtual-time.js';
import type { MinimalOrderExecutor } from '../../src/execution/executor.js';
import type { VenuePort } from '../../src/execution/ports.js';
import type { PlaceOutcome } from '../../src/gateway/order-desk.js';
import type { SettleOutcome } from '../../src/gateway/settlement.js';
import type { BookInfo } from '../../src/strategy/universe.js';

/** How a venue treats an order. */
export interface Treatment {
  /** How much of it is filled, as decimal texts, one trade each. */
  readonly fills?: readonly string[];
  readonly answer?: 'placed' | 'refused' | 'lost' | 'lost-and-gone';
  /** When the answer comes, and when its fills and its end are told; null leaves the latter to be asked for. */
  readonly answerMs?: number;
  readonly tellMs?: number | null;
  /** It says that it rests and ends only when cancelled. */
  readonly rests?: boolean;
  /** Everything is told twice, the end before the fills. */
  readonly isMessy?: boolean;
}

interface Held {
  readonly request: OrderRequest;
  readonly treatment: Treatment;
  readonly fills: Fill[];
  state: OrderState;
}

const DEFAULT: Treatment = {};

/** A venue that does with each order what the test says; its account is the truth. */
export class FakePort implements VenuePort {
  readonly held = new Map<string, Held>();
  readonly sent: { readonly request: OrderRequest; readonly atUs: number }[] = [];
  readonly canceled: string[] = [];
  isLive = true;
  /** By the order's number at this venue; the last one holds for all after it. */
  treatments: Treatment[] = [];
  /** When the venue answers what became of an order whose answer was lost. */
  settleMs = 100;
  private trades = 0;

  constructor(
    private readonly time: VirtualTime,
    private readonly info: BookInfo,
    private readonly rig: () => MinimalOrderExecutor,
  ) {}

  clientOrderId(key: string): string {
    return `cid-${key}`;
  }
  venueMs(): number {
    return this.time.epochUs() / 1000;
  }

  place(request: OrderRequest): Promise<PlaceOutcome> {
    const treatment = this.treatments[Math.min(this.sent.length, this.treatments.length - 1)] ?? DEFAULT;
    const isTwice = this.sent.some((one) => one.request.clientOrderId === request.clientOrderId);
    if (isTwice) throw new RangeError(`${request.clientOrderId} was sent twice`);
    this.sent.push({ request, atUs: this.time.monotonicUs() });
    const reference: OrderReference = { symbol: request.symbol, venueOrderId: null, clientOrderId: request.clientOrderId };
    const error = new VenueRequestError('outcome-unknown', 'lost', {});
    const { answer = 'placed', answerMs = 5 } = treatment;
    const arrives = answer === 'placed' || answer === 'lost';
    if (arrives) this.take(request, treatment);
    return new Promise((resolve) => {
      this.time.after(answerMs, () => {
        if (answer === 'refused')
          resolve({ kind: 'refused', error: new VenueRequestError('insufficient-balance', 'no funds', {}) });
        else if (answer === 'placed')
          resolve({ kind: 'placed', order: { ...this.reportOf(request.clientOrderId), state: 'pending' } });
        else resolve({ kind: 'unknown', error, reference });
      });
    });
  }

  settle({ clientOrderId }: OrderReference): Promise<SettleOutcome> {
    return new Promise((resolve) => {
      const id = clientOrderId ?? '';
      this.time.after(this.settleMs, () =>
        resolve(this.held.has(id) ? { kind: 'found', order: this.reportOf(id) } : { kind: 'never-arrived' }),
      );
    });
  }

  cancel({ clientOrderId }: OrderReference): Promise<OrderReport | null> {
    const held = this.held.get(clientOrderId ?? '');
    this.canceled.push(clientOrderId ?? '');
    if (held === undefined) return Promise.reject(new VenueRequestError('unknown-order', 'no such order', {}));
    if (held.state === 'open' || held.state === 'partially-filled') held.state = 'canceled';
    return Promise.resolve(this.reportOf(clientOrderId ?? ''));
  }

  order({ clientOrderId }: OrderReference): Promise<OrderReport | null> {
    return Promise.resolve(this.held.has(clientOrderId ?? '') ? this.reportOf(clientOrderId ?? '') : null);
  }
  openOrders(): Promise<readonly OrderReport[]> {
    return Promise.resolve([]);
  }
  fills(): Promise<readonly Fill[]> {
    return Promise.resolve([...this.held.values()].flatMap(({ fills }) => fills));
  }
  balances(): Promise<[]> {
    return Promise.resolve([]);
  }
  positions(): Promise<[]> {
    return Promise.resolve([]);
  }

  /** What the venue has bought for us less what it has sold, in base units. */
  net(): string {
    let sum = new Exact(0);
    for (const { fills } of this.held.values())
      for (const { side, quantity } of fills) sum = side === 'buy' ? sum.add(quantity) : sum.sub(quantity);
    return sum.mul(this.info.instrument.contractSize).toFixed();
  }

  reportOf(id: string): OrderReport {
    const held = this.held.get(id);
    if (held === undefined) throw new RangeError(`no order ${id}`);
    const { venue, market, symbol } = this.info.instrument;
    const filledQty = held.fills.reduce((sum, { quantity }) => sum.add(quantity), new Exact(0)).toFixed();
    return {
      venue,
      market,
      symbol,
      venueOrderId: `v-${id}`,
      clientOrderId: id,
      side: held.request.side,
      state: held.state,
      price: held.request.price,
      quantity: held.request.quantity,
      filledQty,
      filledQuote: null,
      updatedMs: null,
      reason: null,
    };
  }

  private take(request: OrderRequest, treatment: Treatment): void {
    const { clientOrderId, side, price, quantity } = request;
    const { venue, market, symbol } = this.info.instrument;
    let left = new Exact(quantity ?? 0);
    const fills: Fill[] = [];
    for (const part of treatment.fills ?? [quantity ?? '0']) {
      const taken = Exact.min(left, part);
      if (!taken.gt(0)) continue;
      left = left.sub(taken);
      fills.push({
        venue,
        market,
        symbol,
        tradeId: String(++this.trades),
        venueOrderId: `v-${clientOrderId}`,
        clientOrderId: treatment.isMessy === true ? null : clientOrderId,
        side,
        price: price ?? '0',
        quantity: taken.toFixed(),
        fee: '0.001',
        feeAsset: 'USDT',
        liquidity: 'taker',
        timeMs: this.venueMs(),
      });
    }
    const ended =
      treatment.rests === true ? (fills.length > 0 ? 'partially-filled' : 'open') : left.isZero() ? 'filled' : 'canceled';
    this.held.set(clientOrderId, { request, treatment, fills, state: ended });
    const { tellMs = 10, isMessy = false } = treatment;
    if (tellMs === null) return;
    this.time.after(tellMs, () => {
      const end = (): void => this.tell({ kind: 'order', order: this.reportOf(clientOrderId) });
      const told = (): void => {
        for (const fill of fills) this.tell({ kind: 'fill', fill });
      };
      for (const tell of isMessy ? [told, end, told, end] : [told, end]) tell();
    });
  }

  private tell(event: Parameters<MinimalOrderExecutor['onAccount']>[2]): void {
    this.rig().onAccount(this.info.instrument.venue, this.info.instrument.market, event);
  }
}
