import { type Decimal, Exact, plainText, quotient } from './decimal.js';
import type { Side } from './order.js';

/** One leg of a round of trades. Fractions of the quote value, above 0 when they cost money. */
export interface TradeLeg {
  readonly side: Side;
  /** What walking the book for the leg's amount comes to, or what its fills came to. */
  readonly quote: string;
  /** Below 0 for a rebate. */
  readonly feeFraction: string;
  /** Expected on top of the walk; 0 for fills. */
  readonly slippageFraction: string;
}

/** Everything that a round of trades is paid with and for; amounts in one quote asset. */
export interface TradeRound {
  readonly legs: readonly TradeLeg[];
  /** Received until the horizon, negative when paid. */
  readonly funding: string;
  /** Above 0: what bringing assets and balances back to where they are needed costs. */
  readonly rebalance: string;
}

/** What a round gains, and where it went. */
export interface RoundCost {
  readonly buyCost: string;
  readonly sellProceeds: string;
  readonly fees: string;
  readonly slippage: string;
  readonly rebalance: string;
  readonly funding: string;
  readonly net: string;
  /** Percent of buyCost; null when nothing is bought. */
  readonly netPct: string | null;
}

/**
 * The one cost function, for signals, plans, fills and reports alike:
 * buyCost = sum of quote * (1 + fee) over buys, sellProceeds = sum of quote * (1 - fee) over sells,
 * net = sellProceeds - buyCost - slippage + funding - rebalance, netPct = net / buyCost * 100.
 * `fees` and `slippage` are sums over all legs; fees are within buyCost and sellProceeds, slippage is not.
 */
export function roundCost({ legs, funding, rebalance }: TradeRound): RoundCost {
  const buyCost = total(legs, ({ side, quote, feeFraction }) => (side === 'buy' ? share(quote, feeFraction).plus(quote) : NONE));
  const sellProceeds = total(legs, ({ side, quote, feeFraction }) =>
    side === 'sell' ? share(quote, feeFraction).neg().plus(quote) : NONE,
  );
  const slippage = total(legs, ({ quote, slippageFraction }) => share(quote, slippageFraction));
  const net = sellProceeds.minus(buyCost).minus(slippage).plus(funding).minus(rebalance);
  return {
    buyCost: plainText(buyCost),
    sellProceeds: plainText(sellProceeds),
    fees: plainText(total(legs, ({ quote, feeFraction }) => share(quote, feeFraction))),
    slippage: plainText(slippage),
    rebalance: plainText(rebalance),
    funding: plainText(funding),
    net: plainText(net),
    netPct: buyCost.isZero() ? null : quotient(net.mul(100), buyCost),
  };
}

const NONE = new Exact(0);

function share(quote: string, fraction: string): Decimal {
  return new Exact(quote).mul(fraction);
}

function total(legs: readonly TradeLeg[], amountOf: (leg: TradeLeg) => Decimal): Decimal {
  return legs.reduce((sum, leg) => sum.plus(amountOf(leg)), NONE);
}
