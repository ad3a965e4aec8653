import { z } from 'zod';
import { isDecimal } from '../domain/decimal.js';
import { MARKETS, VENUES } from '../domain/venue.js';
import { ACCOUNT_KINDS } from './accounts.js';

/** An exact amount as plain text. */
export const AmountText = z.string().refine(isDecimal, 'no plain decimal');
const venue = z.enum(VENUES).nullable();
const market = z.enum(MARKETS).nullable();
const name = z.string().nullable();

const LotState = z.tuple([AmountText, AmountText]);
const PositionStateSchema = z.strictObject({
  /** First in, first out: quantity and price of each lot, the oldest first. By average cost: quantity and cost of all, or nothing. */
  lots: z.array(LotState),
  cash: AmountText,
  realised: AmountText,
  feeValue: AmountText,
  /** In units of quote, base and other assets. */
  feeUnits: z.tuple([AmountText, AmountText, AmountText]),
  funding: AmountText,
  transfers: AmountText,
});

/** What a position is, to be made again from. */
export type PositionState = z.infer<typeof PositionStateSchema>;

const OrderedLotsSchema = z.strictObject({
  /** Quantity and cost of what there was before the trades that are remembered. */
  before: LotState,
  /** Signed quantity, price and the venue's time, in milliseconds. */
  trades: z.array(z.tuple([AmountText, AmountText, z.number()])),
});

/** What a position in the order of its venue is, to be made again from. */
export type OrderedLotsState = z.infer<typeof OrderedLotsSchema>;

/** The form of `BooksState`. */
export const BooksStateSchema = z.strictObject({
  /** Kind, strategy, venue, market and symbol of an account, an asset, and how much of it. */
  accounts: z.array(z.tuple([z.enum(ACCOUNT_KINDS), name, venue, market, name, z.string(), AmountText])),
  /** Strategy, venue, market and symbol of a position. */
  positions: z.array(z.tuple([z.string(), venue, z.enum(MARKETS), z.string(), PositionStateSchema])),
  /** Positions as venues see them, by contract. */
  venuePositions: z.array(z.tuple([z.string(), OrderedLotsSchema])),
});

/** What books have come to, in the order in which it came about; without the names of fills. */
export type BooksState = z.infer<typeof BooksStateSchema>;
