import { moneyText } from '../../matching/money.js';
import type { EngineAccount, EngineEvent, EngineOrder } from '../../matching/types.js';
import { jsonObject, quoted } from '../json-text.js';
import { msOf, secondsOf } from './amounts.js';
import { type FuturesAccounts, SETTLEMENT } from './futures-account.js';
import { LEDGER_TYPES } from './futures-private.js';
import { type ClosedSizes, futuresOrderPush, futuresTradePush } from './futures-rows.js';
import { orderIdOf } from './order-ids.js';
import type { PrivateChannels } from './private-channels.js';

/** Tells accounts' listeners on the futures socket what happened to them. */
export class FuturesEvents {
  /** What the last fill or payment of an account was of: the changes of the wallet that follow name it. */
  private readonly reasons = new Map<EngineAccount, string>();
  private updates = 0;

  constructor(
    private readonly channels: PrivateChannels,
    private readonly accounts: FuturesAccounts,
    private readonly closed: ClosedSizes,
  ) {}

  onEvent(event: EngineEvent): void {
    const { account, timeUs } = event;
    switch (event.kind) {
      case 'balance':
        if (event.wallet === 'futures' && event.totalChange !== 0n) this.wallet(event);
        return;
      case 'position': {
        const { position } = event;
        const updateId = ++this.updates;
        this.channels.push(account, 'positions', position.book.instrument.symbol, timeUs, (style) =>
          this.accounts.positionPush(account, position, updateId, style),
        );
        return;
      }
      case 'funding':
        this.reasons.set(account, event.book.instrument.symbol);
        return;
      default:
        if (event.order.book.instrument.market === 'futures') this.order(event);
    }
  }

  private order(event: Extract<EngineEvent, { order: EngineOrder }>): void {
    const { account, order, timeUs } = event;
    const { symbol } = order.book.instrument;
    if (event.kind === 'fill') {
      const { fill } = event;
      this.closed.note(fill);
      this.reasons.set(account, `${symbol}:${orderIdOf(order)}`);
      this.channels.push(account, 'usertrades', symbol, timeUs, (style) => futuresTradePush(fill, this.closed.of(fill), style));
    }
    const updateId = order.fills.length + (event.kind === 'order-ended' ? 2 : 1);
    const change = event.kind === 'order-opened' ? '_new' : '_update';
    this.channels.push(account, 'orders', symbol, timeUs, (style) => futuresOrderPush(order, change, updateId, style));
  }

  private wallet({ account, balance, totalChange, cause, timeUs }: Extract<EngineEvent, { kind: 'balance' }>): void {
    if (balance.asset !== SETTLEMENT) return;
    this.channels.push(account, 'balances', null, timeUs, () =>
      jsonObject({
        balance: moneyText(balance.total),
        change: moneyText(totalChange),
        text: quoted(this.reasons.get(account) ?? ''),
        time: secondsOf(timeUs),
        time_ms: msOf(timeUs),
        type: quoted(LEDGER_TYPES[cause]),
        user: quoted(String(account.id)),
        currency: quoted(SETTLEMENT.toLowerCase()),
      }),
    );
  }
}
