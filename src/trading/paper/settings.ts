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
  ordersKept: 20_000,
  fillsKept: 50_000,
};
