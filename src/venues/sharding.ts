import type { ConnectionKind, ConnectionPlan, SubscribeRequest } from './contract.js';

/** Cuts a list into parts of at most `size`. */
export function partsOf<T>(items: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < items.length; start += size) parts.push(items.slice(start, start + size));
  return parts;
}

/** Spreads symbols over as few connections to `url` as the venue's limit allows, evenly. */
export function connections(url: string, kind: ConnectionKind, symbols: readonly string[], symbolsMax: number): ConnectionPlan[] {
  if (symbols.length === 0) return [];
  const count = Math.ceil(symbols.length / symbolsMax);
  return partsOf(symbols, Math.ceil(symbols.length / count)).map((part) => ({ url, kind, symbols: part }));
}

/** One request for every `size` symbols, numbered from `requestId` on. */
export function requests(
  symbols: readonly string[],
  size: number,
  requestId: number,
  text: (symbols: readonly string[], requestId: number) => string,
): SubscribeRequest[] {
  return partsOf(symbols, size).map((part, index) => ({ text: text(part, requestId + index), symbols: part }));
}
