import type { SeededRandom } from '../../../src/domain/random.js';
import type { NetworkPlan } from '../plan.js';

/** What becomes of a request: delays in milliseconds; an answer that is lost never comes. */
export interface Fate {
  readonly outMs: number;
  readonly backMs: number;
  readonly arrives: boolean;
  readonly isAnswered: boolean;
}

const SLOW_MS_MAX = 4_500;
const LATE_MS_MAX = 1_500;

/** Decides about every message of one connection, from the seed. In calm times everything arrives, quickly. */
export class Network {
  constructor(
    private readonly plan: NetworkPlan,
    private readonly random: SeededRandom,
    private readonly isCalm: () => boolean,
  ) {}

  /** Of a request and its answer. */
  fate(): Fate {
    const { plan, random } = this;
    const isSlow = this.happens(plan.slow);
    const isSlowThere = isSlow && random.next() < 0.5;
    return {
      outMs: isSlowThere ? random.next() * SLOW_MS_MAX : this.delayMs(),
      backMs: isSlow && !isSlowThere ? random.next() * SLOW_MS_MAX : this.delayMs(),
      arrives: !this.happens(plan.lostRequests),
      isAnswered: !this.happens(plan.lostAnswers),
    };
  }

  /** Whether a fault of that share of all cases happens now. */
  happens(share: number): boolean {
    return share > 0 && !this.isCalm() && this.random.next() < share;
  }

  /** One way, one message. */
  delayMs(): number {
    return this.plan.latencyMs + this.random.next() * this.plan.jitterMs;
  }
  /** Of a message that is told late. */
  lateMs(): number {
    return this.random.next() * LATE_MS_MAX;
  }
  /** A number in [0, most). */
  upTo(most: number): number {
    return this.random.next() * most;
  }
}
