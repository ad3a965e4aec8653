import { z } from 'zod';
import type { SimulatedBook } from '../../market/book.js';
import { textList } from '../json-text.js';

/** Channels that anybody may follow. */
const PUBLIC = ['level2_batch', 'level2_50', 'ticker', 'ticker_batch', 'ticker_1000', 'matches', 'heartbeat'];
/** Channels that need keys; the last three are not served here. */
const PRIVATE = ['level2', 'user', 'balance', 'level3', 'full', 'rfq_matches'];
const NOT_SERVED = ['level3', 'full', 'rfq_matches'];

/** Channels of a request, with what each is wanted of. */
export interface WantedChannel {
  readonly name: string;
  readonly books: readonly SimulatedBook[];
  /** Of the balance channel. */
  readonly accountIds: readonly string[];
}

const Entry = z.union([
  z.string().transform((name) => ({ name, product_ids: [] as string[], account_ids: [] as string[] })),
  z.object({
    name: z.string(),
    product_ids: z
      .array(z.string())
      .nullish()
      .transform((ids) => ids ?? []),
    account_ids: z
      .array(z.string())
      .nullish()
      .transform((ids) => ids ?? []),
  }),
]);

/** Reads the channels of a request. @returns the reason where it cannot be done */
export function readChannels(
  request: Record<string, unknown>,
  find: (product: string) => SimulatedBook | undefined,
): WantedChannel[] | string {
  const common = textList(request['product_ids'] ?? []);
  const entries = z.array(Entry).min(1).safeParse(request['channels']);
  if (common === null || !entries.success) return 'channels and product_ids must be lists';
  const wanted: WantedChannel[] = [];
  const subscribes = request['type'] === 'subscribe';
  for (const { name, product_ids: own, account_ids: accountIds } of entries.data) {
    if (![...PUBLIC, ...PRIVATE].includes(name)) return `${name} is not a valid channel`;
    if (NOT_SERVED.includes(name)) return `${name} is not available here`;
    const books: SimulatedBook[] = [];
    for (const product of new Set([...common, ...own])) {
      const book = find(product);
      if (book === undefined) return `${product} is not a valid product`;
      books.push(book);
    }
    if (subscribes && name === 'balance' && accountIds.length === 0) return 'no account_ids were given';
    if (subscribes && name !== 'balance' && books.length === 0) return 'no products were given';
    wanted.push({ name, books: name === 'balance' ? [] : books, accountIds });
  }
  return wanted;
}

/** Whether a channel is followed with keys only. */
export function needsKeys(channel: string): boolean {
  return PRIVATE.includes(channel);
}

/** Resolves the second names that some channels have. */
export function channelKind(channel: string): string {
  if (channel === 'level2_50') return 'level2_batch';
  return channel === 'ticker_1000' ? 'ticker_batch' : channel;
}
