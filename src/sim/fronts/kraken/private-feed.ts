import type { Customer } from '../../access/venue-access.js';
import { moneyText } from '../../matching/money.js';
import type { EngineAccount, EngineEvent, EngineOrder } from '../../matching/types.js';
import type { Connection } from '../connection.js';
import { quoted } from '../json-text.js';
import { endRow, newRow, tradeRow } from './executions.js';
import { type FrameType, object, time } from './frames.js';
import { ledgerId, type Pairs } from './names.js';
import type { OrderDesk } from './order-desk.js';

const TRADES_OF_SNAPSHOT = 50;

/** One private channel of one connection; its frames are counted from one on. */
interface Subscription {
  readonly customer: Customer;
  sequence: number;
  /** Whether every step of an order is wanted, or beginnings, ends and trades only. */
  readonly everyStep: boolean;
}

/** What a client wants of a private channel. */
export interface PrivateWish {
  readonly snapOrders: boolean;
  readonly snapTrades: boolean;
  readonly everyStep: boolean;
  /** Balances as they are. */
  readonly snapshot: boolean;
}

export type PrivateChannel = 'executions' | 'balances';

/** What happens to accounts, told to those of their connections that want it: one event a frame. */
export class PrivateFeed {
  private readonly followers: Readonly<Record<PrivateChannel, Map<Connection, Subscription>>> = {
    executions: new Map(),
    balances: new Map(),
  };
  private ledger = 0;

  constructor(
    private readonly desk: OrderDesk,
    private readonly pairs: Pairs,
  ) {}

  follows(connection: Connection, channel?: PrivateChannel): boolean {
    const { executions, balances } = this.followers;
    if (channel !== undefined) return this.followers[channel].has(connection);
    return executions.has(connection) || balances.has(connection);
  }

  /** Begins with what is: open orders, the last trades, balances. */
  join(connection: Connection, channel: PrivateChannel, customer: Customer, wish: PrivateWish): void {
    const subscription = { customer, sequence: 0, everyStep: wish.everyStep };
    this.followers[channel].set(connection, subscription);
    const snapshot = (rows: readonly string[]): void => this.send(connection, channel, subscription, 'snapshot', rows);
    const { account } = customer;
    if (channel === 'balances') {
      if (wish.snapshot) snapshot(account.balances('spot').map(({ asset, total }) => balanceRow(asset, total)));
      return;
    }
    if (wish.snapOrders) snapshot(account.openOrders().map((order) => newRow(order, 'new')));
    if (!wish.snapTrades) return;
    snapshot(
      account
        .fills()
        .slice(-TRADES_OF_SNAPSHOT)
        .map((fill) => tradeRow(fill.order, fill, this.pairs)),
    );
  }

  /** @returns false when it did not follow */
  leave(connection: Connection, channel: PrivateChannel): boolean {
    return this.followers[channel].delete(connection);
  }

  forget(connection: Connection): void {
    for (const followers of Object.values(this.followers)) followers.delete(connection);
  }

  onEvent(event: EngineEvent): void {
    switch (event.kind) {
      case 'order-opened':
        this.tell(event.account, () => newRow(event.order, 'pending_new'), true);
        // What is refused by its own terms never stands.
        if (!neverStood(event.order)) this.tell(event.account, () => newRow(event.order, 'new'));
        return;
      case 'fill': {
        const { account, order, fill } = event;
        this.tell(account, () => tradeRow(order, fill, this.pairs));
        // The end is an event of its own.
        if (order.state === 'filled') this.tell(account, () => endRow(order, this.desk.expired));
        return;
      }
      case 'order-ended':
        this.tell(event.account, () => endRow(event.order, this.desk.expired));
        return;
      case 'balance':
        if (event.wallet === 'spot' && event.totalChange !== 0n) this.tellBalance(event);
        return;
      default:
    }
  }

  private tell(account: EngineAccount, row: () => string, isStep = false): void {
    let text: string | null = null;
    for (const [connection, subscription] of this.followers.executions) {
      if (subscription.customer.account !== account || (isStep && !subscription.everyStep)) continue;
      text ??= row();
      this.send(connection, 'executions', subscription, 'update', [text]);
    }
  }

  /** An entry of the ledger, with the new total. What orders bind is not told. */
  private tellBalance({ account, balance, totalChange, cause, timeUs }: Extract<EngineEvent, { kind: 'balance' }>): void {
    const id = ledgerId(++this.ledger);
    for (const [connection, subscription] of this.followers.balances) {
      if (subscription.customer.account !== account) continue;
      const row = object({
        asset: quoted(balance.asset),
        asset_class: '"currency"',
        amount: moneyText(totalChange),
        balance: moneyText(balance.total),
        fee: '0',
        ledger_id: quoted(id),
        ref_id: quoted(id),
        timestamp: time(timeUs),
        type: cause === 'deposit' ? '"deposit"' : '"trade"',
        subtype: '""',
        category: cause === 'deposit' ? '"deposit"' : '"trade"',
        wallet_type: '"spot"',
        wallet_id: '"main"',
      });
      this.send(connection, 'balances', subscription, 'update', [row]);
    }
  }

  private send(
    connection: Connection,
    channel: PrivateChannel,
    subscription: Subscription,
    type: FrameType,
    rows: readonly string[],
  ): void {
    const sequence = ++subscription.sequence;
    connection.send(`{"channel":"${channel}","type":"${type}","sequence":${sequence},"data":[${rows.join(',')}]}`, 'ws-private');
  }
}

function balanceRow(asset: string, total: bigint): string {
  const balance = moneyText(total);
  return (
    `{"asset":${quoted(asset)},"asset_class":"currency","balance":${balance},` +
    `"wallets":[{"type":"spot","id":"main","balance":${balance}}]}`
  );
}

/** The whole action is over when its events are told: the live order already says how it ended. */
function neverStood({ account, id }: EngineOrder): boolean {
  const reason = account.order(id)?.endReason;
  return reason === 'post-only' || reason === 'fok';
}
