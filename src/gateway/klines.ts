import { VenueProtocolError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import { KLINE_INTERVAL_MS, type KlineBatch, type KlineInterval } from '../domain/market-data.js';
import type { TradingProtocol } from '../venues/trading.js';
import type { Requests } from './requests.js';

/**
 * Fetches klines that open in [fromMs, toMs) batch by batch, oldest first; each batch is asked for when it is wanted. A batch is of a stretch
 * that one answer holds, so that one in which nothing was traded, which venues answer with nothing, does not look like the end.
 */
export async function* klineBatches(
  requests: Requests,
  protocol: TradingProtocol,
  instrument: TradableInstrument,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): AsyncGenerator<KlineBatch> {
  const stepMs = KLINE_INTERVAL_MS[interval];
  const stretchMs = protocol.klineBatchMax * stepMs;
  for (let startMs = Math.ceil(fromMs / stepMs) * stepMs; startMs < toMs; startMs += stretchMs) {
    const endMs = Math.min(toMs, startMs + stretchMs);
    const klines = await requests.run(protocol.klines(instrument, interval, startMs, endMs));
    const [first, last] = [klines[0], klines[klines.length - 1]];
    if (first !== undefined && last !== undefined && (first.openMs < startMs || last.openMs >= endMs)) {
      const { venue, symbol } = instrument;
      throw new VenueProtocolError(`${venue} ${symbol}: klines of another time than was asked for`, {
        venue,
        symbol,
        startMs,
        endMs,
      });
    }
    yield { klines, toMs: endMs };
  }
}
