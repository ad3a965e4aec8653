import type { EngineOrder } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import { BUDGETS } from './budgets.js';
import type { NumberStyle } from './frames.js';
import type { FuturesDesk } from './futures-desk.js';
import { futuresOrderRow } from './futures-rows.js';
import type { Command } from './order-entry.js';
import { orderIdOf, textOfOrder } from './order-ids.js';
import { fields, fieldsList, requiredText, textOf } from './params.js';
import type { SpotDesk } from './spot-desk.js';
import { each, orders, placedText } from './spot-private.js';
import { spotOrderRow } from './spot-rows.js';

/** What order entry on the spot socket can do, by channel. */
export function spotCommands(desk: SpotDesk): Record<string, Command> {
  return {
    order_place: {
      budget: BUDGETS.spotOrders,
      acknowledged: true,
      part: (param) => pairOf(Array.isArray(param) ? param[0] : param),
      run: (account, param) => {
        if (!Array.isArray(param)) return placedText(desk.place(account, fields(param)), fields(param));
        return quoted(fieldsList(param).map((one) => each(one, () => spotOrderRow(desk.place(account, one)))));
      },
    },
    order_cancel: {
      budget: BUDGETS.spotCancels,
      acknowledged: false,
      run: (account, param) => quoted(spotOrderRow(desk.cancel(account, requiredText(fields(param), 'order_id'), fields(param)))),
    },
    order_cancel_ids: {
      budget: BUDGETS.spotCancels,
      acknowledged: false,
      run: (account, param) =>
        quoted(
          fieldsList(param).map((one) => ({
            currency_pair: one['currency_pair'],
            id: one['id'],
            ...each(one, () => ({ text: textOfOrder(desk.cancel(account, requiredText(one, 'id'), one)) })),
          })),
        ),
    },
    order_cancel_cp: {
      budget: BUDGETS.spotCancels,
      acknowledged: false,
      run: (account, param) => {
        requiredText(fields(param), 'currency_pair');
        return orders(desk.cancelAll(account, fields(param)));
      },
    },
    order_status: {
      budget: BUDGETS.spotReads,
      acknowledged: false,
      run: (account, param) => quoted(spotOrderRow(desk.find(account, requiredText(fields(param), 'order_id'), fields(param)))),
    },
    order_list: {
      budget: BUDGETS.spotReads,
      acknowledged: false,
      run: (account, param) => orders(desk.list(account, fields(param))),
    },
  };
}

/** What order entry on the futures socket can do, by channel. Placements and cancels share a budget here. */
export function futuresCommands(desk: FuturesDesk): Record<string, Command> {
  const rows = (list: readonly EngineOrder[], style: NumberStyle): string =>
    quoted(list.map((order) => futuresOrderRow(order, style)));
  const row = (order: EngineOrder, style: NumberStyle): string => quoted(futuresOrderRow(order, style));
  const writes = { budget: BUDGETS.futuresOrders, acknowledged: false };
  const reads = { budget: BUDGETS.futuresReads, acknowledged: false };
  return {
    order_place: {
      budget: BUDGETS.futuresOrders,
      acknowledged: true,
      run: (account, param, style) => {
        const order = desk.place(account, fields(param), style);
        if (textOf(fields(param), 'action_mode') !== 'ACK') return row(order, style);
        return quoted({ id: orderIdOf(order), text: textOfOrder(order) });
      },
    },
    order_batch_place: {
      budget: BUDGETS.futuresOrders,
      acknowledged: true,
      run: (account, param, style) =>
        quoted(fieldsList(param).map((one) => each(one, () => futuresOrderRow(desk.place(account, one, style), style)))),
    },
    order_cancel: {
      ...writes,
      run: (account, param, style) => row(desk.cancel(account, requiredText(fields(param), 'order_id')), style),
    },
    order_cancel_ids: {
      ...writes,
      run: (account, param) =>
        quoted(
          (Array.isArray(param) ? param : []).map((id) => ({
            id: String(id),
            ...each({}, () => ({ user_id: desk.cancel(account, String(id)).account.id })),
          })),
        ),
    },
    order_cancel_cp: {
      ...writes,
      run: (account, param, style) => rows(desk.cancelAll(account, fields(param)), style),
    },
    order_status: {
      ...reads,
      run: (account, param, style) => row(desk.find(account, requiredText(fields(param), 'order_id')), style),
    },
    order_list: { ...reads, run: (account, param, style) => rows(desk.list(account, fields(param)), style) },
  };
}

function pairOf(param: unknown): string {
  const pair = typeof param === 'object' && param !== null && 'currency_pair' in param ? param.currency_pair : '';
  return String(pair);
}
