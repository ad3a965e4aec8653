import type { Pauses } from '../../gateway/pauses.js';

/** One direction of a connection: what left later does not arrive earlier, however long each message takes. */
export class PaperLine {
  private last: Promise<boolean> = Promise.resolve(true);

  constructor(private readonly pauses: Pauses) {}

  /** Resolves when a message that leaves now is there. @returns false when the owner has stopped */
  wait(delayMs: number): Promise<boolean> {
    this.last = Promise.all([this.last, this.pauses.wait(delayMs)]).then(([, isThere]) => isThere);
    return this.last;
  }
}
