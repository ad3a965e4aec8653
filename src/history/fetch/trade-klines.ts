import { Decimal, plainText } from '../../domain/decimal.js';
import { VenueProtocolError } from '../../domain/errors.js';
import {
  KLINE_INTERVAL_MS,
  type Kline,
  type KlineBatch,
  type KlineInterval,
  type PastTrade,
  type PastTrades,
} from '../../domain/market-data.js';

/** Asks for the trades after a moment, in nanoseconds since the epoch. */
export type AskTrades = (afterNs: bigint) => Promise<PastTrades>;

/**
 * Klines that open in [fromMs, toMs), made of the market's trades: an answer's worth of them at a time, as far as they are over. Intervals
 * without a trade are missing. Prices and volumes are exact.
 * @throws VenueProtocolError when an answer does not lead on, or its trades are not in order
 */
export async function* klinesOfTrades(
  ask: AskTrades,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): AsyncGenerator<KlineBatch> {
  const stepMs = KLINE_INTERVAL_MS[interval];
  const startMs = Math.ceil(fromMs / stepMs) * stepMs;
  // The last kline opens before the end of the range, and is whole all the same.
  const endMs = Math.ceil(toMs / stepMs) * stepMs;
  let afterNs = BigInt(startMs) * 1_000_000n - 1n;
  let lastMs = startMs;
  let under: TradedKline | undefined;
  for (;;) {
    const { trades, lastNs } = await ask(afterNs);
    const klines: Kline[] = [];
    for (const trade of trades) {
      if (trade.timeMs < lastMs)
        throw new VenueProtocolError('trades of the past are not in order', { timeMs: trade.timeMs, lastMs });
      lastMs = trade.timeMs;
      if (trade.timeMs >= endMs) break;
      const openMs = Math.floor(trade.timeMs / stepMs) * stepMs;
      if (under?.openMs === openMs) under.take(trade);
      else {
        if (under !== undefined) klines.push(under.kline());
        under = new TradedKline(openMs, trade);
      }
    }
    if (trades.length === 0 || lastMs >= endMs) {
      if (under !== undefined) klines.push(under.kline());
      yield { klines, toMs };
      return;
    }
    if (lastNs <= afterNs)
      throw new VenueProtocolError('the answer with past trades does not lead on', { afterNs: String(afterNs) });
    afterNs = lastNs;
    // The kline under way may have more trades in the next answer.
    if (under !== undefined) yield { klines, toMs: under.openMs };
  }
}

/** A kline as its trades come in. */
class TradedKline {
  private readonly first: string;
  private last: string;
  private high: Decimal;
  private low: Decimal;
  private base = new Decimal(0);
  private quote = new Decimal(0);

  constructor(
    readonly openMs: number,
    trade: PastTrade,
  ) {
    this.first = trade.price;
    this.last = trade.price;
    this.high = new Decimal(trade.price);
    this.low = this.high;
    this.take(trade);
  }

  take({ price, quantity }: PastTrade): void {
    const exact = new Decimal(price);
    this.last = price;
    if (exact.gt(this.high)) this.high = exact;
    if (exact.lt(this.low)) this.low = exact;
    this.base = this.base.add(quantity);
    this.quote = this.quote.add(exact.mul(quantity));
  }

  kline(): Kline {
    const { openMs, first: open, last: close, high, low, base, quote } = this;
    return {
      ...{ openMs, open, high: plainText(high), low: plainText(low), close },
      baseVolume: plainText(base),
      quoteVolume: plainText(quote),
    };
  }
}
