import type { LegUpdate } from '../intent.js';

/** Legs of a plan: buying and selling. */
export const BUY_LEG = 0;
export const SELL_LEG = 1;
const LEGS = 2;

/** A plan under way; one record a row, used over and over. */
export class OpenPlan {
  isOpen = false;
  intent = 0;
  pair = -1;
  /** Committed of the budget, in the quote asset. */
  committedQuote = 0;
  /** Given up at this moment whatever was told of its legs. */
  releaseUs = 0;
  /** By leg: quantity units wanted (never negative), and what was told so far; amounts of money in the quote asset. */
  readonly wantedUnits = new Float64Array(LEGS);
  readonly filledUnits = new Float64Array(LEGS);
  readonly filledQuote = new Float64Array(LEGS);
  readonly feeQuote = new Float64Array(LEGS);
  private readonly isFinal = new Uint8Array(LEGS);

  begin(intent: number, pair: number, committedQuote: number, releaseUs: number): void {
    this.isOpen = true;
    this.intent = intent;
    this.pair = pair;
    this.committedQuote = committedQuote;
    this.releaseUs = releaseUs;
    this.filledUnits.fill(0);
    this.filledQuote.fill(0);
    this.feeQuote.fill(0);
    this.isFinal.fill(0);
  }

  /** Takes in what became of a leg. @param quotePerUnit value of a price unit times a quantity unit of its book */
  take({ leg, filledUnits, filledQuoteUnits, feeQuote, isFinal }: LegUpdate, quotePerUnit: number): void {
    if (leg >= LEGS) return;
    this.filledUnits[leg] = Math.abs(filledUnits);
    this.filledQuote[leg] = filledQuoteUnits * quotePerUnit;
    this.feeQuote[leg] = feeQuote;
    if (isFinal) this.isFinal[leg] = 1;
  }

  /** Nothing more will come of either leg. */
  get isDone(): boolean {
    return this.isFinal[BUY_LEG] === 1 && this.isFinal[SELL_LEG] === 1;
  }
  isFilled(leg: number): boolean {
    return (this.filledUnits[leg] ?? 0) >= (this.wantedUnits[leg] ?? 0);
  }
  /** What the fills left after fees, in the quote asset. */
  get netQuote(): number {
    const { filledQuote, feeQuote } = this;
    const fees = (feeQuote[BUY_LEG] ?? 0) + (feeQuote[SELL_LEG] ?? 0);
    return (filledQuote[SELL_LEG] ?? 0) - (filledQuote[BUY_LEG] ?? 0) - fees;
  }
  /** Wholly filled on both sides, and something was left. */
  get isSuccess(): boolean {
    return this.isFilled(BUY_LEG) && this.isFilled(SELL_LEG) && this.netQuote > 0;
  }
}
