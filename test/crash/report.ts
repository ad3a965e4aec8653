import { type TextColumn, textTable } from '../../src/cli/text-table.js';
import { STEPS } from './faults.js';
import type { Kind } from './points.js';
import type { PointResult } from './run-point.js';

/** What a whole run came to. */
export interface CrashFigures {
  readonly points: number;
  readonly passed: number;
  readonly failed: number;
  /** Milliseconds from the start of a process until it was ready to trade. */
  readonly recoveryMs: Percentiles | null;
  readonly recoveryMsMax: number;
  /** Processor time of those starts. */
  readonly recoveryCpuMs: Percentiles | null;
  /** Processes that wanted a processor, on average over a minute, at the beginning and at the end, and how many processors there are. */
  readonly load: { readonly before: number; readonly after: number; readonly processors: number };
  /** Kills at entries of the ledger, by what they say: how many were planned, and came about. */
  readonly steps: readonly StepFigures[];
  /** Entries at which nothing was killed in this run. */
  readonly stepsMissed: readonly string[];
  /** Points that passed, and whose engine was ready later than that. */
  readonly late: number;
  readonly kinds: readonly KindFigures[];
  /** Entries and fills that were compared, and the most contracts and unhedged value that a check saw. */
  readonly fills: number;
  readonly contractsHeldMax: number;
  readonly unhedgedQuoteMax: number;
  readonly seconds: number;
  readonly failures: readonly {
    readonly point: number;
    readonly kind: Kind;
    readonly text: string;
    readonly faults: readonly string[];
    readonly folder: string;
  }[];
}

interface StepFigures {
  readonly step: string;
  readonly when: 'before' | 'after';
  readonly planned: number;
  readonly reached: number;
}

