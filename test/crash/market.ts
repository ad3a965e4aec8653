/** How much goes on at the venues: enough for orders to be under way all the time. */
export const MARKET = { symbols: 40, futuresSymbols: 8, updatesPerSecond: 300, plantIntervalMs: 220 } as const;
