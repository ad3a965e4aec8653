import { isOver } from './is-over.js';

/** How long each symbol has been unhedged, and with how much. Nothing here allocates after construction. */
export class UnhedgedTime {
  /** When it began; NaN while hedged. */
  private readonly since: Float64Array;
  private readonly until: Float64Array;
  private readonly value: Float64Array;
  private readonly quoteSeconds: Float64Array;
  private readonly active: Int32Array;
  private activeCount = 0;

  /** @param dustQuote up to this much is carried as inventory */
  constructor(
    symbols: number,
    private readonly dustQuote: number,
  ) {
    this.since = new Float64Array(symbols).fill(Number.NaN);
    this.until = new Float64Array(symbols);
    this.value = new Float64Array(symbols);
    this.quoteSeconds = new Float64Array(symbols);
    this.active = new Int32Array(symbols);
  }

  /** Symbols that are unhedged now. */
  get count(): number {
    return this.activeCount;
  }
  symbol(index: number): number {
    return this.active[index] ?? -1;
  }

  /** Tells what is unhedged of a symbol from now on, in the reference currency. */
  set(symbol: number, quote: number, nowUs: number): void {
    const isOpen = !Number.isNaN(this.since[symbol]);
    if (isOpen) this.integrate(symbol, nowUs);
    if (isOver(quote, this.dustQuote)) {
      if (!isOpen) {
        this.since[symbol] = nowUs;
        this.until[symbol] = nowUs;
        this.quoteSeconds[symbol] = 0;
        this.active[this.activeCount++] = symbol;
      }
      this.value[symbol] = quote;
    } else if (isOpen) {
      this.since[symbol] = Number.NaN;
      this.value[symbol] = 0;
      this.quoteSeconds[symbol] = 0;
      this.active[this.active.indexOf(symbol)] = this.active[--this.activeCount] ?? 0;
    }
  }

  /** A person has taken note: time counts from here on, so that there is some in which to hedge. */
  acknowledge(nowUs: number): void {
    for (let index = 0; index < this.activeCount; index++) {
      const symbol = this.symbol(index);
      this.since[symbol] = nowUs;
      this.until[symbol] = nowUs;
      this.quoteSeconds[symbol] = 0;
    }
  }

  /** Microseconds for which the symbol has been unhedged in one go. */
  forUs(symbol: number, nowUs: number): number {
    const since = this.since[symbol] ?? Number.NaN;
    return Number.isNaN(since) ? 0 : nowUs - since;
  }

  /** Value times time of it, in reference currency times seconds. */
  quoteSecondsOf(symbol: number, nowUs: number): number {
    if (Number.isNaN(this.since[symbol])) return 0;
    this.integrate(symbol, nowUs);
    return this.quoteSeconds[symbol] ?? 0;
  }

  private integrate(symbol: number, nowUs: number): void {
    const passedUs = nowUs - (this.until[symbol] ?? 0);
    if (passedUs <= 0) return;
    this.quoteSeconds[symbol] = (this.quoteSeconds[symbol] ?? 0) + (this.value[symbol] ?? 0) * passedUs * 1e-6;
    this.until[symbol] = nowUs;
  }
}
