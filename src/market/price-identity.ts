import { Decimal } from '../domain/decimal.js';

/** What an instrument trades at on one venue, for telling whether it is the same thing as on another. */
export interface PricedListing {
  readonly venue: string;
  readonly symbol: string;
  /** Exact decimal of the quote asset, for one canonical unit. */
  readonly price: string;
}

export interface PriceVerdict<T> {
  readonly same: readonly T[];
  readonly refused: readonly { readonly listing: T; readonly reason: string }[];
}

/** Greatest ratio of two prices of one asset: beyond it a difference is taken for another asset and not for a profit. */
export const SAME_ASSET_RATIO_MAX = 1.3;
/** How near a power of ten a ratio must be to be called a forgotten multiplier. */
const MULTIPLE_TOLERANCE = 0.05;

/**
 * Tells listings of one ticker apart by price. Those within the ratio of each other are the same asset; the group with a majority of
 * the listings is believed and the rest refused. Without a majority nothing is believed: two venues that disagree are two assets, and
 * nobody knows which is which. A spread of 999 999 % is an alert, never a trade.
 */
export function samePrice<T extends PricedListing>(listings: readonly T[], ratioMax = SAME_ASSET_RATIO_MAX): PriceVerdict<T> {
  const priced = listings.filter(({ price }) => new Decimal(price).gt(0));
  const sorted = priced.toSorted((a, b) => new Decimal(a.price).cmp(b.price));
  const groups: T[][] = [];
  for (const listing of sorted) {
    const group = groups.at(-1);
    const lowest = group?.[0];
    if (group !== undefined && lowest !== undefined && new Decimal(listing.price).lte(new Decimal(lowest.price).mul(ratioMax))) {
      group.push(listing);
    } else {
      groups.push([listing]);
    }
  }
  const believed = groups.find((group) => group.length * 2 > listings.length);
  const reference = believed?.[0]?.price;
  return {
    same: believed === undefined ? [] : listings.filter((listing) => believed.includes(listing)),
    refused: listings
      .filter((listing) => believed === undefined || !believed.includes(listing))
      .map((listing) => ({ listing, reason: refusalReason(listing, reference) })),
  };
}

function refusalReason({ symbol, price }: PricedListing, reference: string | undefined): string {
  if (!new Decimal(price).gt(0)) return `${symbol} has no price`;
  if (reference === undefined) return `${symbol} at ${price}: the venues do not agree what it is`;
  const ratio = new Decimal(price).div(reference);
  const exponent = Math.round(Math.log10(ratio.toNumber()));
  const off = ratio.div(new Decimal(10).pow(exponent)).minus(1).abs();
  const multiple = exponent !== 0 && off.lte(MULTIPLE_TOLERANCE) ? `; perhaps a contract of 10^${exponent} units` : '';
  return `${symbol} at ${price} is ${ratio.toPrecision(4)} times the others' price, so another asset${multiple}`;
}
