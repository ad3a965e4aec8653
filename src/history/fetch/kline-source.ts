import { KLINE_INTERVAL_MS, type Kline, type KlineInterval } from '../../domain/market-data.js';

/** Where klines of one market of a venue are asked for, within its limits. */
export interface KlineSource {
  /** As the catalogue calls it: "binance", "gateio-futures". */
  readonly exchange: string;
  /** Klines of one answer at most. */
  readonly batchMax: number;
  /** How many klines back from now the venue tells; Infinity where there is no such bound. */
  readonly klinesBack: number;
  /** The venue's own name of a symbol such as "BTC/USDT", or of one that is the venue's own already; undefined when it has none. */
  symbolOf(symbol: string): string | undefined;
  /** Klines that open in [fromMs, toMs), oldest first, a batch at a time. */
  klines(symbol: string, interval: KlineInterval, fromMs: number, toMs: number): AsyncIterable<readonly Kline[]>;
}

/** Klines of a stretch of time, and its end. */
export interface KlineWindow {
  readonly klines: readonly Kline[];
  /** All that opened before was asked for and answered. */
  readonly toMs: number;
}

/**
 * Asks for klines that open in [fromMs, toMs) one answer's stretch after the other, so that a stretch in which nothing was traded, which
 * venues answer with nothing, does not look like the end.
 */
export async function* klineWindows(
  source: KlineSource,
  symbol: string,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): AsyncGenerator<KlineWindow> {
  const stretchMs = source.batchMax * KLINE_INTERVAL_MS[interval];
  for (let startMs = fromMs; startMs < toMs; startMs += stretchMs) {
    const endMs = Math.min(toMs, startMs + stretchMs);
    const klines: Kline[] = [];
    for await (const batch of source.klines(symbol, interval, startMs, endMs)) klines.push(...batch);
    yield { klines, toMs: endMs };
  }
}
