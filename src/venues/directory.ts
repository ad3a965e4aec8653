import type { TradableInstrument } from '../domain/instrument.js';
import type { InstrumentDirectory } from './trading.js';

/** The instruments of one market of a venue under all their names. */
export class Directory implements InstrumentDirectory {
  all: readonly TradableInstrument[] = [];
  private byName = new Map<string, TradableInstrument>();

  /** Takes the place of what was there. A symbol wins over another instrument's alias. */
  fill(instruments: readonly TradableInstrument[]): void {
    const byName = new Map<string, TradableInstrument>();
    for (const instrument of instruments) for (const alias of instrument.aliases) byName.set(alias, instrument);
    for (const instrument of instruments) byName.set(instrument.requestName, instrument);
    for (const instrument of instruments) byName.set(instrument.symbol, instrument);
    this.byName = byName;
    this.all = instruments;
  }

  find(name: string): TradableInstrument | undefined {
    return this.byName.get(name);
  }
}
