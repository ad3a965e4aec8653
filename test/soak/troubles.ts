import type { Timer, Timers } from '../../src/domain/clock.js';
import type { VenueId } from '../../src/domain/venue.js';
import type { Faults } from '../../src/sim/faults/faults.js';
import type { FaultRuleInput } from '../../src/sim/faults/rules.js';

const MINUTE_MS = 60_000;

/** What goes wrong on an ordinary day, when for the first time, and how often after that. */
interface Trouble {
  readonly firstMinute: number;
  readonly everyMinutes: number;
  readonly lastsMs: number;
  rule(venue: VenueId): FaultRuleInput;
}

const TROUBLES: readonly Trouble[] = [
  // Every connection of one venue after the other ends.
  {
    ...{ firstMinute: 17, everyMinutes: 23, lastsMs: 500 },
    rule: (venue) => ({ venues: [venue], fault: { kind: 'disconnect', at: 'now' } }),
  },
  // A private stream breaks off in the middle of a frame.
  {
    ...{ firstMinute: 31, everyMinutes: 37, lastsMs: 60_000 },
    rule: (venue) => ({ venues: [venue], traffic: ['ws-private'], count: 1, fault: { kind: 'disconnect', at: 'mid-frame' } }),
  },
  // Frames of books are lost.
  {
    ...{ firstMinute: 11, everyMinutes: 19, lastsMs: 2_000 },
    rule: (venue) => ({ venues: [venue], count: 3, fault: { kind: 'sequence-gap' } }),
  },
  // Answers are lost, slow or refused.
  {
    ...{ firstMinute: 41, everyMinutes: 47, lastsMs: 20_000 },
    rule: (venue) => ({ venues: [venue], traffic: ['rest'], count: 2, fault: { kind: 'lost-answer', how: 'timeout' } }),
  },
  {
    ...{ firstMinute: 53, everyMinutes: 59, lastsMs: 20_000 },
    rule: (venue) => ({ venues: [venue], traffic: ['rest'], count: 2, fault: { kind: 'server-error' } }),
  },
  // A venue is closed for some minutes.
  {
    ...{ firstMinute: 97, everyMinutes: 211, lastsMs: 3 * MINUTE_MS },
    rule: (venue) => ({ venues: [venue], fault: { kind: 'maintenance' } }),
  },
];

/** The mild troubles of a long day, by the clock: the same every time. */
export class Troubles {
  private readonly timers: Timer[] = [];
  /** How many there were so far. */
  count = 0;
  private closed: VenueId | null = null;

  constructor(
    private readonly faults: Faults,
    private readonly schedule: Timers,
    venues: readonly VenueId[],
  ) {
    for (const trouble of TROUBLES) {
      let turn = 0;
      const strike = (): void => this.strike(trouble, venues[turn++ % venues.length]);
      this.timers.push(
        schedule.after(trouble.firstMinute * MINUTE_MS, () => {
          strike();
          this.timers.push(schedule.every(trouble.everyMinutes * MINUTE_MS, strike));
        }),
      );
    }
  }

  /** Whether a venue is closed now, so that it refuses everything. */
  isClosed(venue: unknown): boolean {
    return this.closed === venue;
  }

  /** Nothing goes wrong from now on. */
  stop(): void {
    for (const timer of this.timers) timer.cancel();
    this.faults.clear();
  }

  private strike(trouble: Trouble, venue: VenueId | undefined): void {
    if (venue === undefined) return;
    this.count++;
    const rule = trouble.rule(venue);
    const id = this.faults.add(rule);
    if (rule.fault.kind === 'maintenance') this.closed = venue;
    this.schedule.after(trouble.lastsMs, () => {
      this.faults.remove(id);
      if (rule.fault.kind === 'maintenance') this.closed = null;
    });
  }
}
