import { Decimal, plainText } from '../../domain/decimal.js';
import type { Fill } from '../../domain/order.js';
import { moneyText } from '../matching/money.js';
import type { EngineFill } from '../matching/types.js';
import { decimalText, type OpportunityLeg } from './opportunity.js';
import type { Seat } from './seat.js';

/** What one leg came to, by the fills that were told. Decimals are plain texts. */
export interface LegMoney {
  /** In base units, whatever the venue counts in. */
  readonly filledBase: string;
  readonly filledQuote: string;
  /** Everything that it cost, in the quote asset: a fee in the base asset counts at the price of its own fill. */
  readonly feesQuote: string;
  /** By asset. */
  readonly fees: Readonly<Record<string, string>>;
}

/** What a whole cycle came to. */
export interface CycleMoney {
  /** Bought and sold, in base units. */
  readonly matchedBase: string;
  /** What is left of the larger leg: above 0 bought, below 0 sold, without a counterpart. */
  readonly unmatchedBase: string;
  readonly feesQuote: string;
  /** Of the matched amount at the average prices of both legs, after all fees, in the quote asset. */
  readonly realizedProfit: string;
}

/** Adds up the fills of a leg. */
export function legMoney({ instrument }: Pick<OpportunityLeg, 'instrument'>, fills: readonly Fill[]): LegMoney {
  let filledBase = new Decimal(0);
  let filledQuote = new Decimal(0);
  let feesQuote = new Decimal(0);
  const fees = new Map<string, Decimal>();
  for (const { price, quantity, fee, feeAsset } of fills) {
    const base = new Decimal(quantity).mul(instrument.contractSize);
    filledBase = filledBase.plus(base);
    filledQuote = filledQuote.plus(base.mul(price));
    if (fee === null || feeAsset === null) continue;
    fees.set(feeAsset, (fees.get(feeAsset) ?? new Decimal(0)).plus(fee));
    feesQuote = feesQuote.plus(feeAsset === instrument.base ? new Decimal(fee).mul(price) : fee);
  }
  return {
    filledBase: plainText(filledBase),
    filledQuote: plainText(filledQuote),
    feesQuote: plainText(feesQuote),
    fees: Object.fromEntries([...fees].map(([asset, amount]) => [asset, plainText(amount)])),
  };
}

/** Sets the legs against each other. */
export function cycleMoney(buy: LegMoney, sell: LegMoney): CycleMoney {
  const matched = Decimal.min(buy.filledBase, sell.filledBase);
  const feesQuote = new Decimal(buy.feesQuote).plus(sell.feesQuote);
  const worthOf = ({ filledBase, filledQuote }: LegMoney): Decimal =>
    matched.eq(filledBase) ? new Decimal(filledQuote) : new Decimal(filledQuote).mul(matched).div(filledBase);
  return {
    matchedBase: plainText(matched),
    unmatchedBase: plainText(new Decimal(buy.filledBase).sub(sell.filledBase)),
    feesQuote: plainText(feesQuote),
    realizedProfit: plainText(worthOf(sell).sub(worthOf(buy)).sub(feesQuote)),
  };
}

/** What was told of an order's fills against what the venue's engine booked: one sentence for each difference, none when equal. */
export function fillDifferences(seat: Seat, clientOrderId: string, fills: readonly Fill[]): string[] {
  const orders = seat.engineOrders(clientOrderId);
  if (orders.length > 1) return [`${seat.name} ${clientOrderId}: doubled`];
  const [order] = orders;
  const booked = (order?.fills ?? []).map(bookedText).sort();
  const told = fills.map((fill) => toldText(seat, fill)).sort();
  return booked.join() === told.join()
    ? []
    : [`${seat.name} ${clientOrderId}: booked ${booked.join(' ')}, told ${told.join(' ')}`];
}

/**
 * All that was told of an account since the start against its engine: every fill with its fee, and every balance. On futures what
 * contracts realised is the engine's own figure, and positions are compared by their size.
 * @param before the wallet's balances at the start
 */
export function accountDifferences(seat: Seat, before: ReadonlyMap<string, string>): string[] {
  const { account, market } = seat;
  const changes = new Map<string, Decimal>();
  const sizes = new Map<string, Decimal>();
  const add = (to: Map<string, Decimal>, key: string, amount: Decimal): void => {
    to.set(key, (to.get(key) ?? new Decimal(0)).plus(amount));
  };
  for (const { fill } of seat.tape.fills) {
    const { symbol, side, quantity, price, fee, feeAsset } = fill;
    const { base, quote } = seat.gateway.instrument(symbol);
    const signed = new Decimal(quantity).mul(side === 'buy' ? 1 : -1);
    if (fee !== null && feeAsset !== null) add(changes, feeAsset, new Decimal(fee).neg());
    if (market === 'futures') add(sizes, symbol, signed);
    else {
      add(changes, base, signed);
      add(changes, quote, signed.mul(price).neg());
    }
  }
  const fills = account.fills().filter(({ order }) => order.book.instrument.market === market);
  if (market === 'futures') for (const fill of fills) add(changes, quoteOf(fill), new Decimal(moneyText(fill.realizedPnl)));
  for (const event of seat.engine.log)
    if (market === 'futures' && event.kind === 'funding' && event.account === account)
      add(changes, event.book.instrument.quote, new Decimal(moneyText(event.amount)));
  const differences: string[] = [];
  for (const { asset, total } of account.balances(market)) {
    const expected = new Decimal(before.get(asset) ?? 0).plus(changes.get(asset) ?? 0);
    if (!expected.eq(moneyText(total)))
      differences.push(`${seat.name} ${asset}: the engine has ${moneyText(total)}, told fills make ${plainText(expected)}`);
  }
  if (market === 'spot') return differences;
  for (const { book, qtyUnits } of account.positions()) {
    const size = decimalText(qtyUnits, book.instrument.qtyDecimals);
    const expected = sizes.get(book.instrument.symbol) ?? new Decimal(0);
    if (!expected.eq(size))
      differences.push(`${seat.name} ${book.instrument.symbol}: position ${size}, told fills make ${plainText(expected)}`);
  }
  return differences;
}

/** What a wallet holds now, by asset. */
export function walletOf({ account, market }: Seat): Map<string, string> {
  return new Map(account.balances(market).map(({ asset, total }) => [asset, moneyText(total)]));
}

function quoteOf({ order }: EngineFill): string {
  return order.book.instrument.quote;
}

/** Quantity, price, fee: what must be the same on both sides. */
function bookedText({ order, qtyUnits, priceUnits, fee, feeAsset }: EngineFill): string {
  const { qtyDecimals, priceDecimals } = order.book.instrument;
  return `${decimalText(qtyUnits, qtyDecimals)}@${decimalText(priceUnits, priceDecimals)}-${moneyText(fee)}${feeAsset}`;
}

function toldText(seat: Seat, { symbol, quantity, price, fee, feeAsset }: Fill): string {
  const plain = (text: string | null): string => (text === null ? 'unknown' : plainText(text));
  return `${plain(quantity)}@${plain(price)}-${plain(fee)}${feeAsset ?? seat.gateway.instrument(symbol).quote}`;
}
