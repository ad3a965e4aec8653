import { VenueProtocolError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import { KLINE_INTERVAL_MS, type Kline, type KlineInterval } from '../domain/market-data.js';
import type { TradingProtocol } from '../venues/trading.js';
import type { Requests } from './requests.js';

/** Fetches klines that open in [fromMs, toMs) batch by batch, oldest first; each batch is asked for when it is wanted. */
export async function* klineBatches(
  requests: Requests,
  protocol: TradingProtocol,
  instrument: TradableInstrument,
  interval: KlineInterval,
  fromMs: number,
  toMs: number,
): AsyncGenerator<readonly Kline[]> {
  let nextMs = fromMs;
  while (nextMs < toMs) {
    const batch = await requests.run(protocol.klines(instrument, interval, nextMs, toMs));
    const last = batch[batch.length - 1];
    if (last === undefined) return;
    if (last.openMs < nextMs) {
      const { venue, symbol } = instrument;
      throw new VenueProtocolError(`${venue} ${symbol}: klines before the time asked for`, { venue, symbol, askedMs: nextMs });
    }
    yield batch;
    nextMs = last.openMs + KLINE_INTERVAL_MS[interval];
  }
}
