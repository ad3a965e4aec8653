import { z } from 'zod';
import type { Credentials } from '../../domain/credentials.js';
import { TiercelError } from '../../domain/errors.js';
import type { Market } from '../../domain/venue.js';
import { idText, parseExactJson, plainDecimal, readAnswer } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import type { Dialogue, PrivateSession, PrivateStreamProtocol, RequestStamp, StreamItem } from '../trading.js';
import { privateRead } from './calls.js';
import { FuturesOrder, FuturesTrade, futuresFill, futuresReport } from './futures-orders.js';
import { seconds, subscriptionAuth } from './signing.js';
import { SpotOrder, SpotTrade, spotFill, spotReport } from './spot-orders.js';

/** The venue names no age at which it ends connections; a day is what the others allow. */
export const LIFETIME_MS = 86_400_000;
export const HEARTBEAT_MS = 10_000;
export const IDLE_MS_MAX = 35_000;

const Detail = z.object({ user_id: idText });
const Frame = z.object({
  channel: z.string().optional(),
  event: z.string().nullish(),
  type: z.string().nullish(),
  error: z.object({ code: z.number().nullish(), message: z.string().nullish() }).nullish(),
  result: z.unknown().optional(),
});
const SpotBalance = z.object({ currency: z.string().min(1), total: plainDecimal, available: plainDecimal });
const FuturesBalance = z.object({ currency: z.string().nullish(), balance: plainDecimal });
const Position = z.object({ contract: z.string().min(1), size: plainDecimal, entry_price: plainDecimal });
const Upgrade = z.object({ type: z.literal('upgrade') });

const AUTHENTICATION_FAILED = 4;

/** One channel: what is asked for, and what an entry of its pushes says. */
interface Channel {
  readonly name: string;
  payload(userId: string): readonly string[];
  read(entry: unknown): readonly StreamItem[];
}

const CHANNELS: Readonly<Record<Market, readonly Channel[]>> = {
  spot: [
    {
      name: 'spot.orders',
      payload: () => ['!all'],
      read: (entry) => [{ kind: 'order', order: spotReport(readAnswer('gateio', 'spot.orders', SpotOrder, entry)) }],
    },
    {
      name: 'spot.usertrades',
      payload: () => ['!all'],
      read: (entry) => [{ kind: 'fill', fill: spotFill(readAnswer('gateio', 'spot.usertrades', SpotTrade, entry)) }],
    },
    { name: 'spot.balances', payload: () => [], read: readSpotBalance },
  ],
  futures: [
    {
      name: 'futures.orders',
      payload: (userId) => [userId, '!all'],
      read: (entry) => [{ kind: 'order', order: futuresReport(readAnswer('gateio', 'futures.orders', FuturesOrder, entry)) }],
    },
    {
      name: 'futures.usertrades',
      payload: (userId) => [userId, '!all'],
      read: (entry) => [{ kind: 'fill', fill: futuresFill(readAnswer('gateio', 'futures.usertrades', FuturesTrade, entry)) }],
    },
    { name: 'futures.positions', payload: (userId) => [userId, '!all'], read: readPosition },
    { name: 'futures.balances', payload: (userId) => [userId], read: readFuturesBalance },
  ],
};

/** Orders, fills, balances and positions, each a subscription signed by itself. Futures channels need the number of the user. */
export function privateStream(market: Market, url: string): PrivateStreamProtocol {
  return {
    *prepare(): Dialogue<string> {
      if (market === 'spot') return '';
      // A wrong number is acknowledged, and then nothing is told.
      return readAnswer('gateio', 'GET account/detail', Detail, yield privateRead('account/detail', [], 'account')).user_id;
    },
    renewal: null,
    release: null,
    session: (ticket, credentials) => new Session(market, url, ticket, credentials),
    heartbeat: { intervalMs: HEARTBEAT_MS, text: (epochMs) => ping(market, epochMs) },
    idleMsMax: IDLE_MS_MAX,
    lifetimeMs: LIFETIME_MS,
    tellsFills: true,
  };
}

