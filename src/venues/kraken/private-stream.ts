import { z } from 'zod';
import { plainDecimal } from '../answer.js';
import { canonicalAsset } from '../identity.js';
import type { PrivateSession, PrivateStreamProtocol, StreamItem } from '../trading.js';
import { wsRefusal } from './errors.js';
import { Executions } from './executions.js';
import { errorOf, type Frame, heartbeat, IDLE_MS_MAX, isSessionError, LIFETIME_MS, readFrame, sessionToken } from './ws.js';

const CHANNELS = ['executions', 'balances'] as const;

const Acknowledgement = z.object({ result: z.object({ channel: z.string() }) });
const Data = z.object({ data: z.array(z.unknown()) });
const BalanceRow = z.object({ asset: z.string().min(1), balance: plainDecimal });

/** The channels `executions` and `balances`. The ticket is the token, good for one connection and as long as it lives. */
export function privateStream(url: string): PrivateStreamProtocol {
  return {
    prepare: sessionToken,
    renewal: null,
    release: null,
    session: (ticket) => new AccountSession(url, ticket),
    heartbeat,
    idleMsMax: IDLE_MS_MAX,
    lifetimeMs: LIFETIME_MS,
    tellsFills: true,
  };
}

class AccountSession implements PrivateSession {
  private readonly executions = new Executions();
  private readonly joined = new Set<string>();
  /** Number of the last frame of each channel; they count up by one from the subscription on. */
  private readonly sequences = new Map<string, number>();

  constructor(
    readonly url: string,
    private readonly token: string,
  ) {}

  opened(): readonly string[] {
    const { token } = this;
    const orders = { channel: 'executions', token, snap_orders: true, snap_trades: false, order_status: true };
    return [
      JSON.stringify({ method: 'subscribe', params: orders, req_id: 1 }),
      JSON.stringify({ method: 'subscribe', params: { channel: 'balances', token, snapshot: true }, req_id: 2 }),
    ];
  }

  read(frame: Uint8Array): readonly StreamItem[] {
    const message = readFrame(frame);
    if (message === null) return [lost('a frame that is no message of version 2')];
    if (message.method === 'subscribe') return this.acknowledged(message);
    const { channel } = message;
    if (channel !== 'executions' && channel !== 'balances') return [{ kind: 'alive' }];
    const { sequence } = message;
    if (sequence != null) {
      const last = this.sequences.get(channel) ?? 0;
      if (sequence === last) return [{ kind: 'alive' }];
      if (sequence !== last + 1) return [lost(`${channel}: ${sequence} came after ${last}`)];
      this.sequences.set(channel, sequence);
    }
    const rows = Data.safeParse(message);
    if (!rows.success) return [lost(`a frame of ${channel} that cannot be read`)];
    const isSnapshot = message.type === 'snapshot';
    const items = rows.data.data.flatMap((row) =>
      channel === 'executions' ? this.executions.read(row, isSnapshot) : readBalance(row),
    );
    return items.length === 0 ? [{ kind: 'alive' }] : items;
  }

  private acknowledged(message: Frame): readonly StreamItem[] {
    if (message.success !== true) {
      const error = errorOf(message);
      return [isSessionError(error) ? lost(error) : { kind: 'refused', refusal: wsRefusal(error) }];
    }
    const parsed = Acknowledgement.safeParse(message);
    if (!parsed.success) return [lost('an acknowledgement that cannot be read')];
    const wasReady = this.isReady();
    this.joined.add(parsed.data.result.channel);
    return [{ kind: !wasReady && this.isReady() ? 'ready' : 'alive' }];
  }

  private isReady(): boolean {
    return CHANNELS.every((channel) => this.joined.has(channel));
  }
}

/** Totals alone: what orders bind is not told here. */
function readBalance(row: unknown): readonly StreamItem[] {
  const parsed = BalanceRow.safeParse(row);
  if (!parsed.success) return [lost('a balance that cannot be read')];
  const { asset, balance } = parsed.data;
  return [
    {
      kind: 'balance',
      balance: { venue: 'kraken', asset: canonicalAsset('kraken', asset), total: balance, available: null },
    },
  ];
}

function lost(reason: string): StreamItem {
  return { kind: 'lost', reason };
}
