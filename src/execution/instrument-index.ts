import type { TradableInstrument } from '../domain/instrument.js';
import type { Market } from '../domain/venue.js';

/** Instruments by venue, market and any of their names. */
export class InstrumentIndex {
  private readonly byName = new Map<string, TradableInstrument>();

  constructor(instruments: Iterable<TradableInstrument>) {
    for (const instrument of instruments) {
      const { venue, market, symbol, requestName, aliases } = instrument;
      for (const name of [symbol, requestName, ...aliases]) this.byName.set(`${venue} ${market} ${name}`, instrument);
    }
  }

  /** Undefined when nothing of that name is listed. */
  find({ venue, market }: { readonly venue: string; readonly market: Market }, symbol: string): TradableInstrument | undefined {
    return this.byName.get(`${venue} ${market} ${symbol}`);
  }
}
