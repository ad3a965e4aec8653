import type { Clock } from '../../src/domain/clock.js';
import { SeededRandom } from '../../src/domain/random.js';
import { corrupt, rewrite } from '../frames/corrupt.js';
import type { FrameStream, StreamOptions } from '../frames/frame-stream.js';
import { Duel, type Round, type Sent } from '../property/duel.js';
import { MemoryGuard } from './memory-guard.js';

/** A stream that is made anew for every seed, or a recorded one that is the same for all. */
export type StreamSource = (options: StreamOptions) => FrameStream;

/** What became of the frames of one stream. */
export interface Tally {
  frames: number;
  equal: number;
  stricter: number;
  missed: number;
  wrong: number;
}

/** A frame that the kernel got wrong, with all that is needed to play it again. */
export interface Finding {
  readonly stream: string;
  readonly seed: number;
  /** What went wrong, in one line. */
  readonly problem: string;
  readonly frame: Buffer;
}

export interface FuzzOptions {
  readonly sources: Readonly<Record<string, StreamSource>>;
  readonly seed: number;
  readonly seconds: number;
  readonly clock: Clock;
  /** Looks at every round once more before it is counted; a test puts a wrong comparison in here. */
  readonly review?: (round: Round) => Round;
}

export interface FuzzResult {
  readonly tallies: ReadonlyMap<string, Tally>;
  readonly findings: readonly Finding[];
}

/** Longest time that one frame may take on both sides together, in milliseconds. A busy machine is given a second chance. */
const FRAME_MS_MAX = 100;
const FRAMES = 24;
const DAMAGED_COPIES = 3;
const FINDINGS_MAX = 20;
/** Agreements from best to worst; a frame counts as its worst book. */
const ORDER = ['equal', 'stricter', 'missed', 'wrong'] as const;

/** Plays damaged and rewritten frames of all streams in turn until the time is over or too much was found. */
export function fuzz({ sources, seed, seconds, clock, review = (round) => round }: FuzzOptions): FuzzResult {
  const tallies = new Map(Object.keys(sources).map((name) => [name, { frames: 0, equal: 0, stricter: 0, missed: 0, wrong: 0 }]));
  const findings: Finding[] = [];
  const end = clock.monotonicUs() + seconds * 1e6;
  const isOver = (): boolean => clock.monotonicUs() >= end || findings.length >= FINDINGS_MAX;
  for (let round = seed; !isOver(); round++) {
    for (const [name, make] of Object.entries(sources)) {
      if (isOver()) break;
      const tally = tallies.get(name);
      if (tally !== undefined) new Play(name, make, round, clock, review, tally, findings).run(isOver);
    }
  }
  return { tallies, findings };
}

/** A damaged frame; as it was, when a first damage made it too deep for a second one that walks through it. */
function damaged(frame: Buffer, random: SeededRandom): Buffer {
  try {
    return corrupt(frame, random);
  } catch (error) {
    if (error instanceof RangeError) return frame;
    throw error;
  }
}

/** One stream of one seed. */
class Play {
  private readonly stream: FrameStream;
  private readonly random: SeededRandom;
  private readonly duel: Duel;
  private readonly guard: MemoryGuard;
  private readonly history: Sent[] = [];

  constructor(
    private readonly name: string,
    make: StreamSource,
    private readonly seed: number,
    private readonly clock: Clock,
    private readonly review: (round: Round) => Round,
    private readonly tally: Tally,
    private readonly findings: Finding[],
  ) {
    this.random = new SeededRandom(seed);
    this.stream = make({ seed, frames: FRAMES, levels: 20, changes: 4 });
    // Few levels on every third, so that truncation takes part.
    this.duel = new Duel(this.stream, seed % 3 === 0 ? 12 : 500);
    this.guard = new MemoryGuard(this.duel.memory, this.duel.plan);
  }

  /** Before each frame damaged copies of it, then the frame itself, written differently. */
  run(isOver: () => boolean): void {
    for (const frame of this.stream.frames) {
      for (let copy = 0; copy < DAMAGED_COPIES; copy++) {
        if (isOver()) return;
        if (!this.play(frame, damaged(frame.bytes, this.random))) return;
        for (const { symbol } of this.stream.instruments) this.duel.restore(symbol, this.history);
      }
      if (!this.play(frame, rewrite(frame.bytes, this.random))) return;
      this.history.push(frame);
      for (const { symbol } of this.stream.instruments) this.duel.restore(symbol, this.history);
    }
  }

  /** @returns false when the stream cannot go on: the kernel stopped */
  private play(frame: Sent, bytes: Buffer): boolean {
    this.tally.frames++;
    const started = this.clock.monotonicUs();
    let rounds: Round[];
    try {
      rounds = this.duel.play(frame, bytes).map(this.review);
    } catch (error) {
      this.fail(`crash: ${error instanceof Error ? error.message : String(error)}`, bytes);
      return false;
    }
    const ms = (this.clock.monotonicUs() - started) / 1000;
    const written = this.guard.violation();
    const worst = Math.max(...rounds.map(({ agreement }) => ORDER.indexOf(agreement)));
    const agreement = ORDER[worst] ?? 'equal';
    if (written !== undefined) this.fail(`wrote outside its slot at ${written}`, bytes);
    else if (ms > FRAME_MS_MAX && this.isSlow(frame, bytes)) this.fail(`took ${ms.toFixed(0)} ms`, bytes);
    else if (agreement === 'missed' || agreement === 'wrong') {
      this.tally[agreement]++;
      const round = rounds.find((one) => one.agreement === agreement);
      this.report(`${agreement} book of ${round?.symbol}, kernel status ${round?.status}`, bytes);
    } else this.tally[agreement]++;
    return true;
  }

  /** Whether a frame is slow again, on books of its own: the first time another process may have had the processor. */
  private isSlow(frame: Sent, bytes: Buffer): boolean {
    const duel = new Duel(this.stream);
    for (const before of this.history) duel.play(before);
    const started = this.clock.monotonicUs();
    duel.play(frame, bytes);
    return this.clock.monotonicUs() - started > FRAME_MS_MAX * 1000;
  }

  private fail(problem: string, frame: Buffer): void {
    this.tally.wrong++;
    this.report(problem, frame);
  }

  private report(problem: string, frame: Buffer): void {
    this.findings.push({ stream: this.name, seed: this.seed, problem, frame });
  }
}
