/** Most reservations at a time; an intent needs one for each account it draws on. */
const RESERVATIONS_MAX = 4096;

/** Amounts come from float64 sums: what is above a whole unit by less than their error is that whole unit. */
const EXACT = 1 - 2 ** -50;

/**
 * What all strategies may spend, and what is promised already. Every amount is whole units of its account (AccountInfo.scale). A plan
 * reserves what it needs in the turn that makes it, so that no two plans count on the same funds. Nothing here allocates after
 * construction.
 */
export class Capital {
  private readonly balances: Float64Array;
  private readonly reserved: Float64Array;
  private readonly reservationIntent = new Float64Array(RESERVATIONS_MAX);
  private readonly reservationAccount = new Int32Array(RESERVATIONS_MAX);
  private readonly reservationUnits = new Float64Array(RESERVATIONS_MAX);
  private reservations = 0;

  /** @param accounts how many there are; an account of which nothing was told holds nothing */
  constructor(readonly accounts: number) {
    this.balances = new Float64Array(accounts);
    this.reserved = new Float64Array(accounts);
  }

  /** What the venue says is available; fractions of a unit are left out. */
  setBalance(account: number, units: number): void {
    this.balances[account] = Math.floor(units);
  }

  balance(account: number): number {
    return this.balances[account] ?? 0;
  }

  /** What no plan counts on yet; never negative. */
  available(account: number): number {
    return Math.max(0, (this.balances[account] ?? 0) - (this.reserved[account] ?? 0));
  }

  /** Promises funds to an intent. @returns false, and nothing is reserved, when they are not there */
  reserve(intent: number, account: number, units: number): boolean {
    const whole = Math.ceil(units * EXACT);
    if (!(whole <= this.available(account)) || this.reservations === RESERVATIONS_MAX) return false;
    const slot = this.reservations++;
    this.reservationIntent[slot] = intent;
    this.reservationAccount[slot] = account;
    this.reservationUnits[slot] = whole;
    this.reserved[account] = (this.reserved[account] ?? 0) + whole;
    return true;
  }

  /** Gives back all that an intent had reserved; its fills have changed the balances, or it came to nothing. */
  release(intent: number): void {
    for (let slot = this.reservations - 1; slot >= 0; slot--) {
      if (this.reservationIntent[slot] !== intent) continue;
      const account = this.reservationAccount[slot] ?? 0;
      this.reserved[account] = (this.reserved[account] ?? 0) - (this.reservationUnits[slot] ?? 0);
      const last = --this.reservations;
      this.reservationIntent[slot] = this.reservationIntent[last] ?? 0;
      this.reservationAccount[slot] = this.reservationAccount[last] ?? 0;
      this.reservationUnits[slot] = this.reservationUnits[last] ?? 0;
    }
  }
}

/** The part of the capital that one strategy may commit: the sum of what its open intents and positions cost, in its quote asset. */
export class Budget {
  private committed = 0;

  /** @param limitQuote most that may be committed at a time */
  constructor(readonly limitQuote: number) {}

  get committedQuote(): number {
    return this.committed;
  }
  get leftQuote(): number {
    return Math.max(0, this.limitQuote - this.committed);
  }

  /** @returns false, and nothing is committed, when it would pass the limit */
  commit(quote: number): boolean {
    if (!(quote * EXACT <= this.leftQuote)) return false;
    this.committed += quote;
    return true;
  }

  free(quote: number): void {
    this.committed = Math.max(0, this.committed - quote);
  }
}
