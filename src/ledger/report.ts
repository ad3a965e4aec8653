import { type Decimal, Exact } from '../domain/decimal.js';
import { groupBy } from '../domain/group-by.js';
import { type Booking, Books, feeOf, netOf, type ProfitChange } from './books.js';
import type { JournalEntry } from './entries.js';
import { type IntentResult, IntentResults } from './intents.js';
import { type LatencyFigures, type LatencyStep, LedgerLatency } from './latency.js';

/** Microseconds since the epoch: from the first on, before the second. */
export interface ReportRange {
  readonly fromUs: number;
  readonly toUs: number;
}

/** Sums under one name (a strategy, a symbol, a venue, a day) in one quote asset; decimals as texts. */
export interface ReportRow {
  readonly name: string;
  readonly asset: string;
  readonly fills: number;
  readonly turnover: string;
  /** Profit of what was closed, before fees and funding. */
  readonly realised: string;
  readonly fees: string;
  readonly funding: string;
  /** realised - fees + funding. */
  readonly net: string;
}

/** What came of the intents in a range, and realised against expected profit of the trades: those of which something was filled. */
export interface ReportTrades {
  readonly asset: string;
  /** Intents that were taken up. */
  readonly taken: number;
  /** Those whose legs were all filled whole, where they were to be. */
  readonly completed: number;
  /** Fraction of those taken up. */
  readonly completedRate: number;
  readonly trades: number;
  /** Trades that left a profit after fees. */
  readonly wins: number;
  /** Fraction of the trades; null without any. */
  readonly winRate: number | null;
  /** Trades of which something is still open. */
  readonly unmatched: number;
  readonly expected: string;
  readonly realised: string;
  /** realised - expected. */
  readonly difference: string;
}

/** An amount of an asset. */
export interface ReportAmount {
  readonly asset: string;
  readonly amount: string;
}

/** Everything about a range, as plain data. */
export interface LedgerReport extends ReportRange {
  /** Entries in the range. */
  readonly entries: number;
  readonly total: readonly ReportRow[];
  readonly byStrategy: readonly ReportRow[];
  readonly bySymbol: readonly ReportRow[];
  readonly byVenue: readonly ReportRow[];
  readonly byDay: readonly ReportRow[];
  readonly trades: readonly ReportTrades[];
  /** Fees in the units they were charged in. */
  readonly feesByAsset: readonly ReportAmount[];
  /** Those of them whose value in the quote asset nobody told; they are in no row. */
  readonly unvaluedFees: readonly ReportAmount[];
  /** Net of what came in and went out. */
  readonly transfers: readonly ReportAmount[];
  /** What reconciliation booked. */
  readonly adjustments: readonly ReportAmount[];
  readonly riskEvents: number;
  readonly latency: Readonly<Record<LatencyStep, LatencyFigures | null>>;
  /** Positions that are open at the end of the range. */
  readonly positions: readonly {
    readonly strategy: string;
    readonly market: string;
    /** Null on spot. */
    readonly venue: string | null;
    readonly symbol: string;
    readonly quantity: string;
    readonly cost: string;
  }[];
  /** What the venues should hold at the end of the range. */
  readonly holdings: readonly {
    readonly venue: string;
    readonly market: string;
    readonly asset: string;
    readonly amount: string;
  }[];
}

/**
 * Reports a range of a journal. All entries up to its end are read, for profit depends on what was bought before.
 * @throws LedgerError for a journal that cannot be trusted
 */
export function reportOf(entries: Iterable<JournalEntry>, { fromUs, toUs }: ReportRange): LedgerReport {
  const books = new Books();
  const intents = new IntentResults();
  const latency = new LedgerLatency();
  const changes: ProfitChange[] = [];
  const sums = { fees: new AssetSums(), unvalued: new AssetSums(), transfers: new AssetSums(), adjustments: new AssetSums() };
  const counted = { entries: 0, riskEvents: 0 };
  for (const entry of entries) {
    if (entry.tsUs >= toUs) continue;
    const isInRange = entry.tsUs >= fromUs;
    const booking = books.book(entry);
    intents.see(entry);
    latency.see(entry, isInRange);
    if (!isInRange) continue;
    counted.entries++;
    if (entry.kind === 'risk') counted.riskEvents++;
    if (booking === null) continue;
    if (booking.profit !== null) changes.push(booking.profit);
    addAmounts(sums, entry, booking);
  }
  const inRange = [...intents.all()].filter(({ tsUs }) => tsUs >= fromUs);
  return {
    fromUs,
    toUs,
    ...counted,
    total: rowsOf(changes, () => 'total'),
    byStrategy: rowsOf(changes, ({ strategy }) => strategy),
    bySymbol: rowsOf(changes, ({ symbol, market }) => `${symbol} ${market}`),
    byVenue: rowsOf(changes, ({ venue, market }) => `${venue} ${market}`),
    byDay: rowsOf(changes, ({ tsUs }) => new Date(tsUs / 1000).toISOString().slice(0, 10)),
    trades: tradesOf(inRange),
    feesByAsset: sums.fees.told(),
    unvaluedFees: sums.unvalued.told(),
    transfers: sums.transfers.told(),
    adjustments: sums.adjustments.told(),
    latency: latency.figures(),
    ...stateOf(books),
  };
}

