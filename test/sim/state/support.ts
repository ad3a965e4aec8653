import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VenueId } from '../../../src/domain/venue.js';
import type { MatchingOptions } from '../../../src/sim/matching/options.js';
import type { EngineAccount, EngineOrder, MatchingEngine } from '../../../src/sim/matching/types.js';
import { AccountFile } from '../../../src/sim/state/account-file.js';
import { Rig } from '../matching/rig.js';

/** What a venue says of an order, its account and its fills. */
export function describeOrder({ book, account, fills, ...order }: EngineOrder): Record<string, unknown> {
  // Copied field by field: the engine's own records carry what is nobody's to see.
  const { id, side, type, timeInForce, priceUnits, qtyUnits, quoteAmount, clientOrderId, reduceOnly, selfTrade } = order;
  const { state, endReason, filledUnits, filledQuote, createdUs, updatedUs } = order;
  return {
    ...{ id, side, type, timeInForce, priceUnits, qtyUnits, quoteAmount, clientOrderId, reduceOnly, selfTrade },
    ...{ state, endReason, filledUnits, filledQuote, createdUs, updatedUs, account: account.id },
    book: `${book.instrument.market}:${book.instrument.symbol}`,
    fills: fills.map(({ tradeId }) => tradeId),
  };
}

/** Everything that can be asked of an account. */
export interface AccountState {
  id: number;
  balances: Record<'spot' | 'futures', { asset: string; total: bigint; locked: bigint }[]>;
  orders: Record<string, unknown>[];
  fills: Record<string, unknown>[];
  positions: Record<string, unknown>[];
}

export function describeAccounts(engine: MatchingEngine): AccountState[] {
  return engine.accounts().map((account) => {
    const balances = (wallet: 'spot' | 'futures') =>
      account.balances(wallet).filter(({ total, locked }) => total !== 0n || locked !== 0n);
    return {
      id: account.id,
      balances: { spot: balances('spot'), futures: balances('futures') },
      orders: account.orders().map(describeOrder),
      fills: account.fills().map(({ order, ...fill }) => ({ ...fill, order: order.id })),
      positions: positions(account),
    };
  });
}

/** Positions that ever were one, or that somebody has set something of. */
function positions(account: EngineAccount): Record<string, unknown>[] {
  return account.positions().flatMap((position) => {
    const { book, qtyUnits, entryValue, entryPrice, margin, leverage, marginMode, realizedPnl, updatedUs } = position;
    if (updatedUs === 0 && leverage === 10 && marginMode === 'isolated') return [];
    const facts = { qtyUnits, entryValue, entryPrice, margin, leverage, marginMode, realizedPnl, updatedUs };
    return { book: book.instrument.symbol, ...facts };
  });
}

/** What accounts are once the venue has opened again at a moment: as they were, but without open orders. */
export function restarted(states: readonly AccountState[], nowUs: number): AccountState[] {
  return states.map((state) => {
    const margin = state.positions.reduce((sum, position) => sum + (position['margin'] as bigint), 0n);
    const balances = {
      spot: state.balances.spot.map((balance) => ({ ...balance, locked: 0n })),
      futures: state.balances.futures.map((balance) => ({ ...balance, locked: balance.asset === 'USDT' ? margin : 0n })),
    };
    const orders = state.orders.map((order) =>
      order['state'] === 'open' ? { ...order, state: 'ended', endReason: 'restart', updatedUs: nowUs } : order,
    );
    return { ...state, balances, orders };
  });
}

/** A venue whose engine may end and begin again. */
export class LastingVenue {
  rig: Rig;
  file: AccountFile;
  starts = 0;
  readonly path: string;

  constructor(
    readonly folder: string,
    private readonly venue: VenueId = 'binance',
    private readonly options: Partial<MatchingOptions> = {},
  ) {
    this.path = join(folder, `${venue}.accounts`);
    ({ rig: this.rig, file: this.file } = this.start(0));
  }

  /** The process dies, and a new one begins. @param cutBytes what is missing of the last line */
  restart(nowUs: number, cutBytes = 0): void {
    this.file.close();
    if (cutBytes > 0) truncateSync(this.path, this.size() - cutBytes);
    ({ rig: this.rig, file: this.file } = this.start(nowUs));
  }

  size(): number {
    return readFileSync(this.path).length;
  }

  /** The lines of the file. */
  lines(): string[] {
    return readFileSync(this.path, 'utf8').split('\n').slice(0, -1);
  }

  /** Writes over a line. */
  damage(line: number, text: string): void {
    this.file.close();
    writeFileSync(this.path, [...this.lines().slice(0, line), text, ...this.lines().slice(line + 1), ''].join('\n'));
  }

  private start(nowUs: number): { rig: Rig; file: AccountFile } {
    const lost = (error: unknown): never => {
      throw error;
    };
    const file = new AccountFile({ folder: this.folder, venue: this.venue, market: 'seed 5', nowUs, lost });
    this.starts++;
    return { file, rig: new Rig(this.venue, { keeper: file, ...this.options }, 5, 0.01) };
  }
}
