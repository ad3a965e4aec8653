/** What happened in a seed, counted. */
export interface Stats {
  intents: number;
  orders: number;
  fills: number;
  kills: number;
  crashes: number;
  halts: number;
  hedges: number;
  stops: number;
  executed: number;
  succeeded: number;
  unhedged: number;
  drifts: number;
  refusals: number;
}

export function emptyStats(): Stats {
  return {
    ...{ intents: 0, orders: 0, fills: 0, kills: 0, crashes: 0, halts: 0, hedges: 0, stops: 0 },
    ...{ executed: 0, succeeded: 0, unhedged: 0, drifts: 0, refusals: 0 },
  };
}

/** Adds the counts of one seed to those of others. */
export function addStats(sum: Stats, more: Stats): void {
  for (const key of Object.keys(sum) as (keyof Stats)[]) sum[key] += more[key];
}
