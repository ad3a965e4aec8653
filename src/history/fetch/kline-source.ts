import type { KlineBatch, KlineInterval } from '../../domain/market-data.js';

/** Where klines of one market of a venue are asked for, within its limits. */
export interface KlineSource {
  /** As the catalogue calls it: "binance", "gateio-futures". */
  readonly exchange: string;
  /** How many klines back from now the venue tells; Infinity where there is no such bound. */
  readonly klinesBack: number;
  /** The venue's own name of a symbol such as "BTC/USDT", or of one that is the venue's own already; undefined when it has none. */
  symbolOf(symbol: string): string | undefined;
  /** Klines that open in [fromMs, toMs), oldest first, a batch at a time up to the end of the range. */
  klines(symbol: string, interval: KlineInterval, fromMs: number, toMs: number): AsyncIterable<KlineBatch>;
}
