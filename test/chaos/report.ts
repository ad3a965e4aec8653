import type { Violation } from './invariants/report.js';
import type { SeedResult } from './simulate.js';
import { addStats, emptyStats, type Stats } from './stats.js';

const TRACE_LINES = 120;
const LINE_WIDTH = 240;

/** What all seeds of a run came to. */
export class Summary {
  readonly stats: Stats = emptyStats();
  readonly failed: number[] = [];
  seeds = 0;
  simulatedUs = 0;
  longestUnhedgedUs = 0;
  /** Of the hashes of all seeds, in order: two runs of the same seeds have the same. */
  hash = 0;

  add({ seed, violations, simulatedUs, stats, hash, longestUnhedgedUs }: Omit<SeedResult, 'trace'>): void {
    this.seeds++;
    if (violations.length > 0) this.failed.push(seed);
    this.simulatedUs += simulatedUs;
    this.longestUnhedgedUs = Math.max(this.longestUnhedgedUs, longestUnhedgedUs);
    addStats(this.stats, stats);
    // The sum does not depend on who plays which seed.
    this.hash = (this.hash + Number.parseInt(hash.slice(0, 8), 16)) >>> 0;
  }

  /** As one line of JSON. */
  json(tookMs: number): string {
    const { seeds, failed, simulatedUs, stats, longestUnhedgedUs } = this;
    const simulatedHours = simulatedUs / 3.6e9;
    return JSON.stringify({
      ...{ seeds, failed: failed.length, failedSeeds: failed.slice(0, 20) },
      simulatedHours: round(simulatedHours),
      hoursPerMinute: round((simulatedHours / tookMs) * 60_000),
      msPerSeed: round(tookMs / seeds),
      ...stats,
      longestUnhedgedSeconds: round(longestUnhedgedUs / 1e6),
      hash: this.hash.toString(16).padStart(8, '0'),
    });
  }

  /** For people. */
  text(tookMs: number): string {
    const { seeds, failed, stats } = this;
    const figures = JSON.parse(this.json(tookMs)) as { simulatedHours: number; hoursPerMinute: number; hash: string };
    const done = `${seeds} seeds, ${figures.simulatedHours} simulated hours, ${figures.hoursPerMinute} of them a minute`;
    const happened = Object.entries(stats)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ');
    const end = failed.length === 0 ? 'no invariant was broken' : `BROKEN in ${failed.length} seeds: ${failed.join(' ')}`;
    return `${done}\n${happened}\n${end}; hash ${figures.hash}`;
  }
}

/** What a seed broke, the end of what happened, and how to see it again. */
export function failureText({ seed, violations, trace }: SeedResult, lines = TRACE_LINES): string {
  const broken = violations.map(({ invariant, atUs, text }: Violation) => `  ${(atUs / 1e6).toFixed(6)} ${invariant}: ${text}`);
  const happened = trace(lines).map((line) => line.slice(0, LINE_WIDTH));
  return [`seed ${seed} broke:`, ...broken, 'what happened last:', ...happened, `again: npm run simulate -- --seed ${seed}`].join(
    '\n',
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
