import { z } from 'zod';
import { InvalidInputError } from '../../domain/errors.js';
import type { SimulatedBook } from '../market/book.js';
import { END_REASONS, type EngineEvent } from './types.js';

/** Id of a venue's first account; the others count up from it. */
export const FIRST_ACCOUNT = 10_001;

const MoneyText = z.string().regex(/^-?\d+$/);
const AccountId = z.int().min(FIRST_ACCOUNT);
const OrderId = z.int().positive();

const KeptRowSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('opened'),
    account: AccountId,
    order: OrderId,
    book: z.string(),
    side: z.enum(['buy', 'sell']),
    type: z.enum(['limit', 'market']),
    timeInForce: z.enum(['gtc', 'ioc', 'fok', 'post-only']),
    priceUnits: z.int().nullable(),
    qtyUnits: z.int().nullable(),
    quoteAmount: MoneyText.nullable(),
    clientOrderId: z.string().nullable(),
    reduceOnly: z.boolean(),
    selfTrade: z.enum(['cancel-taker', 'cancel-maker', 'cancel-both']).optional(),
    timeUs: z.number(),
  }),
  z.strictObject({
    kind: z.literal('fill'),
    account: AccountId,
    order: OrderId,
    tradeId: z.int(),
    priceUnits: z.int(),
    qtyUnits: z.int(),
    quote: MoneyText,
    fee: MoneyText,
    feeAsset: z.string(),
    maker: z.boolean(),
    realizedPnl: MoneyText,
    /** Whether nothing was left to fill after it. */
    last: z.boolean(),
    timeUs: z.number(),
  }),
  z.strictObject({
    kind: z.literal('ended'),
    account: AccountId,
    order: OrderId,
    reason: z.enum(END_REASONS),
    timeUs: z.number(),
  }),
  z.strictObject({
    kind: z.literal('balance'),
    account: AccountId,
    wallet: z.enum(['spot', 'futures']),
    asset: z.string(),
    total: MoneyText,
  }),
  z.strictObject({
    kind: z.literal('position'),
    account: AccountId,
    book: z.string(),
    qtyUnits: z.int(),
    entryValue: MoneyText,
    margin: MoneyText,
    leverage: z.int(),
    marginMode: z.enum(['isolated', 'cross']),
    realizedPnl: MoneyText,
    updatedUs: z.number(),
  }),
]);

/** What happened to an account as it is kept: an engine's event without what follows from others. Amounts are whole units. */
export type KeptRow = z.infer<typeof KeptRowSchema>;

const KeptAction = z.array(KeptRowSchema);

/** Keeps what happens to accounts beyond the engine's life. */
export interface AccountKeeper {
  /** How many engines had these accounts before; none of their ids is given again. */
  readonly earlierStarts: number;
  /** What they left, the oldest first; no order is open in it. Asked for once. */
  recall(): readonly KeptRow[];
  /** Keeps a whole action; nobody is told of it before this returns. */
  keep(events: readonly EngineEvent[]): void;
}

/** Names a book among those of its venue. */
export function bookName({ instrument }: SimulatedBook): string {
  return `${instrument.market}:${instrument.symbol}`;
}

/** An action's events as rows. */
export function rowsOf(events: readonly EngineEvent[]): KeptRow[] {
  return events.flatMap((event) => rowOf(event) ?? []);
}

/**
 * Reads what was kept of one action.
 * @throws InvalidInputError when it is nothing that `rowsOf` made
 */
export function parseRows(text: string): KeptRow[] {
  try {
    return KeptAction.parse(JSON.parse(text));
  } catch (error) {
    throw new InvalidInputError('a line of kept accounts is damaged', { text: text.slice(0, 200), cause: String(error) });
  }
}

/** A payment of funding has no row: balances and positions say what it did. */
function rowOf(event: EngineEvent): KeptRow | null {
  const account = event.account.id;
  const { timeUs } = event;
  switch (event.kind) {
    case 'order-opened': {
      const { id, book, side, type, timeInForce, priceUnits, qtyUnits, quoteAmount, clientOrderId, reduceOnly } = event.order;
      return {
        kind: 'opened',
        account,
        order: id,
        book: bookName(book),
        side,
        type,
        timeInForce,
        priceUnits,
        qtyUnits,
        quoteAmount: quoteAmount === null ? null : String(quoteAmount),
        clientOrderId,
        reduceOnly,
        selfTrade: event.order.selfTrade,
        timeUs,
      };
    }
    case 'fill': {
      const { tradeId, priceUnits, qtyUnits, quote, fee, feeAsset, maker, realizedPnl } = event.fill;
      const amounts = { quote: String(quote), fee: String(fee), realizedPnl: String(realizedPnl) };
      const last = event.order.state === 'filled';
      const order = event.order.id;
      return { kind: 'fill', account, order, tradeId, priceUnits, qtyUnits, ...amounts, feeAsset, maker, last, timeUs };
    }
    case 'order-ended':
      return { kind: 'ended', account, order: event.order.id, reason: event.order.endReason ?? 'user', timeUs };
    case 'balance': {
      const { asset, total } = event.balance;
      return { kind: 'balance', account, wallet: event.wallet, asset, total: String(total) };
    }
    case 'position': {
      const { book, qtyUnits, entryValue, margin, leverage, marginMode, realizedPnl, updatedUs } = event.position;
      const amounts = { entryValue: String(entryValue), margin: String(margin), realizedPnl: String(realizedPnl) };
      return { kind: 'position', account, book: bookName(book), qtyUnits, ...amounts, leverage, marginMode, updatedUs };
    }
    case 'funding':
      return null;
  }
}
