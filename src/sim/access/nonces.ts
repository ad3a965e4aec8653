/** The highest nonce that each key has used. A nonce must be higher than every one before it. */
export class Nonces {
  private readonly highest = new Map<string, bigint>();

  /** Uses up a nonce. @returns false when it is no unsigned 64-bit number, or not higher than the last */
  accept(apiKey: string, nonce: string): boolean {
    if (!/^\d{1,20}$/.test(nonce)) return false;
    const value = BigInt(nonce);
    if (value >= 1n << 64n || value <= (this.highest.get(apiKey) ?? -1n)) return false;
    this.highest.set(apiKey, value);
    return true;
  }
}
