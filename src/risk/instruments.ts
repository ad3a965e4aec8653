import { InvalidInputError } from '../domain/errors.js';
import { LEVERAGE_CAP } from '../strategy/hedged/margin-terms.js';
import type { BookInfo, StrategyUniverse } from '../strategy/universe.js';
import type { RiskConfig } from './config.js';

/** All that is traded of one base asset, whatever the venue, market and quote asset. */
export interface SymbolInfo {
  readonly symbol: number;
  readonly base: string;
  /** A symbol unit is 10^-scale base assets: a whole number of them is in every quantity unit of its books. */
  readonly scale: number;
  readonly books: readonly number[];
}

/** A book as the risk check counts it. */
export interface RiskBook {
  readonly info: BookInfo;
  readonly symbol: number;
  readonly venue: number;
  readonly isFutures: boolean;
  /** Symbol units in one quantity unit. */
  readonly symbolUnits: number;
  /** Reference currency in one price unit times one quantity unit; 0 for a quote asset without a rate. */
  readonly quoteUnit: number;
  /** Part of a position's value that is its initial margin: 1 / leverage; 0 on spot. */
  readonly marginFraction: number;
  /** Other books whose prices its own must be near: those of its row, then those of the same pair in the other market. */
  readonly peers: readonly number[];
  /** How many of the peers are of its row. */
  readonly rowPeers: number;
}

/** The universe by symbols and venues. */
export interface RiskUniverse {
  readonly universe: StrategyUniverse;
  readonly symbols: readonly SymbolInfo[];
  readonly venues: readonly string[];
  readonly books: readonly RiskBook[];
}

/** Reckons once what the checks need of every book. */
export function riskUniverse(universe: StrategyUniverse, config: RiskConfig): RiskUniverse {
  const { rows } = universe;
  const { rates } = config;
  const bases = [...new Set(rows.map(({ base }) => base))];
  const symbols = bases.map((base, symbol) => {
    const scale = Math.max(...rows.filter((row) => row.base === base).map(({ baseScale }) => baseScale));
    const books = universe.books.filter(({ instrument }) => instrument.base === base).map(({ book }) => book);
    return { symbol, base, scale, books };
  });
  const symbolOf = new Map(symbols.map((symbol) => [symbol.base, symbol]));
  const venues = [...new Set(universe.books.map(({ instrument }) => instrument.venue))];
  const pairs = new Map<string, number[]>();
  for (const { base, quote, books } of rows) {
    const key = `${base} ${quote}`;
    pairs.set(key, [...(pairs.get(key) ?? []), ...books.map(({ book }) => book)]);
  }
  const books = universe.books.map((info): RiskBook => {
    const row = rows[info.row];
    const symbol = symbolOf.get(info.instrument.base);
    if (row === undefined || symbol === undefined)
      throw new InvalidInputError(`book ${info.book} belongs to no row`, { book: info.book });
    const ofRow = row.books.map(({ book }) => book).filter((book) => book !== info.book);
    const others = (pairs.get(`${row.base} ${row.quote}`) ?? []).filter((book) => book !== info.book && !ofRow.includes(book));
    return {
      info,
      symbol: symbol.symbol,
      venue: venues.indexOf(info.instrument.venue),
      isFutures: info.instrument.market === 'futures',
      symbolUnits: info.unitsPerQty * 10 ** (symbol.scale - row.baseScale),
      quoteUnit: info.priceUnit * info.basePerUnit * (rates[info.instrument.quote] ?? 0),
      marginFraction: info.instrument.contract === null ? 0 : 1 / leverageOf(info, config),
      peers: [...ofRow, ...others],
      rowPeers: ofRow.length,
    };
  });
  return { universe, symbols, venues, books };
}

/** Leverage that positions of a contract are margined with: the configured one, as far as the contract allows it. */
export function leverageOf({ instrument: { contract } }: BookInfo, { futures }: Pick<RiskConfig, 'futures'>): number {
  return Math.min(futures.leverage, LEVERAGE_CAP, contract?.maxLeverage ?? 1);
}
