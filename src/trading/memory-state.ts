import { decode, Encoder } from '@msgpack/msgpack';
import { z } from 'zod';
import { MARKETS, VENUES } from '../domain/venue.js';
import { AmountText, BooksStateSchema } from '../ledger/books-state.js';

/** Of this form of a state; another form is another number, and ledgers are then read from their beginning. */
const FORM = 3;

const amountOrNone = AmountText.nullable();
const text = z.string();
const textOrNone = text.nullable();
const side = z.enum(['buy', 'sell']);
const venue = z.enum(VENUES);
const market = z.enum(MARKETS);
const flag = z.boolean();
const times = z.array(z.tuple([text, z.number()]));

/** The oldest first, each list in the order in which it came about. */
const MemoryStateSchema = z.strictObject({
  books: BooksStateSchema,
  /** By account: newest time, and of each fill strategy, symbol, trade id, side, venue's order id, quantity, price, time and key, and whether its fee is known. */
  recent: z.array(
    z.tuple([text, z.number(), z.array(z.tuple([text, text, text, side, text, AmountText, AmountText, z.number(), text, flag]))]),
  ),
  orders: z.array(
    z.strictObject({
      ...{
        venue,
        market,
        symbol: text,
        clientOrderId: text,
        side,
        strategy: text,
        intent: textOrNone,
        leg: z.number().nullable(),
      },
      ...{ venueOrderId: textOrNone, quantity: amountOrNone, price: amountOrNone, hasEnded: flag, wasAcknowledged: flag },
      ...{ reported: AmountText, told: AmountText, toldQuote: AmountText },
    }),
  ),
  /** Strategy, venue, market and symbol in one text, and what is held. */
  held: z.array(z.tuple([text, AmountText])),
  holders: z.array(text),
  /** Strategy, venue, market and symbol in one text, and when the newest payment of funding fell due that was booked. */
  funded: times,
  follow: z.strictObject({
    ...{ opened: times, followed: times, origins: times },
    ...{ monotonicUs: z.number(), isFollowing: flag, newestUs: z.number(), followedUs: z.number() },
  }),
  late: z.strictObject({
    before: z.array(z.tuple([venue, market, text])),
    touched: z.array(z.tuple([venue, market, text, z.number()])),
    newestUs: z.number(),
  }),
  profit: z.strictObject({
    ...{ capital: z.number(), booked: z.number(), before: z.number(), today: z.number(), day: z.number(), peak: z.number() },
  }),
  /** Strategy and asset; realised, fees, funding and turnover; fills. */
  totals: z.array(z.tuple([text, text, AmountText, AmountText, AmountText, AmountText, z.number()])),
});

/** What the entries of a ledger come to, to go on from. */
export type MemoryState = z.infer<typeof MemoryStateSchema>;

const encoder = new Encoder();

/** What a state depends on beside the entries: its form, and what assets are worth in the reference currency. */
export function basisOf(rates: Readonly<Record<string, number>>): string {
  return JSON.stringify([FORM, Object.entries(rates).sort(([left], [right]) => (left < right ? -1 : 1))]);
}

/** Rates of a basis; null for one of another form. */
export function ratesOf(basis: string): Readonly<Record<string, number>> | null {
  const read = z.tuple([z.literal(FORM), z.array(z.tuple([z.string(), z.number()]))]).safeParse(parsed(basis));
  return read.success ? Object.fromEntries(read.data[1]) : null;
}

export function encodeState(state: MemoryState): Uint8Array {
  return encoder.encode(state);
}

/** Reads what `encodeState` wrote. @returns null for anything else */
export function decodeState(bytes: Uint8Array): MemoryState | null {
  try {
    return MemoryStateSchema.safeParse(decode(bytes)).data ?? null;
  } catch {
    return null;
  }
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
