import { InvalidInputError } from '../../domain/errors.js';
import { count } from '../../ops/human-text.js';
import type { CommandOutput } from '../capture-verify.js';
import { EXIT_GOOD } from '../exit.js';
import { textTable } from '../text-table.js';
import { type CatalogueFlags, withCatalogue } from './catalogue.js';

/** `tiercel history query`. */
export async function queryHistory(
  sql: string,
  flags: CatalogueFlags & { readonly rows: number },
  output: CommandOutput,
): Promise<number> {
  if (!(flags.rows >= 1)) throw new InvalidInputError('--rows must be 1 or more');
  return withCatalogue(flags, true, async (catalogue) => {
    await catalogue.makeViews();
    const { columns, rows } = await catalogue.database.select(sql, flags.rows);
    if (flags.json === true) output.write(`${JSON.stringify({ columns, rows })}\n`);
    else {
      const text = (value: unknown): string =>
        value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
      output.write(
        textTable(
          columns.map((title) => ({ title, align: 'left' as const, text: (row: (typeof rows)[number]) => text(row[title]) })),
          rows,
        ),
      );
      if (rows.length === flags.rows) output.write(`  the first ${count(rows.length)} rows; --rows shows more\n`);
    }
    return EXIT_GOOD;
  });
}
