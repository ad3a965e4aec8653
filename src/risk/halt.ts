import { InvalidInputError } from '../domain/errors.js';

/** Why trading was stopped. */
export const HALT_TRIGGERS = [
  'manual',
  'daily-loss',
  'drawdown',
  'unhedged',
  'venue-errors',
  'margin',
  'ledger',
  'drift',
  'unreadable-record',
] as const;
export type HaltTrigger = (typeof HALT_TRIGGERS)[number];

/** `opening`: only what brings positions nearer to zero may still be sent. `everything`: nothing may. */
export type HaltLevel = 'opening' | 'everything';

/** What each trigger stops. A stop by a person, or one of which nothing is known, stops closing as well. */
const LEVEL_OF_TRIGGER: Readonly<Record<HaltTrigger, HaltLevel>> = {
  manual: 'everything',
  'daily-loss': 'opening',
  drawdown: 'opening',
  unhedged: 'opening',
  'venue-errors': 'opening',
  margin: 'opening',
  ledger: 'everything',
  drift: 'opening',
  'unreadable-record': 'everything',
};

export interface HaltReason {
  readonly trigger: HaltTrigger;
  readonly text: string;
  /** Microseconds since the epoch. */
  readonly epochUs: number;
}

/** A stop as it is kept over restarts. */
export interface HaltRecord {
  readonly level: HaltLevel;
  /** One of each trigger, in the order in which they came. */
  readonly reasons: readonly HaltReason[];
}

/** Where a stop outlives the process. Both may throw. */
export interface HaltStore {
  /** @returns null when nothing is stopped */
  load(): HaltRecord | null;
  save(record: HaltRecord | null): void;
}

/** Who ended a stop. */
export interface Clearance {
  readonly by: string;
  readonly epochUs: number;
}

/**
 * The one gate in front of the wire: once stopped it stays so, over restarts too, until a person clears it. Stops add up: the
 * stricter level holds.
 */
export class HaltLatch {
  private record: HaltRecord | null;
  private saved = true;
  private lastClearance: Clearance | null = null;

  /** @param epochUs now; a record that cannot be read stops everything from this moment */
  constructor(
    private readonly store: HaltStore,
    epochUs: number,
    private readonly listener: (record: HaltRecord) => void = () => {},
  ) {
    try {
      this.record = store.load();
    } catch (error) {
      const reason: HaltReason = { trigger: 'unreadable-record', text: String(error), epochUs };
      this.record = { level: LEVEL_OF_TRIGGER[reason.trigger], reasons: [reason] };
    }
  }

  /** Whether anything is stopped. */
  get isHalted(): boolean {
    return this.record !== null;
  }
  /** Whether closing is stopped as well. */
  get stopsClosing(): boolean {
    return this.record?.level === 'everything';
  }
  /** What is stopped and why; null when nothing is. */
  get state(): HaltRecord | null {
    return this.record;
  }
  /** False when the last stop could not be written: it holds, but would not outlive the process. */
  get isPersisted(): boolean {
    return this.saved;
  }
  get cleared(): Clearance | null {
    return this.lastClearance;
  }

  /** Asked right before the wire. Cancelling needs no leave. */
  allows(isReducing: boolean): boolean {
    return this.record === null || (isReducing && this.record.level === 'opening');
  }

  /** Stops. @returns false when this trigger had stopped already, and nothing changed */
  stop(trigger: HaltTrigger, text: string, epochUs: number): boolean {
    const before = this.record;
    if (before?.reasons.some((reason) => reason.trigger === trigger) === true) {
      if (!this.saved) this.write(before);
      return false;
    }
    const level = before?.level === 'everything' ? 'everything' : LEVEL_OF_TRIGGER[trigger];
    const record = { level, reasons: [...(before?.reasons ?? []), { trigger, text, epochUs }] };
    // It holds before it is written: a full disk must not keep trading open.
    this.record = record;
    this.write(record);
    this.listener(record);
    return true;
  }

  /**
   * Opens the gate again. It is written first: where that fails, it stays stopped.
   * @param by the person; an empty name is refused
   */
  clear(by: string, epochUs: number): void {
    if (by.trim() === '') throw new InvalidInputError('a stop is cleared by a person, who has a name');
    this.store.save(null);
    this.record = null;
    this.saved = true;
    this.lastClearance = { by, epochUs };
  }

  private write(record: HaltRecord): void {
    try {
      this.store.save(record);
      this.saved = true;
    } catch {
      this.saved = false;
    }
  }
}
