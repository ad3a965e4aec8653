import { createHash } from 'node:crypto';

const LINES_KEPT = 4_000;

/** What happened in a seed, in order: the newest part of it as text when it is asked for, and the hash of all of it. */
export class History {
  private readonly kept: { readonly atUs: number; readonly what: string; readonly facts: unknown }[] = [];
  private readonly hash = createHash('sha256');

  constructor(private readonly nowUs: () => number) {}

  /** Notes something for the trace; its facts are put into words only when somebody reads it. */
  note(what: string, facts?: unknown): void {
    this.kept.push({ atUs: this.nowUs(), what, facts });
    if (this.kept.length > LINES_KEPT * 2) this.kept.splice(0, LINES_KEPT);
  }

  /** Takes bytes or text into the hash. */
  seal(part: Uint8Array | string): void {
    this.hash.update(part);
  }

  /** The hash of everything sealed; once, at the end. */
  digest(): string {
    return this.hash.digest('hex');
  }

  /** The newest lines, the oldest of them first. */
  lines(most: number): string[] {
    return this.kept
      .slice(-most)
      .map(({ atUs, what, facts }) => `${(atUs / 1e6).toFixed(6).padStart(14)} ${what} ${words(facts)}`);
  }
}

function words(facts: unknown): string {
  if (facts === undefined) return '';
  if (typeof facts === 'string') return facts;
  try {
    return JSON.stringify(facts, (_key, value: unknown) => {
      if (typeof value === 'bigint') return value.toString();
      return value instanceof Error ? value.message : value;
    });
  } catch {
    return '(facts that refer to themselves)';
  }
}
