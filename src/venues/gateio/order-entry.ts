import { z } from 'zod';
import type { Credentials } from '../../domain/credentials.js';
import { TiercelError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReference, OrderReport, OrderRequest } from '../../domain/order.js';
import type { Market } from '../../domain/venue.js';
import { parseExactJson } from '../answer.js';
import type { BudgetReading, OrderEntryItem, OrderEntryProtocol, OrderEntrySession, RequestStamp } from '../trading.js';
import { entryRefusal } from './errors.js';
import { futuresOrderBody, readFuturesOrder } from './futures-orders.js';
import { announcesRestart, HEARTBEAT_MS, IDLE_MS_MAX, LIFETIME_MS, ping } from './private-stream.js';
import { expiry, requestSignature, seconds } from './signing.js';
import { isMarketBuyByQuantity, readSpotOrder, spotOrderBody } from './spot-orders.js';

const LOG_ON_ID = 'log-on';
const GOOD = '200';

const Errors = z.object({ label: z.string(), message: z.string().nullish() });
const Frame = z.object({
  request_id: z.string().nullish(),
  ack: z.boolean().nullish(),
  channel: z.string().nullish(),
  type: z.string().nullish(),
  result: z.unknown().optional(),
  header: z.looseObject({ status: z.union([z.string(), z.number()]).transform(String) }).nullish(),
  data: z.object({ result: z.unknown().optional(), errs: Errors.nullish() }).nullish(),
});

/** Order entry over WebSocket: a log-on, then requests without signatures, each answered twice: taken, and done. */
export function orderEntry(market: Market, url: string): OrderEntryProtocol {
  return {
    // biome-ignore lint/correctness/useYield: nothing has to be asked for beforehand
    *prepare() {
      return '';
    },
    // What it stands for is a limit order, for which the book has to be asked first.
    takes: (order) => market !== 'spot' || !isMarketBuyByQuantity(order),
    session: (_ticket, credentials) => new EntrySession(market, url, credentials),
    heartbeat: { intervalMs: HEARTBEAT_MS, text: (epochMs) => ping(market, epochMs) },
    idleMsMax: IDLE_MS_MAX,
    lifetimeMs: LIFETIME_MS,
    placeCosts: [{ budget: 'place', amount: 1 }],
    cancelCosts: [{ budget: 'cancel', amount: 1 }],
  };
}

class EntrySession implements OrderEntrySession {
  private ready = false;

  constructor(
    private readonly market: Market,
    readonly url: string,
    private readonly credentials: Credentials,
  ) {}

  opened(stamp: RequestStamp): readonly string[] {
    const channel = `${this.market}.login`;
    const timestamp = seconds(stamp);
    const signature = requestSignature(this.credentials, channel, '', timestamp);
    const payload = { req_id: LOG_ON_ID, api_key: this.credentials.apiKey(), timestamp, signature };
    return [JSON.stringify({ time: Number(timestamp), channel, event: 'api', payload })];
  }

  place(order: OrderRequest, _instrument: TradableInstrument, requestId: number, stamp: RequestStamp): string {
    const parameter = this.market === 'spot' ? spotOrderBody(order) : futuresOrderBody(order);
    return this.request('order_place', parameter, requestId, stamp, `,"req_header":{"x-gate-exptime":"${expiry(stamp)}"}`);
  }

  /** Either id is taken in place of the venue's own. */
  cancel({ symbol, venueOrderId, clientOrderId }: OrderReference, requestId: number, stamp: RequestStamp): string {
    const order_id = venueOrderId ?? clientOrderId ?? '';
    const parameter = JSON.stringify(this.market === 'spot' ? { order_id, currency_pair: symbol } : { order_id });
    return this.request('order_cancel', parameter, requestId, stamp, '');
  }

  read(frame: Uint8Array): readonly OrderEntryItem[] {
    const parsed = Frame.safeParse(parseExactJson(Buffer.from(frame).toString()));
    if (!parsed.success) return [{ kind: 'lost', reason: 'a frame that is no message of the venue' }];
    const { data } = parsed;
    if (announcesRestart(data)) return [{ kind: 'lost', reason: 'the venue restarts' }];
    if (data.request_id === null || data.request_id === undefined || data.header === null) return [{ kind: 'alive' }];
    const readings = usageOf(data.header);
    return [...this.readAnswer(data), ...(readings.length === 0 ? [] : [{ kind: 'usage', readings } as const])];
  }

  private request(name: string, parameter: string, requestId: number, stamp: RequestStamp, header: string): string {
    return (
      `{"time":${seconds(stamp)},"channel":"${this.market}.${name}","event":"api",` +
      `"payload":{"req_id":"${requestId}","req_param":${parameter}${header}}}`
    );
  }

  private readAnswer({ request_id, ack, header, data }: z.infer<typeof Frame>): OrderEntryItem[] {
    const errors = data?.errs ?? null;
    const good = header?.status === GOOD && errors === null;
    const refusal = entryRefusal(header?.status ?? '', errors?.label, errors?.message ?? '');
    if (request_id === LOG_ON_ID) {
      if (!good) return [{ kind: 'refused', refusal }];
      if (this.ready) return [{ kind: 'alive' }];
      this.ready = true;
      return [{ kind: 'ready' }];
    }
    const requestId = Number(request_id);
    if (!good) return [{ kind: 'refusal', requestId, refusal }];
    if (ack === true) return [{ kind: 'alive' }];
    try {
      return [{ kind: 'order', requestId, order: this.readOrder(data?.result) }];
    } catch (error) {
      // The request was granted, but what became of the order is not known.
      if (!(error instanceof TiercelError)) throw error;
      return [{ kind: 'refusal', requestId, refusal: { kind: 'outcome-unknown', code: GOOD, text: error.message } }];
    }
  }

  private readOrder(result: unknown): OrderReport {
    return this.market === 'spot' ? readSpotOrder('spot order entry', result) : readFuturesOrder('futures order entry', result);
  }
}

/** What is left of the budget of orders. */
function usageOf(header: Readonly<Record<string, unknown>> | null | undefined): readonly BudgetReading[] {
  const limit = Number(header?.['x_gate_ratelimit_limit'] ?? Number.NaN);
  const left = Number(header?.['x_gate_ratelimit_requests_remain'] ?? Number.NaN);
  return Number.isFinite(limit) && Number.isFinite(left) ? [{ budget: 'place', used: Math.max(0, limit - left), limit }] : [];
}
