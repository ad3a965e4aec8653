import { type LinearFit, linearFit } from './linear-fit.js';
import type { Sample } from './sample.js';

/** What a memory is bounded by, by how its path ends. */
export interface BoundedMemory {
  readonly path: RegExp;
  readonly what: string;
  /** It takes days until it is full, and weighs nothing that could be seen: not waited for. */
  readonly isSmall?: true;
}

/** A figure with its slope over the hours in which nothing bounded was still filling. */
export interface Trend extends LinearFit {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  /** Most that it may rise in an hour. */
  readonly bound: number;
  readonly isFlat: boolean;
}

/** Something counted that is more at the end than it was at the beginning. */
export interface Growth {
  readonly name: string;
  /** Most in the first quarter of the samples, and least in the last. */
  readonly before: number;
  readonly after: number;
}

export interface Judgement {
  /** Hour from which on every bounded memory was full, or as good as still. */
  readonly settledHour: number;
  readonly trends: readonly Trend[];
  /** Handles, timers, connections, slots. */
  readonly grownCounts: readonly Growth[];
  /** Collections that no bound is known of. */
  readonly grownCollections: readonly Growth[];
  /** Collections that grew and are bounded. */
  readonly filling: readonly (Growth & { readonly what: string })[];
}

/** Bounds of the slopes, megabytes an hour. */
export interface SlopeBounds {
  readonly heap: number;
  readonly external: number;
  readonly rss: number;
}

/** A collection may breathe: by so many entries, and by that part. */
const BREATH = 48;
const BREATH_PART = 0.1;
/** Timers come and go with what is under way: a count may be off by so many, and by that part. */
const COUNT_BREATH = 1;
const COUNT_BREATH_PART = 0.05;
/** Two standard errors and a half: a flat line passes in all but about one of a hundred runs. */
const SIGMAS = 2.5;
/** What a bounded memory still gains after this part of it is full is not worth waiting for. */
const FULL_PART = 0.97;
/** The line is fitted over this part of the samples at least. */
const FIT_PART = 1 / 3;
const FIT_SAMPLES_MIN = 3;

/** Judges the samples of a day after its warm-up. @param bounded collections that are allowed to fill */
export function judge(samples: readonly Sample[], bounded: readonly BoundedMemory[], bounds: SlopeBounds): Judgement {
  const grown = growthsOf(
    samples.map(({ collections }) => Object.fromEntries(collections)),
    BREATH,
    BREATH_PART,
  );
  const boundOf = ({ name }: Pick<Growth, 'name'>): BoundedMemory | undefined => bounded.find(({ path }) => path.test(name));
  const filling = grown.flatMap((growth) => {
    const bound = boundOf(growth);
    return bound === undefined ? [] : [{ ...growth, what: bound.what }];
  });
  const isAwaited = (name: string): boolean => {
    const bound = boundOf({ name });
    return bound !== undefined && bound.isSmall !== true;
  };
  const settled = samples.slice(settledFrom(samples, isAwaited));
  const trend = (name: string, of: (sample: Sample) => number, bound: number): Trend => {
    const fit = linearFit(settled.map((sample) => [sample.hour, of(sample)] as const));
    const isFlat = fit.slope <= bound || fit.slope <= SIGMAS * fit.standardError;
    return { ...fit, name, first: of(settled[0] as Sample), last: of(settled.at(-1) as Sample), bound, isFlat };
  };
  return {
    settledHour: settled[0]?.hour ?? 0,
    trends: [
      trend('heap', ({ heapMb }) => heapMb, bounds.heap),
      ...(settled[0]?.externalMb === null ? [] : [trend('external', ({ externalMb }) => externalMb ?? 0, bounds.external)]),
      trend('rss', ({ rssMb }) => rssMb, bounds.rss),
    ],
    grownCounts: growthsOf(
      samples.map(({ counts }) => counts),
      COUNT_BREATH,
      COUNT_BREATH_PART,
    ),
    grownCollections: grown.filter((growth) => boundOf(growth) === undefined),
    filling,
  };
}

/** What was never as little in the last quarter as it ever was in the first. */
function growthsOf(tables: readonly Readonly<Record<string, number>>[], breath: number, breathPart: number): Growth[] {
  const quarter = quarterOf(tables);
  const [first, last] = [tables.slice(0, quarter), tables.slice(-quarter)];
  const names = new Set(last.flatMap((table) => Object.keys(table)));
  return [...names].flatMap((name) => {
    const before = Math.max(...first.map((table) => table[name] ?? 0));
    const after = Math.min(...last.map((table) => table[name] ?? 0));
    return after > before * (1 + breathPart) + breath ? [{ name, before, after }] : [];
  });
}

/** The first sample in which everything that is waited for has as many entries as it keeps to the end, also what is full early. */
function settledFrom(samples: readonly Sample[], isAwaited: (name: string) => boolean): number {
  const latest = Math.max(0, Math.min(Math.floor(samples.length * (1 - FIT_PART)), samples.length - FIT_SAMPLES_MIN));
  const ends = samples.slice(-quarterOf(samples)).map(({ collections }) => collections);
  const full = [...(ends[0]?.keys() ?? [])].filter(isAwaited).map((name) => {
    return { name, count: Math.min(...ends.map((collections) => collections.get(name) ?? 0)) };
  });
  const isFull = ({ collections }: Sample): boolean =>
    full.every(({ name, count }) => count <= BREATH || (collections.get(name) ?? 0) >= count * FULL_PART);
  const from = samples.findIndex(isFull);
  return Math.min(from < 0 ? latest : from, latest);
}

function quarterOf(samples: readonly unknown[]): number {
  return Math.max(1, Math.floor(samples.length / 4));
}
