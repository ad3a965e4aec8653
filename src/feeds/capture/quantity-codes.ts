import { plainDecimal } from './decimal.js';
import { visitFigures } from './figures.js';

/**
 * Stands in for the quantities of symbols that have both very large and very small ones, so that no scale holds them all within
 * 2^53 units: a book engine refuses such a symbol, but a recording of it can still be verified. Each quantity is replaced by its
 * number in a list, zero by zero, and the reports put the quantities back. Everything else of the message stays as it is.
 */
export class QuantityCodes {
  private readonly quantities = ['0'];
  private readonly codes = new Map<string, number>([['0', 0]]);

  /** @param symbols whose quantities are replaced */
  constructor(private readonly symbols: ReadonlySet<string>) {}

  has(symbol: string): boolean {
    return this.symbols.has(symbol);
  }

  /** Replaces the quantities in a message. @returns whether there were any; the message was changed in place then */
  encode(decoder: number, message: unknown, restSymbol: string | undefined): boolean {
    let changed = false;
    visitFigures(decoder, message, restSymbol, ({ symbol, holder, qtyKey }) => {
      const quantity = this.symbols.has(symbol) ? plainDecimal(holder[qtyKey]) : undefined;
      if (quantity === undefined) return;
      holder[qtyKey] = String(this.codeOf(quantity));
      changed = true;
    });
    return changed;
  }

  /** The quantity that a code, as the book holds it, stands for. */
  decode(code: string): string {
    return this.quantities[Number(code)] ?? code;
  }

  private codeOf(quantity: string): number {
    let code = this.codes.get(quantity);
    if (code === undefined) {
      code = this.quantities.push(quantity) - 1;
      this.codes.set(quantity, code);
    }
    return code;
  }
}
