import { z } from 'zod';
import type { Credentials } from '../../domain/credentials.js';
import { Decimal, plainText } from '../../domain/decimal.js';
import { parseExactJson, plainDecimal } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import type {
  Dialogue,
  InstrumentDirectory,
  PrivateSession,
  PrivateStreamProtocol,
  RequestStamp,
  StreamItem,
} from '../trading.js';
import { accounts } from './account-reads.js';
import { streamRefusal } from './errors.js';
import { streamAuthentication } from './signing.js';
import { UserOrders } from './user-orders.js';

const PRODUCTS_PER_REQUEST = 100;
/** The heartbeat channel speaks every second. */
const IDLE_MS_MAX = 10_000;
/** No limit is documented; connections are replaced once a day all the same. */
const LIFETIME_MS = 24 * 3_600_000;

const Frame = z.looseObject({ type: z.string() });
const Acknowledgement = z.object({
  channels: z.array(z.object({ name: z.string(), product_ids: z.array(z.string()).nullish() })),
});
const ErrorFrame = z.object({ message: z.string().default(''), reason: z.string().default('') });
const BalanceFrame = z.object({ currency: z.string().min(1), holds: plainDecimal, available: plainDecimal });

/**
 * The `user` and `balance` channels of the feed, for the directory's products. The channel begins without a snapshot, so open orders
 * are asked for once it stands. The ticket is the list of account ids, which balances are subscribed by.
 */
export function privateStream(url: string, directory: InstrumentDirectory): PrivateStreamProtocol {
  return {
    *prepare(): Dialogue<string> {
      const traded = new Set(directory.all.flatMap(({ base, quote }) => [base, quote]));
      const rows = yield* accounts();
      const ids = rows.filter(({ currency }) => traded.has(canonicalAsset('coinbase', currency))).map(({ id }) => id);
      return ids.join(',');
    },
    renewal: null,
    release: null,
    session: (ticket, credentials) => new UserSession(url, ticket, credentials, directory),
    heartbeat: null,
    idleMsMax: IDLE_MS_MAX,
    lifetimeMs: LIFETIME_MS,
    tellsFills: true,
  };
}

class UserSession implements PrivateSession {
  private readonly orders: UserOrders;
  private readonly products: readonly string[];
  private readonly accountIds: readonly string[];
  private isReady = false;

  constructor(
    readonly url: string,
    ticket: string,
    private readonly credentials: Credentials,
    directory: InstrumentDirectory,
  ) {
    this.products = directory.all.map(({ requestName }) => requestName);
    this.accountIds = ticket === '' ? [] : ticket.split(',');
    this.orders = new UserOrders(directory);
  }

  opened(stamp: RequestStamp): readonly string[] {
    const authentication = streamAuthentication(this.credentials, stamp);
    const request = (channels: readonly unknown[]): string => JSON.stringify({ type: 'subscribe', channels, ...authentication });
    const frames: string[] = [];
    if (this.accountIds.length > 0) frames.push(request([{ name: 'balance', account_ids: this.accountIds }]));
    for (let at = 0; at < this.products.length; at += PRODUCTS_PER_REQUEST) {
      const part = this.products.slice(at, at + PRODUCTS_PER_REQUEST);
      // One heartbeat shows that the connection lives.
      const pulse = at === 0 ? [{ name: 'heartbeat', product_ids: part.slice(0, 1) }] : [];
      frames.push(request([{ name: 'user', product_ids: part }, ...pulse]));
    }
    return frames;
  }

  read(frame: Uint8Array): readonly StreamItem[] {
    const parsed = Frame.safeParse(parseExactJson(Buffer.from(frame).toString()));
    if (!parsed.success) return [{ kind: 'lost', reason: 'a frame that is no message of the feed' }];
    const message = parsed.data;
    switch (message.type) {
      case 'subscriptions':
        return this.acknowledged(message);
      case 'balance':
        return readBalance(message);
      case 'error': {
        const { message: text, reason } = ErrorFrame.safeParse(message).data ?? { message: 'error', reason: '' };
        return [{ kind: 'refused', refusal: streamRefusal(text, reason) }];
      }
      default:
        return this.orders.read(message) ?? [{ kind: 'alive' }];
    }
  }

  /** The list is cumulative: the session stands once it names every product. */
  private acknowledged(message: unknown): readonly StreamItem[] {
    const parsed = Acknowledgement.safeParse(message);
    if (!parsed.success) return [{ kind: 'lost', reason: 'an acknowledgement that cannot be read' }];
    const followed = new Set(parsed.data.channels.flatMap(({ name, product_ids: ids }) => (name === 'user' ? (ids ?? []) : [])));
    if (this.isReady || !this.products.every((product) => followed.has(product))) return [{ kind: 'alive' }];
    this.isReady = true;
    return [{ kind: 'ready' }];
  }
}

function readBalance(message: unknown): readonly StreamItem[] {
  const parsed = BalanceFrame.safeParse(message);
  if (!parsed.success) return [{ kind: 'lost', reason: 'a balance that cannot be read' }];
  const { currency, holds, available } = parsed.data;
  const total = plainText(new Decimal(available).add(holds));
  return [{ kind: 'balance', balance: { venue: 'coinbase', asset: canonicalAsset('coinbase', currency), total, available } }];
}
