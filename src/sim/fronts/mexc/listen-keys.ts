import { createHash } from 'node:crypto';
import type { Clock } from '../../../domain/clock.js';
import type { EngineAccount } from '../../matching/types.js';
import { Refused } from './failures.js';

const LIFETIME_US = 3_600e6;
const KEYS_MAX = 60;

interface ListenKey {
  readonly account: EngineAccount;
  expiresUs: number;
}

/** Listen keys of spot: an hour each, unless they are renewed. */
export class ListenKeys {
  private readonly keys = new Map<string, ListenKey>();
  private made = 0;

  constructor(private readonly clock: Clock) {}

  /** A new key of an account. @throws Refused when it has too many */
  make(account: EngineAccount): string {
    this.forgetDead();
    if (this.of(account).length >= KEYS_MAX) throw new Refused(730003, 'Too many listen keys');
    const text = createHash('sha256')
      .update(`listen key ${++this.made}`)
      .digest('hex');
    this.keys.set(text, { account, expiresUs: this.clock.monotonicUs() + LIFETIME_US });
    return text;
  }

  /** Lets a key live another hour. @throws Refused when the account has no such key */
  renew(account: EngineAccount, text: string): void {
    const key = this.keys.get(text);
    if (key === undefined || key.account !== account || !this.isAlive(text)) throw unknownKey();
    key.expiresUs = this.clock.monotonicUs() + LIFETIME_US;
  }

  /** Ends a key. @throws Refused when the account has no such key */
  end(account: EngineAccount, text: string): void {
    if (this.keys.get(text)?.account !== account) throw unknownKey();
    this.keys.delete(text);
  }

  /** Whose key it is; undefined for one that is not alive. */
  accountOf(text: string): EngineAccount | undefined {
    return this.isAlive(text) ? this.keys.get(text)?.account : undefined;
  }

  isAlive(text: string): boolean {
    return (this.keys.get(text)?.expiresUs ?? 0) > this.clock.monotonicUs();
  }

  /** The account's keys. */
  of(account: EngineAccount): readonly string[] {
    return [...this.keys].filter(([text, key]) => key.account === account && this.isAlive(text)).map(([text]) => text);
  }

  private forgetDead(): void {
    for (const text of [...this.keys.keys()]) if (!this.isAlive(text)) this.keys.delete(text);
  }
}

function unknownKey(): Refused {
  return new Refused(730002, 'Your input param is invalid: listenKey');
}