export function ping(market: Market, epochMs: number): string {
  return JSON.stringify({ time: Math.floor(epochMs / 1000), channel: `${market}.ping` });
}

/** Whether a frame announces that the venue will restart: a bare message on spot, a channel of its own on futures. */
export function announcesRestart({ type, channel, result }: { type?: unknown; channel?: unknown; result?: unknown }): boolean {
  return type === 'upgrade' || (channel === 'futures.system' && Upgrade.safeParse(result).success);
}

class Session implements PrivateSession {
  private readonly awaited: Set<string>;

  constructor(
    private readonly market: Market,
    readonly url: string,
    private readonly userId: string,
    private readonly credentials: Credentials,
  ) {
    this.awaited = new Set(CHANNELS[market].map(({ name }) => name));
  }

  opened(stamp: RequestStamp): readonly string[] {
    const time = Number(seconds(stamp));
    return CHANNELS[this.market].map(({ name, payload }, index) => {
      const auth = subscriptionAuth(this.credentials, name, 'subscribe', time);
      return JSON.stringify({ time, id: index + 1, channel: name, event: 'subscribe', payload: payload(this.userId), auth });
    });
  }

  read(frame: Uint8Array): readonly StreamItem[] {
    const parsed = Frame.safeParse(parseExactJson(Buffer.from(frame).toString()));
    if (!parsed.success) return [lost('a frame that is no message of the venue')];
    const { channel, event, error, result } = parsed.data;
    if (announcesRestart(parsed.data)) return [lost('the venue restarts')];
    if (error !== null && error !== undefined) return [this.refused(channel ?? '', error)];
    if (event === 'subscribe') return this.acknowledged(channel ?? '');
    const known = CHANNELS[this.market].find(({ name }) => name === channel);
    if (known === undefined || event !== 'update') return [{ kind: 'alive' }];
    const entries = Array.isArray(result) ? result : [result];
    try {
      return entries.flatMap((entry) => known.read(entry));
    } catch (fault) {
      if (!(fault instanceof TiercelError)) throw fault;
      return [lost(fault.message)];
    }
  }

  private acknowledged(channel: string): readonly StreamItem[] {
    return this.awaited.delete(channel) && this.awaited.size === 0 ? [{ kind: 'ready' }] : [{ kind: 'alive' }];
  }

  private refused(
    channel: string,
    { code, message }: { code?: number | null | undefined; message?: string | null | undefined },
  ): StreamItem {
    const kind = code === AUTHENTICATION_FAILED ? 'authentication' : 'invalid-request';
    return { kind: 'refused', refusal: { kind, code: String(code ?? ''), text: `${channel}: ${message ?? ''}` } };
  }
}

function readSpotBalance(entry: unknown): readonly StreamItem[] {
  const { currency, total, available } = readAnswer('gateio', 'spot.balances', SpotBalance, entry);
  return [{ kind: 'balance', balance: { venue: 'gateio', asset: canonicalAsset('gateio', currency), total, available } }];
}

/** The push tells the balance as a whole; what margin binds stands in the account alone. */
function readFuturesBalance(entry: unknown): readonly StreamItem[] {
  const { currency, balance } = readAnswer('gateio', 'futures.balances', FuturesBalance, entry);
  const asset = canonicalAsset('gateio', (currency ?? 'usdt').toUpperCase());
  return [{ kind: 'balance', balance: { venue: 'gateio', asset, total: balance, available: null } }];
}

function readPosition(entry: unknown): readonly StreamItem[] {
  const { contract, size, entry_price } = readAnswer('gateio', 'futures.positions', Position, entry);
  const entryPrice = size === '0' ? null : entry_price;
  return [{ kind: 'position', position: { venue: 'gateio', symbol: contract, signedSize: size, entryPrice } }];
}

function lost(reason: string): StreamItem {
  return { kind: 'lost', reason };
}
