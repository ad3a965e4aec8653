import type { SimulatedBook } from '../market/book.js';
import type { Account, Wallet } from './account.js';
import type { AccountKeeper } from './kept-rows.js';
import type { EngineEvent, Money } from './types.js';

type BalanceEvent = Extract<EngineEvent, { kind: 'balance' }>;
export type BalanceCause = BalanceEvent['cause'];

interface Change {
  readonly account: Account;
  readonly wallet: Wallet;
  readonly asset: string;
  readonly cause: BalanceCause;
  total: Money;
  locked: Money;
}

/**
 * Moves money and tells what happened. During an action everything is collected; at its end orders and fills are told first, in
 * order, then what the action changed in balances (one event for each asset and cause), then positions.
 */
export class EventDesk {
  readonly log: EngineEvent[] = [];
  private readonly listeners = new Set<(event: EngineEvent) => void>();
  private happened: EngineEvent[] = [];
  private changes: Change[] = [];
  private readonly positions = new Map<Account, Set<SimulatedBook>>();
  private telling = false;
  /** How much of what happened the keeper has. */
  private kept = 0;

  constructor(
    private readonly keepsLog: boolean,
    private readonly keeper: AccountKeeper | null,
  ) {}

  onEvent(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Whether anybody will see what is told. */
  get isHeard(): boolean {
    return this.keepsLog || this.keeper !== null || this.listeners.size > 0;
  }

  tell(event: EngineEvent): void {
    this.happened.push(event);
  }

  /** Changes a balance. */
  move(account: Account, wallet: Wallet, asset: string, total: Money, locked: Money, cause: BalanceCause): void {
    if (total === 0n && locked === 0n) return;
    const pocket = account.pocket(wallet, asset);
    pocket.total += total;
    pocket.locked += locked;
    if (!this.isHeard) return;
    for (const change of this.changes) {
      if (change.account === account && change.asset === asset && change.wallet === wallet && change.cause === cause) {
        change.total += total;
        change.locked += locked;
        return;
      }
    }
    this.changes.push({ account, wallet, asset, cause, total, locked });
  }

  /** Notes that a position changed. */
  touch(account: Account, book: SimulatedBook): void {
    const books = this.positions.get(account);
    if (books === undefined) this.positions.set(account, new Set([book]));
    else books.add(book);
  }

  /**
   * Ends an action: everything collected is kept, where accounts are, and then told. A listener may begin another action; its events
   * come after these.
   */
  flush(timeUs: number): void {
    this.collectBalances(timeUs);
    this.collectPositions(timeUs);
    if (this.keeper !== null && this.happened.length > this.kept) {
      this.keeper.keep(this.happened.slice(this.kept));
      this.kept = this.happened.length;
    }
    if (this.telling) return;
    this.telling = true;
    try {
      for (let at = 0; at < this.happened.length; at++) {
        const event = this.happened[at] as EngineEvent;
        if (this.keepsLog) this.log.push(event);
        for (const listener of this.listeners) listener(event);
      }
    } finally {
      this.happened = [];
      this.kept = 0;
      this.telling = false;
    }
  }

  private collectBalances(timeUs: number): void {
    if (this.changes.length === 0) return;
    const { changes } = this;
    this.changes = [];
    // Each event says what the balance was after it, so the changes that come later are taken off again.
    const later = changes.map((change, at) => {
      let total = 0n;
      let locked = 0n;
      for (let next = at + 1; next < changes.length; next++) {
        const other = changes[next] as Change;
        if (other.account !== change.account || other.asset !== change.asset || other.wallet !== change.wallet) continue;
        total += other.total;
        locked += other.locked;
      }
      return { total, locked };
    });
    changes.forEach(({ account, wallet, asset, cause, total, locked }, at) => {
      if (total === 0n && locked === 0n) return;
      const now = account.balance(wallet, asset);
      const after = later[at] as { total: Money; locked: Money };
      this.happened.push({
        kind: 'balance',
        account,
        wallet,
        balance: { asset, total: now.total - after.total, locked: now.locked - after.locked },
        totalChange: total,
        lockedChange: locked,
        cause,
        timeUs,
      });
    });
  }

  private collectPositions(timeUs: number): void {
    if (this.positions.size === 0) return;
    for (const [account, books] of this.positions) {
      for (const book of books) {
        this.happened.push({ kind: 'position', account, position: account.position(book).snapshot(), timeUs });
      }
    }
    this.positions.clear();
  }
}
