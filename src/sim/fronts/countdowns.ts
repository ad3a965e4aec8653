import type { Clock } from '../../domain/clock.js';
import type { SimulatedBook } from '../market/book.js';
import type { EngineAccount, MatchingEngine } from '../matching/types.js';

/** The dead man's switches: each account has one for each symbol. They are looked at once a second. */
export class Countdowns {
  private readonly armed = new Map<string, { account: EngineAccount; book: SimulatedBook; dueUs: number }>();

  constructor(
    private readonly clock: Clock,
    private readonly engine: MatchingEngine,
  ) {}

  /** Starts the time anew. @param countdownMs 0 disarms */
  arm(account: EngineAccount, book: SimulatedBook, countdownMs: number): void {
    const key = `${account.id}:${book.instrument.symbol}`;
    if (countdownMs === 0) this.armed.delete(key);
    else this.armed.set(key, { account, book, dueUs: this.clock.monotonicUs() + countdownMs * 1000 });
  }

  /** Cancels the orders of those whose time is over. */
  inspect(): void {
    const nowUs = this.clock.monotonicUs();
    for (const [key, { account, book, dueUs }] of [...this.armed]) {
      if (dueUs > nowUs) continue;
      this.armed.delete(key);
      this.engine.cancelAll(account, book, 'countdown');
    }
  }
}
