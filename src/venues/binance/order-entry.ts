import { z } from 'zod';
import type { Credentials } from '../../domain/credentials.js';
import { TiercelError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderReference, OrderRequest } from '../../domain/order.js';
import type { Market } from '../../domain/venue.js';
import { parseExactJson } from '../answer.js';
import type { OrderEntryItem, OrderEntryProtocol, OrderEntrySession, RequestStamp } from '../trading.js';
import { CANCEL_COSTS, PLACE_COSTS } from './calls.js';
import { wsRefusal, wsUsage } from './errors.js';
import { orderParams, placeParams, readOrder } from './orders.js';
import { signWsParams, wsRequest } from './signing.js';
import { HEARTBEAT_ID, LIFETIME_MS, wsHeartbeat } from './ws-api.js';

const Envelope = z.looseObject({
  id: z.union([z.string(), z.number()]).nullish(),
  status: z.number().optional(),
  event: z.looseObject({ e: z.string() }).optional(),
  e: z.string().optional(),
});

/** Order entry over the WebSocket API. Each request carries its own signature, so there is no log-on. */
export function orderEntry(market: Market, url: string): OrderEntryProtocol {
  return {
    // biome-ignore lint/correctness/useYield: nothing has to be asked for beforehand
    *prepare() {
      return '';
    },
    session: (_ticket, credentials) => new EntrySession(market, url, credentials),
    heartbeat: wsHeartbeat,
    idleMsMax: 45_000,
    lifetimeMs: LIFETIME_MS,
    placeCosts: PLACE_COSTS[market],
    cancelCosts: CANCEL_COSTS,
  };
}

class EntrySession implements OrderEntrySession {
  private ready = false;

  constructor(
    private readonly market: Market,
    readonly url: string,
    private readonly credentials: Credentials,
  ) {}

  opened(): readonly string[] {
    return [wsHeartbeat.text(0)];
  }

  place(order: OrderRequest, _instrument: TradableInstrument, requestId: number, stamp: RequestStamp): string {
    return wsRequest(requestId, 'order.place', signWsParams(placeParams(this.market, order), this.credentials, stamp));
  }

  cancel(order: OrderReference, requestId: number, stamp: RequestStamp): string {
    return wsRequest(requestId, 'order.cancel', signWsParams(orderParams(order), this.credentials, stamp));
  }

  read(frame: Uint8Array, _binary: boolean, stamp: RequestStamp): readonly OrderEntryItem[] {
    const parsed = Envelope.safeParse(parseExactJson(Buffer.from(frame).toString()));
    if (!parsed.success) return [{ kind: 'lost', reason: 'a frame that is no object of the WebSocket API' }];
    const { data } = parsed;
    if ((data.event?.e ?? data.e) === 'serverShutdown') return [{ kind: 'lost', reason: 'serverShutdown' }];
    const readings = wsUsage(data['rateLimits']);
    const usage: OrderEntryItem[] = readings.length === 0 ? [] : [{ kind: 'usage', readings }];
    return [...this.readAnswer(data, stamp.epochMs), ...usage];
  }

  private readAnswer(data: z.infer<typeof Envelope>, epochMs: number): OrderEntryItem[] {
    const { id, status } = data;
    if (status === undefined) return [{ kind: 'alive' }];
    const good = status === 200 && data['error'] === undefined;
    if (typeof id !== 'number') {
      if (!good) return [{ kind: 'refused', refusal: wsRefusal(this.market, status, data['error'], epochMs) }];
      if (id !== HEARTBEAT_ID || this.ready) return [{ kind: 'alive' }];
      this.ready = true;
      return [{ kind: 'ready' }];
    }
    if (!good) return [{ kind: 'refusal', requestId: id, refusal: wsRefusal(this.market, status, data['error'], epochMs) }];
    try {
      return [{ kind: 'order', requestId: id, order: readOrder(this.market, 'an order request', data['result']) }];
    } catch (error) {
      // The request was granted, but what became of the order is not known.
      if (!(error instanceof TiercelError)) throw error;
      return [
        { kind: 'refusal', requestId: id, refusal: { kind: 'outcome-unknown', code: String(status), text: error.message } },
      ];
    }
  }
}
