import { SeededRandom } from '../../src/domain/random.js';
import { MARKETS, type Market, VENUES, type VenueId } from '../../src/domain/venue.js';
import type { BookLevel, BookReader, BookSymbol, BookView } from '../../src/ops/books.js';
import type { DecisionView, OperatorSnapshot, OpportunityView, VenueStatus } from '../../src/ops/messages.js';

const START_US = 1_795_000_000_000_000;
const STEP_US = 250_000;

/** Mid price in quote units and decimals of price and quantity, by base asset. */
const COINS: readonly (readonly [base: string, mid: number, priceDecimals: number, qtyDecimals: number])[] = [
  ['BTC', 63012.5, 2, 5],
  ['ETH', 3120.42, 2, 4],
  ['SOL', 142.31, 3, 3],
  ['XRP', 0.5213, 5, 1],
  ['DOGE', 0.12345, 6, 0],
  ['ADA', 0.4512, 5, 1],
  ['LINK', 14.231, 4, 2],
  ['AVAX', 28.77, 3, 2],
  ['DOT', 6.114, 4, 2],
  ['ATOM', 7.92, 4, 2],
  ['NEAR', 5.033, 4, 1],
  ['ARB', 0.8123, 5, 1],
  ['PEPE', 0.00001123, 10, 0],
  ['SUI', 1.2345, 5, 1],
  ['TIA', 8.231, 4, 2],
  ['INJ', 24.11, 3, 2],
  ['FTM', 0.6712, 5, 1],
  ['APT', 9.012, 4, 2],
  ['OP', 1.812, 4, 2],
  ['WIF', 2.231, 4, 2],
];

/** Nobody to tell anything. */
export const noControl = async (): Promise<null> => null;

/** A book reader over made-up books that move a little with every read. */
export class FakeBooks implements BookReader {
  private readonly random = new SeededRandom(7);
  private reads = 0;

  symbols(venue: VenueId, market: Market): readonly BookSymbol[] {
    return COINS.map(([base]) => ({ symbol: venueSymbol(venue, market, base), base, quote: 'USDT' }));
  }

  read(venue: VenueId, market: Market, symbol: string, depth: number): BookView | null {
    const coin = COINS.find(([base]) => venueSymbol(venue, market, base) === symbol);
    if (coin === undefined) return null;
    const [, mid, priceDecimals, qtyDecimals] = coin;
    this.reads++;
    const tick = Math.max(10 ** -priceDecimals, mid * 2e-5);
    const side = (sign: 1 | -1): BookLevel[] =>
      Array.from({ length: depth }, (_, level): BookLevel => {
        const price = mid + sign * tick * (0.5 + level);
        const notional = 800 * (1 + level / 3) * (0.2 + this.random.next() * 1.6);
        return [price.toFixed(priceDecimals), (notional / price).toFixed(qtyDecimals)];
      });
    const receiveUs = START_US + this.reads * 500_000;
    const sequence = 812_345_000 + this.reads;
    const exchangeUs = receiveUs - 12_345;
    return {
      venue,
      market,
      symbol,
      state: 'SYNCED',
      sequence,
      exchangeUs,
      receiveUs,
      bids: side(-1),
      asks: side(1),
      truncated: true,
    };
  }
}

/** The venue's own spelling of BASE and USDT. */
export function venueSymbol(venue: VenueId, market: Market, base: string): string {
  if (venue === 'kraken') return `${base}/USDT`;
  if (venue === 'coinbase') return `${base}-USDT`;
  if (venue === 'binance' || (venue === 'mexc' && market === 'spot')) return `${base}USDT`;
  return `${base}_USDT`;
}

