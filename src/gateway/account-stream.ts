import { backoffMs } from '../domain/backoff.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { OrderReport } from '../domain/order.js';
import type { InstrumentDirectory, StreamItem } from '../venues/trading.js';
import type { AccountView, AccountViewParts } from './account-view.js';
import { reasonOf } from './events.js';
import { Line, type LineOwner, type LineParts } from './line.js';
import type { LinkItem } from './link.js';
import type { Pauses } from './pauses.js';

type AccountItem = Exclude<StreamItem, LinkItem>;

export interface AccountStreamParts extends LineParts, Pick<AccountViewParts, 'protocol' | 'orders' | 'fills' | 'listener'> {
  readonly view: AccountView;
  readonly directory: InstrumentDirectory;
  readonly pauses: Pauses;
}

/** Tries to fetch the fills of an order before the next reconciliation has to find them. */
const CHASES_MAX = 6;

/**
 * The account as it changes. On every connection, also one that took over from another, open orders and the fills since the last one
 * known are fetched, so that nothing that happened in between is missed.
 */
export class AccountStream implements LineOwner<AccountItem> {
  private readonly line: Line<AccountItem>;
  /** Counts connections, so that a reconciliation for an earlier one gives up. */
  private era = 0;
  private reconciled = false;
  /** Symbols whose fills are being fetched; true when another order asked meanwhile. */
  private readonly chasing = new Map<string, boolean>();

  constructor(private readonly parts: AccountStreamParts) {
    this.line = new Line<AccountItem>(parts, parts.protocol.privateStream, this);
  }

  start(): void {
    this.line.start();
  }

  async stop(): Promise<void> {
    this.era++;
    await this.line.stop();
  }

  /** Connected, and everything up to now told. */
  get isLive(): boolean {
    return this.reconciled;
  }

  onUp(): void {
    this.reconciled = false;
    this.parts.listener({ kind: 'connected' });
    void this.reconcile(++this.era);
  }

  onDown(reason: string): void {
    this.era++;
    this.reconciled = false;
    this.parts.listener({ kind: 'disconnected', reason });
  }

  onLinkEnd(): void {}

  onItem(item: AccountItem): void {
    const { view, fills, protocol, clock } = this.parts;
    const order = view.take(item);
    // A stream that stands tells fills in order: what lies before this one was told.
    if (item.kind === 'fill' && this.reconciled) fills.complete(clock.monotonicUs() / 1000);
    if (order !== null && !protocol.privateStream.tellsFills) this.chase(order);
  }

  private async reconcile(era: number): Promise<void> {
    const { view, settings, random, pauses, notify, listener } = this.parts;
    for (let tries = 0; era === this.era; tries++) {
      try {
        await view.fetchFills();
        await view.fetchOrders();
        await view.fetchBalances();
        if (era !== this.era) return;
        this.reconciled = true;
        listener({ kind: 'reconciled' });
        break;
      } catch (error) {
        if (era !== this.era) return;
        notify('reconcile-failed', 'warn', reasonOf(error), 'private');
        await pauses.wait(backoffMs(tries, settings.reconnectBackoff, random));
      }
    }
    // What happened just before the connection stood may not have reached the venue's REST side yet.
    let complete = false;
    for (let tries = 0; !complete && (await pauses.wait(settings.fillLagMs * 2 ** tries)) && era === this.era; tries++) {
      try {
        await view.fetchFills();
        complete = await view.fetchOrders();
      } catch (error) {
        notify('reconcile-failed', 'warn', reasonOf(error), 'private');
      }
    }
  }

  /** Fetches the fills of an order that says it has more than were told. */
  private chase(order: OrderReport): void {
    const instrument = this.parts.directory.find(order.symbol);
    if (instrument === undefined || !this.lacksFills(order)) return;
    const { symbol } = instrument;
    if (this.chasing.has(symbol)) this.chasing.set(symbol, true);
    else {
      this.chasing.set(symbol, false);
      void this.fetchUntilTold(instrument, order).finally(() => this.chasing.delete(symbol));
    }
  }

  private async fetchUntilTold(instrument: TradableInstrument, order: OrderReport): Promise<void> {
    const { view, settings, random, pauses, notify } = this.parts;
    for (let tries = 0; tries < CHASES_MAX; ) {
      try {
        await view.fetchFills(instrument);
      } catch (error) {
        notify('reconcile-failed', 'warn', reasonOf(error), 'private');
      }
      const more = this.chasing.get(instrument.symbol) === true;
      this.chasing.set(instrument.symbol, false);
      if (!more && !this.lacksFills(order)) return;
      if (!more) tries++;
      if (!(await pauses.wait(backoffMs(tries, settings.retryBackoff, random)))) return;
    }
  }

  private lacksFills(order: OrderReport): boolean {
    const known = this.parts.orders.find(order);
    return known?.filledTold.lt(order.filledQty ?? 0) === true;
  }
}
