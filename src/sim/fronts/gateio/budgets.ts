import type { Budget } from './gate.js';

/** What an account or an address may ask for. Spot orders are counted for each market, public reads for each route. */
export const BUDGETS = {
  spotOrders: { name: 'spot orders', most: 10, windowMs: 1_000 },
  spotCancels: { name: 'spot cancels', most: 200, windowMs: 1_000 },
  spotReads: { name: 'spot reads', most: 200, windowMs: 10_000 },
  futuresOrders: { name: 'futures orders', most: 100, windowMs: 1_000 },
  futuresCancels: { name: 'futures cancels', most: 200, windowMs: 1_000 },
  futuresReads: { name: 'futures reads', most: 200, windowMs: 10_000 },
  other: { name: 'other', most: 150, windowMs: 10_000 },
  publicReads: { name: 'public reads', most: 200, windowMs: 10_000 },
} as const satisfies Record<string, Budget>;
