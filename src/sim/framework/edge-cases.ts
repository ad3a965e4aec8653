import { Decimal, floorToGrid, plainText } from '../../domain/decimal.js';
import { type RefusalKind, VenueRequestError } from '../../domain/errors.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { OrderRequest } from '../../domain/order.js';
import type { Market, VenueId } from '../../domain/venue.js';
import type { PlaceOutcome } from '../../gateway/order-desk.js';
import { brokenRules, type OrderFilter } from '../../venues/order-filters.js';
import { decimalText, leastQuantity, touchOf } from './opportunity.js';
import type { Seat } from './seat.js';
import type { TradingFloor } from './trading-floor.js';

/** An order at the edge of what its venue takes. */
export interface EdgeReport {
  readonly venue: VenueId;
  readonly market: Market;
  readonly symbol: string;
  readonly edge: string;
  /** Our first filter that must stop it, and what the venue must call it; `taken` when both must let it pass. */
  readonly expected: { readonly ours: OrderFilter | 'passes'; readonly venue: RefusalKind | 'taken' };
  readonly actual: { readonly ours: OrderFilter | 'passes'; readonly venue: string };
  /** What else was found: amounts left over, for example. */
  readonly note: string;
  readonly passed: boolean;
}

interface Edge {
  readonly name: string;
  readonly change: Partial<OrderRequest>;
  readonly ours: OrderFilter | 'passes';
  readonly venue: RefusalKind | 'taken';
}

const TAKEN = { ours: 'passes', venue: 'taken' } as const;
const BEHIND = 0.95;
/** Between orders, so that no budget refuses one on our side. */
const APART_MS = 1_500;
const FOLLOW_MS_MAX = 30_000;

/** Every edge of one instrument of each kind that each venue lists. */
export async function edgeCases(floor: TradingFloor): Promise<EdgeReport[]> {
  const reports: EdgeReport[] = [];
  for (const seat of floor.seats) {
    for (const instrument of kindsOf(seat)) {
      const price = priceBehind(seat, instrument);
      for (const edge of edgesOf(instrument, price)) {
        reports.push(await tryEdge(floor, seat, instrument, price, edge, `edge:${reports.length}`));
        await floor.pause(APART_MS);
      }
      reports.push(await partialFill(floor, seat, instrument, `edge:${reports.length}`));
      for (const side of seat.protocol.features.marketByQuote) {
        await floor.pause(APART_MS);
        reports.push(await marketByQuote(floor, seat, instrument, side, `edge:${reports.length}`));
      }
      await floor.pause(APART_MS);
    }
  }
  return reports;
}

/** One instrument of each kind: by the shape of its tick, its contract, and which of its minimums binds. */
function kindsOf(seat: Seat): TradableInstrument[] {
  const kinds = new Map<string, TradableInstrument>();
  for (const instrument of seat.instruments) {
    const { rules, contractSize } = instrument;
    const tick = rules.tickSize.replace(/[.0]/g, '');
    const byQuantity = new Decimal(rules.minQty).eq(leastQuantity(instrument, touchOf(seat.book(instrument.symbol), 'bids')));
    const lot = new Decimal(rules.lotSize).gte(1) ? 'whole' : 'fraction';
    const kind = `${tick} ${lot} ${contractSize === '1' ? 'base' : 'contract'} ${byQuantity ? 'quantity' : 'value'}`;
    if (!kinds.has(kind)) kinds.set(kind, instrument);
  }
  return [...kinds.values()];
}

