import { LEGS_MAX, type LegUpdate } from './intent.js';

const LEGS_KEPT = 8192;

/**
 * What a strategy holds in each book, from its fills and nothing else: signed quantity units. Spot positions are what it has bought
 * beyond what it has sold, whatever the account held before.
 */
export class Positions {
  private readonly units: Float64Array;
  /** What has been told of each leg so far, so that an update told twice counts once; the oldest legs are forgotten. */
  private readonly told = new Map<number, number>();

  constructor(books: number) {
    this.units = new Float64Array(books);
  }

  /** Signed quantity units of the book. */
  of(book: number): number {
    return this.units[book] ?? 0;
  }

  /** Takes in what became of a leg. @returns quantity units by which the position changed */
  apply({ intent, leg, book, filledUnits }: LegUpdate): number {
    const key = intent * LEGS_MAX + leg;
    const change = filledUnits - (this.told.get(key) ?? 0);
    this.units[book] = this.of(book) + change;
    this.told.set(key, filledUnits);
    if (this.told.size > LEGS_KEPT) for (const oldest of this.told.keys()) if (this.told.delete(oldest)) break;
    return change;
  }
}
