import { emptyColumns } from '../../history/kline-columns.js';
import { type AlignedMarketData, alignKlines } from '../../history/quality/align.js';
import type { MarketFrame } from '../thresholds/market-frame.js';

/**
 * The two books of a frame as two exchanges, "spot" and "futures", with the last middle of each minute as its kline; without volume, so
 * that liquidity has no score. Minutes without a row carry the one before for at most five.
 * @throws InvalidInputError when no row has a price
 */
export function frameMarket(frame: MarketFrame, symbol: string, intervalMs = 60_000): AlignedMarketData {
  const { tsUs, spotBidPrice, spotAskPrice, futBidPrice, futAskPrice } = frame;
  const books = { spot: [spotBidPrice, spotAskPrice], futures: [futBidPrice, futAskPrice] } as const;
  const data = Object.entries(books).map(([exchange, [bid, ask]]) => {
    const middles = new Map<number, number>();
    tsUs.forEach((us, row) => {
      const middle = ((bid[row] as number) + (ask[row] as number)) / 2;
      if (middle > 0) middles.set(Math.floor(us / 1000 / intervalMs) * intervalMs, middle);
    });
    const columns = emptyColumns(middles.size);
    columns.openMs.set([...middles.keys()]);
    for (const name of ['open', 'high', 'low', 'close'] as const) columns[name].set([...middles.values()]);
    return [exchange, { [symbol]: columns }] as const;
  });
  return alignKlines(Object.fromEntries(data), { intervalMs });
}
