import { BUY, SELL } from '../kernel/pricing.js';
import type { CostModel } from '../strategy/cost-model.js';
import { type Intent, LEGS_MAX, type LegUpdate } from '../strategy/intent.js';
import type { MarketView } from '../strategy/market-view.js';

/** Intents remembered; one whose fills come later than this many others teaches nothing. */
const INTENTS_KEPT = 1024;

/** Remembers at which prices each leg was decided, and teaches the cost model how far its fills were from them. */
export class SlippageMemory {
  private readonly intents = new Float64Array(INTENTS_KEPT);
  /** Average price in price units that the book promised, by leg; negative for a sale. */
  private readonly promised = new Float64Array(INTENTS_KEPT * LEGS_MAX);

  constructor(private readonly costs: CostModel) {}

  /** Notes an intent in the turn that makes it. */
  note(intent: Intent, { views }: MarketView): void {
    const slot = intent.id % INTENTS_KEPT;
    this.intents[slot] = intent.id;
    for (let index = 0; index < intent.legCount; index++) {
      const leg = intent.legs[index];
      if (leg === undefined) continue;
      const units = Math.abs(leg.changeUnits);
      const quote = views.walk(leg.book, leg.changeUnits > 0 ? BUY : SELL, units);
      this.promised[slot * LEGS_MAX + index] = quote > 0 ? (Math.sign(leg.changeUnits) * quote) / units : 0;
    }
  }

  /** Learns from the last word on a leg. */
  learn({ intent, leg, book, filledUnits, filledQuoteUnits, isFinal }: LegUpdate): void {
    const slot = intent % INTENTS_KEPT;
    const price = this.promised[slot * LEGS_MAX + leg] ?? 0;
    if (!isFinal || this.intents[slot] !== intent || price === 0 || filledUnits === 0) return;
    this.promised[slot * LEGS_MAX + leg] = 0;
    this.costs.observe(book, Math.abs(price * filledUnits), filledQuoteUnits, price > 0);
  }
}