/** The snapshot of a lively engine at a step; the same step gives the same snapshot. */
export function fakeSnapshot(step: number, overrides: Partial<OperatorSnapshot> = {}): OperatorSnapshot {
  const random = new SeededRandom(1000 + step);
  const list = Array.from({ length: 18 }, (_, rank) => opportunity(rank, step, true, random));
  const recent = Array.from({ length: 24 }, (_, rank) => opportunity(rank + 18, step, false, random));
  list.sort((a, b) => b.netBps - a.netBps);
  const p50 = 38 + 8 * Math.sin(step / 9) + random.next() * 4;
  const burst = step % 60 > 50 ? 3 : 1;
  const p99 = (160 + 40 * Math.sin(step / 17) + random.next() * 60) * burst;
  return {
    version: '0.1.0',
    mode: 'simulated',
    epochUs: START_US + step * STEP_US,
    uptimeS: 3725 + step / 4,
    venues: VENUES.flatMap((venue) => MARKETS.map((market) => venueStatus(venue, market, step, random))).filter(traded),
    opportunities: { found: 4211 + step, open: list.length, list, recent },
    strategies: [
      { name: 'three-tier', intents: 311 + step, budgetQuote: 1000, committedQuote: 162.5 },
      { name: 'basis', intents: 4, budgetQuote: 5000, committedQuote: 2012.4 },
    ],
    decisions: Array.from({ length: 12 }, (_, age) => decision(age, step)),
    delta: [],
    trading: null,
    latencyUs: {
      receiveToDecision: { p50, p90: p50 * 2.1, p99, p999: p99 * 2.4, max: 4312.5, count: 1_234_567 + step * 4100 },
      decode: { p50: 1.84, p90: 3.1, p99: 6.72, p999: 21.4, max: 812.3, count: 9_876_543 + step * 16_400 },
    },
    turns: 812_345 + step * 500,
    turnsPerS: 1980 + random.next() * 90,
    eventLoopDelayUs: 310 + random.next() * 80,
    rssBytes: 412e6,
    heapBytes: 61e6,
    ready: true,
    ...overrides,
  };
}

function decision(age: number, step: number): DecisionView {
  const [base, mid] = COINS[(step + age) % COINS.length] ?? (['BTC', 1] as const);
  const taken = age % 3 !== 1;
  return {
    id: 9000 + step - age,
    epochUs: START_US + step * STEP_US - age * 400_000,
    strategy: age % 4 === 2 ? 'basis' : 'three-tier',
    symbol: `${base}/USDT`,
    books: ['mexc spot', 'gateio spot'],
    stage: 'take',
    verdict: taken ? 'trade' : 'confidence too low',
    figures: [
      ['askPrice', mid],
      ['netBps', 104.25 - age],
      ['confidence', taken ? 0.81 : 0.32],
      ['ageMs', 12.5],
    ],
  };
}

function traded({ venue, market }: VenueStatus): boolean {
  return market === 'spot' || (venue !== 'coinbase' && venue !== 'kraken');
}

function venueStatus(venue: VenueId, market: Market, step: number, random: SeededRandom): VenueStatus {
  const order = VENUES.indexOf(venue);
  const symbols = market === 'spot' ? 300 : 180;
  const troubled = venue === 'mexc' && market === 'futures';
  const synced = troubled ? symbols - 3 : symbols;
  const base = [4200, 1900, 1300, 2300, 2800][order] ?? 1000;
  const framesPerS = base * (market === 'spot' ? 1 : 0.6) * (1 + 0.2 * Math.sin(step / 11 + order) + 0.08 * random.next());
  return {
    venue,
    market,
    state: troubled ? 'GAP' : 'SYNCED',
    syncedOnce: true,
    symbols,
    synced,
    frames: 1_000_000 * (order + 1) + step * 500,
    framesPerS,
    resyncs: troubled ? 14 : order === 2 ? 2 : 0,
    gaps: troubled ? 11 : 0,
    checksumsBad: 0,
    breaker: troubled ? 'half-open' : 'closed',
    connections: 2 + order,
    conflated: troubled ? 12_345 : 40 * order,
  };
}

function opportunity(rank: number, step: number, open: boolean, random: SeededRandom): OpportunityView {
  const [base, mid, priceDecimals, qtyDecimals] = COINS[rank % COINS.length] ?? COINS[0] ?? (['BTC', 1, 2, 2] as const);
  const fixed = new SeededRandom(rank + 1);
  const buy = fixed.below(VENUES.length);
  const sell = (buy + 1 + fixed.below(VENUES.length - 1)) % VENUES.length;
  const netBps = 42 / (1 + rank * 0.35) + random.next() * 0.6;
  const ageMs = open ? 120 + ((step * 250) % 2750) + rank * 431 : 300 + rank * 177;
  return {
    id: 5000 + rank,
    symbol: `${base}/USDT`,
    market: rank % 4 === 3 ? 'futures' : 'spot',
    buyVenue: VENUES[buy] ?? 'binance',
    sellVenue: VENUES[sell] ?? 'kraken',
    buyPrice: mid.toFixed(priceDecimals),
    sellPrice: (mid * (1 + (netBps + 26) / 1e4)).toFixed(priceDecimals),
    qty: ((400 + 900 * fixed.next()) / mid).toFixed(qtyDecimals),
    netBps,
    grossBps: netBps + 26,
    firstSeenUs: START_US + step * STEP_US - ageMs * 1000,
    ageMs,
    open,
    buySequence: 812_345_000 + rank,
    sellSequence: 99_120_000 + rank,
  };
}
