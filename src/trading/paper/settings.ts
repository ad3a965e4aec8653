/** How paper venues go about it. */
export interface PaperSettings {
  /** How long orders, cancels and questions take to the venue. */
  readonly toVenueMs: number;
  /** How long answers and news take back. */
  readonly fromVenueMs: number;
  /** How often resting orders are matched again and funding is looked for. */
  readonly lookMs: number;
  /** A book received longer ago fills nothing: what stands at the venue now is not known. */
  readonly bookAgeMsMax: number;
  /** Positions bind their value by this much, each by itself. */
  readonly leverage: number;
  /** Fractions of the notional, for liquidation prices. */
  readonly maintenanceRate: string;
  readonly liquidationFeeRate: string;
  /** Whether a position is closed by the venue when its mark price reaches the liquidation price. */
  readonly liquidates: boolean;
  /** What paper orders took of a level is there again after so long; null: with the next version of the book. */
  readonly recoveryMs: number | null;
  /** Takers trade at prices that are worse than shown by so much, rounded to the tick away from them. */
  readonly slippageBps: number;
  /** Of a quantity that is shown, the share that is still there for us: in (0, 1]. */
  readonly shownShare: number;
  /** Whether resting orders wait in a queue that trades and cancels consume; else only the other side's coming to them fills them. */
  readonly queues: boolean;
  /** Ended orders, and fills, that can still be asked for. */
  readonly ordersKept: number;
  readonly fillsKept: number;
}

export const DEFAULT_PAPER_SETTINGS: PaperSettings = {
  toVenueMs: 20,
  fromVenueMs: 20,
  lookMs: 100,
  bookAgeMsMax: 5_000,
  leverage: 3,
  maintenanceRate: '0.01',
  liquidationFeeRate: '0.005',
  liquidates: true,
  recoveryMs: null,
  slippageBps: 0,
  shownShare: 1,
  queues: false,
  ordersKept: 20_000,
  fillsKept: 50_000,
};