function edgesOf(instrument: TradableInstrument, price: string): Edge[] {
  const { rules, contractSize } = instrument;
  const least = new Decimal(leastQuantity(instrument, price));
  const byQuantity = least.eq(Decimal.max(rules.minQty, rules.lotSize));
  const belowBy = byQuantity ? 'minimum quantity' : 'minimum value';
  const edges: Edge[] = [
    { name: 'exactly the minimum', change: { quantity: plainText(least) }, ...TAKEN },
    { name: 'one lot above the minimum', change: { quantity: plainText(least.plus(rules.lotSize)) }, ...TAKEN },
    {
      name: 'a quantity one digit beside the grid',
      change: { quantity: plainText(least.mul(2).plus(finer(rules.lotSize))) },
      ours: 'lot size',
      venue: 'precision',
    },
    {
      name: 'a price one digit beside the grid',
      change: { price: plainText(new Decimal(price).plus(finer(rules.tickSize))), quantity: plainText(least.mul(2)) },
      ours: 'tick size',
      venue: 'precision',
    },
  ];
  const below = least.sub(rules.lotSize);
  if (below.gt(0))
    edges.push({
      name: 'one lot below the minimum',
      change: { quantity: plainText(below) },
      ours: belowBy,
      venue: 'below-minimum',
    });
  const atMinQty = new Decimal(rules.minQty).mul(contractSize).mul(price);
  if (!byQuantity && atMinQty.lt(rules.minQuoteAmount))
    edges.push({
      name: 'the minimum quantity, below the minimum value',
      change: { quantity: floorToGrid(rules.minQty, rules.lotSize) },
      ours: 'minimum value',
      venue: 'below-minimum',
    });
  if (byQuantity && below.gt(0) && below.mul(contractSize).mul(price).gte(rules.minQuoteAmount))
    edges.push({
      name: 'the minimum value, below the minimum quantity',
      change: { quantity: plainText(below) },
      ours: 'minimum quantity',
      venue: 'below-minimum',
    });
  return edges;
}

async function tryEdge(
  floor: TradingFloor,
  seat: Seat,
  instrument: TradableInstrument,
  price: string,
  { name, change, ours, venue }: Edge,
  key: string,
): Promise<EdgeReport> {
  const { symbol } = instrument;
  const clientOrderId = seat.gateway.clientOrderId(`${floor.options.seed}:${key}`);
  const order: OrderRequest = { ...blank(symbol, clientOrderId), price, quantity: leastQuantity(instrument, price), ...change };
  const outcome = await seat.unchecked.place(order);
  if (outcome.kind === 'placed') {
    const { venueOrderId } = outcome.order;
    await seat.unchecked.cancel({ symbol, venueOrderId, clientOrderId }).catch(() => null); // it may have ended meanwhile
  }
  const actual = { ours: brokenRules(order, instrument, null)[0]?.filter ?? 'passes', venue: wordOf(outcome) } as const;
  const passed = actual.ours === ours && actual.venue === venue;
  const note = `${order.quantity} at ${order.price}${'error' in outcome ? `: ${outcome.error.message}` : ''}`;
  return { venue: seat.venue, market: seat.market, symbol, edge: name, expected: { ours, venue }, actual, note, passed };
}

/** An order of which less than the minimum is left: the rest ends, and cannot be ordered again by itself. */
async function partialFill(floor: TradingFloor, seat: Seat, instrument: TradableInstrument, key: string): Promise<EdgeReport> {
  const { symbol, rules } = instrument;
  const { tape, gateway } = seat;
  const book = seat.book(symbol);
  const edge = 'a partial fill that leaves less than the minimum';
  const price = touchOf(book, 'asks');
  const there = decimalText(book.asks.best()?.qtyUnits ?? 0, book.instrument.qtyDecimals);
  const least = new Decimal(leastQuantity(instrument, price));
  const rest = least.sub(rules.lotSize);
  const clientOrderId = gateway.clientOrderId(`${floor.options.seed}:${key}`);
  const quantity = plainText(new Decimal(there).plus(Decimal.max(rest, rules.lotSize)));
  const order: OrderRequest = { ...blank(symbol, clientOrderId), timeInForce: 'ioc', price, quantity };
  const outcome = await gateway.place(order);
  if (outcome.kind === 'placed') await tape.until(() => tape.isComplete(clientOrderId), FOLLOW_MS_MAX);
  const filled = tape.fillsOf(clientOrderId).reduce((sum, { fill }) => sum.plus(fill.quantity), new Decimal(0));
  const dust = new Decimal(quantity).sub(filled);
  // Where a single lot is enough there is no rest below the minimum; the rest must then be one that can be ordered.
  const expected = { ours: rest.gt(0) ? belowFilter(instrument, rest) : 'passes', venue: 'taken' } as const;
  const again = { ...order, quantity: plainText(dust) };
  const actual = { ours: brokenRules(again, instrument, null)[0]?.filter ?? 'passes', venue: wordOf(outcome) } as const;
  const passed =
    actual.ours === expected.ours && actual.venue === 'taken' && filled.gt(0) && dust.gt(0) && tape.isComplete(clientOrderId);
  const note = `filled ${filled.toFixed()} of ${quantity}, dust ${dust.toFixed()}`;
  return { venue: seat.venue, market: seat.market, symbol, edge, expected, actual, note, passed };
}

