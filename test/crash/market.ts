/** How much goes on at the venues: enough for orders to be under way all the time. */
export const MARKET = { symbols: 20, futuresSymbols: 4, updatesPerSecond: 160, plantIntervalMs: 220 } as const;
