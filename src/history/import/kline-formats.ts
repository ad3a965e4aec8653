import { type BarInterval, dateStartUs } from '../series.js';
import { dayAndTime, type FieldReader, missing, number, optionalNumber, time, timeOfDay } from './fields.js';
import type { LineFormat } from './format.js';
import { intervalInPath, stemOf, told, venueAndSymbol } from './names.js';

const PLAIN_HEADER = 'open_time_ms,open,high,low,close,volume,trades,quote_volume';
const VISION_HEADER = /^open_?time,open,high,low,close,volume,close_?time,/i;
const VISION_ROW = /^\d{13}(\d{3})?(,[\d.eE+-]+){11}$/;
const LEAN_PATH =
  /(?:^|[_/])(crypto|cryptofuture)[_/]([a-z0-9-]+)[_/](second|minute|hour|daily)[_/]([a-z0-9]+)[_/](?:(\d{8})_)?(?:[a-z0-9_]+_)?(trade|quote)(?:[._/]|$)/;
const LEAN_INTERVALS: Readonly<Record<string, BarInterval>> = { second: '1s', minute: '1m', hour: '1h', daily: '1d' };

const PRICES = (first: number, prefix = ''): Readonly<Record<string, FieldReader>> => ({
  [`${prefix}open`]: number(first),
  [`${prefix}high`]: number(first + 1),
  [`${prefix}low`]: number(first + 2),
  [`${prefix}close`]: number(first + 3),
});

/** Klines with a header of their own, the venue and symbol in the name of the file: kraken_btcusd.csv. */
const plainKlines: LineFormat = {
  name: 'klines with header',
  recognise: (sample, hints) =>
    sample.lines[0] !== PLAIN_HEADER
      ? undefined
      : {
          format: 'klines with header',
          kind: 'klines',
          interval: told(hints.interval, intervalInPath(sample), 'interval', sample),
          venue: { fixed: told(hints.venue, venueAndSymbol(sample).venue, 'venue', sample) },
          symbol: { fixed: told(hints.symbol, venueAndSymbol(sample).symbol, 'symbol', sample) },
          headerLines: 1,
          fieldCount: 8,
          columns: {
            ts_us: time(1, 'digits'),
            ...PRICES(2),
            volume: optionalNumber(6),
            trades: optionalNumber(7),
            quote_volume: optionalNumber(8),
          },
        },
};

/** Klines of Binance's public data (data.binance.vision), spot and futures; microseconds since 2025. */
const binanceVision: LineFormat = {
  name: 'Binance public data klines',
  recognise: (sample, hints) => {
    const hasHeader = VISION_HEADER.test(sample.lines[0] ?? '');
    if (!hasHeader && !VISION_ROW.test(sample.lines[0] ?? '')) return undefined;
    const [, symbol] = /^([A-Z0-9_]+)-(?:\d+[smhdw]|1mo)-\d{4}/.exec(stemOf(sample)) ?? [];
    const venue = /futures\/um/.test(sample.path) ? 'binance-futures' : 'binance';
    return {
      format: 'Binance public data klines',
      kind: 'klines',
      interval: told(hints.interval, intervalInPath(sample), 'interval', sample),
      venue: { fixed: hints.venue ?? venue },
      symbol: { fixed: told(hints.symbol, symbol, 'symbol', sample) },
      headerLines: hasHeader ? 1 : 0,
      fieldCount: 12,
      columns: {
        ts_us: time(1, 'digits'),
        ...PRICES(2),
        volume: optionalNumber(6),
        quote_volume: optionalNumber(8),
        trades: optionalNumber(9),
      },
    };
  },
};

/** Bars of QuantConnect Lean: everything but the numbers is in the path, .../crypto/coinbase/minute/btcusd/20180404_trade.csv. */
const leanBars: LineFormat = {
  name: 'Lean bars',
  recognise: (sample, hints) => {
    const [, security, exchange, resolution, pair, date, type] = LEAN_PATH.exec(sample.path) ?? [];
    if (security === undefined || exchange === undefined || resolution === undefined || pair === undefined) return undefined;
    const isOfDay = date !== undefined;
    const first = isOfDay ? /^\d{1,8},/ : /^\d{8} \d\d:\d\d,/;
    if (!first.test(sample.lines[0] ?? '')) return undefined;
    const isQuote = type === 'quote';
    const fieldCount = isQuote ? 11 : 6;
    const columns = isQuote
      ? {
          ...PRICES(2, 'bid_'),
          bid_amount: optionalNumber(6),
          ...PRICES(7, 'ask_'),
          ask_amount: optionalNumber(11),
        }
      : { ...PRICES(2), volume: optionalNumber(6), quote_volume: missing('DOUBLE'), trades: missing('DOUBLE') };
    const day = isOfDay ? `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}` : '';
    return {
      format: `Lean ${isQuote ? 'quote' : 'trade'} bars`,
      kind: isQuote ? 'quote_bars' : 'klines',
      interval: told(hints.interval, LEAN_INTERVALS[resolution], 'interval', sample),
      venue: { fixed: hints.venue ?? (security === 'cryptofuture' ? `${exchange}-futures` : exchange) },
      symbol: { fixed: hints.symbol ?? pair.toUpperCase() },
      headerLines: 0,
      fieldCount,
      columns: { ts_us: isOfDay ? timeOfDay(1, dateStartUs(day)) : dayAndTime(1), ...columns },
    };
  },
};

/** Formats of bars. */
export const KLINE_FORMATS: readonly LineFormat[] = [plainKlines, binanceVision, leanBars];