/** A market order by value: it never takes more than the value, and leaves less than a lot of it. */
async function marketByQuote(
  floor: TradingFloor,
  seat: Seat,
  instrument: TradableInstrument,
  side: OrderRequest['side'],
  key: string,
): Promise<EdgeReport> {
  const { symbol, rules, contractSize, takerFeeBps } = instrument;
  const { tape, gateway } = seat;
  const touch = touchOf(seat.book(symbol), side === 'buy' ? 'asks' : 'bids');
  const lotValue = new Decimal(rules.lotSize).mul(contractSize).mul(touch);
  const least = Decimal.max(rules.minQuoteAmount, lotValue.mul(rules.minQty).div(rules.lotSize));
  const quoteAmount = floorToGrid(least.mul(2).plus(lotValue.mul('0.7')), rules.quoteStep ?? '0.01');
  const clientOrderId = gateway.clientOrderId(`${floor.options.seed}:${key}`);
  const order: OrderRequest = { ...blank(symbol, clientOrderId), side, type: 'market', timeInForce: 'ioc', quoteAmount };
  const outcome = await gateway.place(order);
  if (outcome.kind === 'placed') await tape.until(() => tape.isComplete(clientOrderId), FOLLOW_MS_MAX);
  let spent = new Decimal(0);
  for (const { fill } of tape.fillsOf(clientOrderId))
    spent = spent.plus(new Decimal(fill.quantity).mul(contractSize).mul(fill.price));
  const dust = new Decimal(quoteAmount).sub(spent);
  // Some venues take their fee out of the amount.
  const dustMost = lotValue.mul('1.01').plus(new Decimal(quoteAmount).mul(takerFeeBps).div(10_000));
  const actual = { ours: brokenRules(order, instrument, null)[0]?.filter ?? 'passes', venue: wordOf(outcome) } as const;
  const passed = actual.ours === 'passes' && actual.venue === 'taken' && spent.gt(0) && dust.gte(0) && dust.lte(dustMost);
  const edge = `a market ${side} by quote amount that leaves dust`;
  const note = `${spent.toFixed()} of ${quoteAmount}, dust ${dust.toFixed()}${'error' in outcome ? `: ${outcome.error.message}` : ''}`;
  return { venue: seat.venue, market: seat.market, symbol, edge, expected: TAKEN, actual, note, passed };
}

/** What the venue made of an order in one word. */
export function wordOf(outcome: PlaceOutcome): string {
  if (outcome.kind === 'placed') return outcome.order.state === 'rejected' ? 'rejected' : 'taken';
  return outcome.error instanceof VenueRequestError ? outcome.error.kind : outcome.error.code;
}

/** A price behind the best bid, on the grid. */
export function priceBehind(seat: Seat, { symbol, rules }: TradableInstrument): string {
  return floorToGrid(new Decimal(touchOf(seat.book(symbol), 'bids')).mul(BEHIND), rules.tickSize);
}

/** One unit of the digit after the last of a step. */
export function finer(step: string): Decimal {
  return new Decimal(10).pow(-(new Decimal(step).decimalPlaces() + 1));
}

function belowFilter({ rules }: TradableInstrument, quantity: Decimal): OrderFilter {
  return quantity.lt(rules.minQty) ? 'minimum quantity' : 'minimum value';
}

function blank(symbol: string, clientOrderId: string): OrderRequest {
  const amounts = { quantity: null, quoteAmount: null, price: null };
  return { symbol, side: 'buy', type: 'limit', timeInForce: 'gtc', ...amounts, clientOrderId, reduceOnly: false };
}