/** Amounts by asset. */
class AssetSums {
  private readonly sums = new Map<string, Decimal>();

  add(asset: string, amount: Decimal): void {
    this.sums.set(asset, amount.plus(this.sums.get(asset) ?? 0));
  }

  told(): ReportAmount[] {
    return [...this.sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([asset, amount]) => ({ asset, amount: amount.toFixed() }));
  }
}

function addAmounts(
  sums: Readonly<Record<'fees' | 'unvalued' | 'transfers' | 'adjustments', AssetSums>>,
  entry: JournalEntry,
  { postings }: Booking,
): void {
  for (const { account, asset, amount } of postings) {
    if (account.kind === 'transfers' || account.kind === 'adjustments') sums[account.kind].add(asset, amount.neg());
  }
  if (entry.kind !== 'fill' && entry.kind !== 'fee') return;
  const { told, taken } = feeOf(entry);
  if (told === null) return;
  sums.fees.add(told.asset, told.amount);
  if (taken === null) sums.unvalued.add(told.asset, told.amount);
}

function rowsOf(changes: readonly ProfitChange[], nameOf: (change: ProfitChange) => string): ReportRow[] {
  const groups = groupBy(changes, (change) => JSON.stringify([nameOf(change), change.asset]));
  return [...groups.values()]
    .map((group) => rowOf(group, nameOf))
    .sort((a, b) => (a.name === b.name ? (a.asset < b.asset ? -1 : 1) : a.name < b.name ? -1 : 1));
}

function rowOf(group: readonly ProfitChange[], nameOf: (change: ProfitChange) => string): ReportRow {
  const [first] = group;
  const sum = (of: 'turnover' | 'realised' | 'fees' | 'funding'): Decimal => sumOf(group.map((change) => change[of]));
  const [realised, fees, funding] = [sum('realised'), sum('fees'), sum('funding')];
  return {
    name: first === undefined ? '' : nameOf(first),
    asset: first?.asset ?? '',
    fills: group.filter(({ isFill }) => isFill).length,
    turnover: sum('turnover').toFixed(),
    realised: realised.toFixed(),
    fees: fees.toFixed(),
    funding: funding.toFixed(),
    net: netOf({ realised, fees, funding }).toFixed(),
  };
}

function tradesOf(results: readonly IntentResult[]): ReportTrades[] {
  return [...groupBy(results, ({ asset }) => asset)].map(([asset, taken]) => {
    const trades = taken.filter(({ fills }) => fills > 0);
    const completed = taken.filter(({ isComplete }) => isComplete).length;
    const expected = sumOf(trades.map((trade) => trade.expected));
    const realised = sumOf(trades.map((trade) => trade.realised));
    const wins = trades.filter((trade) => trade.realised.gt(0)).length;
    return {
      asset,
      taken: taken.length,
      completed,
      completedRate: completed / taken.length,
      trades: trades.length,
      wins,
      winRate: trades.length === 0 ? null : wins / trades.length,
      unmatched: trades.filter(({ isMatched }) => !isMatched).length,
      expected: expected.toFixed(),
      realised: realised.toFixed(),
      difference: realised.minus(expected).toFixed(),
    };
  });
}

function stateOf(books: Books): Pick<LedgerReport, 'positions' | 'holdings'> {
  const open = [...books.openPositions()].filter(({ position }) => !position.quantity.isZero());
  const held = [...books.balances()].filter(({ account, amount }) => account.kind === 'holding' && !amount.isZero());
  return {
    positions: open.map(({ strategy, market, venue, symbol, position }) => ({
      strategy,
      market,
      venue,
      symbol,
      quantity: position.quantity.toFixed(),
      cost: position.openCost.toFixed(),
    })),
    holdings: held.map(({ account, asset, amount }) => ({
      venue: account.venue ?? '',
      market: account.market ?? '',
      asset,
      amount: amount.toFixed(),
    })),
  };
}

function sumOf(values: readonly Decimal[]): Decimal {
  return values.reduce((sum, value) => sum.plus(value), new Exact(0));
}
