import type { Growth, Judgement } from './judge.js';
import type { SoakResult } from './result.js';
import type { Sample } from './sample.js';

/** A count that is not taken of this kind of run. */
const NOT_TAKEN = '-';
const COLUMNS: readonly (readonly [title: string, of: (sample: Sample) => string])[] = [
  ['hour', ({ hour }) => hour.toFixed(2)],
  ['heap MB', ({ heapMb }) => heapMb.toFixed(2)],
  ['ext MB', ({ externalMb }) => externalMb?.toFixed(2) ?? NOT_TAKEN],
  ['rss MB', ({ rssMb }) => rssMb.toFixed(1)],
  ['handles', ({ counts }) => String(counts['handles'] ?? NOT_TAKEN)],
  ['timers', ({ counts }) => String(counts['timers'] ?? NOT_TAKEN)],
  ['connections', ({ counts }) => String(counts['connections'] ?? NOT_TAKEN)],
  ['requests', ({ counts }) => String(counts['requests'] ?? NOT_TAKEN)],
  ['cycles', ({ counts }) => String(counts['cycles'] ?? NOT_TAKEN)],
  ['working', ({ counts }) => String(counts['working orders'] ?? NOT_TAKEN)],
  ['risk', ({ counts }) => String(counts['orders in risk'] ?? NOT_TAKEN)],
  ['reserved', ({ counts }) => String(counts['accounts with reserved funds'] ?? NOT_TAKEN)],
];

/** The head of the table of samples. */
export function headText(): string {
  return COLUMNS.map(([title]) => title.padStart(Math.max(8, title.length))).join(' ');
}

/** One sample as a row under it. */
export function rowText(sample: Sample): string {
  return COLUMNS.map(([title, of]) => of(sample).padStart(Math.max(8, title.length))).join(' ');
}

/** Slopes, what fills, what grew, and the verdict. */
export function resultText(result: SoakResult): string {
  const { figures, findings, left } = result;
  return [
    `day         ${listText(figures)}`,
    ...judgementLines(result.judgement),
    `left behind ${listText(left)}`,
    ...findings.map((finding) => `WRONG: ${finding}`),
    verdictText(findings),
  ].join('\n');
}

/** Everything but the single samples, for machines. */
export function resultJson(result: SoakResult): string {
  const { samples, ...rest } = result;
  return JSON.stringify({ ...rest, samples: samples.map(({ collections: _, ...sample }) => sample) });
}

export function judgementLines({ settledHour, trends, filling, grownCounts }: Judgement): string[] {
  return [
    `slopes      from hour ${settledHour.toFixed(2)} on, when everything that is bounded was full or still`,
    ...trends.map(
      ({ name, slope, standardError, first, last, bound, isFlat }) =>
        `  ${name.padEnd(9)} ${slope.toFixed(3)} +- ${standardError.toFixed(3)} MB an hour (${first.toFixed(2)} to ${last.toFixed(2)} MB); ${bound} allowed: ${isFlat ? 'flat' : 'RISES'}`,
    ),
    ...filling.map((one) => `  fills       ${growthText(one)}: ${one.what}`),
    `counts      ${grownCounts.length === 0 ? 'no more handles, timers, connections or slots at the end than after the warm-up' : grownCounts.map(growthText).join('; ')}`,
  ];
}

export function verdictText(findings: readonly string[]): string {
  return findings.length === 0 ? 'Nothing grows.' : `${findings.length} things are wrong.`;
}

function listText(figures: Readonly<Record<string, number>>): string {
  return Object.entries(figures)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');
}

function growthText({ name, before, after }: Growth): string {
  return `${name} ${before} -> ${after}`;
}
