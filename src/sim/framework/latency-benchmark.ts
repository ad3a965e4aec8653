import type { OrderRequest } from '../../domain/order.js';
import type { Market, VenueId } from '../../domain/venue.js';
import { ORDER_PATHS, type OrderPath } from '../../gateway/latency.js';
import { priceBehind } from './edge-cases.js';
import { leastQuantity } from './opportunity.js';
import type { Seat } from './seat.js';
import type { TradingFloor } from './trading-floor.js';

/** A distribution in microseconds, exact. */
export interface DurationFigures {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** How long orders of one venue take over one path. */
export interface PathLatency {
  readonly venue: VenueId;
  readonly market: Market;
  readonly path: OrderPath;
  readonly orders: number;
  /** From the intent to the venue's answer, by the simulation's clock. */
  readonly roundTripUs: DurationFigures;
  /** What the wire takes of that: known, because it was put there. */
  readonly injectedUs: number;
  /** The rest: every wait that is ours. */
  readonly addedUs: DurationFigures;
  /** Real time from the intent to the wire (check, encode, sign); null without a stopwatch. */
  readonly ownUs: DurationFigures | null;
}

/** Between two orders, so that no budget makes one wait. */
const APART_MS = 1_500;

/** Places resting orders one by one at every venue, over each path that it has, and takes the time. */
export async function benchmarkLatency(floor: TradingFloor, ordersEach: number): Promise<PathLatency[]> {
  const found: PathLatency[] = [];
  for (const seat of floor.seats) {
    for (const path of ORDER_PATHS) {
      if (path === 'ws' && seat.protocol.orderEntry === null) continue;
      found.push(await benchmarkPath(floor, seat, path, ordersEach));
    }
  }
  return found;
}

async function benchmarkPath(floor: TradingFloor, seat: Seat, path: OrderPath, ordersEach: number): Promise<PathLatency> {
  const { time } = floor;
  // The gateway without rules of its own has no standing connection either.
  const gateway = path === 'rest' && seat.protocol.orderEntry !== null ? seat.unchecked : seat.gateway;
  const roundTrips: number[] = [];
  const own: number[] = [];
  for (let at = 0; at < ordersEach; at++) {
    const clientOrderId = gateway.clientOrderId(`latency:${floor.options.seed}:${seat.name}:${path}:${at}`);
    const order = restingOrder(seat, clientOrderId);
    seat.tap.expect(clientOrderId);
    const startedUs = time.monotonicUs();
    const outcome = await gateway.place(order);
    const departure = seat.tap.departure(clientOrderId);
    if (outcome.kind !== 'placed') throw outcome.error;
    if (departure?.path === path) {
      roundTrips.push(time.monotonicUs() - startedUs);
      if (departure.ownUs !== null) own.push(departure.ownUs);
    }
    await gateway.cancel({ symbol: order.symbol, venueOrderId: outcome.order.venueOrderId, clientOrderId });
    await floor.pause(APART_MS);
  }
  const injectedUs = 2 * floor.oneWayMs * 1_000;
  return {
    venue: seat.venue,
    market: seat.market,
    path,
    orders: roundTrips.length,
    roundTripUs: figures(roundTrips),
    injectedUs,
    addedUs: figures(roundTrips.map((us) => us - injectedUs)),
    ownUs: own.length === 0 ? null : figures(own),
  };
}

/** The least order of the first instrument, a little behind the market. @throws InvalidInputError when its book is empty */
function restingOrder(seat: Seat, clientOrderId: string): OrderRequest {
  const [instrument] = seat.instruments;
  if (instrument === undefined) throw new RangeError(`${seat.name} lists nothing`);
  const { symbol } = instrument;
  const price = priceBehind(seat, instrument);
  const quantity = leastQuantity(instrument, price);
  const base = { symbol, side: 'buy', quantity, price, quoteAmount: null, clientOrderId, reduceOnly: false } as const;
  return { ...base, type: 'limit', timeInForce: 'gtc' };
}

function figures(samples: readonly number[]): DurationFigures {
  const sorted = samples.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}
