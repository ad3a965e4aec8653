import { createHash, createHmac } from 'node:crypto';
import { request } from 'undici';
import type { Customer } from '../../../src/sim/access/venue-access.js';
import type { Client, Stage } from '../harness.js';

export type Row = Record<string, unknown>;
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly json: unknown;
}
type Method = 'GET' | 'POST' | 'DELETE';

/** The first customer of a simulated Gate.io, and how it signs. */
export class Trader {
  readonly customer: Customer;

  constructor(private readonly running: Stage) {
    this.customer = running.simulation.access.get('gateio')?.customers()[0] as Customer;
  }

  get userId(): string {
    return String(this.customer.account.id);
  }

  seconds(): number {
    return Math.floor(this.running.time.epochUs() / 1e6);
  }

  hmac(text: string): string {
    return createHmac('sha512', this.customer.key.secret).update(text).digest('hex');
  }

  /** Asks with a proof; `change` overrides headers. */
  async send(method: Method, path: string, query = '', content?: unknown, change: Record<string, string> = {}): Promise<Answer> {
    const body = content === undefined ? '' : JSON.stringify(content);
    const timestamp = String(this.seconds());
    const hash = createHash('sha512').update(body).digest('hex');
    const sign = this.hmac([method, `/api/v4/${path}`, query, hash, timestamp].join('\n'));
    const url = `${this.running.simulation.endpoints.gateio?.rest ?? ''}/api/v4/${path}${query === '' ? '' : `?${query}`}`;
    const answer = await request(url, {
      method,
      headers: { KEY: this.customer.key.apiKey, Timestamp: timestamp, SIGN: sign, ...change },
      ...(body === '' ? {} : { body }),
    });
    return { status: answer.statusCode, headers: answer.headers, json: await answer.body.json() };
  }

  connect(market: 'spot' | 'futures', headers: Record<string, string> = {}): Promise<Client> {
    const endpoints = this.running.simulation.endpoints.gateio;
    return this.running.connect((market === 'spot' ? endpoints?.wsPrivate : endpoints?.wsPrivateFutures) ?? '', headers);
  }

  /** Subscribes to a private channel, or leaves it. */
  subscribe(client: Client, channel: string, payload?: string[], event = 'subscribe', sign?: string): Promise<Row> {
    const time = this.seconds();
    const SIGN = sign ?? this.hmac(`channel=${channel}&event=${event}&time=${time}`);
    const auth = { method: 'api_key', KEY: this.customer.key.apiKey, SIGN };
    return client.ask({ time, id: 5, channel, event, payload, auth }, (frame) => frame['event'] === event);
  }

  /** A log-on to order entry. */
  logOn(client: Client, market: 'spot' | 'futures', signature?: string): Promise<Row> {
    const timestamp = String(this.seconds());
    const channel = `${market}.login`;
    const payload = {
      req_id: 'log-on',
      api_key: this.customer.key.apiKey,
      timestamp,
      signature: signature ?? this.hmac(`api\n${channel}\n\n${timestamp}`),
    };
    return this.enter(client, channel, payload);
  }

  /** A request of order entry; @returns its last reply */
  enter(client: Client, channel: string, payload: Row): Promise<Row> {
    const asked = { time: this.seconds(), id: payload['req_id'], channel, event: 'api', payload };
    return client.ask(asked, (frame) => frame['request_id'] === payload['req_id'] && frame['ack'] === false);
  }
}

/** The frames of the channels, in their order. */
export function updates(client: Client, from = 0): { channel: string; result: Row[] }[] {
  return client.frames
    .slice(from)
    .map((frame) => JSON.parse(String(frame)) as { channel: string; event: string; result: Row[] })
    .filter(({ event }) => event === 'update');
}
