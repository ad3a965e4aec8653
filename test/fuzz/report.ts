import type { FuzzResult, Tally } from './fuzzer.js';

const COLUMNS = ['frames', 'equal', 'stricter', 'missed', 'wrong'] as const satisfies readonly (keyof Tally)[];
const WIDTH = 10;

/** Frames that were judged equal or stricter, and all others. */
export function totals({ tallies }: FuzzResult): { passed: number; failed: number } {
  let passed = 0;
  let failed = 0;
  for (const tally of tallies.values()) {
    passed += tally.equal + tally.stricter;
    failed += tally.missed + tally.wrong;
  }
  return { passed, failed };
}

/** What was found, a table of the streams, and one last line with the totals. */
export function reportLines(result: FuzzResult): string[] {
  const nameWidth = Math.max(...[...result.tallies.keys()].map((name) => name.length), 'stream'.length);
  const row = (name: string, cells: readonly (string | number)[]): string =>
    name.padEnd(nameWidth) + cells.map((cell) => String(cell).padStart(WIDTH)).join('');
  const { passed, failed } = totals(result);
  return [
    ...result.findings.map(
      ({ stream, seed, problem, frame }) => `${stream} seed ${seed}: ${problem}\n  frame ${frame.toString('base64')}`,
    ),
    row('stream', COLUMNS),
    ...[...result.tallies].map(([name, tally]) =>
      row(
        name,
        COLUMNS.map((column) => tally[column]),
      ),
    ),
    `${passed} passed, ${failed} failed`,
  ];
}
