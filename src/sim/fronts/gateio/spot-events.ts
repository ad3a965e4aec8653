import { moneyText } from '../../matching/money.js';
import type { EngineEvent, EngineOrder } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import { msOf, secondsOf } from './amounts.js';
import type { PrivateChannels } from './private-channels.js';
import { spotOrderPush, spotTradePush } from './spot-rows.js';

type BalanceEvent = Extract<EngineEvent, { kind: 'balance' }>;

/** Tells an account's listeners on the spot socket what happened to it. */
export function tellSpot(channels: PrivateChannels, event: EngineEvent): void {
  const { account, timeUs } = event;
  if (!channels.hears(account)) return;
  switch (event.kind) {
    case 'balance':
      if (event.wallet === 'spot') channels.push(account, 'balances', null, timeUs, () => quoted(balancePush(event)));
      return;
    case 'order-opened':
    case 'order-ended':
    case 'fill': {
      const order = event.kind === 'fill' ? settled(event.order) : event.order;
      const { market, symbol } = order.book.instrument;
      if (market !== 'spot') return;
      if (event.kind === 'fill') channels.push(account, 'usertrades', symbol, timeUs, () => quoted(spotTradePush(event.fill)));
      const change = order.state !== 'open' ? 'finish' : event.kind === 'order-opened' ? 'put' : 'update';
      channels.push(account, 'orders', symbol, timeUs, () => quoted(spotOrderPush(order, change)));
      return;
    }
    default:
  }
}

/**
 * The order after a fill. A market order by value ends when what is left buys nothing more, which its last fill does not show yet.
 */
function settled(order: EngineOrder): EngineOrder {
  if (order.quoteAmount === null) return order;
  const now = order.account.order(order.id);
  return now?.state === 'filled' && now.filledUnits === order.filledUnits ? now : order;
}

function balancePush({ account, balance, totalChange, lockedChange, cause, timeUs }: BalanceEvent): Record<string, string> {
  return {
    timestamp: String(secondsOf(timeUs)),
    timestamp_ms: String(msOf(timeUs)),
    user: String(account.id),
    currency: balance.asset,
    change: moneyText(totalChange - lockedChange),
    total: moneyText(balance.total),
    available: moneyText(balance.total - balance.locked),
    freeze: moneyText(balance.locked),
    freeze_change: moneyText(lockedChange),
    change_type: changeType(cause, lockedChange > 0n),
  };
}

function changeType(cause: BalanceEvent['cause'], locks: boolean): string {
  if (cause === 'order') return locks ? 'order-create' : 'order-cancel';
  if (cause === 'fee') return 'order-fee';
  return cause === 'deposit' ? 'deposit' : 'order-match';
}
