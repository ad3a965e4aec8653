import { Exact } from '../../src/domain/decimal.js';
import type { Judgement, SlopeBounds } from './judge.js';
import type { Sample } from './sample.js';

/** How a day is run. */
export interface SoakOptions {
  readonly seed: number;
  readonly hours: number;
  /** Minutes before the first sample, and between two. */
  readonly warmUpMinutes: number;
  readonly sampleMinutes: number;
  readonly bounds: SlopeBounds;
  /** Told of every sample as it is taken. */
  readonly onSample?: (sample: Sample) => void;
}

/** What came of it. */
export interface SoakResult {
  readonly hours: number;
  readonly samples: readonly Sample[];
  readonly judgement: Judgement;
  /** What was done in all that time. */
  readonly figures: Readonly<Record<string, number>>;
  /** What was still there when everything had been stopped. */
  readonly left: Readonly<Record<string, number>>;
  /** One sentence for each thing that is wrong; empty when the day was a good one. */
  readonly findings: readonly string[];
}

/** What a judgement finds wrong: one sentence each. */
export function complaints({ trends, grownCounts, grownCollections }: Judgement): string[] {
  const grew =
    (kind: string) =>
    ({ name, before, after }: Judgement['grownCounts'][number]) =>
      `${kind} ${name} grew from ${before} to ${after}`;
  return [
    ...trends.flatMap(({ name, slope, bound, isFlat }) =>
      isFlat ? [] : [`${name} rises by ${new Exact(slope).toFixed(3)} MB an hour, ${bound} are allowed`],
    ),
    ...grownCounts.map(grew('count of')),
    ...grownCollections.map(grew('collection')),
  ];
}
