import { z } from 'zod';
import type { Clock } from '../../../domain/clock.js';
import type { Market } from '../../../domain/venue.js';
import type { EngineAccount } from '../../matching/types.js';
import type { Connection } from '../connection.js';
import { quoted } from '../json-text.js';
import { Refused } from './failures.js';
import type { NumberStyle } from './frames.js';
import type { Budget, Counted, GateioGate } from './gate.js';
import { tooMany } from './signed-routes.js';
import { styleOf } from './style.js';

/** What a channel of order entry does with the `req_param` of a request; the result is JSON. */
export interface Command {
  readonly budget: Budget;
  /** Whether an acknowledgement comes before the result. */
  readonly acknowledged: boolean;
  /** What is counted apart besides the account, such as the market. */
  readonly part?: (param: unknown) => string;
  readonly run: (account: EngineAccount, param: unknown, style: NumberStyle) => string;
}

const id = z.union([z.string(), z.number()]).transform(String);
const Payload = z.object({
  req_id: id.default(''),
  req_param: z.unknown().optional(),
  api_key: z.string().optional(),
  timestamp: id.optional(),
  signature: z.string().optional(),
  req_header: z.record(z.string(), z.unknown()).optional(),
});
type Request = z.infer<typeof Payload>;

/** Order entry on one market's socket: a log-on, then requests with the event `api`. */
export class OrderEntry {
  private replies = 0;

  constructor(
    private readonly market: Market,
    private readonly gate: GateioGate,
    private readonly clock: Clock,
    private readonly commands: Readonly<Record<string, Command>>,
  ) {}

  message(connection: Connection, channel: string, payload: unknown): void {
    const parsed = Payload.safeParse(payload);
    const answer = new Answer(connection, channel, parsed.success ? parsed.data.req_id : '', this.clock, ++this.replies);
    try {
      if (!parsed.success) throw new Refused('INVALID_REQUEST_BODY', 'Invalid request body');
      if (channel === `${this.market}.login`) this.logOn(connection, channel, parsed.data, answer);
      else this.run(connection, channel, parsed.data, answer);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      answer.refuse(error);
    }
  }

  private logOn(connection: Connection, channel: string, request: Request, answer: Answer): void {
    const { account, key } = this.prove(channel, request);
    connection.state.set('trader', account);
    connection.traffic = 'ws-trade';
    answer.send(200, `{"result":${quoted({ api_key: key.apiKey, uid: String(account.id) })}}`);
  }

  private run(connection: Connection, channel: string, request: Request, answer: Answer): void {
    const account = connection.state.get('trader') as EngineAccount | undefined;
    if (account === undefined) throw new Refused('AUTHENTICATION_FAILED', 'not login', 401);
    if (request.signature !== undefined) this.prove(channel, request);
    const command = channel.startsWith(`${this.market}.`) ? this.commands[channel.slice(this.market.length + 1)] : undefined;
    if (command === undefined) throw new Refused('INVALID_ARGUMENT', `unknown channel ${channel}`);
    const counted = this.gate.count(command.budget, `${account.id}:${command.part?.(request.req_param) ?? ''}`);
    answer.counted(counted, this.gate.resetSeconds(counted));
    if (!counted.reading.allowed) throw tooMany();
    if (command.acknowledged) answer.acknowledge(request);
    const expiry = request.req_header?.['x-gate-exptime'];
    this.gate.checkExpiry(expiry === undefined ? '' : String(expiry));
    answer.send(200, `{"result":${command.run(account, request.req_param, styleOf(connection))}}`);
  }

  private prove(channel: string, request: Request): ReturnType<GateioGate['entrant']> {
    const param = request.req_param === undefined ? '' : quoted(request.req_param);
    const { api_key: apiKey = '', signature = '', timestamp = '' } = request;
    return this.gate.entrant(apiKey, signature, channel, param, timestamp);
  }
}

/** The replies to one request. */
class Answer {
  private limits = '';
  private readonly inUs: number;

  constructor(
    private readonly connection: Connection,
    private readonly channel: string,
    private readonly requestId: string,
    private readonly clock: Clock,
    private readonly count: number,
  ) {
    this.inUs = Math.floor(clock.epochUs());
  }

  counted({ budget, reading }: Counted, resetSeconds: number): void {
    this.limits =
      `,"x_gate_ratelimit_requests_remain":${reading.remaining},"x_gate_ratelimit_limit":${budget.most},` +
      `"x_gat_ratelimit_reset_timestamp":${resetSeconds}`;
  }

  acknowledge({ req_id, req_header, req_param }: Request): void {
    this.send(200, `{"result":${quoted({ req_id, req_header, req_param })}}`, true);
  }

  refuse({ label, message, status }: Refused): void {
    this.send(status, `{"errs":${quoted({ label, message })}}`);
  }

  send(status: number, data: string, ack = false): void {
    const { connection, requestId, channel } = this;
    const outUs = Math.floor(this.clock.epochUs());
    const conn = connection.id.toString(16).padStart(16, '0');
    const header =
      `{"response_time":"${Math.floor(outUs / 1000)}","status":"${status}","channel":${quoted(channel)},"event":"api",` +
      `"client_id":"${connection.address}-0x${conn}","conn_id":"${conn}","trace_id":"${this.count.toString(16).padStart(32, '0')}",` +
      `"x_in_time":${this.inUs},"x_out_time":${outUs}${this.limits}}`;
    connection.send(`{"request_id":${quoted(requestId)},"ack":${ack},"header":${header},"data":${data}}`, 'ws-trade');
  }
}