interface KindFigures {
  readonly kind: Kind;
  readonly points: number;
  readonly passed: number;
  readonly recoveryMs: Percentiles | null;
  /** Points whose engine was ready too late. */
  readonly late: number;
  /** Where the engine lived on: until all went on as before. */
  readonly resumedMs: Percentiles | null;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Sums up. */
export function figuresOf(
  results: readonly PointResult[],
  seconds: number,
  readyMsMax: number,
  load: CrashFigures['load'],
): CrashFigures {
  const kinds = [...new Set(results.map(({ point }) => point.kind))].sort();
  const failures = results.filter(({ faults }) => faults.length > 0);
  const steps = stepsOf(results);
  const lateOf = (some: readonly PointResult[]): number =>
    some.filter(({ recoveryMs }) => (recoveryMs ?? 0) >= readyMsMax).length;
  return {
    points: results.length,
    passed: results.length - failures.length,
    failed: failures.length,
    recoveryMs: percentiles(results.map(({ recoveryMs }) => recoveryMs)),
    recoveryCpuMs: percentiles(results.map(({ recoveryCpuMs }) => recoveryCpuMs)),
    ...{ load, steps },
    stepsMissed: steps.filter(({ reached }) => reached === 0).map(({ step, when }) => `${when} ${step}`),
    recoveryMsMax: readyMsMax,
    late: lateOf(results),
    kinds: kinds.map((kind) => {
      const own = results.filter(({ point }) => point.kind === kind);
      const passed = own.filter(({ faults }) => faults.length === 0).length;
      return {
        ...{ kind, points: own.length, passed, late: lateOf(own) },
        recoveryMs: percentiles(own.map(({ recoveryMs }) => recoveryMs)),
        resumedMs: percentiles(own.map(({ resumedMs }) => resumedMs)),
      };
    }),
    fills: results.reduce((most, { check }) => most + (check?.newFills ?? 0), 0),
    contractsHeldMax: Math.max(0, ...results.map(({ check }) => check?.contractsHeld ?? 0)),
    unhedgedQuoteMax: Math.max(0, ...results.map(({ check }) => check?.unhedgedQuote ?? 0)),
    seconds,
    failures: failures.map(({ point: { number, kind, text }, faults, folder }) => ({
      point: number,
      kind,
      text,
      faults,
      folder,
    })),
  };
}

/** A line about a point, as it ends. */
export function pointLine({ point, faults, recoveryMs, resumedMs, steps, check, seconds, folder }: PointResult): string {
  const head = `${String(point.number).padStart(4)} ${faults.length === 0 ? 'passed' : 'FAILED'}  ${point.kind}: ${point.text}`;
  const ready = recoveryMs === null ? '' : `, ready in ${Math.round(recoveryMs)} ms`;
  const resumed = resumedMs === null ? '' : `, went on after ${Math.round(resumedMs)} ms`;
  const seen = check === null ? '' : `, ${check.newFills} fills, ${check.contractsHeld} contracts held`;
  const missed = steps.some(({ isReached }) => !isReached) ? ', not reached' : '';
  const detail = faults.map((fault) => `       ${fault}\n`).join('');
  const look =
    faults.length === 0 ? '' : `       ${folder}: tiercel report ${folder}/data/live.ledger; log in point-${point.number}.log\n`;
  return `${head} (${seconds.toFixed(1)} s${ready}${resumed}${seen}${missed})\n${detail}${look}`;
}

/** The points by kind. */
export function table(results: readonly PointResult[], figures: CrashFigures): string {
  const columns: TextColumn<KindFigures>[] = [
    { title: 'kind', align: 'left', text: ({ kind }) => kind },
    { title: 'points', align: 'right', text: ({ points }) => String(points) },
    { title: 'passed', align: 'right', text: ({ passed }) => String(passed) },
    { title: 'ready p50', align: 'right', text: ({ recoveryMs }) => milliseconds(recoveryMs?.p50) },
    { title: 'max', align: 'right', text: ({ recoveryMs }) => milliseconds(recoveryMs?.max) },
    { title: 'late', align: 'right', text: ({ late }) => String(late) },
    { title: 'goes on p50', align: 'right', text: ({ resumedMs }) => milliseconds(resumedMs?.p50) },
    { title: 'max', align: 'right', text: ({ resumedMs }) => milliseconds(resumedMs?.max) },
  ];
  const steps: TextColumn<StepFigures>[] = [
    { title: 'killed at', align: 'left', text: ({ step }) => step },
    { title: '', align: 'left', text: ({ when }) => when },
    { title: 'planned', align: 'right', text: ({ planned }) => String(planned) },
    { title: 'reached', align: 'right', text: ({ reached }) => String(reached) },
  ];
  const { points, passed, recoveryMs, recoveryMsMax, late, seconds, fills, contractsHeldMax, unhedgedQuoteMax } = figures;
  const { recoveryCpuMs, load, stepsMissed, failed } = figures;
  return [
    `\n${textTable(columns, figures.kinds)}\n`,
    `${textTable(steps, figures.steps)}\n`,
    stepsMissed.length === 0 ? 'killed at every step\n' : `not killed at in this run: ${stepsMissed.join(', ')}\n`,
    `${passed} of ${points} points passed in ${seconds.toFixed(0)} s; ${fills} fills compared, at most ${contractsHeldMax} contracts held `,
    `and ${unhedgedQuoteMax.toFixed(2)} unhedged\n`,
    `from the start of a process until ledger and venues agreed and it could trade: p50 ${milliseconds(recoveryMs?.p50)}, p99 ${milliseconds(recoveryMs?.p99)}, max ${milliseconds(recoveryMs?.max)} `,
    `of ${results.filter((result) => result.recoveryMs !== null).length} starts; ${late} of them not within ${recoveryMsMax} ms\n`,
    `processor time of a start p50 ${milliseconds(recoveryCpuMs?.p50)}, max ${milliseconds(recoveryCpuMs?.max)}; `,
    `load ${load.before.toFixed(1)} before and ${load.after.toFixed(1)} after, on ${load.processors} processors\n`,
    failed + late === 0 ? 'PASSED\n' : `FAILED: ${failed} points with faults, ${late} starts too late\n`,
  ].join('');
}

/** Every step that there is, whether it was planned or not. */
function stepsOf(results: readonly PointResult[]): StepFigures[] {
  const all = results.flatMap(({ steps }) => steps);
  return [...STEPS, 'any'].flatMap((step) =>
    (['before', 'after'] as const).map((when) => {
      const own = all.filter((one) => one.step === step && one.when === when);
      return { step, when, planned: own.length, reached: own.filter(({ isReached }) => isReached).length };
    }),
  );
}

function percentiles(values: readonly (number | null)[]): Percentiles | null {
  const sorted = values.flatMap((value) => (value === null || Number.isNaN(value) ? [] : value)).sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return sorted.length === 0 ? null : { p50: at(0.5), p99: at(0.99), max: at(1) };
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${value} ms`;
}
