import { BUY, type TakerSide } from '../../kernel/pricing.js';

/** One side of books, level by level: what Views tell of them. */
export interface Levels {
  levelCount(book: number, side: TakerSide): number;
  levelPriceUnits(book: number, side: TakerSide, level: number): number;
  levelQtyUnits(book: number, side: TakerSide, level: number): number;
}

/** What a venue offers to a split. Quantities are base units of the row, of which every lot is a whole number. */
export class VenueOffer {
  book = -1;
  /** Base units in one quantity unit of the book. */
  unitsPerQty = 1;
  /** Orders are multiples of `lot`, and none, or at least `least` and at most `most`. */
  lot = 1;
  least = 0;
  most = 0;
  /** What a base unit is worth once it is held (bought) or given away (sold), all costs of ending that included; price units. */
  value = 0;
  /** Costs of taking, as a fraction of what is walked. */
  cost = 0;
  /** Worst price that may be taken. */
  limit = 0;
}

/**
 * A taker's way into one side of one book, lot by lot. Each lot costs as much as the one before or more, so that whoever always takes
 * the best next lot of all venues has the best split.
 */
export class VenueFill {
  /** Base units taken, what was walked for them in price units times base units, and the worst price. */
  taken = 0;
  walked = 0;
  worst = 0;
  /** What the next lots leave per base unit after all costs, and how many there are at that; no lots: 0 of them. */
  nextNet = 0;
  nextLots = 0;
  private side: TakerSide = BUY;
  private levels: Levels | null = null;
  private level = 0;
  private left = 0;
  private price = 0;

  constructor(readonly offer: VenueOffer) {}

  /** Begins anew, with nothing taken. */
  start(levels: Levels, side: TakerSide): void {
    this.levels = levels;
    this.side = side;
    this.taken = 0;
    this.walked = 0;
    this.worst = 0;
    this.level = -1;
    this.nextLevel();
    this.findNext();
  }

  /** What is left over of all that was taken, after costs; price units times base units. */
  get net(): number {
    return this.netOf(this.walked, this.taken);
  }

  /** Takes lots. @param lots at most `nextLots` */
  take(lots: number): void {
    let wanted = lots * this.offer.lot;
    this.taken += wanted;
    while (wanted > 0) {
      const part = Math.min(wanted, this.left);
      this.walked += part * this.price;
      this.worst = this.price;
      this.left -= part;
      wanted -= part;
      if (this.left === 0) this.nextLevel();
    }
    this.findNext();
  }

  /** Takes as many whole lots as `units` need, whatever they leave. @returns false when the venue does not have them */
  takeAtLeast(units: number): boolean {
    while (this.taken < units) {
      if (this.nextLots === 0) return false;
      this.take(Math.min(this.nextLots, Math.ceil((units - this.taken) / this.offer.lot)));
    }
    return true;
  }

  private findNext(): void {
    const { lot, most } = this.offer;
    this.nextLots = 0;
    if (this.taken + lot > most || this.left === 0) return;
    if (this.left >= lot) {
      this.nextLots = Math.floor(Math.min(this.left, most - this.taken) / lot);
      this.nextNet = this.netOf(this.price, 1);
      return;
    }
    const cost = this.straddling(lot);
    if (cost < 0) return;
    this.nextLots = 1;
    this.nextNet = this.netOf(cost, lot) / lot;
  }

  /** Cost of one lot that reaches over levels; -1 when there is not so much. */
  private straddling(lot: number): number {
    const { book, unitsPerQty, limit } = this.offer;
    const { levels, side } = this;
    let missing = lot - this.left;
    let cost = this.left * this.price;
    const count = levels?.levelCount(book, side) ?? 0;
    for (let level = this.level + 1; level < count && levels !== null; level++) {
      const price = levels.levelPriceUnits(book, side, level);
      if (side === BUY ? price > limit : price < limit) return -1;
      const part = Math.min(missing, levels.levelQtyUnits(book, side, level) * unitsPerQty);
      cost += part * price;
      missing -= part;
      if (missing === 0) return cost;
    }
    return -1;
  }

  private nextLevel(): void {
    const { book, unitsPerQty, limit } = this.offer;
    const { levels, side } = this;
    this.level++;
    this.left = 0;
    if (levels === null || this.level >= levels.levelCount(book, side)) return;
    this.price = levels.levelPriceUnits(book, side, this.level);
    if (side === BUY ? this.price > limit : this.price < limit) return;
    this.left = levels.levelQtyUnits(book, side, this.level) * unitsPerQty;
  }

  private netOf(walked: number, units: number): number {
    const { value, cost } = this.offer;
    return this.side === BUY ? value * units - walked * (1 + cost) : walked * (1 - cost) - value * units;
  }
}
