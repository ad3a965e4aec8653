import {
  LADDER_BOOK,
  LADDER_DEPTH,
  LADDER_HALF,
  LADDER_MIDDLE,
  LADDER_SEQUENCE,
  LADDER_STEP,
  LADDER_STRIDE,
  LADDER_TICK,
  THREAD_LEVELS_MAX,
} from '../../assembly/memory/layout.js';
import { KernelError } from '../domain/errors.js';
import type { Kernel } from './kernel.js';

/** The form that all ladders of a door have. */
export interface LadderForm {
  /** Levels of each side. */
  readonly levels: number;
  /** How many times as much each level offers as the one before it. */
  readonly growth: number;
}

/**
 * Puts assumed books into the kernel, many in one call: evenly spaced levels round a middle (`applyLadders` says exactly which). They are
 * noted in the thread's input area, so nothing may be decoded between `add` and `apply`. Nothing here allocates.
 */
export class LadderDoor {
  private readonly first: number;
  private readonly room: number;
  private noted = 0;
  private applied = 0;

  /** @throws KernelError when the thread has no room for such ladders */
  constructor(
    private readonly kernel: Kernel,
    private readonly form: LadderForm,
  ) {
    this.first = Math.ceil(kernel.input.byteOffset / 8) * 8;
    this.room = Math.floor((kernel.input.byteOffset + kernel.input.length - this.first) / LADDER_STRIDE);
    const levelsMax = kernel.int32At(kernel.thread + THREAD_LEVELS_MAX);
    if (this.room < 1 || form.levels > levelsMax)
      throw new KernelError(`there is no room for ladders of ${form.levels} levels`, { ...form, levelsMax });
  }

  /**
   * Notes the next state of a book, named by its place in the plan. All figures in its whole units, which need not be whole here.
   * @param middle the book is emptied when it is not above 0
   * @param half from the middle to the best price @param step from each level to the next
   * @param depth what the best level offers @param tick the grid of prices
   * @param atUs by the venue's clock, microseconds since the epoch; one for all that are applied together
   */
  add(
    book: number,
    sequence: number,
    middle: number,
    half: number,
    step: number,
    depth: number,
    tick: number,
    atUs: number,
  ): void {
    if (this.noted === this.room) this.flush(atUs);
    const { uint32, float64, plan } = this.kernel;
    const at = this.first + this.noted++ * LADDER_STRIDE;
    uint32[(at + LADDER_BOOK) >> 2] = plan.books[book] ?? 0;
    const place = at >> 3;
    float64[place + (LADDER_SEQUENCE >> 3)] = sequence;
    float64[place + (LADDER_MIDDLE >> 3)] = middle;
    float64[place + (LADDER_HALF >> 3)] = half;
    float64[place + (LADDER_STEP >> 3)] = step;
    float64[place + (LADDER_DEPTH >> 3)] = depth;
    float64[place + (LADDER_TICK >> 3)] = tick;
  }

  /** Applies what was noted, received at the time that the kernel was told last. @returns levels that those books were given */
  apply(atUs: number): number {
    this.flush(atUs);
    const { applied } = this;
    this.applied = 0;
    return applied;
  }

  private flush(atUs: number): void {
    this.applied += this.kernel.exports.applyLadders(this.first, this.noted, this.form.levels, this.form.growth, atUs);
    this.noted = 0;
  }
}
