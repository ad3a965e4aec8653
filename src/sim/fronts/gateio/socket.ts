import type { Clock } from '../../../domain/clock.js';
import type { Market } from '../../../domain/venue.js';
import type { Connection } from '../connection.js';
import { epochMs } from '../front.js';
import { parseObject, quoted } from '../json-text.js';
import type { SocketTraffic } from '../port.js';
import type { SocketProtocol } from '../venue-app.js';
import type { GateioGate } from './gate.js';
import type { OrderEntry } from './order-entry.js';
import type { PrivateChannels, SubscriptionRefusal } from './private-channels.js';
import type { GateioStreams } from './streams.js';

/** What one socket is made of. */
export interface SocketParts {
  readonly streams: GateioStreams;
  readonly channels: PrivateChannels;
  readonly entry: OrderEntry;
}

/** The WebSocket of spot (`/ws/v4/`) or of USDT futures (`/v4/ws/usdt`): public and private channels and order entry in one. */
export class GateioSocket implements SocketProtocol {
  private replies = 0;

  constructor(
    private readonly market: Market,
    private readonly gate: GateioGate,
    private readonly clock: Clock,
    private readonly parts: SocketParts,
  ) {}

  message(connection: Connection, text: string): void {
    const ms = epochMs(this.clock);
    const request = parseObject(text);
    const channel = String(request?.['channel'] ?? '');
    if (channel === `${this.market}.ping`) {
      const pong = `"channel":"${this.market}.pong","event":"","result":null`;
      connection.send(`{"time":${Math.floor(ms / 1000)},"time_ms":${ms},"conn_id":"${connectionId(connection)}",${pong}}`);
      return;
    }
    if (request?.['event'] === 'api') {
      this.parts.entry.message(connection, channel, request['payload']);
      return;
    }
    const outcome = this.change(connection, channel, request);
    const refusal = typeof outcome === 'function' ? null : outcome;
    connection.send(this.reply(connection, ms, channel, request ?? {}, refusal));
    if (typeof outcome === 'function') outcome();
  }

  closed(connection: Connection): void {
    this.parts.channels.closed(connection);
  }

  trafficOf(text: string): SocketTraffic | null {
    const request = parseObject(text);
    if (request?.['event'] === 'api') return 'ws-trade';
    return this.parts.channels.serves(String(request?.['channel'])) ? 'ws-private' : null;
  }

  /** Joins or leaves channels. @returns why not, or what is left to do after the answer */
  private change(
    connection: Connection,
    channel: string,
    request: Record<string, unknown> | null,
  ): SubscriptionRefusal | (() => void) {
    const { time, event, payload, auth } = request ?? {};
    if (event !== 'subscribe' && event !== 'unsubscribe') return { code: 1, message: 'invalid request body' };
    if (typeof time !== 'number' || !this.gate.inTime(time)) return { code: 2, message: 'invalid argument: time' };
    const { channels, streams } = this.parts;
    if (!channels.serves(channel)) return streams.change(connection, channel, event, payload);
    return channels.change(connection, { channel, event, time, payload, auth }) ?? (() => undefined);
  }

  private reply(
    connection: Connection,
    ms: number,
    channel: string,
    { id, event, payload }: Record<string, unknown>,
    refusal: SubscriptionRefusal | null,
  ): string {
    const trace = (++this.replies).toString(16).padStart(32, '0');
    const echoed = id === undefined ? '' : `"id":${quoted(id)},`;
    const error = refusal === null ? '' : `"error":${quoted(refusal)},`;
    return (
      `{"time":${Math.floor(ms / 1000)},"time_ms":${ms},${echoed}"conn_id":"${connectionId(connection)}","trace_id":"${trace}",` +
      `"channel":${quoted(channel)},"event":${quoted(event ?? '')},"payload":${quoted(payload ?? null)},${error}` +
      `"result":{"status":"${refusal === null ? 'success' : 'fail'}"},"requestId":"${trace}"}`
    );
  }
}

function connectionId(connection: Connection): string {
  return connection.id.toString(16).padStart(16, '0');
}
