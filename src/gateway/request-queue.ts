import type { Timer, Timers } from '../domain/clock.js';
import { VenueRequestError } from '../domain/errors.js';
import type { RateCost } from '../venues/trading.js';
import { PURPOSES, type Purpose, type RateBudgets } from './rate-budgets.js';
import type { GatewaySettings } from './settings.js';

interface Waiter {
  readonly costs: readonly RateCost[];
  readonly purpose: Purpose;
  readonly deadline: Timer;
  go(): void;
  fail(error: VenueRequestError): void;
}

const WAKE_MS_MIN = 1;
const WAKE_MS_MAX = 60_000;

/**
 * Where requests wait for their budgets, so that the venue never has to refuse for rate: cancels before orders before the rest, in
 * order of arrival within each, and nothing overtakes a waiting request on a budget that it waits for.
 */
export class RequestQueue {
  private readonly waiting: Readonly<Record<Purpose, Waiter[]>> = { cancel: [], order: [], session: [], read: [] };
  private wake: Timer | undefined;
  private stopped = false;
  private closed = false;

  constructor(
    private readonly budgets: RateBudgets,
    private readonly timers: Timers,
    private readonly settings: Pick<GatewaySettings, 'waitMsMax' | 'waitersMax'>,
  ) {}

  /** Takes the costs now, in this tick. @returns false when the request would have to wait */
  tryAdmit(costs: readonly RateCost[], purpose: Purpose): boolean {
    return !this.shuts(purpose) && !this.mustQueue(costs, purpose) && this.budgets.take(costs, purpose);
  }

  /**
   * Settles when the request may leave; `settle` or `refund` must follow.
   * @throws VenueRequestError `rate-limited`, at once where that can be told, when the wait would be longer than its purpose allows
   */
  async admit(costs: readonly RateCost[], purpose: Purpose): Promise<void> {
    if (this.tryAdmit(costs, purpose)) return;
    if (this.shuts(purpose)) throw stoppedError();
    const queue = this.waiting[purpose];
    const waitMs = this.budgets.waitMs(costs, purpose);
    const mostMs = this.settings.waitMsMax[purpose];
    if (waitMs > mostMs || queue.length >= this.settings.waitersMax) throw refused(purpose, waitMs);
    await new Promise<void>((resolve, reject) => {
      const deadline = this.timers.after(mostMs, () => {
        queue.splice(queue.indexOf(waiter), 1);
        reject(refused(purpose, this.budgets.waitMs(costs, purpose)));
      });
      const waiter: Waiter = { costs, purpose, deadline, go: resolve, fail: reject };
      queue.push(waiter);
      this.pump();
    });
  }

  /** A request is over. */
  settle(costs: readonly RateCost[]): void {
    this.budgets.settle(costs);
    this.pump();
  }

  /** A request did not leave after all. */
  refund(costs: readonly RateCost[]): void {
    this.budgets.refund(costs);
    this.pump();
  }

  /** Requests that wait now. */
  get length(): number {
    return PURPOSES.reduce((sum, purpose) => sum + this.waiting[purpose].length, 0);
  }

  /** From here on only cancels and what ends a session leave; whatever else waits is refused. */
  close(): void {
    this.closed = true;
    for (const purpose of ['order', 'read', 'session'] as const) this.failAll(purpose);
  }

  /** Refuses everything that waits and whatever comes later. */
  stop(): void {
    this.stopped = true;
    this.wake?.cancel();
    for (const purpose of PURPOSES) this.failAll(purpose);
  }

  private shuts(purpose: Purpose): boolean {
    return this.stopped || (this.closed && (purpose === 'order' || purpose === 'read'));
  }

  private failAll(purpose: Purpose): void {
    for (const waiter of this.waiting[purpose].splice(0)) {
      waiter.deadline.cancel();
      waiter.fail(stoppedError());
    }
  }

  private mustQueue(costs: readonly RateCost[], purpose: Purpose): boolean {
    for (const other of PURPOSES) {
      for (const waiter of this.waiting[other]) if (sharesBudget(waiter.costs, costs)) return true;
      if (other === purpose) return false;
    }
    return false;
  }

  private pump(): void {
    if (this.stopped) return;
    this.wake?.cancel();
    let soonestMs = Number.POSITIVE_INFINITY;
    const held: Waiter[] = [];
    for (const purpose of PURPOSES) {
      const queue = this.waiting[purpose];
      for (let at = 0; at < queue.length; ) {
        const waiter = queue[at];
        if (waiter === undefined) break;
        const blocked = held.some((ahead) => sharesBudget(ahead.costs, waiter.costs));
        if (!blocked && this.budgets.take(waiter.costs, purpose)) {
          queue.splice(at, 1);
          waiter.deadline.cancel();
          waiter.go();
          continue;
        }
        if (!blocked) soonestMs = Math.min(soonestMs, this.budgets.waitMs(waiter.costs, purpose));
        held.push(waiter);
        at++;
      }
    }
    if (held.length === 0) return;
    this.wake = this.timers.after(Math.min(WAKE_MS_MAX, Math.max(WAKE_MS_MIN, soonestMs)), () => this.pump());
  }
}

function sharesBudget(left: readonly RateCost[], right: readonly RateCost[]): boolean {
  return left.some(({ budget }) => right.some((other) => other.budget === budget));
}

function refused(purpose: Purpose, waitMs: number): VenueRequestError {
  const retryAfterMs = Number.isFinite(waitMs) ? waitMs : undefined;
  return new VenueRequestError(
    'rate-limited',
    `the rate budget has no room for this ${purpose}`,
    { purpose, sent: false },
    {},
    retryAfterMs,
  );
}

function stoppedError(): VenueRequestError {
  return new VenueRequestError('invalid-request', 'the gateway is stopped', { sent: false });
}
