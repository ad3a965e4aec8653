/**
 * The last word on each of a set of things, balances or positions, of which a venue lists only those that are not zero. A list is as
 * old as the question: what the stream said since is newer, and what is missing has become zero.
 */
export class FactMemory<T> {
  private readonly known = new Map<string, { fact: T; wordAt: number }>();
  private words = 0;

  /**
   * @param keyOf names the thing that a fact is about
   * @param zeroOf the fact that nothing is left; null when nothing was
   */
  constructor(
    private readonly keyOf: (fact: T) => string,
    private readonly zeroOf: (fact: T) => T | null,
  ) {}

  /** The number of the last word so far. */
  get now(): number {
    return this.words;
  }

  /** The stream said so. */
  told(fact: T): void {
    this.known.set(this.keyOf(fact), { fact, wordAt: ++this.words });
  }

  /**
   * Takes a whole list.
   * @param askedAt `now` when it was asked for
   * @returns what is news in it
   */
  listed(facts: readonly T[], askedAt: number): T[] {
    const isOld = (key: string): boolean => (this.known.get(key)?.wordAt ?? 0) > askedAt;
    const news = facts.filter((fact) => !isOld(this.keyOf(fact)));
    const keys = new Set(facts.map(this.keyOf));
    for (const [key, { fact }] of this.known) {
      const zero = keys.has(key) || isOld(key) ? null : this.zeroOf(fact);
      if (zero !== null) news.push(zero);
    }
    for (const fact of news) this.told(fact);
    return news;
  }
}
