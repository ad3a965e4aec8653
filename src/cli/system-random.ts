import type { Random } from '../domain/random.js';

/** The machine's own dice, for back-off that must differ between processes. */
export class SystemRandom implements Random {
  next(): number {
    return Math.random();
  }
}
