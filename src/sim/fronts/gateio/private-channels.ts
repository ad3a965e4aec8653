import { z } from 'zod';
import type { Market } from '../../../domain/venue.js';
import type { EngineAccount } from '../../matching/types.js';
import type { Connection } from '../connection.js';
import { textList } from '../json-text.js';
import { Refused } from './failures.js';
import { type NumberStyle, push } from './frames.js';
import type { GateioGate } from './gate.js';
import { styleOf } from './style.js';

const CHANNELS: Record<Market, readonly string[]> = {
  spot: ['orders', 'usertrades', 'balances'],
  futures: [
    'orders',
    'usertrades',
    'balances',
    'positions',
    'liquidates',
    'auto_deleverages',
    'position_closes',
    'autoorders',
    'reduce_risk_limits',
  ],
};
const INVALID = 2;
const UNAUTHENTICATED = 4;
/** Markets of a subscription to all of them, and of a channel that is not by market. */
const ALL = '!all';

const Auth = z.object({ method: z.literal('api_key'), KEY: z.string(), SIGN: z.string() });

/** A failed subscription, as the venue reports it. */
export interface SubscriptionRefusal {
  readonly code: number;
  readonly message: string;
}

/** A request to join or leave a channel. */
export interface ChannelRequest {
  readonly channel: string;
  readonly event: 'subscribe' | 'unsubscribe';
  readonly time: number;
  readonly payload: unknown;
  readonly auth: unknown;
}

/** Who listens to which private channels of one market's socket. Every request brings its own proof. */
export class PrivateChannels {
  /** Markets by connection and channel, by account. */
  private readonly listeners = new Map<number, Map<Connection, Map<string, Set<string>>>>();

  constructor(
    private readonly market: Market,
    private readonly gate: GateioGate,
  ) {}

  /** Whether a channel is a private one of this socket. */
  serves(channel: string): boolean {
    const prefix = `${this.market}.`;
    return channel.startsWith(prefix) && CHANNELS[this.market].includes(channel.slice(prefix.length));
  }

  /** Joins or leaves. @returns null when that went well */
  change(connection: Connection, request: ChannelRequest): SubscriptionRefusal | null {
    const auth = Auth.safeParse(request.auth);
    if (!auth.success) return { code: UNAUTHENTICATED, message: 'authentication failed: no auth' };
    const { channel, event, time } = request;
    let account: EngineAccount;
    try {
      account = this.gate.subscriber(auth.data.KEY, auth.data.SIGN, channel, event, time).account;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { code: UNAUTHENTICATED, message: `authentication failed: ${error.label}` };
    }
    const wanted = this.wanted(channel, request.payload);
    if (wanted === null) return { code: INVALID, message: 'invalid argument: payload' };
    connection.traffic = 'ws-private';
    // A subscription for a user that one is not is acknowledged, and then nothing comes.
    if (wanted.user !== null && wanted.user !== String(account.id)) return null;
    this.note(account.id, connection, channel, event, wanted.markets);
    return null;
  }

  closed(connection: Connection): void {
    for (const connections of this.listeners.values()) connections.delete(connection);
  }

  /** Whether an account has any listener. */
  hears(account: EngineAccount): boolean {
    return (this.listeners.get(account.id)?.size ?? 0) > 0;
  }

  /** Sends one result to those who listen. @param symbol null on a channel that is not by market */
  push(
    account: EngineAccount,
    bare: string,
    symbol: string | null,
    timeUs: number,
    result: (style: NumberStyle) => string,
  ): void {
    const channel = `${this.market}.${bare}`;
    for (const [connection, channels] of this.listeners.get(account.id) ?? []) {
      const markets = channels.get(channel);
      if (markets === undefined || !(markets.has(ALL) || (symbol !== null && markets.has(symbol)))) continue;
      connection.send(push(this.market, bare, timeUs, `[${result(styleOf(connection))}]`), 'ws-private');
    }
  }

  private wanted(channel: string, payload: unknown): { user: string | null; markets: readonly string[] } | null {
    const texts = textList(payload ?? []);
    if (texts === null) return null;
    const byMarket = !channel.endsWith('.balances');
    if (this.market === 'spot') {
      if (byMarket && texts.length === 0) return null;
      return { user: null, markets: byMarket ? texts : [ALL] };
    }
    const [user, ...markets] = texts;
    if (user === undefined || (byMarket && markets.length === 0)) return null;
    return { user, markets: byMarket ? markets : [ALL] };
  }

  private note(account: number, connection: Connection, channel: string, event: string, markets: readonly string[]): void {
    const connections = this.listeners.get(account) ?? new Map<Connection, Map<string, Set<string>>>();
    this.listeners.set(account, connections);
    const channels = connections.get(connection) ?? new Map<string, Set<string>>();
    connections.set(connection, channels);
    const joined = channels.get(channel) ?? new Set<string>();
    for (const market of markets) {
      if (event === 'subscribe') joined.add(market);
      else joined.delete(market);
    }
    channels.set(channel, joined);
  }
}
