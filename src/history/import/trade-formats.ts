import { decimal, type FieldReader, missing, text, time, word } from './fields.js';
import type { FileSample, ImportHints, LineFormat, LineSource } from './format.js';
import { stemOf, told } from './names.js';

const GOCRYPTOTRADER_ROW = /^\d{10}(\.\d+)?,\d+(\.\d+)?,\d+(\.\d+)?,(ANY|BUY|SELL)$/;

/** Fields of a trade in Kraken's REST answer, in order; see json-rows.ts. */
const KRAKEN_FIELDS = ['price', 'volume', 'time', 'side', 'type', 'misc', 'id'] as const;

const NO_VENUE_TIME = missing('BIGINT');

function trades(
  format: string,
  sample: FileSample,
  hints: ImportHints,
  guess: ImportHints,
  fieldCount: number,
  columns: Readonly<Record<string, FieldReader>>,
): LineSource {
  return {
    format,
    kind: 'trades',
    interval: null,
    venue: { fixed: told(hints.venue, guess.venue, 'venue', sample) },
    symbol: { fixed: told(hints.symbol, guess.symbol, 'symbol', sample) },
    headerLines: 0,
    fieldCount,
    columns,
  };
}

/** GoCryptoTrader's trades: seconds, price, quantity, side; venue and symbol in the name of the file, binance_btcusdt_trades_20201116. */
export const GOCRYPTOTRADER_FORMAT: LineFormat = {
  name: 'GoCryptoTrader trades',
  recognise: (sample, hints) => {
    if (!GOCRYPTOTRADER_ROW.test(sample.lines[0] ?? '')) return undefined;
    const [, venue, symbol] = /^([a-z0-9-]+)_([a-z0-9-]+)_/i.exec(stemOf(sample)) ?? [];
    const guess = {
      ...(venue !== undefined && { venue: venue.toLowerCase() }),
      ...(symbol !== undefined && { symbol: symbol.toUpperCase() }),
    };
    return trades('GoCryptoTrader trades', sample, hints, guess, 4, {
      ts_us: time(1, 'seconds'),
      exchange_us: NO_VENUE_TIME,
      id: missing('VARCHAR'),
      side: word(4, { BUY: 'buy', SELL: 'sell', ANY: 'unknown' }),
      price: decimal(2),
      amount: decimal(3),
    });
  },
};

/** Trades of Kraken's REST interface, once they stand in lines. @param pair what the answer calls the instrument */
export function krakenTrades(sample: FileSample, hints: ImportHints, pair: string): LineSource {
  return trades('Kraken REST trades', sample, hints, { venue: 'kraken', symbol: pair }, KRAKEN_FIELDS.length, {
    ts_us: time(3, 'seconds'),
    exchange_us: time(3, 'seconds'),
    id: text(7),
    side: word(4, { b: 'buy', s: 'sell' }),
    price: decimal(1),
    amount: decimal(2),
  });
}
