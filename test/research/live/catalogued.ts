// Quotes for a catalogue, as an importer would leave them there.
import type { Catalogue } from '../../../src/history/catalogue.js';
import { sqlColumns } from '../../../src/history/kinds.js';
import type { SeriesName } from '../../../src/history/series.js';

/** When, and the touch: bid price and quantity, ask price and quantity. */
export type QuoteRow = readonly [tsUs: number, bidPrice: number, bidQty: number, askPrice: number, askQty: number];

let tables = 0;

/** Stores quotes of a book. */
export async function storeQuotes(catalogue: Catalogue, book: Pick<SeriesName, 'venue' | 'symbol'>, rows: readonly QuoteRow[]) {
  const { database } = catalogue;
  const table = `quotes_${++tables}`;
  await database.run(`CREATE TABLE ${table} (line BIGINT, ${sqlColumns('quotes')})`);
  for (let from = 0; from < rows.length; from += 2000) {
    const values = rows.slice(from, from + 2000).map(([tsUs, bid, bidQty, ask, askQty], index) => {
      return `(${from + index}, ${tsUs}, NULL, '${bid}', '${bidQty}', '${ask}', '${askQty}')`;
    });
    await database.run(`INSERT INTO ${table} VALUES ${values.join(', ')}`);
  }
  await catalogue.store({ kind: 'quotes', interval: null, ...book }, table, { hash: `${tables}`.padStart(4, '0') });
}
