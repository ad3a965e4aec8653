/** Most legs of one intent: a split over all venues of both sides. */
export const LEGS_MAX = 8;

/** What an intent is for. Closing and reducing intents have reduce-only legs wherever the venue knows them. */
export const PURPOSES = ['open', 'close', 'reduce', 'rebalance'] as const;
export type Purpose = (typeof PURPOSES)[number];

/**
 * One order's worth of an intent. It aims at a position and not at a side: what has to be traded is the difference to the position
 * at that moment, so that an intent carried out twice changes nothing the second time.
 */
export class IntentLeg {
  /** Place of the book in the plan. */
  book = -1;
  /** Position of the strategy in this book when the intent was made, and the one it aims at: signed quantity units of the book. */
  positionUnits = 0;
  targetUnits = 0;
  /** Worst price that is still taken, in price units of the book. */
  limitPriceUnits = 0;
  /** May only bring the position nearer to zero. */
  reduceOnly = false;
  /** Which version of the book the decision saw, and the venue's sequence of it. */
  version = 0;
  sequence = 0;

  /** Quantity units to trade: positive to buy. */
  get changeUnits(): number {
    return this.targetUnits - this.positionUnits;
  }
}

/** What a strategy wants done. Records are reused: whoever keeps one beyond the turn copies it. */
export class Intent {
  /** Unique in the run, from 1 on in the order of emission; client order ids are derived from it. */
  id = 0;
  /** Index of the strategy that emitted it. */
  strategy = -1;
  purpose: Purpose = 'open';
  row = -1;
  turn = 0;
  /** Monotonic microseconds: of the turn, when its orders must have left, and when every leg has to be hedged or unwound. */
  tsUs = 0;
  expiresUs = 0;
  hedgeByUs = 0;
  /** What it should leave in the quote asset after all costs, and as a fraction of what it pays. */
  expectedNet = 0;
  expectedNetFraction = 0;
  /** Book to hedge in when a leg's own venue does not; -1 for none. */
  fallbackBook = -1;
  /** Record of the decision log that explains it; 0 for none. */
  decision = 0;
  legCount = 0;
  readonly legs: readonly IntentLeg[] = Array.from({ length: LEGS_MAX }, () => new IntentLeg());

  /** Makes it a new one of a turn: without legs and expectations, due at once. */
  begin(id: number, strategy: number, purpose: Purpose, row: number, turn: number, nowUs: number): void {
    this.id = id;
    this.strategy = strategy;
    this.purpose = purpose;
    this.row = row;
    this.turn = turn;
    this.tsUs = nowUs;
    this.expiresUs = nowUs;
    this.hedgeByUs = nowUs;
    this.expectedNet = 0;
    this.expectedNetFraction = 0;
    this.fallbackBook = -1;
    this.decision = 0;
    this.legCount = 0;
  }

  /** The next unused leg. @throws RangeError when all are in use, which is a bug of the strategy */
  addLeg(): IntentLeg {
    const leg = this.legs[this.legCount];
    if (leg === undefined) throw new RangeError(`an intent has at most ${LEGS_MAX} legs`);
    this.legCount++;
    return leg;
  }
}

/** What became of one leg, as execution tells the strategy. Totals of the leg, never differences: told twice is told once. */
export interface LegUpdate {
  readonly intent: number;
  readonly leg: number;
  readonly book: number;
  /** Signed quantity units filled so far. */
  readonly filledUnits: number;
  /** Quote value of the fills in price units times quantity units, never negative. */
  readonly filledQuoteUnits: number;
  /** Fees paid so far in the quote asset. */
  readonly feeQuote: number;
  /** Nothing more will come. */
  readonly isFinal: boolean;
}
