import { backoffMs } from '../domain/backoff.js';
import type { Clock } from '../domain/clock.js';
import type { Credentials } from '../domain/credentials.js';
import { VenueProtocolError, VenueRequestError } from '../domain/errors.js';
import type { Random } from '../domain/random.js';
import { type HttpResponse, type HttpTransport, wasSent } from '../transport/http-transport.js';
import { parseExactJson } from '../venues/answer.js';
import type {
  Dialogue,
  RateBudgetRule,
  RateCost,
  RequestStamp,
  RestCall,
  RestReply,
  TradingProtocol,
  VenueRefusal,
} from '../venues/trading.js';
import { type Notify, reasonOf } from './events.js';
import type { LatencyRecorder } from './latency.js';
import { LEAPS_MAX, type Nonces } from './nonces.js';
import type { Pauses } from './pauses.js';
import type { RateBudgets } from './rate-budgets.js';
import type { RequestQueue } from './request-queue.js';
import type { GatewaySettings } from './settings.js';
import type { VenueClock } from './venue-clock.js';

/** Calls that one operation may make: more means that it goes round in circles. */
const CALLS_MAX = 2_000;
/** Ours and the venue's clock are the same one when they are not further apart. */
const CLOCKS_AGREE_US = 5e6;
/** Statuses by which a venue shuts an address out. */
const SHUT_STATUSES = new Set([429, 418, 403]);

/** A budget that a call takes only while it is under way: such calls are made one after the other. */
const SERIAL_RULE: RateBudgetRule = { name: '#serial', kind: 'window', windowMs: 0, limit: 1, scope: 'account' };
const SERIAL_COST: RateCost = { budget: SERIAL_RULE.name, amount: 1 };

/** The budgets of a gateway to this protocol. */
export function gatewayRules({ budgets, serialNonces }: TradingProtocol): readonly RateBudgetRule[] {
  return serialNonces === true ? [...budgets, SERIAL_RULE] : budgets;
}

/** What is known of the order call of an operation while it runs: whether nothing, perhaps something, or surely something arrived. */
export interface OrderProgress {
  state: 'not-sent' | 'sent' | 'accepted';
}

export interface RequestsParts {
  readonly protocol: TradingProtocol;
  readonly credentials: Credentials | null;
  readonly http: HttpTransport;
  readonly clock: Clock;
  readonly random: Random;
  readonly budgets: RateBudgets;
  readonly queue: RequestQueue;
  readonly venueClock: VenueClock;
  readonly nonces: Nonces;
  readonly pauses: Pauses;
  readonly settings: GatewaySettings;
  /** Sent to answered, of orders and cancels. */
  readonly latency: LatencyRecorder;
  readonly notify: Notify;
}

/** Drives the operations of a protocol over REST: budget, signature, request, answer, and what its refusals demand. */
export class Requests {
  private resync: Promise<void> | undefined;

  constructor(private readonly parts: RequestsParts) {}

  /**
   * Runs an operation to its end.
   * @throws VenueRequestError for what the venue refused, and for what could not be asked
   * @throws VenueProtocolError when an answer is not as the venue documents it
   */
  async run<T>(dialogue: Dialogue<T>, progress?: OrderProgress): Promise<T> {
    let step = dialogue.next();
    for (let calls = 0; step.done !== true; calls++) {
      if (calls >= CALLS_MAX)
        throw new VenueProtocolError(`an operation made ${CALLS_MAX} calls without an end`, this.where(step.value));
      let body: unknown;
      try {
        body = await this.call(step.value, progress);
      } catch (error) {
        if (!(error instanceof VenueRequestError)) throw error;
        step = dialogue.throw(error);
        continue;
      }
      step = dialogue.next(body);
    }
    return step.value;
  }

  stamp(): RequestStamp {
    const { venueClock, nonces } = this.parts;
    return { epochMs: venueClock.nowMs(), nonce: nonces.next(this.nonceUs()) };
  }

  /** The time that numbers of calls follow: the venue's, by our clock where both agree. */
  private nonceUs(): number {
    const { venueClock, clock } = this.parts;
    const venueUs = venueClock.nowMs() * 1000;
    const ownUs = clock.epochUs();
    // Our clock is the finer one: a venue that tells whole seconds may seem to go back by one from a process to the next.
    return Math.abs(ownUs - venueUs) < CLOCKS_AGREE_US ? ownUs : venueUs;
  }

  /** Measures the venue's clock; one measurement at a time. */
  measureClock(): Promise<void> {
    const { venueClock, protocol } = this.parts;
    this.resync ??= venueClock
      .measure(() => this.run(protocol.serverTime()))
      .finally(() => {
        this.resync = undefined;
      });
    return this.resync;
  }

