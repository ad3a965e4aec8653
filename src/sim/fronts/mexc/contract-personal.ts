import { z } from 'zod';
import type { Clock } from '../../../domain/clock.js';
import type { EngineAccount, EngineEvent, EngineOrder } from '../../matching/types.js';
import type { Connection } from '../connection.js';
import { epochMs } from '../front.js';
import { quoted } from '../json-text.js';
import type { ContractAccounts } from './contract-account.js';
import { contractDealRow } from './contract-orders.js';
import { Refused } from './failures.js';
import type { ContractGate } from './gate.js';
import { msOf } from './spot-orders.js';

type Channel = 'order' | 'order.deal' | 'position' | 'asset';

/** What a connection wants to know: everything, or some channels, each of all contracts or of some. */
type Filters = ReadonlyMap<string, readonly string[]> | null;

const LogOn = z.object({ apiKey: z.string(), reqTime: z.coerce.string(), signature: z.string() });
const FilterList = z.object({
  filters: z.array(z.object({ filter: z.string(), rules: z.array(z.string()).default([]) })),
});

/** The private part of the contract socket: log-ons, filters, and pushes of what happens to accounts. */
export class ContractPersonal {
  private readonly listeners = new Map<EngineAccount, Map<Connection, Filters>>();

  constructor(
    private readonly clock: Clock,
    private readonly gate: ContractGate,
    private readonly accounts: ContractAccounts,
    private readonly orderRow: (order: EngineOrder) => string,
  ) {}

  /** @returns whether the method was one of these */
  message(connection: Connection, method: string, param: Record<string, unknown>): boolean {
    if (method === 'login') this.logOn(connection, param);
    else if (method === 'personal.filter') this.filter(connection, param);
    else return false;
    return true;
  }

  closed(connection: Connection): void {
    const account = connection.state.get('account') as EngineAccount | undefined;
    if (account !== undefined) this.listeners.get(account)?.delete(connection);
  }

  onEvent(event: EngineEvent): void {
    const connections = this.listeners.get(event.account);
    if (connections === undefined || connections.size === 0) return;
    const { account, timeUs } = event;
    switch (event.kind) {
      case 'balance':
        if (event.wallet === 'futures') this.push(account, 'asset', null, this.accounts.assetRow(account, event.balance), timeUs);
        return;
      case 'position':
        this.push(account, 'position', symbolOf(event.position), this.accounts.positionRow(account, event.position), timeUs);
        return;
      case 'funding':
        return;
      default: {
        if (event.order.book.instrument.market !== 'futures') return;
        const symbol = symbolOf(event.order);
        if (event.kind === 'fill') this.push(account, 'order.deal', symbol, contractDealRow(event.fill), timeUs);
        this.push(account, 'order', symbol, this.orderRow(event.order), timeUs);
      }
    }
  }

  private push(account: EngineAccount, channel: Channel, symbol: string | null, data: string, timeUs: number): void {
    const frame = `{"channel":"push.personal.${channel}","data":${data},"ts":${msOf(timeUs)}}`;
    for (const [connection, filters] of this.listeners.get(account) ?? []) {
      const rules = filters === null ? [] : filters.get(channel);
      if (rules === undefined || (symbol !== null && rules.length > 0 && !rules.includes(symbol))) continue;
      connection.send(frame, 'ws-private');
    }
  }

  /** Without `subscribe: false` everything is pushed right after the log-on. */
  private logOn(connection: Connection, param: Record<string, unknown>): void {
    const parsed = LogOn.safeParse(param);
    try {
      if (!parsed.success) throw new Refused(600, 'Param error!');
      const { apiKey, reqTime, signature } = parsed.data;
      const { account } = this.gate.logOn(apiKey, reqTime, signature);
      connection.state.set('account', account);
      connection.traffic = 'ws-private';
      this.want(account, connection, param['subscribe'] === false ? new Map() : null);
      this.answer(connection, 'rs.login', 'success');
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.answer(connection, 'rs.error', error.message);
    }
  }

  private filter(connection: Connection, param: Record<string, unknown>): void {
    const account = connection.state.get('account') as EngineAccount | undefined;
    const parsed = FilterList.safeParse(param);
    if (account === undefined || !parsed.success) {
      this.answer(connection, 'rs.error', account === undefined ? 'not login' : 'Param error!');
      return;
    }
    const { filters } = parsed.data;
    this.want(account, connection, filters.length === 0 ? null : new Map(filters.map(({ filter, rules }) => [filter, rules])));
    this.answer(connection, 'rs.personal.filter', 'success');
  }

  private want(account: EngineAccount, connection: Connection, filters: Filters): void {
    const connections = this.listeners.get(account);
    if (connections === undefined) this.listeners.set(account, new Map([[connection, filters]]));
    else connections.set(connection, filters);
  }

  private answer(connection: Connection, channel: string, data: string): void {
    connection.send(quoted({ channel, data, ts: epochMs(this.clock) }), 'ws-private');
  }
}

function symbolOf({ book }: Pick<EngineOrder, 'book'>): string {
  return book.instrument.symbol;
}
