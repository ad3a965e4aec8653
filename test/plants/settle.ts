// Trades an amount for real: both legs go to the matching engines of the simulated venues as market orders.
import { Decimal, plainText } from '../../src/domain/decimal.js';
import type { Side } from '../../src/domain/order.js';
import type { VenueId } from '../../src/domain/venue.js';
import { moneyText, ONE } from '../../src/sim/matching/money.js';
import type { EngineFill, Money } from '../../src/sim/matching/types.js';
import type { StageBook, StageRow } from '../../src/sim/plants/stage.js';
import type { VenuePair } from '../../src/sim/plants/truth.js';
import type { ScriptedVenues } from '../../src/sim/plants/venues.js';

/** What a trade at both venues came to, exactly; decimals of the quote asset. */
export interface Settled {
  readonly cost: string;
  readonly net: string;
}

/**
 * Buys and sells an amount at market and puts the liquidity back.
 * @param base decimal amount of the base asset
 * @returns what it came to, or why a venue did not fill it
 */
export function settle(venues: ScriptedVenues, row: StageRow, pair: VenuePair, base: string): Settled | string {
  const bought = fill(venues, row, pair.buy, 'buy', base);
  const sold = fill(venues, row, pair.sell, 'sell', base);
  for (const { quiet } of row.books) quiet.refill();
  if (typeof bought === 'string') return bought;
  if (typeof sold === 'string') return sold;
  const cost = bought.quote + bought.fee;
  return { cost: moneyText(cost), net: moneyText(sold.quote - sold.fee - cost) };
}

function fill(
  venues: ScriptedVenues,
  row: StageRow,
  venue: VenueId,
  side: Side,
  base: string,
): { readonly quote: Money; readonly fee: Money } | string {
  const place: StageBook | undefined = row.books.find((candidate) => candidate.venue === venue);
  const desk = venues.desk(venue);
  if (place === undefined || desk === undefined) return `${row.name.base} is not listed at ${venue}`;
  const { book } = place.quiet;
  const { contractSize, qtyDecimals } = book.instrument;
  const qtyUnits = new Decimal(base).div(contractSize).mul(`1e${qtyDecimals}`);
  if (!qtyUnits.isInteger()) return `${plainText(qtyUnits)} is no whole number of units at ${venue}`;
  const result = desk.engine.submit(desk.account, {
    book,
    side,
    type: 'market',
    timeInForce: 'ioc',
    priceUnits: null,
    qtyUnits: qtyUnits.toNumber(),
    quoteAmount: null,
    clientOrderId: null,
    reduceOnly: false,
  });
  if (result.kind === 'refused') return `${venue} refused to ${side} ${base}: ${result.refusal}`;
  const { state, fills } = result.order;
  if (state !== 'filled') return `${venue} filled only ${result.order.filledUnits} of ${qtyUnits.toFixed()} units`;
  return {
    quote: fills.reduce((sum, { quote }) => sum + quote, 0n),
    fee: fills.reduce((sum, one) => sum + feeInQuote(one, row.name.quote), 0n),
  };
}

/** A fee in the base asset is worth what was just paid for it. */
function feeInQuote({ fee, feeAsset, order, priceUnits }: EngineFill, quote: string): Money {
  if (feeAsset === quote) return fee;
  return (fee * BigInt(priceUnits) * 10n ** BigInt(18 - order.book.instrument.priceDecimals)) / ONE;
}
