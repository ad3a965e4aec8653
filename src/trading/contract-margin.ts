import type { Timer, Timers } from '../domain/clock.js';
import { reasonOf } from '../gateway/events.js';
import type { RiskConfig } from '../risk/config.js';
import { leverageOf } from '../risk/instruments.js';
import type { BookInfo, StrategyUniverse } from '../strategy/universe.js';
import type { DeskAccount, DeskEvent } from './desk-types.js';

export interface ContractMarginParts {
  readonly universe: StrategyUniverse;
  /** The account that each book is traded on. */
  readonly accountOfBook: readonly (DeskAccount | undefined)[];
  readonly config: RiskConfig;
  readonly timers: Timers;
  /** What could not be set is tried again after so long. */
  readonly retryMs: number;
  readonly onEvent: (event: DeskEvent) => void;
}

interface Unset {
  readonly info: BookInfo;
  readonly account: DeskAccount;
  /** Why it could not be set, as it was last told. */
  told: string | null;
}

/**
 * Has every contract margined at its venue as the risk checks reckon: isolated, with the configured leverage. Until the venue has said
 * that it is, nothing of that contract may be opened.
 */
export class ContractMargin {
  private readonly unset = new Map<number, Unset>();
  private retry: Timer | undefined;
  private isStarted = false;
  private isStopped = false;

  constructor(private readonly parts: ContractMarginParts) {
    for (const info of parts.universe.books) {
      const account = parts.accountOfBook[info.book];
      if (info.instrument.contract !== null && account?.setMargin !== undefined)
        this.unset.set(info.book, { info, account, told: null });
    }
  }

  /** Whether the margin of a book is as it should be; always so on spot, and where nobody has to be told. */
  isSet(book: number): boolean {
    return !this.unset.has(book);
  }

  /** Begins to set, all accounts at once, and tries again what fails. To be called once the accounts can be asked. */
  start(): void {
    if (this.isStarted) return;
    this.isStarted = true;
    void this.setAll();
  }

  stop(): void {
    this.isStopped = true;
    this.retry?.cancel();
  }

  private async setAll(): Promise<void> {
    const byAccount = new Map<DeskAccount, Unset[]>();
    for (const one of this.unset.values()) byAccount.set(one.account, [...(byAccount.get(one.account) ?? []), one]);
    await Promise.all([...byAccount.values()].map((ofAccount) => this.setEach(ofAccount)));
    if (this.unset.size === 0 || this.isStopped) return;
    this.retry = this.parts.timers.after(this.parts.retryMs, () => void this.setAll());
  }

  /** One after the other: what a venue refuses of one contract says nothing of the next. */
  private async setEach(ofAccount: readonly Unset[]): Promise<void> {
    for (const one of ofAccount) {
      if (this.isStopped) return;
      const { info, account } = one;
      const { venue, market, symbol } = info.instrument;
      const setting = { mode: 'isolated', leverage: leverageOf(info, this.parts.config) } as const;
      let failure: string | null = null;
      try {
        await account.setMargin?.(symbol, setting);
        this.unset.delete(info.book);
      } catch (error) {
        failure = reasonOf(error);
      }
      if (failure === one.told || this.isStopped) continue;
      one.told = failure;
      const facts = { venue, market, symbol, ...setting, ...(failure !== null && { reason: failure }) };
      const [level, kind] = failure === null ? (['info', 'margin-set'] as const) : (['alert', 'margin-not-set'] as const);
      this.parts.onEvent({ level, kind, facts });
    }
  }
}