  private async call(call: RestCall, progress: OrderProgress | undefined): Promise<unknown> {
    const { settings, random, pauses } = this.parts;
    let untimely = 0;
    for (let tries = 0; ; tries++) {
      try {
        return await this.attempt(call, call.purpose === 'order' ? progress : undefined);
      } catch (error) {
        if (!(error instanceof VenueRequestError)) throw error;
        if (error.kind === 'time-window' && call.security === 'signed' && untimely < this.untimelyMax) {
          if (untimely++ === 0) await this.correctClock();
          this.parts.nonces.leap(this.nonceUs());
          continue;
        }
        if (!call.repeatable || !mayRepeat(error) || tries + 1 >= settings.triesMax) throw error;
        const waitMs = Math.max(backoffMs(tries, settings.retryBackoff, random), error.retryAfterMs ?? 0);
        if (waitMs > settings.waitMsMax[call.purpose] || !(await pauses.wait(waitMs))) throw error;
      }
    }
  }

  /** Refusals for the time of a call, or for a number that was used up, after which it is made again: one with a better clock is enough. */
  private get untimelyMax(): number {
    return this.parts.protocol.serialNonces === true ? LEAPS_MAX : 1;
  }

  private async attempt(call: RestCall, progress: OrderProgress | undefined): Promise<unknown> {
    const { protocol, credentials, queue, clock, latency } = this.parts;
    const serial = protocol.serialNonces === true && call.security === 'signed';
    const costs = serial ? [...call.costs, SERIAL_COST] : call.costs;
    await queue.admit(costs, call.purpose);
    let sent = false;
    try {
      const { method, target, headers, body } = protocol.sign(call, credentials, this.stamp());
      const sentUs = clock.monotonicUs();
      sent = true;
      const response = await this.exchange(call, { method, url: protocol.endpoints.rest + target, headers, body }, progress);
      if (call.purpose === 'order' || call.purpose === 'cancel') latency.record(clock.monotonicUs() - sentUs);
      const answer = this.judge(call, response, progress);
      if (call.security === 'signed') this.parts.nonces.taken();
      return answer;
    } catch (error) {
      // What never reached the venue does not count there.
      sent &&= wasSent(error);
      throw error;
    } finally {
      if (sent) queue.settle(costs);
      else queue.refund(costs);
    }
  }

  private async exchange(
    call: RestCall,
    request: Parameters<HttpTransport['request']>[0],
    progress: OrderProgress | undefined,
  ): Promise<HttpResponse> {
    try {
      const response = await this.parts.http.request(request);
      if (progress !== undefined) progress.state = 'sent';
      return response;
    } catch (cause) {
      const sent = wasSent(cause);
      if (sent && progress !== undefined) progress.state = 'sent';
      throw new VenueRequestError(
        sent ? 'outcome-unknown' : 'venue-down',
        reasonOf(cause),
        { ...this.where(call), sent },
        { cause },
      );
    }
  }

  private judge(
    call: RestCall,
    { status, headers, body, retryAfterMs }: HttpResponse,
    progress: OrderProgress | undefined,
  ): unknown {
    const { protocol, budgets } = this.parts;
    const reply: RestReply = { status, headers, body: parseExactJson(Buffer.from(body).toString('utf8')) };
    budgets.read(protocol.usage(reply, call));
    const refusal = protocol.refusal(reply, call);
    if (refusal === null) {
      budgets.passed();
      if (progress !== undefined) progress.state = 'accepted';
      return reply.body;
    }
    const askedMs = refusal.retryAfterMs ?? retryAfterMs;
    if (refusal.kind !== 'rate-limited') throw this.refused(call, refusal, askedMs);
    const waitMs = budgets.pause(SHUT_STATUSES.has(status) ? null : call.costs, askedMs);
    this.parts.notify(
      'rate-limited',
      'alert',
      `${call.method} ${call.path}: ${refusal.code} ${refusal.text}; nothing is asked for ${waitMs} ms`,
    );
    throw this.refused(call, refusal, waitMs);
  }

  /** An error that carries a refusal. */
  refused(call: RestCall, { kind, code, text }: VenueRefusal, retryAfterMs: number | undefined): VenueRequestError {
    const { venue } = this.parts.protocol;
    const message = `${venue}: ${call.method} ${call.path} was refused: ${code} ${text}`;
    return new VenueRequestError(kind, message, { ...this.where(call), venueCode: code }, {}, retryAfterMs);
  }

  /** The venue said that our idea of its time is wrong: measures it anew. */
  async correctClock(): Promise<void> {
    this.parts.venueClock.reset();
    try {
      await this.measureClock();
    } catch (error) {
      this.parts.notify('clock', 'warn', `the venue's clock could not be read: ${reasonOf(error)}`);
    }
  }

  private where(call: RestCall): { readonly venue: string; readonly market: string; readonly path: string } {
    const { venue, market } = this.parts.protocol;
    return { venue, market, path: call.path };
  }
}

function mayRepeat({ kind }: VenueRequestError): boolean {
  return kind === 'venue-down' || kind === 'outcome-unknown' || kind === 'rate-limited';
}
