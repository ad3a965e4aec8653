import { STATE_SYNCED } from '../../../assembly/memory/layout.js';
import type { Views } from '../../kernel/views.js';

const HALF_LIFE_US = 60e6;

/** How often each book has lost synchronisation of late: gaps, failed checksums, lost connections. Allocates nothing. */
export class VenueHealth {
  private readonly drops: Float64Array;
  private readonly atUs: Float64Array;
  private readonly wasSynced: Uint8Array;

  constructor(books: number) {
    this.drops = new Float64Array(books);
    this.atUs = new Float64Array(books);
    this.wasSynced = new Uint8Array(books);
  }

  /** Looks at a book that changed. */
  watch(views: Views, book: number, nowUs: number): void {
    const isSynced = views.state(book) === STATE_SYNCED ? 1 : 0;
    if (isSynced === this.wasSynced[book]) return;
    this.wasSynced[book] = isSynced;
    if (isSynced === 1) return;
    this.drops[book] = this.dropsOf(book, nowUs) + 1;
    this.atUs[book] = nowUs;
  }

  /** Losses of synchronisation; each counts half after a minute, a quarter after two. */
  dropsOf(book: number, nowUs: number): number {
    const before = this.drops[book] ?? 0;
    return before === 0 ? 0 : before * 2 ** (((this.atUs[book] ?? 0) - nowUs) / HALF_LIFE_US);
  }
}
