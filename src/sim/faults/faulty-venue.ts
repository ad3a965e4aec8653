import type { Clock, Timers } from '../../domain/clock.js';
import type { VenueId } from '../../domain/venue.js';
import type { Admission, Handshake, Responder, SocketPeer, SocketReceiver, SocketTraffic, VenuePort } from '../fronts/port.js';
import type { RestAnswer, RestRequest } from '../fronts/rest.js';
import { DelayLine } from './delay-line.js';
import { type Chance, concerns, type Faults } from './faults.js';
import { FaultySocket } from './faulty-socket.js';
import type { FaultRule } from './rules.js';

/** What a venue says and does in its own way when it fails. */
export interface FaultHooks {
  /** The answer of a closed venue. */
  maintenance?(): RestAnswer;
  /** A frame with a wrong checksum; null when it carries none. */
  corrupt?(frame: string | Uint8Array): string | Uint8Array | null;
}

/** Close code of a server that restarts. */
const CLOSE_SERVICE_RESTART = 1012;
const MAINTENANCE: RestAnswer = { status: '503 Service Unavailable', body: '{"error":"the venue is under maintenance"}' };
const TITLES: Readonly<Record<number, string>> = {
  418: "I'm a teapot",
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};

/** A venue between its host and its front, with all that the rules let go wrong on the way. */
export class FaultyVenue implements VenuePort {
  private readonly sockets = new Set<FaultySocket>();
  /** Waits of requests; those of a socket are its own. */
  private readonly line: DelayLine;
  private readonly unlisten: () => void;

  constructor(
    private readonly venue: VenueId,
    private readonly inner: VenuePort,
    private readonly faults: Faults,
    private readonly hooks: FaultHooks,
    private readonly clock: Clock,
    private readonly timers: Timers,
  ) {
    this.line = new DelayLine(clock, timers);
    this.unlisten = faults.onChange((rule, active) => this.onChange(rule, active));
  }

  serve(request: RestRequest, responder: Responder): void {
    if (this.faults.quiet) {
      this.inner.serve(request, responder);
      return;
    }
    const chance: Chance = { venue: this.venue, traffic: 'rest', path: request.path, method: request.method };
    const waitMs = this.faults.waitMs('latency', chance);
    if (waitMs === 0) this.process(request, responder, chance);
    else this.line.later(waitMs, () => this.process(request, responder, chance));
  }

  admit(handshake: Handshake): Admission {
    const admission = this.inner.admit(handshake);
    const refusal = this.faults.strike('refuse', {
      venue: this.venue,
      traffic: this.trafficAt(handshake.path),
      path: handshake.path,
    });
    if (refusal !== null) return refusal.status === undefined ? 'destroy' : plain(refusal.status);
    return this.faults.closed(this.venue) ? this.closedAnswer() : admission;
  }

  trafficAt(path: string): SocketTraffic {
    return this.inner.trafficAt(path);
  }

  accept(handshake: Handshake, peer: SocketPeer): SocketReceiver {
    const { venue, faults, clock, timers } = this;
    const corrupt = (frame: string | Uint8Array): string | Uint8Array | null =>
      this.hooks.corrupt === undefined ? corruptChecksum(frame) : this.hooks.corrupt(frame);
    const lines = { outbound: new DelayLine(clock, timers), inbound: new DelayLine(clock, timers) };
    const socket = new FaultySocket({ venue, path: handshake.path, peer, faults, corrupt, ...lines }, () =>
      this.sockets.delete(socket),
    );
    this.sockets.add(socket);
    socket.attach(this.inner.accept(handshake, socket));
    return socket;
  }

  /** Drops everything that waits. */
  stop(): void {
    this.unlisten();
    this.line.clear();
    for (const socket of this.sockets) socket.forget();
  }

  private process(request: RestRequest, responder: Responder, chance: Chance): void {
    const { faults } = this;
    const refusal = faults.strike('refuse', chance);
    if (refusal !== null && refusal.status !== undefined) this.reply(responder, plain(refusal.status), chance);
    else if (refusal !== null || faults.strike('disconnect', chance) !== null) responder.destroy();
    else if (faults.strike('drop', chance) === null) {
      this.reply(responder, this.failed(chance) ?? this.answered(request, chance), chance);
    }
  }

  /** The answer to a request that does not reach the venue's own handlers. */
  private failed(chance: Chance): RestAnswer | null {
    if (this.faults.closed(this.venue)) return this.closedAnswer();
    const limit = this.faults.strike('rate-limit', chance);
    if (limit !== null) return { ...plain(limit.status, limit.body), headers: { 'Retry-After': String(limit.retryAfterS) } };
    const error = this.faults.strike('server-error', chance);
    return error === null ? null : plain(error.status, error.body);
  }

  private answered(request: RestRequest, chance: Chance): RestAnswer | 'destroy' | null {
    let answer: RestAnswer | 'destroy' | null = null;
    this.inner.serve(request, {
      answer: (given) => {
        answer = given;
      },
      destroy: () => {
        answer = 'destroy';
      },
    });
    const lost = this.faults.strike('lost-answer', chance);
    if (lost === null) return answer;
    if (lost.how === 'status') return plain(lost.status);
    return lost.how === 'disconnect' ? 'destroy' : null;
  }

  /** Sends the answer after its way back; null sends none. */
  private reply(responder: Responder, answer: RestAnswer | 'destroy' | null, chance: Chance): void {
    if (answer === null) return;
    const send = (): void => (answer === 'destroy' ? responder.destroy() : responder.answer(answer));
    const waitMs = this.faults.waitMs('latency', chance) + this.faults.waitMs('delay', chance);
    if (waitMs === 0) send();
    else this.line.later(waitMs, send);
  }

  private closedAnswer(): RestAnswer {
    return this.hooks.maintenance?.() ?? MAINTENANCE;
  }

  private onChange(rule: FaultRule, active: boolean): void {
    if (!active || !concerns(rule.venues, this.venue)) return;
    for (const socket of [...this.sockets]) {
      if (rule.fault.kind === 'maintenance') socket.close(CLOSE_SERVICE_RESTART, 'maintenance');
      else if (rule.fault.kind === 'disconnect' && rule.fault.at === 'now') socket.cutIfStruck();
    }
  }
}

function plain(status: number, body = ''): RestAnswer {
  const title = TITLES[status] ?? 'Error';
  return { status: `${status} ${title}`, body: body === '' ? `{"error":${JSON.stringify(title)}}` : body };
}

/** The same frame with another number where its checksum is. */
function corruptChecksum(frame: string | Uint8Array): string | null {
  if (typeof frame !== 'string') return null;
  const wrong = frame.replace(/("checksum":)(-?\d+)/, (_, name: string, digits: string) => `${name}${BigInt(digits) ^ 1n}`);
  return wrong === frame ? null : wrong;
}
