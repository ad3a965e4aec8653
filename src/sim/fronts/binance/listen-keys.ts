import { createHash } from 'node:crypto';
import type { Clock } from '../../../domain/clock.js';
import type { EngineAccount } from '../../matching/types.js';
import { ApiFailure } from './failures.js';

const LIFETIME_US = 3_600e6;

interface Entry {
  readonly key: string;
  readonly account: EngineAccount;
  untilUs: number;
}

/** The listen keys of futures user data: one for an account at a time, good for an hour from its last use. */
export class ListenKeys {
  private readonly byAccount = new Map<number, Entry>();
  private readonly byKey = new Map<string, Entry>();
  private made = 0;

  constructor(private readonly clock: Clock) {}

  /** The account's key, renewed; a new one when it has none. */
  create(account: EngineAccount): string {
    const known = this.byAccount.get(account.id);
    if (known !== undefined) {
      known.untilUs = this.clock.monotonicUs() + LIFETIME_US;
      return known.key;
    }
    const key = createHash('sha256')
      .update(`listen-key:${account.id}:${++this.made}`)
      .digest('hex');
    const entry = { key, account, untilUs: this.clock.monotonicUs() + LIFETIME_US };
    this.byAccount.set(account.id, entry);
    this.byKey.set(key, entry);
    return key;
  }

  /** @throws ApiFailure when the account has no key */
  renew(account: EngineAccount): string {
    if (!this.byAccount.has(account.id)) throw new ApiFailure(-1125, 'This listenKey does not exist.');
    return this.create(account);
  }

  /** Gives the account's key back. @returns the key, or null when there was none */
  drop(account: EngineAccount): string | null {
    const entry = this.byAccount.get(account.id);
    if (entry === undefined) return null;
    this.remove(entry);
    return entry.key;
  }

  owner(key: string): EngineAccount | undefined {
    return this.byKey.get(key)?.account;
  }

  /** Forgets the keys whose hour is over. @returns them */
  expire(): readonly string[] {
    const nowUs = this.clock.monotonicUs();
    const over = [...this.byKey.values()].filter(({ untilUs }) => untilUs <= nowUs);
    for (const entry of over) this.remove(entry);
    return over.map(({ key }) => key);
  }

  private remove({ key, account }: Entry): void {
    this.byKey.delete(key);
    this.byAccount.delete(account.id);
  }
}
