import type { Balance, PositionReport } from '../domain/account.js';
import type { Fill, OrderReport } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';

/** What happens to the account, and how well it can be seen. */
export type AccountEvent =
  /** A change of an order, whether the stream told it, it was fetched, or it came as an answer. */
  | { readonly kind: 'order'; readonly order: OrderReport }
  /** Each fill once, whether the stream told it or it was fetched. */
  | { readonly kind: 'fill'; readonly fill: Fill }
  | { readonly kind: 'balance'; readonly balance: Balance }
  | { readonly kind: 'position'; readonly position: PositionReport }
  /** The stream stands; what happened before is being fetched. */
  | { readonly kind: 'connected' }
  /** From here on the account is not seen. */
  | { readonly kind: 'disconnected'; readonly reason: string }
  /** Everything up to here was told. */
  | { readonly kind: 'reconciled' };

export type AccountListener = (event: AccountEvent) => void;

/** What an operator should find in the log: rare changes of state. Never holds keys. */
export interface GatewayNotice {
  readonly kind:
    | 'connected'
    | 'disconnected'
    | 'refused'
    | 'replacing'
    | 'renewal-failed'
    | 'reconcile-failed'
    | 'rate-limited'
    | 'clock'
    | 'settle-failed'
    | 'dead-mans-switch'
    | 'release-failed';
  readonly level: 'info' | 'warn' | 'alert';
  readonly venue: VenueId;
  readonly market: Market;
  /** Which connection it is about. */
  readonly line?: 'private' | 'orders';
  readonly reason: string;
}

export type NoticeListener = (notice: GatewayNotice) => void;

/** A notice before its venue and market are filled in. */
export type Notify = (
  kind: GatewayNotice['kind'],
  level: GatewayNotice['level'],
  reason: string,
  line?: GatewayNotice['line'],
) => void;

/** One sentence of an error for a log. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
